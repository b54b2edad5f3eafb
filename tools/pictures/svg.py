"""Parts of a drawing that reads in light and in dark."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

__all__ = ["arrow", "box", "drawing", "text"]

_STYLE = """\
text { font: 15px system-ui, sans-serif; fill: #1f2937; }
.small { font-size: 13px; fill: #4b5563; } .strong { font-weight: 600; }
.code { font-family: ui-monospace, monospace; font-size: 13px; }
.box { fill: #eef3fa; stroke: #1f5fa8; } .goal { fill: #e6f4ea; stroke: #1a7f4b; }
.part { fill: #fbeee4; stroke: #b4531a; } .none { fill: none; stroke: #9aa3b0; }
.line { stroke: #4b5563; fill: none; } .head { fill: #4b5563; }
@media (prefers-color-scheme: dark) {
  text { fill: #e5e7eb; } .small { fill: #b6bdc8; }
  .box { fill: #16273d; stroke: #6aa9ee; } .goal { fill: #12301f; stroke: #58c08a; }
  .part { fill: #3a2312; stroke: #ec9a62; } .none { stroke: #79828f; }
  .line { stroke: #b6bdc8; } .head { fill: #b6bdc8; }
}"""


def drawing(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    """A whole SVG file; the title is what is read aloud of it."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
    body = "\n".join(
        (f"<title>{escape(title)}</title>", f"<style>\n{_STYLE}\n</style>")
    )
    size = f'width="{width}" height="{height}" role="img"'
    return f"{head}{size}>\n{body}\n" + "\n".join(parts) + "\n</svg>\n"


def text(
    x: float, y: float, words: str, kind: str = "", *, anchor: str = "middle"
) -> str:
    """A line of text whose baseline is at y."""
    return (
        f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )


def box(x: float, y: float, width: float, height: float, kind: str = "box") -> str:
    """A rectangle."""
    return (
        f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" '
        f'height="{height:g}" rx="4"/>'
    )


def arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    """A line with a head at its end, level or upright."""
    if y1 == y2:
        step = 7 if x2 > x1 else -7
        head = f"M{x2:g} {y2:g}l{-step} -4v8z"
    else:
        step = 7 if y2 > y1 else -7
        head = f"M{x2:g} {y2:g}l-4 {-step}h8z"
    line = f'<path class="line" d="M{x1:g} {y1:g}L{x2:g} {y2:g}"/>'
    return f'{line}<path class="head" d="{head}"/>'
