"""Bisection: the first operator whose output differs on a traced device, and why.

In: a traced device, an image, and the reference's tensors. The device says the checksum
of each place in its arena at its moment; the first that is not the reference's names
the operator, and its bytes are fetched. One run finds it, whatever comes after.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.emission.places import Place, digest_places
from tinycnn.compiler.ir.node import Node
from tinycnn.device.trace import Checksums
from tinycnn.errors import DeviceError
from tinycnn.harness.reasons.bisection import Bisection, Sum, WrongNumber
from tinycnn.harness.reasons.expected import Values, expect_bytes
from tinycnn.harness.reasons.pattern import find_region
from tinycnn.harness.reasons.suspects import (
    Wrong,
    find_suspects,
    take_apart,
)
from tinycnn.harness.reasons.traced_model import TracedModel
from tinycnn.runtime import find_kernel, firmware_dir

__all__ = ["Traced", "bisect"]


class Traced(Protocol):
    """A device whose firmware is traced."""

    @property
    def name(self) -> str:
        """What to call it."""

    def checksums(self, image: NDArray[np.int8], /) -> Checksums:
        """Those of all places in one inference."""

    def tensor(self, image: NDArray[np.int8], place: int, size: int, /) -> bytes:
        """The bytes of a place."""

    def infer(self, image: NDArray[np.int8], /) -> object:
        """Run an image through the model."""


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """What is known of one image.

    Attributes:
        index: Of the image in the data set.
        row: Its bytes.
    """

    device: Traced
    model: TracedModel
    index: int
    row: NDArray[np.int8]

    @property
    def places(self) -> tuple[Place, ...]:
        """What the device looks at."""
        return self.model.places

    @property
    def tensors(self) -> Mapping[int, Values]:
        """The reference's, by tensor id."""
        return self.model.tensors


def bisect(
    device: Traced, model: TracedModel, image: tuple[int, NDArray[np.int8]]
) -> Bisection:
    """Where the device's computation of one image leaves the reference's.

    Args:
        device: Runs firmware that is traced.
        model: What that firmware was made of, with the reference's tensors.
        image: Its number, and the bytes of all inputs.

    Raises:
        DeviceError: If the device fails, is not traced, or was made of something else.
    """
    index, row = image
    search, places = _Search(device, model, index, row), model.places
    expected = expect_bytes(places, model.tensors)
    sums = _read_sums(device, row, model)
    unknown = sum(content is None for content in expected)
    for number, content in enumerate(expected):
        if content is not None and zlib.crc32(content) != sums[number]:
            return _explain(search, expected, number, unknown)
    return Bisection(
        index,
        f"all {len(places) - unknown} tensors equal the reference's in the debug "
        "firmware",
        "the fault is not in the operators, or goes with the build: compare the "
        "images' compilers and flags, the stack, and what else writes to memory",
        checked=len(places) - unknown,
        unknown=unknown,
    )


def _read_sums(
    device: Traced, row: NDArray[np.int8], model: TracedModel
) -> tuple[int, ...]:
    found, places = device.checksums(row), model.places
    is_own = model.arena_bytes is None or found.table == zlib.crc32(
        digest_places(places)
    )
    if len(found.values) != len(places) or not is_own:
        raise DeviceError(
            f"{device.name}: expected debug firmware of this compilation with "
            f"{len(places)} places, got another with {len(found.values)}",
            hint="tinycnn build --trace, then tinycnn flash",
        )
    return found.values


def _explain(
    search: _Search, expected: tuple[bytes | None, ...], number: int, unknown: int
) -> Bisection:
    """What is wrong at the first place that differs."""
    places, place = search.places, search.places[number]
    content = expected[number]
    assert content is not None
    got = search.device.tensor(search.row, number, place.tensor.bytes)
    op = "" if place.op is None else _name(place)
    shape = "x".join(map(str, place.tensor.shape))
    found = Bisection(
        image=search.index,
        verdict="",
        hint="",
        checked=sum(c is not None for c in expected[: number + 1]),
        unknown=unknown,
        op=op,
        tensor=f"'{place.tensor.name}' {shape}",
    )
    if got == content:
        text = f"{op or 'the harness'} has {found.tensor} wrong in one run, not another"
        hint = "look for an interrupt, a DMA or a stack that writes into the arena"
        return replace(found, verdict=text, hint=hint)
    if place.op is None or place.reads:
        verdict, hint = _word_overwritten(places, number)
        values = _compare(place, content, got)
        return replace(found, verdict=verdict, hint=hint, number=values)
    source = "in TFLite Micro's library"
    if place.function:
        path = find_kernel(place.function)
        source = path.relative_to(firmware_dir().parent).as_posix()
    return replace(
        found,
        verdict=f"{op} is the first that differs: it writes {found.tensor}",
        hint="its inputs are right: look at its kernel, how it was compiled, and its "
        "constants in flash",
        function=place.function,
        source=source,
        number=_explain_number(search, number, got),
    )


def _name(place: Place) -> str:
    return f"op {place.op.index} {place.op.kind}" if place.op else "the harness"


