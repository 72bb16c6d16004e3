"""Measure the tables of docs/gallery.md anew: ``python docs/gallery_tables.py``.

A section has a piece of TOML to put into that of the first section, and a comment naming what to measure:
place.measure, the places being queues, desks or ``journeys``. Its table is what the command line says of the file
without and with that piece. If there are two pieces, the first is in both.
"""

import json
import re
import sys
import tomllib
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from typer.testing import CliRunner

from simcenter.cli.app import app
from simcenter.measures.table import MEASURES

PAGE = Path(__file__).with_name("gallery.md")
SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
PIECE = re.compile(r"```toml\n(.*?)```", re.DOTALL)
FILE = re.compile(r"```csv\n(.*?)```", re.DOTALL)
ASKED = re.compile(r"<!-- ([\w./ ]+) -->\n(?:\n\|.*?\n(?=\n|\Z))?", re.DOTALL)
REPLICATIONS, SEED = 200, 0
SHARES = {measure.name for measure in MEASURES if measure.unit == "share"}

Interval = tuple[float, float]
"""Mean, and half of its interval."""


def merged(base: dict[str, Any], piece: dict[str, Any]) -> dict[str, Any]:
    """The piece put into the base: table by table, its keys instead of those of the same name."""
    both = dict(base)
    for key, value in piece.items():
        inside = isinstance(value, dict) and isinstance(both.get(key), dict)
        both[key] = merged(both[key], value) if inside else value
    return both


def sections(text: str) -> dict[str, str]:
    """The text below each heading."""
    return dict(SECTION.findall(text))


def scenario(text: str, title: str, rule: bool = True) -> dict[str, Any]:
    """The first section's scenario with the pieces of another; without the rule, without its last piece."""
    parts = sections(text)
    data = tomllib.loads("".join(PIECE.findall(parts["The centre"])))
    pieces = PIECE.findall(parts[title])
    for piece in pieces if rule else pieces[:-1]:
        data = merged(data, tomllib.loads(piece))
    for queue in data["queues"].values():
        if queue.get("volume") == "left out":
            del queue["volume"]
    return data


def measured(text: str, title: str, rule: bool, replications: int, seed: int) -> dict[str, dict[str, Interval]]:
    """Every measure of every place, from the command line."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "centre.json"
        file.write_text(json.dumps(scenario(text, title, rule), default=str), encoding="utf-8")
        for rows in FILE.findall(sections(text)[title]):
            (Path(folder) / "claims.csv").write_text(rows, encoding="utf-8")
        options = ["--replications", str(replications), "--seed", str(seed), "--json", "--quiet"]
        told = CliRunner().invoke(app, ["simulate", str(file), *options])
    if told.exit_code:
        sys.exit(f"{title}: {told.output}")
    result = json.loads(told.stdout)
    places = result["queues"] | result["desks"] | {"journeys": result["journeys"]}
    return {place: {name: interval(value) for name, value in values.items()} for place, values in places.items()}


def compared(text: str, title: str, replications: int, seed: int) -> dict[str, tuple[Interval | None, Interval]]:
    """What a section asks for, without (None where it is nothing then) and with its rule, by its label."""
    before, after = (measured(text, title, rule, replications, seed) for rule in (False, True))
    found = {}
    for item in ASKED.search(sections(text)[title])[1].split():
        place, name = item.rsplit(".", 1)
        was = before.get(place, {}).get(name)
        label = name if place == "journeys" else f"{place}: {name}"
        found[label] = (None if was is None or isnan(was[0]) else was), after[place][name]
    return found


def interval(value: dict[str, float | None]) -> Interval:
    """Mean and half-width of what the command line says."""
    mean, low, high = (value[key] for key in ("mean", "low", "high"))
    half = (high - low) / 2 if low is not None and high is not None else float("nan")
    return (float("nan") if mean is None else mean), half


def shown(value: Interval | None, label: str) -> str:
    """A number as the table has it: shares in percent."""
    if value is None:
        return ""
    mean, half = value
    if label.split()[-1] in SHARES:
        return f"{100 * mean:.1f} ± {100 * half:.1f} %"
    digits = 2 if abs(mean) < 10 else 1
    return f"{mean:.{digits}f} ± {half:.{digits}f}" if half else f"{mean:.{digits}f}"


def page(text: str) -> str:
    """The page with all its tables measured."""
    for title, part in sections(text).items():
        asked = ASKED.search(part)
        if asked:
            rows = ["| | without | with |", "| --- | --- | --- |"]
            for label, (before, after) in compared(text, title, REPLICATIONS, SEED).items():
                rows.append(f"| {label} | {shown(before, label)} | {shown(after, label)} |")
            table = f"<!-- {asked[1]} -->\n\n" + "\n".join(rows) + "\n"
            text = text.replace(part, part.replace(asked[0], table))
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
