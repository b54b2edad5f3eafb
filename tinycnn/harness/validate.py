"""Validation: are a device's outputs, byte for byte, those of the reference?

Images and a reference go in, a `ValidationResult` comes out; a difference is a result,
not an error. A device that is not what was built is refused before the first image. The
reference is computed while the device works, when it comes as an iterator of batches.
What was compared before a fault or an interruption is a result, too: of a part. With a
log the run goes on there, and ends as if it had never been stopped. With a tally it
ends as soon as that has counted enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import takewhile
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tinycnn.device import Counters, DeviceInfo, Inference
from tinycnn.errors import TinycnnError
from tinycnn.harness.identity import Identity, check_identity
from tinycnn.harness.lanes import Lanes
from tinycnn.harness.recall import recall
from tinycnn.harness.run_log import RunLog
from tinycnn.harness.tally import Tally
from tinycnn.harness.verdict import Bytes, Findings, Indices, ValidationResult

__all__ = ["Answering", "validate"]


class Answering(Protocol):
    """What answers images: a device, or several that share them."""

    @property
    def name(self) -> str:
        """What to call it in messages."""

    @property
    def counters(self) -> Counters:
        """What happened on its link so far."""

    def info(self) -> DeviceInfo:
        """What it says of itself now."""

    def infer_many(
        self, images: Iterable[tuple[int, Bytes]]
    ) -> Iterator[tuple[int, Inference]]:
        """Answers in any order, with the number that each image came with."""


def validate(
    device: Answering,
    images: Bytes,
    expected: Bytes | Iterable[Bytes],
    *,
    identity: Identity,
    reference: object,
    labels: NDArray[Any] | None = None,
    indices: Indices | None = None,
    order: str = "given",
    seed: int | None = None,
    log: RunLog | None = None,
    tally: Tally | None = None,
    on_start: Callable[[DeviceInfo], None] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    on_stop: Callable[[ValidationResult], None] | None = None,
) -> ValidationResult:
    """Run images on the device and compare its outputs with `expected`.

    Args:
        device: An open device.
        images: One row of input bytes an image.
        expected: One row of output bytes for each image that is asked for, in that
            order, or batches of such rows, computed in a thread while the device works.
        identity: What the device must say of itself.
        reference: Name and version of what computed `expected`.
        labels: The images' labels, for the accuracies.
        indices: Which images are asked for, in this order, each once; all without.
        order: By what that order was chosen, in a word.
        seed: What chance began with, where it had a part in it.
        log: Keeps each answer as it comes; images that it has are not asked for again.
        tally: Says when enough images are known; all are asked for without.
        on_start: Told what the device says of itself, before the first image.
        on_progress: Called with images done and images to do.
        on_stop: Given what was found if the run ends before its last image.

    Raises:
        DeviceError: If the device is another than was built, or fails.
        TinycnnError: If `images`, `expected` and `labels` differ in number or size.
    """
    before = device.info()
    check_identity(device.name, identity, before)
    if on_start is not None:
        on_start(before)
    _check_images(device.name, images, labels, before)
    if indices is None:
        indices = np.arange(len(images))
    findings = recall(log, indices, before, device=device, images=images)
    conclude = partial(
        _conclude,
        findings,
        device,
        labels=labels,
        model_sha256=identity.model_sha256,
        reference=str(reference),
        device_name=device.name,
        total=len(images),
        order=order,
        seed=seed,
        tally=tally,
    )
    try:
        rows = _rows(expected, findings.outputs.shape)
        for place in findings.answered_places if tally else ():
            _judge(findings, rows, tally, place)
        for place in _ask(device, images, findings, log, tally):
            _judge(findings, rows, tally, place)
            if on_progress is not None:
                on_progress(findings.answered, len(indices))
        if findings.answered == len(indices):
            for row in rows:
                findings.expect(row)
        return conclude(device.info())
    except BaseException as error:  # also an interruption: nothing done is lost
        if len(findings.judged) and on_stop is not None:
            ended = _name_end(error)
            on_stop(conclude(before, ended=ended))
        raise


def _ask(
    device: Answering,
    images: Bytes,
    findings: Findings,
    log: RunLog | None,
    tally: Tally | None,
) -> Iterator[int]:
    """Ask for images until enough are known; the places of the answers as they come."""
    unanswered = takewhile(
        lambda _: not (tally and tally.decision), findings.unanswered
    )
    asked = ((index, images[index]) for index in unanswered)
    for index, inference in device.infer_many(asked):
        if log is not None:
            log.append(index, inference, seconds=findings.seconds)
        yield findings.answer(index, inference)


def _conclude(
    findings: Findings, device: Answering, info: DeviceInfo, **told: Any
) -> ValidationResult:
    """The result, with what happened on the links by then."""
    workers = device.workers if isinstance(device, Lanes) else ()
    return findings.conclude(info, workers=workers, counters=device.counters, **told)


def _judge(
    findings: Findings, rows: Iterator[Bytes], tally: Tally | None, place: int
) -> None:
    """Find out what was wanted of an answer, and count it."""
    while findings.expected <= place:
        findings.expect(next(rows))
    if tally is not None:
        tally.add(place, is_equal=findings.is_equal(place))


def _name_end(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return " ".join(str(error).split()) or type(error).__name__


def _check_images(
    name: str, images: Bytes, labels: NDArray[Any] | None, info: DeviceInfo
) -> None:
    if len(images) == 0:
        raise TinycnnError("images: expected at least one, got none")
    row_bytes = images[0].nbytes
    if row_bytes != info.input_bytes:
        text = f"{name}: its images are of {info.input_bytes} bytes, got {row_bytes}"
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
