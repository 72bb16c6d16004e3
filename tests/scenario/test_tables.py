import openpyxl
import pytest

from simcenter.scenario.tables import Files, number, split_reference


def read(folder, content, name="t.csv"):
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return Files(folder).table(name)


def test_rows_know_their_lines_and_blank_lines_do_not_count(tmp_path):
    table, problems = read(tmp_path, 'a,b\n\n1,"two\nlines"\n  \n3,4\n')
    assert problems == []
    assert table.header == ("a", "b")
    assert list(table.rows) == [["1", "two\nlines"], ["3", "4"]]
    assert list(table.lines) == [3, 6]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "t.csv must have a header and rows below it"),
        (b"a;b\n1;2\n", "t.csv must have commas between its columns"),
        (b"a\tb\n1\t2\n", "t.csv must have commas between its columns"),
        (b"a,a\n1,2\n", "t.csv must have each column once"),
        (b"a,b\n1,2,3\n", "t.csv line 2 must have at most 2 cells, as many as its header"),
        (b'a,b\n1,"2" x\n', "t.csv line 2: must be well-formed CSV"),
        (b"a,b\n1,\xe9\n", "t.csv line 2: must be text in UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "t.csv line 1: must be text in UTF-8"),
        (b"a,b\n1,\x00\n", "t.csv must be text"),
    ],
)
def test_what_is_no_table_is_told(tmp_path, content, rule):
    table, problems = read(tmp_path, content)
    assert table is None
    assert [found for found, _ in problems] == [rule]


def test_trailing_empty_columns_are_no_columns(tmp_path):
    table, problems = read(tmp_path, "a,b,,\n1,2,,\n")
    assert problems == []
    assert table.header == ("a", "b")


def test_the_first_sheet_of_a_workbook_counts(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([None, None])
    book.active.append([1, True])
    book.create_sheet("other").append(["x"])
    book.save(tmp_path / "t.xlsx")
    table, problems = Files(tmp_path).table("t.xlsx")
    assert problems == []
    assert list(table.rows) == [[1.0, "TRUE"]]
    assert list(table.lines) == [3]


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_workbook_is_told(tmp_path, content):
    table, problems = read(tmp_path, content, "t.xlsx")
    assert table is None
    assert problems[0][0] == "t.xlsx must be an Excel workbook (.xlsx)"


def test_a_file_is_read_once(tmp_path):
    (tmp_path / "t.csv").write_text("a\n1\n")
    files = Files(tmp_path)
    first = files.table("t.csv")
    (tmp_path / "t.csv").write_text("a\n2\n")
    assert files.table("t.csv") == first


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("d.csv", ("d.csv", None)),
        ("d.csv#calls", ("d.csv", "calls")),
        ("a#b/d.XLSX#x#y", ("a#b/d.XLSX", "x#y")),
        ("d.csv#", ("d.csv", None)),
        ("d.txt#x", ("d.txt#x", None)),
    ],
)
def test_a_reference_names_a_file_and_a_column(reference, parts):
    assert split_reference(reference) == parts


@pytest.mark.parametrize(
    ("cell", "value"), [("1", 1), (" 2.5 ", 2.5), ("1e3", 1000), ("+.5", 0.5), ("7.", 7), (3.0, 3), ("-1", -1)]
)
def test_numbers_are_read(cell, value):
    assert number(cell) == value


@pytest.mark.parametrize(
    "cell", ["", "x", "nan", "inf", "1_0", "1 000", "1,5", "0x1", "٣", "1e999", None, float("nan")]
)
def test_other_cells_are_no_numbers(cell):
    assert number(cell) is None
