"""What a test of a firmware team gets: a model on a device, opened once a session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn import harness
from tinycnn.device import Device, DeviceInfo
from tinycnn.errors import TinycnnError
from tinycnn.harness import Profile, ValidationResult
from tinycnn.pipeline import bench_project, open_workspace
from tinycnn.workbench import (
    DeviceChoice,
    Silent,
    Subject,
    bench_file,
    open_device,
)
from tinycnn.workbench.operations import find_cycle_model

__all__ = ["Tested", "open_tested"]

_TRIED = 32  # images, where nothing is said


class Tested:
    """A model on a device.

    Args:
        subject: The model, its inputs and its reference.
        choice: Which device it is.
        device: That device, open.
    """

    def __init__(self, subject: Subject, choice: DeviceChoice, device: Device) -> None:
        self._subject = subject
        self._choice = choice
        self._identity = subject.identity(choice)
        self._reference = subject.reference()
        self.device = device

    @property
    def info(self) -> DeviceInfo:
        """What the device says of itself now.

        Raises:
            DeviceError: If it does not answer, or is another than was built.
        """
        info = self.device.info()
        harness.check_identity(self.device.name, self._identity, info)
        return info

    @property
    def images(self) -> NDArray[np.int8]:
        """The project's test images, or random ones: one row of input bytes each."""
        return self._subject.inputs

    def infer(self, image: NDArray[np.generic]) -> NDArray[np.int8]:
        """The bytes of the outputs, laid end to end, for one image.

        Args:
            image: The input's bytes, in any shape: int8 for an int8 model. Several
                inputs are laid end to end.

        Raises:
            DeviceError: If the image has another size, or the device fails.
        """
        row = np.ascontiguousarray(image).reshape(-1).view(np.int8)
        return self.device.infer(row).output

    def expect(self, image: NDArray[np.generic]) -> NDArray[np.int8]:
        """The same by the reference on this computer."""
        row = np.ascontiguousarray(image).reshape(1, -1).view(np.int8)
        return self._reference.run(row).view(np.int8).reshape(-1)

    def validate(
        self, images: NDArray[np.generic] | None = None, *, count: int | None = None
    ) -> ValidationResult:
        """Compare the device's outputs with those of the reference.

        `equal` of what is found says whether all are; `differences` which are not.

        Args:
            images: One image a row, as for `infer`; by default those of the model,
                first the ones that the reference is least sure of.
            count: Only so many; 32 of the model's own without.

        Raises:
            DeviceError: If the device fails or is another than was built.
            TinycnnError: If there are no images, or they are of another size.
        """
        subject = self._subject
        if images is None:
            rows, asked = subject.inputs, subject.asked[: count or _TRIED]
        else:
            rows = np.ascontiguousarray(images)[:count]
            asked = np.arange(len(rows))
        if len(asked) == 0:
            raise TinycnnError("images: expected at least one, got none")
        rows = rows.reshape(len(rows), -1).view(np.int8)
        return harness.validate(
            self.device,
            rows,
            self._reference.run(rows[asked]),
            identity=self._identity,
            reference=self._reference.identity,
            indices=asked,
            order=subject.order if images is None else "given",
        )

    def profile(self) -> Profile:
        """What each operator takes; on the simulated board that is estimated.

        Raises:
            DeviceError: If the device fails, or tells no times of operators.
        """
        simulated = self._choice.port is None
        return harness.profile(
            self.device,
            self.images[0],
            self._subject.analysis,
            identity=self._identity,
            cycle_model=find_cycle_model(self._subject.board) if simulated else None,
        )


@contextmanager
def open_tested(model: Path, choice: DeviceChoice) -> Iterator[Tested]:
    """The model at a path on a device: a project that was built, or a `.tflite` file.

    Args:
        model: Where it is.
        choice: The device.

    Raises:
        TinycnnError: If the project was not built as it is, its firmware cannot be
            built, or the device cannot be opened or is another.
    """
    with _bench(model, choice) as subject, open_device(subject, choice) as device:
        tested = Tested(subject, choice, device)
        _ = tested.info  # another model's board is refused before the first test
        yield tested


@contextmanager
def _bench(model: Path, choice: DeviceChoice) -> Iterator[Subject]:
    if model.suffix == ".tflite":
        dialect = choice.dialect or "packets"
        with bench_file(model, dialect=dialect, observer=Silent()) as subject:
            yield subject
    else:
        yield bench_project(open_workspace(model, observer=Silent()))
