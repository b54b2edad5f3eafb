"""Measurements -> a picture of bars: how many times as long as ours others take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from tools.bench.measure import Result

__all__ = ["draw_picture"]

_WIDTH, _LEFT, _RIGHT = 760, 150, 130  # of the picture; beside the bars
_TOP, _BAR, _GAP = 58, 13, 16  # above all; of a bar; between networks
_STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #1f2937; }
.small { font-size: 11.5px; fill: #4b5563; }
.name { font-weight: 600; }
.ours { fill: #1f5fa8; } .published { fill: #b4531a; } .tflm { fill: #9aa3b0; }
.line { stroke: #1f2937; stroke-opacity: 0.25; }
@media (prefers-color-scheme: dark) {
  text { fill: #e5e7eb; } .small { fill: #b6bdc8; } .line { stroke: #e5e7eb; }
  .ours { fill: #6aa9ee; } .published { fill: #ec9a62; } .tflm { fill: #79828f; }
}"""
_LEGEND = (
    ("ours", "tinycnn"),
    ("published", "best published of others"),
    ("tflm", "TFLite Micro with CMSIS-NN"),
)


def draw_picture(results: Sequence[Result]) -> str:
    """An SVG: three bars a network, as long as their cycles are against ours.

    Args:
        results: Those that others have measured are drawn; of their builds the first
            that is GCC's, as TFLite Micro's is.
    """
    rows = [(result.network.name, list(_bars(result))) for result in results]
    rows = [(name, bars) for name, bars in rows if len(bars) > 1]
    longest = max((bars[-1][1] / bars[0][1] for _, bars in rows), default=1.0)
    scale = (_WIDTH - _LEFT - _RIGHT) / longest
    parts, y = list(_legend()), _TOP
    for name, bars in rows:
        middle = y + len(bars) * _BAR / 2 + 4
        parts.append(_text(_LEFT - 12, middle, name, "name", anchor="end"))
        for kind, mcycles, words in bars:
            length = scale * mcycles / bars[0][1]
            parts.append(
                f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{length:.1f}" '
                f'height="{_BAR - 2}" rx="2"/>'
            )
            parts.append(_text(_LEFT + length + 6, y + _BAR - 3, words, "small"))
            y += _BAR
        y += _GAP
    line = _LEFT + scale
    parts.append(
        f'<line class="line" x1="{line:.1f}" x2="{line:.1f}" y1="{_TOP - 6}" '
        f'y2="{y - _GAP + 4}"/>'
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" '
    title = "<title>Cycles of an inference, ours and others'</title>"
    body = "\n".join((title, f"<style>\n{_STYLE}\n</style>", *parts))
    return f'{head}width="{_WIDTH}" height="{y}" role="img">\n{body}\n</svg>\n'


def _bars(result: Result) -> Iterator[tuple[str, float, str]]:
    """Class, millions of cycles and words of each bar, the shortest of others first."""
    of_gcc = [b for b in result.builds if b.profile.device.startswith("gcc")]
    own = (of_gcc or result.builds)[0].mcycles
    yield "ours", own, f"{own:.3g} Mcycles"
    found, tflm = result.network.published, result.network.tflm
    others = []
    if found is not None:
        where = "on a board" if found.is_board else "by a meter"
        words = f"{found.mcycles:.3g}, {where}"
        others.append(("published", found.mcycles, words))
    if tflm is not None:
        others.append(("tflm", tflm.mcycles[0], f"{tflm.mcycles[0]:.3g}"))
    yield from sorted(others, key=lambda bar: bar[1])


def _legend() -> Iterator[str]:
    yield _text(0, 16, "Cycles of one inference on a Cortex-M4, ours = 1", "name")
    x = 0
    for kind, words in _LEGEND:
        yield f'<rect class="{kind}" x="{x}" y="28" width="11" height="11" rx="2"/>'
        yield _text(x + 17, 38, words, "small")
        x += 40 + 7 * len(words)


def _text(x: float, y: float, words: str, kind: str, *, anchor: str = "start") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )
