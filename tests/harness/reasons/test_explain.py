"""Differing outputs are explained by a reference's rounding, by kernels, or not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conftest import require_module
from tests.harness.mistaken import Rows, dense_model, give, picture_model, run_reference
from tinycnn.harness.mistakes import Given
from tinycnn.harness.reasons import (
    Reason,
    Reasons,
    Variant,
    explain_differences,
    forgive,
)

DENSE = dense_model()


def explain(given: Given, *variants: Variant) -> Reasons:
    """With references in this process."""
    found = explain_differences(given, run_reference, variants)
    assert found is not None
    return found


def find(given: Given, rows: Rows) -> list[int]:
    """The places of these inputs; a program is never asked for none."""
    places = {row.tobytes(): place for place, row in enumerate(given.inputs)}
    assert len(rows)
    return [places[row.tobytes()] for row in rows]


def test_rounding_is_named_with_its_operator() -> None:
    """TFLite Micro rounds dense layers twice: all is explained, at that operator."""
    require_module("tflite_micro")
    given = give(lambda x, _: run_reference(DENSE, "tflm", x), count=400, model=DENSE)
    differing = len(given.differing)
    found = explain(given)

    assert differing > 3
    assert found.reasons == (
        Reason(
            "rounding",
            "the rounding of TFLite Micro",
            differing,
            (("op 1 FULLY_CONNECTED", differing),),
        ),
    )
    assert found.lines == (
        f"of {differing} differing images: {differing} by the rounding of TFLite "
        f"Micro, first at op 1 FULLY_CONNECTED ({differing})",
    )


def test_a_reference_must_give_the_equal_answers_too() -> None:
    """A device that rounds as another for some images only rounds as none."""
    require_module("tflite_micro")

    def answer(x: Rows, right: Rows) -> Rows:
        other = run_reference(DENSE, "tflm", x).copy()
        differs = np.flatnonzero((other != right).any(axis=1))
        other[differs[::2]] = right[differs[::2]]
        return other

    found = explain(give(answer, count=400, model=DENSE))

    assert [reason.kind for reason in found.reasons] == ["unexplained"]


def test_what_nothing_gives_is_unexplained() -> None:
    """One more everywhere: counted, and not blamed on anybody."""
    found = explain(give(lambda x, right: right + np.int8(1), count=20))

    assert found.reasons == (Reason("unexplained", "", 20),)
    assert found.lines == ("of 20 differing images: 20 unexplained",)
    assert not found.forgives


def test_more_than_can_be_asked_for_are_spread_evenly() -> None:
    """The count of those that were looked at is said, and nothing is forgiven."""
    given = give(lambda x, right: right + np.int8(1), count=20)
    asked: list[int] = []

    def answer(rows: Rows) -> Rows:
        asked.extend(find(given, rows))
        return given.got[asked]

    found = explain_differences(
        given, run_reference, [Variant("all of it", answer)], most=5
    )

    assert asked == [0, 4, 9, 14, 19]
    assert found is not None
    assert found.lines == (
        "of 5 of 20 differing images, spread evenly: 5 by all of it",
    )
    assert not forgive(found, "").forgives


def test_kernels_that_give_the_answers_are_named() -> None:
    """A program of ours that is wrong in the same way; the rest stays open."""

    def answer(x: Rows, right: Rows) -> Rows:
        wrong = right + np.int8(1)
        wrong[3] += 1
        return wrong

    given = give(answer, count=20)
    variant = Variant(
        "portable kernels on this computer",
        lambda rows: given.expected[find(given, rows)] + np.int8(1),
    )
    whole = Variant("all of it", lambda rows: given.got[find(given, rows)])
    found = explain(given, variant)

    assert explain(given, whole, variant).count("kernel") == 20  # none is left to try
    assert found.reasons == (
        Reason("kernel", "portable kernels on this computer", 19),
        Reason("unexplained", "", 1),
    )
    counts = [found.count(kind) for kind in ("rounding", "kernel", "unexplained")]
    assert counts == [0, 19, 1]


@pytest.mark.parametrize(
    ("reference", "operator"),
    [
        ("litert-xnnpack", "op 0 CONV_2D"),
        ("litert-optimized", "op 2 FULLY_CONNECTED"),
    ],
)
def test_each_of_litert_s_kernels_is_told(reference: str, operator: str) -> None:
    """Their tensors can be had, though a delegate keeps none."""
    model = picture_model()
    given = give(lambda x, _: run_reference(model, reference, x), count=200)
    found = explain(given)

    assert len(given.differing) > 0
    assert found.reasons[0].kind == "rounding"
    assert found.reasons[0].operators[0][0] == operator


@pytest.mark.parametrize("is_more", [False, True])
def test_what_explains_fewer_than_half_is_chance(is_more: bool) -> None:
    """XNNPACK on a device with a fault, too: the half itself is enough."""
    model = picture_model()

    def answer(x: Rows, right: Rows) -> Rows:
        rounded = run_reference(model, "litert-xnnpack", x).copy()
        differs = np.flatnonzero((rounded != right).any(axis=1))
        assert len(differs) > 3
        rounded[differs[: len(differs) // 2 + is_more]] ^= 64
        return rounded

    given = give(answer, count=400, model=model)
    found = explain(given)
    half = len(given.differing) // 2

    kinds = [] if is_more else ["rounding"]
    assert [reason.kind for reason in found.reasons] == [*kinds, "unexplained"]
    assert found.reasons[-1].images == (len(given.differing) if is_more else half)


def test_the_reference_that_explains_most_is_named() -> None:
    """Alone, though another that is asked before it gives more than half."""
    given = give(lambda x, right: right + np.int8(1), count=20)
    near = given.got.copy()
    near[0] += 1
    answers = {"tflm": near, "litert-xnnpack": given.got}

    def run(model: bytes, reference: str, rows: Rows) -> Rows:
        if reference not in answers or len(model) != len(given.model):
            return run_reference(model, reference, rows)
        return answers[reference][find(given, rows)]

    found = explain_differences(given, run)

    assert found is not None
    assert [(r.name, r.images) for r in found.reasons] == [
        ("the rounding of LiteRT's XNNPACK delegate", 20)
    ]


ROUNDED = Reason("rounding", "the rounding of TFLite Micro", 3)


@pytest.mark.parametrize(
    ("reasons", "generator", "forgiven"),
    [
        ((ROUNDED,), "tinycnn 0.1.0 for Arduino_TensorFlowLite 2.4.0", True),
        ((ROUNDED,), "", True),
        ((ROUNDED,), "tinycnn 0.1.0", False),  # what we compile is to be equal
        ((ROUNDED,), "tinycnn 9", False),
        ((ROUNDED, Reason("unexplained", "", 1)), "", False),
        ((ROUNDED, Reason("rounding", "XNNPACK", 1)), "", False),
        ((Reason("kernel", "portable kernels", 3),), "", False),
    ],
)
def test_what_is_forgiven(
    reasons: tuple[Reason, ...], generator: str, forgiven: bool
) -> None:
    """One other rounding alone, where nobody promised to round as the reference."""
    count = sum(reason.images for reason in reasons)

    assert forgive(Reasons(reasons, count, count), generator).forgives == forgiven
    assert not forgive(Reasons(reasons, count, count + 1), generator).forgives
