"""The memory plan becomes rectangles."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from tinycnn.compiler import MemoryPlan
from tinycnn.compiler.memory import Lifetime
from tinycnn.report import Report
from tinycnn.report.arena import draw_arena


def _edges(block: Any) -> tuple[float, float, float, float]:
    x, y = float(block.x), float(block.y)
    return x, y, x + float(block.width), y + float(block.height)


def test_aliases_are_drawn_once(report: Report) -> None:
    """A RESHAPE's output is another name of the same rectangle."""
    chart = draw_arena(report.analysis)
    titles = [block.title for block in chart.blocks]

    assert len(titles) == 4
    assert titles[1].splitlines()[:2] == [
        "tensor 2: net/relu/Relu;net/conv/BiasAdd",
        "tensor 3: flat",
    ]


def test_rectangles_overlap_only_where_an_output_covers_its_input(
    report: Report,
) -> None:
    """What shares bytes meets in one column: that of the operator between them."""
    chart = draw_arena(report.analysis)
    step, met = float(chart.columns[0].width), 0
    for a, b in itertools.combinations(map(_edges, chart.blocks), 2):
        width = min(a[2], b[2]) - max(a[0], b[0])
        if width > 0 and max(a[1], b[1]) < min(a[3], b[3]):
            assert width == step
            met += 1

    assert met == 1


def test_rectangles_lie_at_their_place(report: Report) -> None:
    """Steps go right, addresses go up, and the arena's height is the plot's."""
    chart = draw_arena(report.analysis)
    image, conv, _, scores = chart.blocks
    step = float(chart.columns[0].width)

    assert float(image.width) == step
    assert float(conv.width) == 3 * step
    assert _edges(image)[1] == chart.top
    assert _edges(conv)[3] == chart.bottom
    assert _edges(scores)[2] == chart.right


def test_labels_name_tensors_where_there_is_room(report: Report) -> None:
    """Identity, bytes and the first of fused names; tiny rectangles have a tooltip."""
    chart = draw_arena(report.analysis)

    assert [line.label for line in chart.blocks[1].lines] == [
        "#2 = #3",
        "64 B",
        "net/relu/Relu",
    ]
    assert chart.blocks[2].lines == ()
    assert chart.blocks[2].title == "tensor 5: logits\n3, 3 bytes at 64, steps 2 to 3"


def test_peak_is_the_step_with_the_most_live_bytes(report: Report) -> None:
    """The mark names the operator by its number in the file."""
    chart = draw_arena(report.analysis)

    assert (chart.peak.label, chart.peak.kind) == ("1", "CONV_2D")


def test_lower_bound_below_the_arena(report: Report) -> None:
    """A plan with gaps shows how far it is from the bound."""
    life = {0: Lifetime(0, 0), 2: Lifetime(0, 2), 3: Lifetime(0, 2)}
    plan = MemoryPlan(256, 128, {0: 192, 2: 0, 3: 0}, life)
    placed = tuple(t for t in report.analysis.activations if t.id in life)
    chart = draw_arena(replace(report.analysis, plan=plan, activations=placed))

    assert (chart.arena, chart.bound, chart.at_bound) == ("256", "128", False)
    assert float(chart.bound_y) == (chart.top + chart.bottom) / 2


def test_plan_without_gaps_is_at_its_bound(report: Report) -> None:
    """The best possible plan has one line, not two."""
    chart = draw_arena(report.analysis)

    assert chart.at_bound
    assert (chart.arena, chart.bound) == ("76", "76")
