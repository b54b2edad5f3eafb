"""Where the table is played: against a board in Python, and the simulated one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np

from tests.compiler.models import conv_model
from tests.device.fake_board import FakeBoard
from tests.device.pluggable import SteadyBoard
from tests.faults.scene import Bench
from tests.faults.simulated import SimulatedBoard, run_simulator
from tests.observer import Log
from tests.workbench.test_operations import make_subject
from tinycnn.reference import Reference, ReferenceIdentity
from tinycnn.workbench import ImageChoice, Subject, bench_file

__all__ = ["IMAGES", "python_bench", "simulated_bench"]

IMAGES = 16


def python_bench() -> Bench:
    """Boards in Python, whose answers follow from the images."""
    return Bench(_python_subject, SteadyBoard, 1.5, IMAGES, 2 + 2 * IMAGES)


@cache
def _made_subject() -> Subject:
    identity = ReferenceIdentity("plus one", "1", "none", 1)
    return make_subject(Reference(identity, lambda rows: []), lambda found: None)


def _python_subject(board: FakeBoard, log: Path) -> Subject:
    size = board.input_bytes
    rows = np.random.default_rng(1).integers(-128, 128, (IMAGES, size), np.int8)
    expected = np.zeros((IMAGES, 8), np.int8)
    expected[:, :4] = rows[:, :4] + np.int8(1)
    return replace(_made_subject(), inputs=rows, expected=expected, log=log)


@contextmanager
def simulated_bench(folder: Path) -> Iterator[Bench]:
    """The simulated board with a small model, in a process of its own."""
    model = folder / "m.tflite"
    model.write_bytes(conv_model())
    images = ImageChoice(count=IMAGES)
    with bench_file(model, images=images, observer=Log()) as subject:
        reference = subject.reference()
        known = replace(
            subject,
            expected=reference.run(subject.inputs),
            reference=lambda: reference,
        )

        def put(board: FakeBoard, log: Path) -> Subject:
            return replace(known, log=log)

        with run_simulator(subject.program("sim")) as simulator:
            board = partial(SimulatedBoard.of, simulator)
            yield Bench(put, board, 5.0, IMAGES, 2 + IMAGES)
