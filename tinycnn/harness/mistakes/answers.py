"""Mistakes with what a model answers: read wrongly, of another image, always the same.

They need no run of a reference: its outputs are rearranged.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from tinycnn.harness.mistakes.mistake import Given, Indices, Mistake, Rows

__all__ = ["list_answer_mistakes"]


def _other_sign(given: Given, picked: Indices) -> Rows | None:
    if _value_bytes(given) > 1:
        return None
    return given.expected[picked] ^ np.int8(-128)


def _inverted(given: Given, picked: Indices) -> Rows | None:
    if _value_bytes(given) > 1:
        return None
    return ~given.expected[picked]


def _reversed(given: Given, picked: Indices) -> Rows:
    return _by_value(given, given.expected[picked], lambda x: x[:, ::-1])


def _rotated(count: int, given: Given, picked: Indices) -> Rows:
    rows = given.expected[picked]
    return _by_value(given, rows, lambda x: np.roll(x, count, axis=1))


def _of_another(distance: int, given: Given, picked: Indices) -> Rows:
    """Answers of an image that was sent earlier, or later; the first has none."""
    place = np.clip(picked - distance, 0, len(given.expected) - 1)
    return given.expected[place]


def _of_first(given: Given, picked: Indices) -> Rows:
    return np.repeat(given.expected[:1], len(picked), axis=0)


def _swapped_bytes(given: Given, picked: Indices) -> Rows | None:
    if _value_bytes(given) == 1:
        return None
    return _by_value(given, given.expected[picked], lambda x: x.byteswap())


def _constant(given: Given, picked: Indices) -> Rows | None:
    """The device's most frequent answer, if several images have it."""
    rows = [row.tobytes() for row in given.got[given.differing]]
    answer, times = Counter(rows).most_common(1)[0]
    if times < 2:
        return None
    row = np.frombuffer(answer, np.int8)
    return np.repeat(row[None], len(picked), axis=0)


def _permuted(given: Given, picked: Indices) -> Rows | None:
    """The reference's outputs in the one order that makes them the device's."""
    if _count_outputs(given) < 2 or given.expected.shape[1] != given.output.bytes:
        return None
    differing = given.differing
    dtype = np.dtype(given.output.dtype).newbyteorder("<")
    expected = given.expected[differing].view(dtype)
    got = given.got[differing].view(dtype)
    agreements = (got[:, :, None] == expected[:, None, :]).mean(axis=0)
    order: list[int] = []
    for column in agreements:  # the best column that is still free
        column[order] = -1
        order.append(int(column.argmax()))
    return _by_value(given, given.expected[picked], lambda x: x[:, order])


def _by_value(given: Given, rows: Rows, change: Callable[[Rows], Rows]) -> Rows:
    """Rearrange the values of rows, which may have several bytes each."""
    dtype = np.dtype(given.output.dtype).newbyteorder("<")
    if rows.shape[1] % dtype.itemsize:
        return rows
    return np.ascontiguousarray(change(rows.view(dtype))).view(np.int8)


_LABELS = "compare the order of the labels with that of the model's outputs"
_STALE = "wait for the run, and for the image, that an answer belongs to"

_FIXED: tuple[Mistake, ...] = (
    Mistake(
        "uint8 and int8 of the output mixed up",
        "the outputs are moved by 128",
        "read the outputs in the type that NAME_model.h says",
        _other_sign,
        "output type",
    ),
    Mistake(
        "outputs inverted",
        "the highest output is the lowest",
        "read the outputs as they are",
        _inverted,
        "output type",
    ),
    Mistake(
        "bytes of the outputs swapped",
        "the outputs' bytes are in the order of a big-endian machine",
        "send the outputs with the lowest byte first",
        _swapped_bytes,
        "output type",
    ),
    Mistake(
        "labels in reverse", "the last output comes first", _LABELS, _reversed, "labels"
    ),
    Mistake(
        "labels moved by one",
        "the last output comes first, then the others",
        _LABELS,
        partial(_rotated, 1),
        "labels",
    ),
    Mistake(
        "labels moved by one, back",
        "the first output comes last",
        _LABELS,
        partial(_rotated, -1),
        "labels",
    ),
    Mistake(
        "stale input",
        "each answer is that of the image before",
        _STALE,
        partial(_of_another, 1),
        "stale",
    ),
    Mistake(
        "stale input, two images late",
        "each answer is that of the image before the last",
        _STALE,
        partial(_of_another, 2),
        "stale",
    ),
    Mistake(
        "answer of the following image",
        "the answer is read after the next image has run",
        _STALE,
        partial(_of_another, -1),
        "stale",
    ),
    Mistake(
        "stuck at the first image",
        "each answer is that of the first image",
        "copy each image into the model's input before its run",
        _of_first,
        "constant",
    ),
)


def list_answer_mistakes(given: Given) -> Iterator[Mistake]:
    """Those with fixed rules, then those whose rule is found in the answers."""
    yield from _FIXED
    yield Mistake(
        "labels in another order",
        "the outputs are the right ones in another order",
        _LABELS,
        _permuted,
        "labels",
        choice_bits=math.log2(math.factorial(_count_outputs(given))),
    )
    yield Mistake(
        "constant answer",
        "the answer does not depend on the image",
        "check that the model runs at all, and that its input is the image",
        _constant,
        "constant",
        choice_bits=math.log2(len(given.got)),
    )


def _count_outputs(given: Given) -> int:
    return given.output.bytes // _value_bytes(given)


def _value_bytes(given: Given) -> int:
    return np.dtype(given.output.dtype).itemsize
