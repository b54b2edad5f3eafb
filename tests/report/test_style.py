"""The page's colours: text can be read on every surface it is drawn on."""

from __future__ import annotations

import re

import pytest

from tinycnn.rendering import render

PAIRS = [
    ("text", ("page", "card", "right-cell", "wrong-cell", "shade", "peak")),
    ("text", ("t0", "t1", "t2", "t3", "t4", "good-card", "bad-card", "open-card")),
    ("soft", ("page", "card")),
    ("good", ("card", "good-card")),
    ("bad", ("card", "bad-card")),
    ("open", ("open-card",)),
    ("warm", ("card",)),
]


def _luminance(color: str) -> float:
    digits = color if len(color) == 6 else "".join(2 * c for c in color)
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_has_contrast(theme: int) -> None:
    """Every pair of text and surface has the 4.5 to 1 that WCAG asks for."""
    css = render("report/templates/page.css.j2")
    root = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[theme]
    colors = dict(re.findall(r"--([\w-]+): #(\w+);", root))
    ratios = {}
    for text, surfaces in PAIRS:
        for surface in surfaces:
            pair = sorted((_luminance(colors[text]), _luminance(colors[surface])))
            ratios[text, surface] = (pair[1] + 0.05) / (pair[0] + 0.05)

    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}
