"""What a validation found, and what a run that is not finished has found so far."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.device import Counters, DeviceInfo, Inference
from tinycnn.harness.explanation import Diagnosis
from tinycnn.harness.health import Health
from tinycnn.harness.reasons.bisection import Bisection
from tinycnn.harness.reasons.reasons import Reasons
from tinycnn.harness.scores import first_scores
from tinycnn.harness.shares import Share, Worker, share_out
from tinycnn.harness.stopping import Decision
from tinycnn.harness.tally import Tally
from tinycnn.tasks import accuracy_of, measure_of

__all__ = ["Bytes", "Difference", "Findings", "Indices", "ValidationResult"]

Bytes = NDArray[np.int8]
Indices = NDArray[np.int64]

_LISTED = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """An image whose outputs are not equal; `index` is its place in the data set."""

    index: int
    expected: tuple[int, ...]
    got: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ValidationResult:
    """What a validation found.

    Attributes:
        model_sha256: Of the `.tflite` file, as the device said too.
        reference: The interpreter that computed the expected outputs.
        device: What the device said after the last image.
        indices: Which image of the data set each row is, in the order in which they
            were asked for; read-only.
        outputs: The device's outputs, one row an image; read-only.
        cycles: Of each image; zeros when the device has no counter; read-only.
        micros: Of each image, by the device's clock; read-only.
        different: Number of images whose outputs are not equal.
        differences: The first 100 of them, in the order of `indices`.
        device_accuracy: How well the first output answers the labels, as
            `tinycnn.tasks` measures; None without labels.
        reference_accuracy: The same of the reference.
        seconds: From the first image to the last reply; of a run that went on, what
            its parts took together.
        measure: What the accuracies are, in a word.
        total: Images there are in all; None if these are all.
        ended: Why the run ended before its last image; empty if it did not.
        diagnosis: What explains the differences; None if nobody has asked.
        health: How the device itself is; None if it was not asked.
        order: By what the order of the images was chosen, in a word.
        seed: What chance began with, where it had a part in that order.
        decision: What is known of the agreement; None if that was not asked.
        boards: The ids of all boards that answered, in alphabetical order.
        shares: What each board did, where several shared the images.
        bisection: The first operator that differs; None if nobody has asked.
        reasons: What each differing output is explained by; None if nobody has asked.
    """

    model_sha256: str
    reference: str
    device_name: str
    device: DeviceInfo
    counters: Counters
    indices: Indices
    outputs: Bytes
    cycles: NDArray[np.int64]
    micros: NDArray[np.int64]
    different: int
    differences: tuple[Difference, ...]
    device_accuracy: float | None
    reference_accuracy: float | None
    seconds: float
    measure: str = "accuracy"
    total: int | None = None
    ended: str = ""
    diagnosis: Diagnosis | None = None
    health: Health | None = None
    order: str = "given"
    seed: int | None = None
    decision: Decision | None = None
    boards: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()
    bisection: Bisection | None = None
    reasons: Reasons | None = None

    def find_board(self, index: int) -> str | None:
        """Which of several boards answered an image that differs."""
        return next((s.board for s in self.shares if index in s.differs), None)

    @property
    def is_partial(self) -> bool:
        """Whether there are images that were not compared."""
        return self.images < (self.total or 0)

    @property
    def images(self) -> int:
        """Number of images."""
        return len(self.outputs)

    @property
    def equal(self) -> bool:
        """True if every output byte of every image is the reference's."""
        return self.different == 0

    @property
    def passed(self) -> bool:
        """Whether the device is as it was asked to be."""
        if self.decision is not None:
            return self.decision.verdict == "pass"
        return self.equal or self.is_explained

    @property
    def is_wrong(self) -> bool:
        """Whether something was found that is not right, if it came to no end, too."""
        return not ((self.equal or self.is_explained) and self.is_sound)

    @property
    def is_explained(self) -> bool:
        """Whether outputs differ, but by a rounding that is no fault of the device."""
        return self.reasons is not None and self.reasons.forgives

    @property
    def is_sound(self) -> bool:
        """False if something is wrong with the device, whatever its outputs."""
        return self.health is None or self.health.is_sound

    @property
    def images_per_second(self) -> float:
        """Images for each second of the run."""
        return self.images / self.seconds


