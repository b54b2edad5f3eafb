"""Runs that stop when enough is known, are stopped before that, and go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.harness.test_results import INFO, TENSOR
from tests.harness.test_run_log import KEY
from tinycnn.device import Counters, DeviceInfo, Inference
from tinycnn.errors import DeviceError
from tinycnn.harness import Identity, RunLog, StopRule, ValidationResult, validate
from tinycnn.harness.order import Order, order_by_risk
from tinycnn.harness.tally import Tally

TOTAL = 300
IMAGES = np.arange(2 * TOTAL, dtype=np.int16).view(np.int8).reshape(TOTAL, 4)
BYTES = replace(TENSOR, shape=(1, 4), bytes=4)
RULE = StopRule(0.9, 0.9)


class Echo:
    """Answers each image with its bytes, some wrongly, several at a time.

    Args:
        wrong: The images that it answers wrongly.
        window: So many are taken before the first is answered.
        lives: So many it answers.
    """

    name, counters = "echo", Counters()

    def __init__(
        self, wrong: Iterable[int] = (), window: int = 1, lives: int = TOTAL
    ) -> None:
        self.wrong, self.window, self.lives = set(wrong), window, lives
        self.sent: list[int] = []

    def info(self) -> DeviceInfo:
        """A device with four bytes in and out."""
        return replace(INFO, inputs=(BYTES,), outputs=(BYTES,))

    def infer_many(
        self, images: Iterable[tuple[int, NDArray[np.int8]]]
    ) -> Iterator[tuple[int, Inference]]:
        """Answers, of each window the last image first."""
        taken = iter(images)
        while batch := list(islice(taken, self.window)):
            for index, image in reversed(batch):
                if not self.lives:
                    raise DeviceError(f"image {index}: unplugged")
                self.lives -= 1
                self.sent.append(index)
                answer = image ^ np.int8(index in self.wrong)
                yield index, Inference(len(self.sent), answer, 0, 0)


def run(
    device: Echo,
    order: Order,
    log: RunLog | None = None,
    found: list[ValidationResult] | None = None,
) -> ValidationResult:
    """Ask until nine of ten images are known to be equal, or not."""
    return validate(
        device,
        IMAGES,
        IMAGES[order.indices],
        identity=Identity(INFO.model_sha256),
        reference="the same",
        indices=order.indices,
        log=log,
        tally=Tally(RULE, order),
        on_stop=None if found is None else found.append,
    )


@pytest.mark.parametrize("window", [1, 7])
def test_no_image_is_sent_after_the_decision(window: int) -> None:
    """But for those that are under way, which are no part of what is found."""
    order, device = order_by_risk(np.arange(float(TOTAL))), Echo(window=window)

    result = run(device, order)

    assert result.decision is not None
    assert (result.passed, result.is_partial, result.ended) == (True, True, "")
    assert 0 <= len(device.sent) - result.decision.tried < window
    assert result.images == result.decision.tried < TOTAL
    assert result.indices.tolist() == order.indices[: result.images].tolist()


def test_some_differences_may_pass() -> None:
    """Nine of ten were asked for; they are listed all the same."""
    order = order_by_risk(np.arange(float(TOTAL)))
    result = run(Echo(wrong=[0, 5]), order)

    assert (result.passed, result.equal, result.different) == (True, False, 2)
    assert [d.index for d in result.differences] == [0, 5]


def test_too_many_fail_at_once() -> None:
    """Thirty-one of three hundred are more than one of ten."""
    order = order_by_risk(np.arange(float(TOTAL)))
    result = run(Echo(wrong=range(TOTAL)), order)

    assert result.decision is not None
    assert (result.passed, result.decision.is_certain) == (False, True)
    assert result.images == 31


@pytest.mark.parametrize("lives", [1, 20, 100])
def test_a_run_that_went_on_decides_the_same(tmp_path: Path, lives: int) -> None:
    """After the same images; but for its probe it sends none twice."""
    order = order_by_risk(np.arange(float(TOTAL)), seed=2)
    wrong = np.flatnonzero(np.random.default_rng(1).random(TOTAL) < 0.04).tolist()
    whole, first, second = Echo(wrong), Echo(wrong, lives=lives), Echo(wrong)
    expected, path = run(whole, order), tmp_path / "run.jsonl"
    part: list[ValidationResult] = []

    with RunLog(path, KEY) as log, pytest.raises(DeviceError, match="unplugged"):
        run(first, order, log, part)
    with RunLog(path, KEY, resume="always") as log:
        result = run(second, order, log)

    assert part[0].decision is not None
    assert (part[0].decision.verdict, part[0].decision.tried) == ("open", lives)
    new = [index for index in second.sent if index not in first.sent]
    assert first.sent + new == whole.sent
    assert result.decision == expected.decision
    assert result.indices.tolist() == expected.indices.tolist()


def test_a_run_that_was_killed_after_its_decision_asks_nothing(tmp_path: Path) -> None:
    """The answers that the log has say all; some are asked again as a probe."""
    order, path = order_by_risk(np.arange(float(TOTAL))), tmp_path / "run.jsonl"
    with RunLog(path, KEY) as log:
        expected = run(Echo(), order, log)
    device = Echo()
    with RunLog(path, KEY, resume="always") as log:
        result = run(device, order, log)

    assert set(device.sent) < set(expected.indices.tolist())
    assert (result.decision, result.images) == (expected.decision, expected.images)
