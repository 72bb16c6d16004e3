"""The house keeps its order: imports go down only, and each library stays in its room."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "simcenter"
MODULES = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}

MAY_IMPORT = {
    "errors": set(),
    "worker": {"errors"},
    "scenario": {"errors"},
    "erlang": {"errors"},
    "simulation": {"scenario", "erlang", "errors"},
    "measures": {"simulation", "scenario", "erlang", "errors"},
    "experiment": {"measures", "simulation", "scenario", "erlang", "worker", "errors"},
    "planning": {"experiment", "measures", "simulation", "scenario", "erlang", "errors"},
    "report": {"planning", "experiment", "measures", "simulation", "scenario", "erlang", "errors"},
    "cli": {"report", "planning", "experiment", "measures", "simulation", "scenario", "erlang", "worker", "errors"},
    "__main__": {"cli"},
}
"""What a part of the house may import besides itself, the compiled modules beside it, and the version."""

COMPILED = {
    "_erlang": {"erlang", "planning"},
    "_draws": {"simulation"},
    "_engine": {"simulation"},
    "_tally": {"measures"},
    "_moments": {"experiment"},
}
"""Which parts may call each compiled module."""

ROOMS = {
    "typer": ["simcenter.cli."],
    "simpy": ["simcenter.simulation.simpy_engine"],
    "tomllib": ["simcenter.scenario."],
    "rich": ["simcenter.cli.", "simcenter.report."],
    "openpyxl": ["simcenter.scenario."],
    "xlsxwriter": ["simcenter.report."],
    "matplotlib": ["simcenter.report.plots"],
    "holidays": ["simcenter.scenario."],
    "pydantic": ["simcenter.scenario."],
}
"""Libraries that stay in one room: the modules whose names begin so."""


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module named in an import anywhere in a file, also inside functions, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            if node.module == "simcenter":
                yield from ((f"simcenter.{alias.name}", node.lineno) for alias in node.names)
            elif node.module:
                yield node.module, node.lineno


def part(module: str) -> str:
    """The part of the house a module belongs to."""
    names = module.split(".")
    return names[1] if len(names) > 1 else "__init__"


def upward(module: str, path: Path) -> list[str]:
    """The imports of a module that go up."""
    own = part(module)
    if own == "__init__":
        return []  # the public names, loaded lazily: see test_public
    allowed = MAY_IMPORT[own] | {own, "__version__"} | {name for name, users in COMPILED.items() if own in users}
    return [
        f"{path.name}:{line} imports {name}"
        for name, line in imports(path)
        if name.split(".")[0] == "simcenter" and part(name) not in allowed
    ]


def test_every_part_of_the_house_has_its_layer() -> None:
    assert {part(module) for module in MODULES} - {"__init__"} <= set(MAY_IMPORT)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_go_down_only(module: str) -> None:
    assert upward(module, MODULES[module]) == []


def test_an_import_that_goes_up_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "wrong.py"
    path.write_text("def f():\n    from simcenter.planning import plan\n    import simcenter.cli.app\n")
    assert upward("simcenter.measures.wrong", path) == [
        "wrong.py:2 imports simcenter.planning",
        "wrong.py:3 imports simcenter.cli.app",
    ]


@pytest.mark.parametrize("library", sorted(ROOMS))
def test_a_library_stays_in_its_room(library: str) -> None:
    users = {module for module, path in MODULES.items() for name, _ in imports(path) if name.split(".")[0] == library}
    strangers = {user for user in users if not any((user + ".").startswith(room) for room in ROOMS[library])}
    assert strangers == set()


def test_one_module_reads_toml() -> None:
    users = [module for module, path in MODULES.items() for name, _ in imports(path) if name == "tomllib"]
    assert len(users) == 1


def test_nobody_imports_click() -> None:
    """Typer brings its own copy; another one's exceptions would pass through unseen."""
    assert not [
        module for module, path in MODULES.items() for name, _ in imports(path) if name.split(".")[0] == "click"
    ]


def test_the_library_neither_prints_nor_exits() -> None:
    calls = [
        f"{module}:{node.lineno}"
        for module, path in MODULES.items()
        if part(module) not in ("cli", "__main__")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "exit", "quit", "sys.exit", "os._exit")
    ]
    assert calls == []


def test_commands_do_no_arithmetic() -> None:
    """Parse, one library call, one report call. What remains: units as they are parsed, and the share of work done."""
    kinds = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
    parsing = {"seconds", "share", "promise", "counted", "line", "progress", "told", "span"}
    sums = [
        f"{module}.{function.name}: {ast.unparse(node)}"
        for module, path in MODULES.items()
        if part(module) == "cli"
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef) and function.name not in parsing
        for node in ast.walk(function)
        if isinstance(node, ast.BinOp) and isinstance(node.op, kinds)
        if "join" not in ast.unparse(node)
    ]
    assert sums == []


@pytest.mark.parametrize("module", sorted(MODULES))
def test_modules_and_functions_are_small(module: str) -> None:
    text = MODULES[module].read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno + 1 > 60
    ]
    assert long == []


def test_no_room_is_called_after_nothing() -> None:
    assert not {"utils", "helpers", "common", "misc"} & {path.stem for path in MODULES.values()}