class Findings:
    """What was found so far; answers may come in any order.

    Args:
        indices: The images that are asked for, in that order, each once.
        output_bytes: Of one image.
        seconds: That an earlier part of the run took.
    """

    def __init__(
        self, indices: Indices, output_bytes: int, *, seconds: float = 0.0
    ) -> None:
        self.indices = indices
        self.outputs = np.empty((len(indices), output_bytes), np.int8)
        self.wanted = np.empty_like(self.outputs)
        self.slack = np.zeros(self.outputs.shape, np.uint8)
        self.times = np.empty((2, len(indices)), np.int64)
        self.expected = 0  # so many rows of `wanted` are known, from the first
        self.answered = 0
        self.boards: list[str] = [""] * len(indices)  # that answered, by place
        self._started = time.perf_counter() - seconds
        self._is_answered = np.zeros(len(indices), bool)
        self._places = {index: place for place, index in enumerate(indices.tolist())}

    def answer(self, index: int, inference: Inference) -> int:
        """What the device made of an image; the place of that in `indices`."""
        place = self._places[index]
        self.outputs[place] = inference.output
        self.times[:, place] = inference.cycles, inference.micros
        if inference.slack is not None:
            self.slack[place] = inference.slack
        self.answered += not self._is_answered[place]
        self._is_answered[place] = True
        self.boards[place] = inference.board_id
        return place

    @property
    def seconds(self) -> float:
        """That the run has taken so far."""
        return max(time.perf_counter() - self._started, 1e-9)

    @property
    def unanswered(self) -> list[int]:
        """The images that are still to be asked for, in their order."""
        return [int(index) for index in self.indices[~self._is_answered]]

    def is_equal(self, place: int) -> bool:
        """Whether an answer is what was wanted; both must be known."""
        wanted = self.wanted[place]
        settled = _settle(self.outputs[place], self.slack[place], wanted)
        return np.array_equal(settled, wanted)

    @property
    def answered_places(self) -> list[int]:
        """The places of images that were answered."""
        return [int(place) for place in np.flatnonzero(self._is_answered)]

    def expect(self, row: Bytes) -> None:
        """What the reference makes of the next image."""
        self.wanted[self.expected] = row
        self.expected += 1

    @property
    def judged(self) -> Indices:
        """The places of images of which both are known."""
        return np.flatnonzero(self._is_answered[: self.expected])

    def conclude(
        self,
        info: DeviceInfo,
        *,
        labels: NDArray[Any] | None,
        tally: Tally | None = None,
        workers: Sequence[Worker] = (),
        **told: Any,
    ) -> ValidationResult:
        """The result for the images that are judged, and no later than a decision.

        Args:
            info: What the device says of itself.
            labels: Of all images of the data set.
            tally: What has counted the equal ones. What was under way when it decided
                depends on who was quicker, so it is no part of the result.
            workers: The boards that share the images.
            told: The fields of the result that do not follow from what was found.
        """
        seconds, judged = self.seconds, self.judged
        if tally is not None and tally.decision is not None:
            judged = judged[judged < tally.decision.tried]
        indices, times = self.indices[judged], self.times[:, judged]
        wanted = self.wanted[judged]
        outputs = _settle(self.outputs[judged], self.slack[judged], wanted)
        for array in (indices, outputs, times):
            array.setflags(write=False)
        known = None if labels is None else labels[indices]
        differing = np.flatnonzero((outputs != wanted).any(axis=1))
        boards = [self.boards[place] for place in judged]
        return ValidationResult(
            device=info,
            indices=indices,
            outputs=outputs,
            cycles=times[0],
            micros=times[1],
            different=len(differing),
            differences=tuple(
                Difference(
                    int(indices[row]),
                    tuple(wanted[row].tolist()),
                    tuple(outputs[row].tolist()),
                )
                for row in differing[:_LISTED]
            ),
            device_accuracy=_accuracy(outputs, known, info),
            reference_accuracy=_accuracy(wanted, known, info),
            seconds=seconds,
            decision=None if tally is None else tally.conclude(),
            boards=tuple(sorted(set(boards))),
            shares=share_out(
                workers,
                boards,
                {int(indices[row]): boards[row] for row in differing},
            )
            if workers
            else (),
            measure="accuracy" if labels is None else measure_of(labels),
            **told,
        )


def _settle(outputs: Bytes, slack: NDArray[np.uint8], wanted: Bytes) -> Bytes:
    """What was wanted, where a rounded number leaves it open; else what is known."""
    steps = wanted.view(np.uint8) - outputs.view(np.uint8)  # modulo 256
    return np.where(steps <= slack, wanted, outputs)


def _accuracy(
    rows: Bytes, labels: NDArray[Any] | None, info: DeviceInfo
) -> float | None:
    if labels is None:
        return None
    return accuracy_of(first_scores(rows, info.outputs[0]), labels)
