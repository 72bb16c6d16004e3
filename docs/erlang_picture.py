"""Draw docs/erlang.svg: what each system makes of the same 10 erlangs. Needs only simcenter.

python docs/erlang_picture.py
"""

from pathlib import Path

import numpy as np

from simcenter import erlang

LOAD, AHT_S, WITHIN_S = 10.0, 180.0, 20.0
ADVISERS = np.arange(6, 21)
WIDTH, HEIGHT, LEFT, TOP, FOOT = 760, 400, 60, 44, 52

SYSTEMS = (
    ("Erlang C: nobody leaves", "#1f4e79", {}),
    ("Erlang A: patience 5 min", "#b5541c", {"patience_s": 300.0}),
    ("at most 3 waiting, blocked count", "#3b7d3b", {"places": 3.0, "count_blocked": True}),
    ("Erlang B: nobody can wait, blocked count", "#7a3b8f", {"places": 0.0, "count_blocked": True}),
)


def x(n: float) -> float:
    """Place of a number of advisers."""
    return LEFT + (n - ADVISERS[0]) / (ADVISERS[-1] - ADVISERS[0]) * (WIDTH - LEFT - 24)


def y(level: float) -> float:
    """Place of a service level."""
    return TOP + (1 - level) * (HEIGHT - TOP - FOOT)


def lines() -> list[str]:
    """The parts of the picture."""
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="13">',
        "<title>Answered within 20 s by the number of advisers, for 100 contacts per half hour of 3 minutes</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-size="15">Answered within 20 s: 100 contacts of 3 min in half an hour'
        " (10 erlangs)</text>",
    ]
    for level in (0, 0.2, 0.4, 0.6, 0.8, 1.0):
        colour = "#999" if level == 0.8 else "#e2e2e2"
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - 24}" y1="{y(level):.1f}" y2="{y(level):.1f}" stroke="{colour}"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y(level) + 4:.1f}" text-anchor="end">{level:.0%}</text>')
    for n in ADVISERS[::2]:
        out.append(f'<text x="{x(n):.1f}" y="{HEIGHT - 30}" text-anchor="middle">{n}</text>')
    out.append(
        f'<text x="{(LEFT + WIDTH) / 2:.0f}" y="{HEIGHT - 10}" text-anchor="middle">advisers on the floor</text>'
    )
    for i, (name, colour, system) in enumerate(SYSTEMS):
        levels = erlang.service_level(LOAD, ADVISERS, aht_s=AHT_S, within_s=WITHIN_S, **system)
        path = " ".join(f"{x(n):.1f},{y(v):.1f}" for n, v in zip(ADVISERS, levels, strict=True))
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.2"/>')
        row = y(0.44) + 20 * i
        out.append(
            f'<line x1="{x(14.1):.1f}" x2="{x(14.7):.1f}" y1="{row:.1f}" y2="{row:.1f}"'
            f' stroke="{colour}" stroke-width="3"/>'
        )
        out.append(f'<text x="{x(14.85):.1f}" y="{row + 4:.1f}">{name}</text>')
    return [*out, "</svg>"]


if __name__ == "__main__":
    target = Path(__file__).with_name("erlang.svg")
    target.write_text("\n".join(lines()) + "\n", encoding="utf-8")
