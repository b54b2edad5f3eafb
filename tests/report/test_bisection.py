"""The first wrong number on the page: where it is, and the sum behind it."""

from __future__ import annotations

from collections.abc import Callable

from tinycnn.harness.reasons import Bisection, Sum, WrongNumber
from tinycnn.report import render_junit
from tinycnn.report.bisection import list_bisections
from tinycnn.report.data import Report, Verdict
from tinycnn.report.page import render_report
from tinycnn.report.verdicts import check_of

NUMBER = WrongNumber(
    position=(0, 2, 3, 1),
    got=13.0,
    expected=12.0,
    differing=4,
    elements=96,
    region="in channel 1",
    suspects=("rounding left out",),
    sum=Sum(
        "a weighted sum",
        ("input at", "input", "product"),
        tuple((f"0, {i}", str(i), str(3 * i)) for i in range(400)),
        (("400 products", 239_400), ("within -128 to 127", 12)),
    ),
)
FOUND = Bisection(
    image=7,
    verdict="op 3 CONV_2D is the first that differs: it writes '<b>x' 1x4x3x8",
    hint="look at its kernel",
    checked=9,
    unknown=1,
    op="op 3 CONV_2D",
    tensor="'<b>x' 1x4x3x8",
    function="tcnn_conv_2d_s8",
    source="firmware/kernels/conv_2d/portable.c",
    number=NUMBER,
)
VERDICT = Verdict("board", 9, 10, 40.0, causes=("of 1 …",), bisection=FOUND)


def test_the_page_has_the_number_and_its_sum(
    make_report: Callable[..., Report],
) -> None:
    """Operator, kernel, place, values and the first 300 terms; names are escaped."""
    (view,) = list_bisections((VERDICT,))
    page = render_report(make_report(verdicts=(VERDICT,)))

    assert dict(view.facts)["Differ"] == "4 of 96 numbers, in channel 1"
    assert (len(view.terms), view.rest) == (300, "100 more terms")
    assert view.stages[0] == ("400 products", "239,400")
    assert "Image 7: op 3 CONV_2D is the first that differs" in page
    assert "&lt;b&gt;x" in page
    assert "<b>x" not in page
    for text in ("rounding left out", "0, 2, 3, 1", "tcnn_conv_2d_s8"):
        assert text in page


def test_a_page_without_a_bisection_has_no_section(
    make_report: Callable[..., Report],
) -> None:
    """As before it was asked for."""
    assert "First wrong number" not in render_report(make_report())


def test_the_test_case_says_what_was_found() -> None:
    """What explains the differences, and the first operator, in one line."""
    text = render_junit([check_of(VERDICT)], name="net")

    assert "1 of 10 images differ; of 1 …; op 3 CONV_2D is the first" in text


def test_what_is_forgiven_is_neither_equal_nor_a_failure(
    make_report: Callable[..., Report],
) -> None:
    """The page says that it differs, and the test case passes."""
    verdict = Verdict("board", 9, 10, 40.0, causes=("of 1 …",), is_explained=True)
    page = render_report(make_report(verdicts=(verdict,)))

    assert check_of(verdict).passed
    assert "as another reference rounds" in page
