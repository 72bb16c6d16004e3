"""The picture in the README, drawn from a real plan: ``python docs/picture.py docs/plan.svg``.

One day of the ready scenario bank_1999: advisers planned per desk and half hour (bars), and what customers of the
queue "regular" then meet in simulation (dots: share answered within the promise, with its confidence interval).
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import simcenter as sc

QUEUE = "regular"
COLOURS = {"regular": "#2f6f8f", "stock": "#e0a030", "internet": "#7aa874"}
LEFT, RIGHT, STAIRS, TOP, STRIP, BOTTOM = 70, 850, 300, 62, 352, 442
FONT = 'font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif"'


def text(x: float, y: float, words: str, size: int = 13, anchor: str = "start", colour: str = "#333") -> str:
    """A line of text."""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    """A straight line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {style}/>'


def bars(plan: "sc.Plan", starts: list[str], width: float) -> Iterator[str]:
    """Advisers on the floor, desk upon desk."""
    table = plan.staffing.to_frame().pivot(index="interval_start", columns="desk", values="advisers")
    most = int(table.sum(axis=1).max())
    height = (STAIRS - TOP) / (most + 1)
    for advisers in range(0, most + 1, 2):
        y = STAIRS - advisers * height
        yield line(LEFT, y, RIGHT, y, 'stroke="#e6e6e6"')
        yield text(LEFT - 8, y + 4, str(advisers), 12, "end")
    for i, start in enumerate(starts):
        y = float(STAIRS)
        for desk, colour in COLOURS.items():
            tall = int(table.loc[start, desk]) * height
            y -= tall
            yield (
                f'<rect x="{LEFT + i * width + 1:.1f}" y="{y:.1f}" width="{width - 2:.1f}" height="{tall:.1f}" '
                f'fill="{colour}"/>'
            )
        if start.endswith(":00"):
            yield text(LEFT + i * width, STAIRS + 17, start[11:13], 12, "middle")


def dots(plan: "sc.Plan", starts: list[str], width: float, target: float) -> Iterator[str]:
    """Service level per half hour with its confidence interval."""
    cells = plan.results.intervals
    cells = cells[(cells.level == "queue") & (cells.name == QUEUE)].set_index("interval_start")

    def at(share: float) -> float:
        return BOTTOM - share * (BOTTOM - STRIP)

    for share in (0.0, 0.5, 1.0):
        yield line(LEFT, at(share), RIGHT, at(share), 'stroke="#e6e6e6"')
        yield text(LEFT - 8, at(share) + 4, f"{share:.0%}", 12, "end")
    yield line(LEFT, at(target), RIGHT, at(target), 'stroke="#b03030" stroke-dasharray="5 4"')
    yield text(RIGHT + 6, at(target) + 4, f"{target:.0%}", 12, colour="#b03030")
    for i, start in enumerate(starts):
        x = LEFT + (i + 0.5) * width
        low, value, high = (float(cells.loc[start, f"service_level{end}"]) for end in ("_low", "", "_high"))
        yield line(x, at(low), x, at(high), 'stroke="#2f6f8f" stroke-width="1.5"')
        yield f'<circle cx="{x:.1f}" cy="{at(value):.1f}" r="3.2" fill="#2f6f8f"/>'


def picture() -> str:
    """The SVG."""
    scenario = sc.load_scenario(sc.ready_scenarios()["bank_1999"]).replace("horizon.days", 1)
    plan = sc.plan(scenario)
    starts = sorted(set(plan.staffing.to_frame().interval_start))
    width = (RIGHT - LEFT) / len(starts)
    target = scenario.queues[QUEUE].target
    assert target is not None
    assert target.answered is not None
    contacts = sum(sum(queue.volume) for queue in scenario.queues.values())
    title = f"One real day of a bank: {contacts:,.0f} calls, {plan.adviser_hours:,.1f} adviser hours planned"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 920 460" {FONT}>',
        '<rect width="920" height="460" fill="white"/>',
        text(LEFT, 28, title, 17),
        *(
            part
            for i, (desk, colour) in enumerate(COLOURS.items())
            for part in (
                f'<rect x="{LEFT + 110 * i}" y="40" width="12" height="12" fill="{colour}"/>',
                text(LEFT + 18 + 110 * i, 50.5, f"desk {desk}"),
            )
        ),
        text(RIGHT, 50.5, "advisers on the floor per half hour", 13, "end"),
        *bars(plan, starts, width),
        text(
            LEFT,
            STRIP - 12,
            f'Simulated: calls of queue "{QUEUE}" answered within 20 s, 95 % intervals; the promise is for the day',
        ),
        *dots(plan, starts, width, target.answered),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(picture(), encoding="utf-8")
