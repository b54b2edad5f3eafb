"""A part of the report by itself, as a notebook shows it."""

from __future__ import annotations

import html

from tinycnn.analysis.fit import Analysis
from tinycnn.harness import Profile
from tinycnn.rendering import render
from tinycnn.report.arena import draw_arena
from tinycnn.report.data import Verdict
from tinycnn.report.operators import list_operators
from tinycnn.report.profile import draw_profile
from tinycnn.report.summary import make_banner
from tinycnn.report.text import shorten

__all__ = ["frame_page", "render_part"]

_BANNER, _BAR, _ROW, _HEAD = 130, 28, 62, 190  # pixels, about


def render_part(
    title: str,
    *,
    verdict: Verdict | None = None,
    profile: Profile | None = None,
    analysis: Analysis | None = None,
) -> str:
    """What is given, in a frame of its own that no style around it reaches."""
    arena = draw_arena(analysis) if analysis else None
    page = render(
        "report/templates/part.html.j2",
        title=shorten(title, 80),
        banner=make_banner((verdict,)) if verdict else None,
        profile=draw_profile(profile) if profile else None,
        operators=list_operators(analysis) if analysis else None,
        arena=arena,
    )
    height = _BANNER * bool(verdict)
    if profile:
        height += _HEAD + _BAR * len(profile.operators)
    if analysis and arena:
        height += 2 * _HEAD + _ROW * len(analysis.costs) + arena.height
    return frame_page(page, title, height)


def frame_page(page: str, title: str, height: int) -> str:
    """A whole page within another.

    >>> frame_page("<p>", "a & b", 40)
    '<iframe title="a &amp; b" srcdoc="&lt;p&gt;" style="width:100%;height:40px;border:0"></iframe>'
    """  # noqa: E501  # one string
    return (
        f'<iframe title="{html.escape(title)}" srcdoc="{html.escape(page)}" '
        f'style="width:100%;height:{height}px;border:0"></iframe>'
    )
