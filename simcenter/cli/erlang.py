"""``simcenter erlang``: closed-form answers for numbers on the command line, or a file of them."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from simcenter.cli.options import Json
from simcenter.cli.screen import print_json
from simcenter.errors import ArgumentError

UNITS = {"": 1.0, "s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0}
OPTIONS = {
    "load": "--volume x --aht / --interval",
    "volume": "--volume",
    "aht_s": "--aht",
    "interval_s": "--interval",
    "target": "--target",
    "within_s": "--target",
    "patience_s": "--patience",
    "lines": "--lines",
    "shrinkage": "--shrinkage",
    "max_occupancy": "--max-occupancy",
    "max_abandonment": "--max-abandonment",
    "max_asa_s": "--max-asa",
    "advisers": "--advisers",
}
"""What on the command line an argument of the library comes from."""
PERCENT = ("service_level", "wait_probability", "abandonment", "blocking", "occupancy")


def seconds(text: str) -> float:
    """A duration: seconds, or with a unit: 180, "3 min", 0.5h."""
    match = re.fullmatch(r"\s*([0-9.]+(?:[eE][-+]?\d+)?|inf)\s*([a-z]*)\s*", text)
    if match is None or match[2] not in UNITS:
        raise typer.BadParameter(f'must be a time such as 180, "3 min" or 0.5h, got {text!r}')
    try:
        return float(match[1]) * UNITS[match[2]]
    except ValueError:
        raise typer.BadParameter(f'must be a time such as 180, "3 min" or 0.5h, got {text!r}') from None


def share(text: str) -> float:
    """A share: 0.3 or 30%."""
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise typer.BadParameter(f"must be a share such as 0.3 or 30%, got {text!r}") from None


def promise(text: str) -> tuple[float, float]:
    """A service level: 80/20 is 80 % within 20 s."""
    percent, slash, time = text.partition("/")
    if not slash:
        raise typer.BadParameter(f"must be percent/seconds such as 80/20, got {text!r}")
    return share(percent.strip().removesuffix("%") + "%"), seconds(time)


def erlang(
    volume: Annotated[float | None, typer.Option(help="Contacts per interval.")] = None,
    aht: Annotated[Any, typer.Option(parser=seconds, metavar="TIME", help="Mean handle time: 180, 3min.")] = None,
    interval: Annotated[Any, typer.Option(parser=seconds, metavar="TIME", help="Length of interval (30min).")] = None,
    target: Annotated[Any, typer.Option(parser=promise, metavar="P/T", help="80/20: 80 % within 20 s (80/20).")] = None,
    patience: Annotated[Any, typer.Option(parser=seconds, metavar="TIME", help="Mean patience (no end).")] = None,
    lines: Annotated[int | None, typer.Option(help="Contacts served and waiting at most (no limit).")] = None,
    shrinkage: Annotated[Any, typer.Option(parser=share, metavar="SHARE", help="Paid time off the floor (0).")] = None,
    max_occupancy: Annotated[Any, typer.Option(parser=share, metavar="SHARE", help="Cap on occupancy (1).")] = None,
    max_abandonment: Annotated[Any, typer.Option(parser=share, metavar="SHARE", help="Cap on those lost (1).")] = None,
    max_asa: Annotated[Any, typer.Option(parser=seconds, metavar="TIME", help="Cap on the mean wait (none).")] = None,
    advisers: Annotated[int | None, typer.Option(help="Advisers given: what do they achieve, and carry?")] = None,
    file: Annotated[
        Path | None, typer.Option(help="CSV with a row per interval; columns volume, aht_s, target, patience_s, ...")
    ] = None,
    as_json: Json = False,
) -> None:
    """Size a pool by Erlang C, or A with patience, or within so many lines: advisers, and all that they achieve."""
    from simcenter.erlang import sizing

    limit, within = target if target is not None else (None, None)
    given: dict[str, Any] = {
        "volume": volume, "aht_s": aht, "interval_s": interval, "target": limit, "within_s": within,
        "patience_s": patience, "lines": lines, "shrinkage": shrinkage, "max_occupancy": max_occupancy,
        "max_abandonment": max_abandonment, "max_asa_s": max_asa, "advisers": advisers,
    }  # fmt: skip
    inputs = {name: value for name, value in given.items() if value is not None}
    if file is not None:
        texts, columns = sizing.read_rows(file, inputs)
        rows = sizing.size(**{**inputs, **columns})
        labelled = [{**_labels(text, columns), **row} for text, row in zip(texts, rows, strict=True)]
        if as_json:
            print_json({"result_schema": 1, "rows": labelled})
        else:
            _table(labelled, None)
        return
    try:
        result = _one(inputs)
    except ArgumentError as error:
        name, *rest = str(error).split(":", 1)
        raise ArgumentError(":".join([OPTIONS.get(name, name), *rest])) from None
    if as_json:
        print_json(result)
        return
    _words(result)
    _table(result["table"], result["advisers"])


def _one(inputs: dict[str, Any]) -> dict[str, Any]:
    """One pool, the table around it, and what given advisers carry."""
    from simcenter.erlang import sizing

    row = sizing.size(**inputs)[0]
    rest = {name: value for name, value in inputs.items() if name != "advisers"}
    result = {"result_schema": 1, **row, "table": sizing.around(row["advisers"], **rest)}
    if "advisers" in inputs:
        result["carries"] = sizing.carried(inputs["advisers"], **rest)
    return result


def _labels(row: dict[str, str], columns: Any) -> dict[str, str]:
    """What a file says of a row besides numbers: the start of its interval, a name."""
    return {name: text for name, text in row.items() if name not in columns and isinstance(name, str)}


def _words(result: dict[str, Any]) -> None:
    typer.echo(f"load {result['load']:.6g} erlangs: {result['advisers']} advisers, {result['scheduled']} scheduled")
    if "carries" in result:
        most = result["carries"]
        load, volume = (_cell(name, most[name]) for name in ("load", "volume"))
        typer.echo(f"they carry {load} erlangs, {volume} contacts per interval, within the limits")
    typer.echo()


def _table(rows: list[dict[str, Any]], marked: int | None) -> None:
    """Columns of equal width, the answer's row marked."""
    names = list(rows[0])
    cells = [[_cell(name, row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[i]) for line in cells)) for i, name in enumerate(names)]
    typer.echo("  " + "  ".join(name.rjust(width) for name, width in zip(names, widths, strict=True)))
    for row, line in zip(rows, cells, strict=True):
        mark = "> " if marked is not None and row["advisers"] == marked else "  "
        typer.echo(mark + "  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)))


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, int | str):
        return str(value)
    return f"{value:.2%}" if name in PERCENT else f"{value:.2f}"
