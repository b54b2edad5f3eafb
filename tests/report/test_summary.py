"""The top of the page, in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tinycnn.report import AccuracyStep, Agreement, Report, Verdict
from tinycnn.report.summary import (
    Banner,
    describe_agreement,
    list_figures,
    list_rungs,
    make_banner,
)


def test_banner_of_equal_outputs() -> None:
    """All outputs equal on every device is the verdict that the page exists for."""
    banner = make_banner(
        (Verdict("sim", 1797, 1797, 41.25), Verdict("host", 9, 9, 1e4))
    )

    assert banner == Banner(
        "equal",
        "Every output equals the reference, bit for bit",
        (
            "sim: 1,797 of 1,797 outputs equal, 41.2 images/s",
            "host: 9 of 9 outputs equal, 10,000.0 images/s",
        ),
    )


def test_banner_of_differences() -> None:
    """One differing output on one device is a difference."""
    banner = make_banner((Verdict("sim", 9, 10, 1.0), Verdict("host", 10, 10, 1.0)))

    assert banner.state == "different"
    assert banner.headline == "1 of 20 outputs differ from the reference"


def test_banner_says_why_outputs_differ() -> None:
    """Under the device's line, as far as it is known."""
    causes = ("cause: mirrored: explains 1 of 1", "hint: look\x00 at the camera")
    banner = make_banner((Verdict("sim", 9, 10, 1.0, causes=causes),))

    assert banner.lines == (
        "sim: 9 of 10 outputs equal, 1.0 images/s",
        "cause: mirrored: explains 1 of 1",
        "hint: look\ufffd at the camera",
    )


def test_banner_of_a_part() -> None:
    """A part that is equal never claims that all is."""
    part = Verdict("sim", 5, 5, 1.0, left_out=354, ended="interrupted")

    assert make_banner((part,)) == Banner(
        "open",
        "Only 5 of 359 outputs were compared; all equal",
        (
            "sim: 5 of 5 outputs equal, 1.0 images/s; partial: 354 images were not "
            "compared (interrupted)",
        ),
    )
    both = make_banner((Verdict("host", 359, 359, 1.0), part))
    assert both.headline == "Every output equals the reference, bit for bit"
    assert "partial" in both.lines[1]
    worse = make_banner(
        (Verdict("host", 359, 359, 1.0), Verdict("sim", 4, 5, 1.0, 354))
    )
    assert worse.state == "different"


@pytest.mark.parametrize("verdicts", [(), (Verdict("sim", 0, 0, 0.0),)])
def test_banner_without_validation(verdicts: tuple[Verdict, ...]) -> None:
    """No verdict, or one of no images, proves nothing."""
    assert make_banner(verdicts) == Banner("open", "Not yet validated on a device", ())


def test_ladder_compares_each_step_with_the_one_before() -> None:
    """Differences are in points of accuracy; the first step has none."""
    steps = (("float", 99), ("fake-quantized", 98), ("int8", 98), ("C", 100))
    rungs = list_rungs(tuple(AccuracyStep(label, n, 100) for label, n in steps))

    assert [rung.difference for rung in rungs] == ["", "\u22121.00", "same", "+2.00"]
    assert (rungs[0].answers, rungs[0].accuracy) == ("99 / 100", "99.00 %")


def test_ladder_leaves_out_steps_without_images() -> None:
    """A step that was not measured is no rung."""
    assert list_rungs((AccuracyStep("float", 0, 0),)) == ()


def test_agreement_in_words() -> None:
    """The share of differing images and the largest difference are told."""
    assert describe_agreement(Agreement(3, 1200, 2)) == (
        "share of test images with any differing output 0.25 % (3 of 1,200), "
        "largest difference 2 LSB"
    )
    assert describe_agreement(Agreement(0, 0, 0)) == ""


def test_memories_are_measured_against_what_the_core_leaves(report: Report) -> None:
    """Flash and RAM of the Arduino core are not free."""
    flash, ram, arena, *_ = list_figures(report)

    assert (flash.value, flash.bar.percent, flash.bar.fits) == ("88,778", "10.00", True)
    assert flash.bar.label == "10.0 % of 887,788 bytes free"
    assert ram.bar.label == "10.0 % of 218,224 bytes free"
    assert arena.value == "76"


def test_firmware_that_does_not_fit(make_report: Callable[..., Report]) -> None:
    """A bar is never longer than its box, but its label tells the truth."""
    flash = list_figures(make_report(flash_bytes=1_775_576))[0]

    assert (flash.bar.percent, flash.bar.fits) == ("100.00", False)
    assert flash.bar.label == "200.0 % of 887,788 bytes free"


def test_times_are_labelled_as_estimated(report: Report) -> None:
    """Latency and cycles come from a model of the processor, and say so."""
    *_, latency, cycles = list_figures(report)

    assert (latency.label, latency.value) == ("Latency, estimated", "1.50")
    assert latency.note == "666.7 inferences/s at 64 MHz"
    assert (cycles.label, cycles.value) == ("Cycles, estimated", "96,000")


def test_times_that_are_not_known_say_so(make_report: Callable[..., Report]) -> None:
    """On a core without a cycle model nothing is estimated."""
    *_, latency, cycles = list_figures(make_report(latency_ms=0.0, cycles=0))

    assert latency.value == cycles.value == "not known"
    assert latency.note == "there is no cycle model of a cortex-m4f"


def test_counts_are_summed_over_operators(report: Report) -> None:
    """Parameters and MACs are those of the whole model."""
    _, _, _, parameters, macs, *_ = list_figures(report)

    assert (parameters.value, macs.value) == ("228", "768")
