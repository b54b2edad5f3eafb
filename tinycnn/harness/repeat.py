"""Does a device answer the same image in the same way? A few are sent again, twice.

A model has no memory: its answer follows from the image. Where a repeated image changes
the answer, something lives on between two runs, or is read before it was written.
"""

from __future__ import annotations

import numpy as np

from tinycnn.device import Device
from tinycnn.errors import DeviceError
from tinycnn.harness.explanation import Explanation
from tinycnn.harness.mistakes import Given, Indices, Rows

__all__ = ["repeat_images"]

_TRIED = 8
_ARENA = "look for overlapping buffers, an arena used by others, and memory not set"


def repeat_images(device: Device, given: Given) -> Explanation | None:
    """What a device's memory of earlier images explains; None if it has none.

    A device that fails here has answered all that counts before.
    """
    picked = given.differing[:: max(len(given.differing) // _TRIED, 1)][:_TRIED]
    try:
        pairs = [_ask_twice(device, given, index) for index in picked]
    except DeviceError:
        return None
    first, second = np.array(pairs).swapaxes(0, 1)
    return _explain(given, picked, first, second)


def _ask_twice(device: Device, given: Given, index: int) -> tuple[Rows, Rows]:
    image = given.inputs[index]
    return device.infer(image).output, device.infer(image).output


def _explain(
    given: Given, picked: Indices, first: Rows, second: Rows
) -> Explanation | None:
    changed = ((first != second) | (first != given.got[picked])).any(axis=1)
    if not changed.any():
        return None
    settles = bool(np.array_equal(second, given.expected[picked]))
    if settles and given.differing.tolist() == [0]:
        name = "first answer after the start"
        explanation = "memory is read before the first run has written it"
        hint = "clear the arena, and prepare the model, before the first image"
    elif settles:
        name = "first answer after another image"
        explanation = "an image is answered rightly when it is sent twice in a row"
        hint = f"copy the whole image before the model runs; {_ARENA}"
    else:
        name = "answers depend on earlier images"
        explanation = "the same image gets other answers when it is sent again"
        hint = _ARENA
    count = int(changed.sum())
    return Explanation(name, explanation, hint, count, len(picked), count, len(picked))