def _word_overwritten(places: tuple[Place, ...], number: int) -> tuple[str, str]:
    """What to say of a tensor that was right when it was written, and its hint."""
    place = places[number]
    what = f"'{place.tensor.name}'"
    if not place.reads:
        hint = "look at what feeds the model: cable, buffers, the place of the input"
        return f"the input {what} is not what was sent", hint
    span = place.offset, place.tensor.bytes
    written = [
        p for p in places[:number] if not p.reads and (p.offset, p.tensor.bytes) == span
    ]
    since = written[-1].step if written else 0
    between = {
        _name(p): None
        for p in places[:number]
        if not p.reads and p.op is not None and p.step > since
    }
    reader = f"{_name(place)} reads" if place.op else "the harness sends"
    who = f", after {', '.join(between)}" if between else ""
    verdict = f"{what} is no longer what was written when {reader} it{who}"
    hint = "something wrote over it: a kernel beyond its output, or another program"
    return verdict, hint


def _compare(place: Place, content: bytes, got: bytes) -> WrongNumber:
    """The difference alone, where no operator is to be taken apart."""
    dtype, shape = np.dtype(place.tensor.dtype), place.tensor.shape
    wanted, there = (np.frombuffer(b, dtype).reshape(shape) for b in (content, got))
    differs = _differ(wanted, there)
    return _tell(wanted, there, differs, (), Sum("not computed: it was overwritten"))


def _differ(expected: Values, got: Values) -> NDArray[np.bool_]:
    """Which elements differ, in any bit."""
    pairs = (np.ascontiguousarray(a).view(np.uint8) for a in (expected, got))
    a, b = (pair.reshape(expected.size, -1) for pair in pairs)
    differs: NDArray[np.bool_] = (a != b).any(axis=1).reshape(expected.shape)
    return differs


def _tell(
    expected: Values,
    got: Values,
    differs: NDArray[np.bool_],
    suspects: tuple[str, ...],
    how: Sum,
) -> WrongNumber:
    first = int(np.flatnonzero(differs)[0])
    position = np.unravel_index(first, expected.shape)
    return WrongNumber(
        position=tuple(int(i) for i in position),
        got=got.flat[first].item(),
        expected=expected.flat[first].item(),
        differing=int(differs.sum()),
        elements=expected.size,
        region=find_region(differs).words,
        suspects=suspects,
        sum=how,
    )


def _ask_again(search: _Search, number: int) -> Values:
    """What is in a place if the device had another image before."""
    tensor = search.places[number].tensor
    search.device.infer(~search.row)
    data = search.device.tensor(search.row, number, tensor.bytes)
    return np.frombuffer(data, np.dtype(tensor.dtype))


def _find_earlier(
    search: _Search, number: int
) -> tuple[Values, NDArray[np.bool_]] | None:
    """What earlier operators left where a tensor is to lie, and where they did.

    None if nobody knows what lies where.
    """
    place, arena_bytes = search.places[number], search.model.arena_bytes
    if arena_bytes is None:
        return None
    arena, known = np.zeros(arena_bytes, np.uint8), np.zeros(arena_bytes, np.bool_)
    for earlier in search.places[:number]:
        if not earlier.reads and earlier.tensor.id in search.tensors:
            span = slice(earlier.offset, earlier.offset + earlier.tensor.bytes)
            content = search.tensors[earlier.tensor.id].tobytes()
            arena[span] = np.frombuffer(content, np.uint8)
            known[span] = True
    span = slice(place.offset, place.offset + place.tensor.bytes)
    dtype, shape = np.dtype(place.tensor.dtype), place.tensor.shape
    certain = known[span].reshape(-1, dtype.itemsize).all(axis=1)
    return arena[span].view(dtype).reshape(shape), certain.reshape(shape)


def _explain_number(search: _Search, number: int, data: bytes) -> WrongNumber:
    """The first wrong number of an operator's output, and likely slips."""
    place = search.places[number]
    assert place.op is not None
    graph, op = search.model.graph, place.op
    tensor, constants = place.tensor, graph.tensors
    got = np.frombuffer(data, np.dtype(tensor.dtype)).reshape(tensor.shape)
    wrong = Wrong(
        node=Node(graph, op),
        numerics=search.model.numerics,
        values=tuple(
            search.tensors.get(i, constants[i].data) if i >= 0 else None
            for i in op.inputs
        ),
        output=op.outputs.index(tensor.id),
        expected=search.tensors[tensor.id],
        got=got,
        again=_ask_again(search, number).reshape(tensor.shape),
        before=_find_earlier(search, number),
    )
    differs = _differ(wrong.expected, got)
    broken = take_apart(wrong, int(np.flatnonzero(differs)[0]))
    how = Sum("no sum: it copies or chooses what it is given")
    if broken is not None:
        how = Sum(broken.words, broken.columns, broken.terms, broken.stages)
    suspects = find_suspects(wrong, find_region(differs))
    return _tell(wrong.expected, got, differs, suspects, how)
