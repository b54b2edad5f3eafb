"""Measurements -> a picture of bars: how many times as long as ours others take.

Ours has a light end: what is added where flash waits, as it does on boards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from tools.bench.measure import Result

__all__ = ["draw_picture"]

_WIDTH, _LEFT, _RIGHT = 760, 150, 130  # of the picture; beside the bars
_TOP, _BAR, _GAP = 58, 13, 16  # above all; of a bar; between networks
_STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #1f2937; }
.small { font-size: 11.5px; fill: #4b5563; }
.name { font-weight: 600; }
.ours, .waits { fill: #1f5fa8; } .waits { fill-opacity: 0.4; }
.published { fill: #b4531a; } .tflm { fill: #9aa3b0; }
.line { stroke: #1f2937; stroke-opacity: 0.25; }
@media (prefers-color-scheme: dark) {
  text { fill: #e5e7eb; } .small { fill: #b6bdc8; } .line { stroke: #e5e7eb; }
  .ours, .waits { fill: #6aa9ee; }
  .published { fill: #ec9a62; } .tflm { fill: #79828f; }
}"""
_LEGEND = (
    ("ours", "tinycnn"),
    ("waits", "where flash waits"),
    ("published", "best published of others"),
    ("tflm", "TFLite Micro with CMSIS-NN"),
)


def draw_picture(results: Sequence[Result], dated: str = "") -> str:
    """An SVG: three bars a network, as long as their cycles are against ours.

    Args:
        results: Those that others have measured are drawn; of their builds the first
            that is GCC's, as TFLite Micro's is.
        dated: When and by what; a line below the bars.
    """
    rows = [(result.network.name, list(_bars(result))) for result in results]
    rows = [(name, bars) for name, bars in rows if len(bars) > 1]
    longest = max((bars[-1].mcycles / bars[0].mcycles for _, bars in rows), default=1.0)
    scale = (_WIDTH - _LEFT - _RIGHT) / longest
    parts, y = list(_legend()), _TOP
    for name, bars in rows:
        middle = y + len(bars) * _BAR / 2 + 4
        parts.append(_text(_LEFT - 12, middle, name, "name", anchor="end"))
        for bar in bars:
            length = scale * bar.mcycles / bars[0].mcycles
            parts.append(_rect(bar.kind, _LEFT, y, length, _BAR - 2))
            if bar.waiting:
                more = scale * bar.waiting / bars[0].mcycles - length
                parts.append(_rect("waits", _LEFT + length, y, more, _BAR - 2))
                length += more
            parts.append(_text(_LEFT + length + 6, y + _BAR - 3, bar.words, "small"))
            y += _BAR
        y += _GAP
    line = _LEFT + scale
    parts.append(
        f'<line class="line" x1="{line:.1f}" x2="{line:.1f}" y1="{_TOP - 6}" '
        f'y2="{y - _GAP + 4}"/>'
    )
    if dated:
        y += 14
        parts.append(_text(0, y - 8, dated, "small"))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" '
    title = "<title>Cycles of an inference, ours and others'</title>"
    body = "\n".join((title, f"<style>\n{_STYLE}\n</style>", *parts))
    return f'{head}width="{_WIDTH}" height="{y}" role="img">\n{body}\n</svg>\n'


@dataclass(frozen=True, slots=True)
class _Bar:
    """Millions of cycles, ours also where flash waits, and what is said of them."""

    kind: str
    mcycles: float
    words: str
    waiting: float = 0.0


def _bars(result: Result) -> Iterator[_Bar]:
    """Ours, then those of others, the shortest first."""
    of_gcc = [b for b in result.builds if b.profile.device.startswith("gcc")]
    own = (of_gcc or result.builds)[0]
    words = f"{own.mcycles:.3g} to {own.waiting_mcycles:.3g} Mcycles"
    yield _Bar("ours", own.mcycles, words, own.waiting_mcycles)
    found, tflm = result.network.published, result.network.tflm
    others = []
    if found is not None:
        where = "on a board" if found.is_board else "by a meter"
        words = f"{found.mcycles:.3g}, {where}"
        others.append(_Bar("published", found.mcycles, words))
    if tflm is not None:
        others.append(_Bar("tflm", tflm.mcycles[0], f"{tflm.mcycles[0]:.3g}"))
    yield from sorted(others, key=lambda bar: bar.mcycles)


def _legend() -> Iterator[str]:
    yield _text(0, 16, "Cycles of one inference on a Cortex-M4, ours = 1", "name")
    x = 0.0
    for kind, words in _LEGEND:
        yield _rect(kind, x, 28, 11, 11)
        yield _text(x + 17, 38, words, "small")
        x += 44 + 6.4 * len(words)


def _rect(kind: str, x: float, y: float, width: float, height: float) -> str:
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{width:.1f}" '
        f'height="{height}" rx="1.5"/>'
    )


def _text(x: float, y: float, words: str, kind: str, *, anchor: str = "start") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )
