"""Validation: are a device's outputs, byte for byte, those of the reference?

Images and a reference go in, a `ValidationResult` comes out; a difference is a result,
not an error. A device that is not what was built is refused before the first image. The
reference is computed while the device works, when it comes as an iterator of batches.
What was compared before a fault or an interruption is a result, too: of a part.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.device import Counters, Device, DeviceInfo, Inference
from tinycnn.errors import DeviceError, TinycnnError
from tinycnn.harness.explanation import Diagnosis
from tinycnn.harness.identity import Identity, check_identity
from tinycnn.task import accuracy_of, measure_of

__all__ = ["Difference", "ValidationResult", "validate"]

Bytes = NDArray[np.int8]

_LISTED = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """An image whose outputs are not equal."""

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
        outputs: The device's outputs, one row an image; read-only.
        cycles: Of each image; zeros when the device has no counter; read-only.
        micros: Of each image, by the device's clock; read-only.
        different: Number of images whose outputs are not equal.
        differences: The first 100 of them.
        device_accuracy: How well the first output answers the labels, as
            `tinycnn.task` measures; None without labels.
        reference_accuracy: The same of the reference.
        seconds: From the first image to the last reply.
        measure: What the accuracies are, in a word.
        total: Images there are in all; these are the first of them.
        ended: Why the run ended before its last image; empty if it did not.
        diagnosis: What explains the differences; None if nobody has asked.
    """

    model_sha256: str
    reference: str
    device_name: str
    device: DeviceInfo
    counters: Counters
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
    def images_per_second(self) -> float:
        """Images for each second of the run."""
        return self.images / self.seconds


def validate(
    device: Device,
    images: Bytes,
    expected: Bytes | Iterable[Bytes],
    *,
    identity: Identity,
    reference: object,
    labels: NDArray[Any] | None = None,
    total: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    on_stop: Callable[[ValidationResult], None] | None = None,
) -> ValidationResult:
    """Run all `images` on the device and compare its outputs with `expected`.

    Args:
        device: An open device.
        images: One row of input bytes an image.
        expected: One row of output bytes an image, or batches of such rows, computed
            in a thread while the device works.
        identity: What the device must say of itself.
        reference: Name and version of what computed `expected`.
        labels: The images' labels, for the accuracies.
        total: Images there are in all, if `images` are only the first of them.
        on_progress: Called with images done and images to do.
        on_stop: Given what was found if the run ends before its last image.

    Raises:
        DeviceError: If the device is another than was built, or fails.
        TinycnnError: If `images`, `expected` and `labels` differ in number or size.
    """
    before = device.info()
    check_identity(device.name, identity, before)
    _check_images(images, labels, before)
    run = _Run(len(images), before.output_bytes)
    conclude = partial(
        run.conclude,
        device,
        identity=identity,
        reference=str(reference),
        labels=labels,
        total=total or len(images),
    )
    try:
        for index, row in enumerate(_rows(expected, run.outputs.shape)):
            run.add(row, _infer(device, images, index))
            if on_progress is not None:
                on_progress(run.done, len(images))
        return conclude(device.info())
    except BaseException as error:  # also an interruption: nothing done is lost
        if run.done and on_stop is not None:
            on_stop(conclude(before, ended=_name_end(error)))
        raise


class _Run:
    """What was found so far, image by image."""

    def __init__(self, images: int, output_bytes: int) -> None:
        self.outputs = np.empty((images, output_bytes), np.int8)
        self.wanted = np.empty_like(self.outputs)
        self.times = np.empty((2, images), np.int64)
        self.started = time.perf_counter()
        self.done = 0

    def add(self, row: Bytes, inference: Inference) -> None:
        """The next image: what was wanted, and what came."""
        self.wanted[self.done], self.outputs[self.done] = row, inference.output
        self.times[:, self.done] = inference.cycles, inference.micros
        self.done += 1

    def conclude(
        self,
        device: Device,
        info: DeviceInfo,
        *,
        identity: Identity,
        reference: str,
        labels: NDArray[Any] | None,
        total: int,
        ended: str = "",
    ) -> ValidationResult:
        """The result for the images that are done."""
        seconds = max(time.perf_counter() - self.started, 1e-9)
        outputs, wanted = self.outputs[: self.done], self.wanted[: self.done]
        times = self.times[:, : self.done]
        for array in (outputs, times):
            array.setflags(write=False)
        known = None if labels is None else labels[: self.done]
        differences = np.flatnonzero((outputs != wanted).any(axis=1))
        listed = differences[:_LISTED].tolist()
        return ValidationResult(
            model_sha256=identity.model_sha256,
            reference=reference,
            device_name=device.name,
            device=info,
            counters=device.counters,
            outputs=outputs,
            cycles=times[0],
            micros=times[1],
            different=len(differences),
            differences=tuple(_difference(i, wanted, outputs) for i in listed),
            device_accuracy=_accuracy(outputs, known, info),
            reference_accuracy=_accuracy(wanted, known, info),
            seconds=seconds,
            measure="accuracy" if labels is None else measure_of(labels),
            total=total,
            ended=ended,
        )


def _name_end(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return " ".join(str(error).split()) or type(error).__name__


def _difference(index: int, wanted: Bytes, outputs: Bytes) -> Difference:
    expected, got = wanted[index].tolist(), outputs[index].tolist()
    return Difference(index, tuple(expected), tuple(got))


def _check_images(images: Bytes, labels: NDArray[Any] | None, info: DeviceInfo) -> None:
    if len(images) == 0:
        raise TinycnnError("images: expected at least one, got none")
    row_bytes = images[0].nbytes
    if row_bytes != info.input_bytes:
        text = f"images: expected {info.input_bytes} bytes each, got {row_bytes}"
        raise TinycnnError(text, hint="use the data set that the model was made for")
    if labels is not None and len(labels) != len(images):
        raise TinycnnError(f"labels: expected {len(images)}, got {len(labels)}")


def _rows(expected: Bytes | Iterable[Bytes], shape: tuple[int, ...]) -> Iterator[Bytes]:
    """The reference's outputs one by one, checked against the device's `shape`."""
    done = 0
    for batch in _prefetched(expected):
        rows = np.ascontiguousarray(batch).view(np.int8).reshape(len(batch), -1)
        done += len(rows)
        if rows.shape[1] != shape[1] or done > shape[0]:
            text = f"reference: expected {shape[0]} outputs of {shape[1]} bytes, "
            raise TinycnnError(f"{text}got {done} or more of {rows.shape[1]}")
        yield from rows
    if done < shape[0]:
        raise TinycnnError(f"reference: expected {shape[0]} outputs, got {done}")


def _prefetched(expected: Bytes | Iterable[Bytes]) -> Iterator[Bytes]:
    """The batches of `expected`, each computed while the one before is used."""
    if isinstance(expected, np.ndarray):
        yield expected
        return
    batches = iter(expected)
    with ThreadPoolExecutor(1, thread_name_prefix="reference") as executor:
        following = executor.submit(next, batches, None)
        while (batch := following.result()) is not None:
            following = executor.submit(next, batches, None)
            yield batch


def _infer(device: Device, images: Bytes, index: int) -> Inference:
    """Run image `index`; an error says which image it was."""
    try:
        return device.infer(images[index])
    except DeviceError as error:
        raise type(error)(f"image {index}: {error}", error.hint) from error


def _accuracy(
    rows: Bytes, labels: NDArray[Any] | None, info: DeviceInfo
) -> float | None:
    if labels is None:
        return None
    first = info.outputs[0]
    scores = rows[:, : first.bytes].view(np.dtype(first.dtype).newbyteorder("<"))
    if first.scale:  # numbers that are real already have none
        scores = first.scale * (scores - float(first.zero_point))
    return accuracy_of(scores, labels)
