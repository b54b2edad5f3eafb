"""Everything that a report shows, as data; gathered by the build, drawn by `page`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.analysis.fit import Analysis
from tinycnn.analysis.ram import RamUse
from tinycnn.artifacts import Curves
from tinycnn.boards import Board
from tinycnn.harness import Decision, Health, Profile
from tinycnn.harness.reasons import Bisection
from tinycnn.tasks import Task

__all__ = ["AccuracyStep", "Agreement", "Answers", "Report", "Verdict"]


@dataclass(frozen=True, slots=True)
class AccuracyStep:
    """One rung of the accuracy ladder: the same test images, another arithmetic."""

    label: str
    correct: float
    total: int

    @property
    def accuracy(self) -> float:
        """Share of correct answers, 0 to 1; of real numbers R²."""
        return self.correct / self.total


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one rung of the ladder answered, image by image.

    Attributes:
        label: Of the rung.
        scores: As the network gives them, real numbers, shape (N, outputs).
        tried: For which images there are any, shape (N,).
    """

    label: str
    scores: NDArray[np.float64]
    tried: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Agreement:
    """The fake-quantized twin against the converted model, on the test images."""

    differing_images: int
    total: int
    largest_lsb: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a validation on a device found.

    Attributes:
        device: Where.
        equal: Outputs that were the reference's.
        total: Outputs that were compared.
        images_per_second: Of the whole run.
        left_out: Images that were not compared.
        ended: Why it ended before its last image; empty if it did not.
        causes: What explains the differences, and what to look at; a line each.
        boards: Which of several boards failed or differ; a line each.
        is_explained: Whether they are another reference's rounding, and forgiven.
        bisection: The first operator that differs, if it was looked for.
        decision: What is known of the agreement, if that was asked.
        health: How the device itself was; None if it was not asked.
    """

    device: str
    equal: int
    total: int
    images_per_second: float
    left_out: int = 0
    ended: str = ""
    causes: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()
    is_explained: bool = False
    bisection: Bisection | None = None
    decision: Decision | None = None
    health: Health | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """The contents of one report.

    Attributes:
        name: Project name.
        generator: Program and version.
        model_sha256: Digest of the `.tflite` file.
        reference: Identity of the reference interpreter.
        dataset: Name of the data set.
        board: The target.
        ladder: Float, fake-quantized, int8 reference, C on host.
        agreement: Fake-quantized twin against the int8 reference.
        curves: Training, phase after phase: "float", "fake-quantized".
        class_names: One a class.
        images: Test images, uint8, shape (N, H, W, C).
        labels: True classes, shape (N,); several labels or real numbers, (N, names).
        scores: Dequantized outputs of the int8 reference, shape (N, classes).
        analysis: Of the compilation that was linked.
        flash_bytes: Of the firmware image.
        ram_bytes: RAM of the firmware image, arena and stack included.
        ram: The same, itemised.
        stack_measured_bytes: Most stack that an inference used; 0 if not known.
        latency_ms: Estimated time of one inference on the board; 0 if not known.
        cycles: Estimated processor cycles of one inference; 0 if not known.
        verdicts: Validations done so far.
        probed_board: The board whose probe the estimates follow; empty: the cycle
            model's own numbers.
        profile: What each operator takes, where it was measured.
        task: What the model is asked.
        engine: What runs the model in the firmware image: "compiled" or "tflm".
        answers: The rungs of the ladder, image by image, as far as they are known.
        unrun: The rungs that are missing, each with the command that adds it.
        is_explained: Whether `explain.html` lies beside the page.
    """

    name: str
    generator: str
    model_sha256: str
    reference: str
    dataset: str
    board: Board
    ladder: tuple[AccuracyStep, ...]
    agreement: Agreement
    curves: Mapping[str, Curves]
    class_names: tuple[str, ...]
    images: NDArray[np.uint8]
    labels: NDArray[Any]
    scores: NDArray[np.float64]
    analysis: Analysis
    flash_bytes: int
    ram_bytes: int
    ram: RamUse
    stack_measured_bytes: int
    latency_ms: float
    cycles: int
    verdicts: tuple[Verdict, ...]
    profile: Profile | None = None
    task: Task = "categorical"
    engine: str = "compiled"
    answers: tuple[Answers, ...] = ()
    unrun: tuple[tuple[str, str], ...] = ()
    is_explained: bool = False
    probed_board: str = ""
