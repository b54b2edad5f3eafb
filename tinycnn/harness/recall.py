"""What an earlier part of a run found, if it can be believed.

A board does not say by which build its firmware came to it. So a few of the images that
it has answered are asked again: one whose firmware was changed meanwhile answers some
of them otherwise, and its run is no part of the earlier one. One alone that is new to
the run is asked for others' images; of several each is asked for its own, as one of
them may be the one that differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

import numpy as np

from tinycnn.device import DeviceInfo, Inference
from tinycnn.errors import DeviceError
from tinycnn.harness.lanes import Lanes
from tinycnn.harness.run_log import RunLog
from tinycnn.harness.verdict import Bytes, Findings, Indices

__all__ = ["recall"]

_ASKED_AGAIN = 8


class _Answering(Protocol):
    @property
    def name(self) -> str: ...

    def infer_many(
        self, images: Iterable[tuple[int, Bytes]]
    ) -> Iterator[tuple[int, Inference]]: ...


def recall(
    log: RunLog | None,
    indices: Indices,
    info: DeviceInfo,
    *,
    device: _Answering,
    images: Bytes,
) -> Findings:
    """The findings with which a run begins.

    Args:
        log: What it goes on with; it begins with nothing without.
        indices: The images that are asked for.
        info: What the device says of itself.
        device: It has to give some of the answers again.
        images: One row of input bytes an image of the data set.

    Raises:
        DeviceError: If it answers otherwise than before, or fails.
    """
    size, seconds = info.output_bytes, log.seconds if log else 0.0
    findings = Findings(indices, size, seconds=seconds)
    asked = set(indices.tolist())
    known = {
        index: answer
        for index, answer in (log.answers if log else {}).items()
        if index in asked and len(answer.output) == size
    }
    for index, answer in known.items():
        findings.answer(index, answer)
    if log is not None and known:
        for index, answer in _ask_again(device, known, info, images):
            name = _name(device, answer)
            _check(name, index, known[index], answer, log)
    return findings


def _ask_again(
    device: _Answering, known: Mapping[int, Inference], info: DeviceInfo, images: Bytes
) -> Iterator[tuple[int, Inference]]:
    """Answers to a few of the images that were answered before."""

    def pick(board: str) -> list[tuple[int, Bytes]]:
        own = [i for i, answer in known.items() if answer.board_id == board]
        return [(i, images[i]) for i in _spread(own)]

    if isinstance(device, Lanes) and device.workers:
        return device.ask_each(pick)
    again = pick(info.board_id) or [(i, images[i]) for i in _spread(list(known))]
    return device.infer_many(again)


def _name(device: _Answering, answer: Inference) -> str:
    is_one = not (isinstance(device, Lanes) and device.workers)
    return device.name if is_one else f"board {answer.board_id}"


def _spread(known: list[int]) -> list[int]:
    """A few images that were answered, the first and the last among them."""
    count = min(len(known), _ASKED_AGAIN)
    return [known[place] for place in np.linspace(0, len(known) - 1, count, dtype=int)]


def _check(
    name: str, index: int, before: Inference, now: Inference, log: RunLog
) -> None:
    if np.array_equal(before.output, now.output):
        return
    place = int(np.flatnonzero(before.output != now.output)[0])
    raise DeviceError(
        f"image {index}: {name}: expected the answer in {log.path}, got another: byte "
        f"{place} was {before.output[place]}, is {now.output[place]}",
        hint="--fresh starts anew; was the firmware changed since that run broke off?",
    )
