"""Which inputs a device is asked for, and in what order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import conv_model
from tests.conftest import require_module
from tests.device.fake_board import FakeBoard, Line, served
from tests.observer import Log
from tests.workbench.test_operations import make_subject, plus_one
from tinycnn.device import TensorInfo
from tinycnn.errors import ProjectError
from tinycnn.harness import StopRule
from tinycnn.workbench import (
    DeviceChoice,
    ImageChoice,
    Subject,
    bench_file,
    pick_images,
    validate,
)
from tinycnn.workbench.images import guess_task

SCORES = TensorInfo("int8", (1, 4), 1 / 256, -128, 4)


def pick(choice: ImageChoice, subject: Subject) -> Subject:
    """The inputs of a model with four classes."""
    return pick_images(subject, choice, Log(), output=SCORES, task="categorical")


def expected_margins(subject: Subject) -> list[int]:
    """Of the fake board's model: each byte plus 1, the first four of them."""
    scores = np.sort((subject.inputs[:, :4].astype(int) + 129) % 256 - 128, axis=1)
    return [int(row[-1] - row[-2]) for row in scores]


def test_the_least_sure_inputs_come_first() -> None:
    """Half of those that are asked for, by the reference's own scores."""
    subject = make_subject(plus_one([]), lambda _: None)
    picked = pick(ImageChoice(10), subject)

    margins = expected_margins(subject)
    front = [margins[i] for i in picked.asked[:5].tolist()]
    assert front == sorted(margins)[:5]
    assert (len(picked.asked), picked.order, picked.seed) == (10, "risk", 0)


def test_outputs_that_ranked_are_compared_with_the_device() -> None:
    """The reference computes each of them once, for ranking and verdict."""
    batches: list[int] = []
    subject = make_subject(plus_one(batches), lambda _: None)
    picked = pick(ImageChoice(10), subject)
    assert picked.expected is not None
    with served(Line(FakeBoard())) as url:
        result = validate(picked, DeviceChoice(port=url), Log())

    assert batches == [16, 19]
    assert result.indices.tolist() == picked.asked.tolist()
    assert (result.images, result.total, result.order) == (10, 35, "risk")


def test_known_outputs_are_not_computed_again() -> None:
    """As a build has kept them."""
    batches: list[int] = []
    subject = make_subject(plus_one(batches), lambda _: None)
    known = replace(subject, expected=np.zeros((35, 8), np.int8))

    assert len(pick(ImageChoice(), known).asked) == 35
    assert batches == []


@pytest.mark.parametrize("order", ["random", "given"])
def test_other_orders_need_no_reference(order: str) -> None:
    """Which is asked while the device works, for these inputs only."""
    batches: list[int] = []
    subject = make_subject(plus_one(batches), lambda _: None)
    picked = pick(ImageChoice(5, order, seed=7), subject)  # type: ignore[arg-type]

    assert (batches, picked.expected, picked.order) == ([], None, order)
    assert (picked.asked.tolist() == [0, 1, 2, 3, 4]) == (order == "given")


def test_numbers_that_turn_into_no_other_answer_are_in_random_order() -> None:
    """A regression has no margin."""
    subject = make_subject(plus_one([]), lambda _: None)
    picked = pick_images(
        subject, ImageChoice(), Log(), output=SCORES, task="regression"
    )

    assert picked.order == "random"


def test_an_agreement_needs_chance_and_enough_images() -> None:
    """Both are told before the device is opened."""
    subject = make_subject(plus_one([]), lambda _: None)
    with pytest.raises(ProjectError, match="order by chance, got them as given"):
        pick(ImageChoice(order="given", rule=StopRule()), subject)
    with pytest.raises(ProjectError, match=r"enough images .* got 20 of 35") as caught:
        pick(ImageChoice(20, rule=StopRule(0.9, 0.9)), subject)

    assert caught.value.hint == "22 that are all equal are the least"
    assert pick(ImageChoice(rule=StopRule(0.9, 0.9)), subject).rule is not None


def test_a_lone_sigmoid_is_told_from_a_number() -> None:
    """By the grid that a sigmoid has; of several outputs the highest is the answer."""
    one = TensorInfo("int8", (1, 1), 1 / 256, -128, 1)
    assert guess_task(one) == "binary"
    assert guess_task(replace(one, scale=0.5)) == "regression"
    assert guess_task(SCORES) == "categorical"


def test_only_a_choice_of_a_file_s_inputs_is_ranked(tmp_path: Path) -> None:
    """Random bytes are all alike, and all inputs need no order."""
    require_module("ai_edge_litert")
    model, rows = tmp_path / "m.tflite", tmp_path / "x.npy"
    model.write_bytes(conv_model())
    with bench_file(model, observer=Log()) as random:
        size = len(random.inputs[0])
    chance = np.random.default_rng(0)
    np.save(rows, chance.integers(-128, 128, (40, size), np.int8))

    def order(choice: ImageChoice, inputs: Path | None) -> tuple[str, int, int]:
        with bench_file(model, inputs=inputs, images=choice, observer=Log()) as bench:
            return bench.order, len(bench.asked), len(bench.inputs)

    assert random.order == "given"
    assert order(ImageChoice(3), None) == ("given", 3, 3)
    assert order(ImageChoice(), rows) == ("given", 40, 40)
    assert order(ImageChoice(4), rows) == ("risk", 4, 40)
    assert order(ImageChoice(4, "random"), rows) == ("random", 4, 40)
    assert order(ImageChoice(rule=StopRule()), rows) == ("risk", 40, 40)
    assert order(ImageChoice(rule=StopRule()), None) == ("random", 32, 32)
