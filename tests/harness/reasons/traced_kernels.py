"""A traced device of kernels that are called one by one, and a model for it."""

from __future__ import annotations

import ctypes
import zlib

import numpy as np

from tests.compiler.executor import ITEM_TYPES, Executor, make_struct
from tests.compiler.tflite_builder import ModelBuilder
from tests.harness.mistaken import run_reference
from tinycnn.compiler import Program
from tinycnn.compiler.emission.places import digest_places, list_places
from tinycnn.device.trace import Checksums


def run_litert(model: bytes, rows: np.ndarray) -> np.ndarray:
    """The reference, in this process."""
    return run_reference(model, "litert", rows)


def chain_model() -> bytes:
    """One of each family of operators, each reading the one before."""
    rng = np.random.default_rng(5)
    b = ModelBuilder()
    x = b.tensor((1, 10, 9, 3), scale=0.02, zero_point=-5)

    def weigh(
        kind: str, source: int, w: np.ndarray, to: int, axis: int, **more: int
    ) -> int:
        channels = w.shape[axis]
        scales = rng.uniform(0.004, 0.006, channels)
        weights = b.tensor(
            w.shape, scale=scales, data=np.asarray(w, np.int8), axis=axis
        )
        data = np.array(rng.integers(-900, 900, channels), np.int32)
        bias = b.tensor((channels,), "int32", scales * 0.02, data=data)
        b.op(kind, [source, weights, bias], [to], **more)
        return to

    shape = (1, 10, 9, 6)
    conv = b.tensor(shape, scale=0.03, zero_point=7)
    w = rng.integers(-127, 128, (6, 3, 3, 3))
    weigh("CONV_2D", x, w, conv, 0, strideH=1, strideW=1)
    deep = b.tensor(shape, scale=0.03, zero_point=-9)
    w = rng.integers(-127, 128, (1, 3, 3, 6))
    weigh(
        "DEPTHWISE_CONV_2D", conv, w, deep, 3, strideH=1, strideW=1, depthMultiplier=1
    )
    pooled = (1, 5, 5, 6)
    top = b.tensor(pooled, scale=0.03, zero_point=-9)
    window = {"strideH": 2, "strideW": 2, "filterHeight": 2, "filterWidth": 2}
    b.op("MAX_POOL_2D", [deep], [top], **window)
    mean = b.tensor(pooled, scale=0.03, zero_point=-9)
    window = {"strideH": 1, "strideW": 1, "filterHeight": 3, "filterWidth": 3}
    b.op("AVERAGE_POOL_2D", [top], [mean], **window)
    total = b.tensor(pooled, scale=0.05, zero_point=4)
    b.op("ADD", [mean, top], [total])
    product = b.tensor(pooled, scale=0.06, zero_point=-11)
    b.op("MUL", [total, mean], [product])
    soft = b.tensor(pooled, scale=1 / 256, zero_point=-128)
    b.op("LOGISTIC", [product], [soft])
    axes = b.tensor((2,), "int32", data=np.array([1, 2], np.int32))
    means = b.tensor((1, 6), scale=0.0045, zero_point=-120)
    b.op("MEAN", [soft, axes], [means])
    logits = b.tensor((1, 5), scale=0.01, zero_point=3)
    weigh("FULLY_CONNECTED", means, rng.integers(-127, 128, (5, 6)), logits, 0)
    scores = b.tensor((1, 5), scale=1 / 256, zero_point=-128)
    b.op("SOFTMAX", [logits], [scores], beta=1.0)
    return b.build([x], [scores])


class TracedKernels:
    """A device that calls kernels one by one, as debug firmware does."""

    name = "traced kernels"

    def __init__(self, executor: Executor, program: Program) -> None:
        self._program, self._library = program, executor.library
        self.places = list_places(program)
        self._arena = np.full(program.arena_bytes + 128, 0x5A, np.uint8)

    def checksums(self, row: np.ndarray) -> Checksums:
        """Of all places."""
        found = [zlib.crc32(content) for content in self._run(row)]
        return Checksums(zlib.crc32(digest_places(self.places)), tuple(found))

    def infer(self, row: np.ndarray) -> None:
        """Whatever the output is, it leaves its tensors behind."""
        self._run(row)

    def tensor(self, row: np.ndarray, place: int, size: int) -> bytes:
        """What lies in a place."""
        return self._run(row)[place]

    def _run(self, row: np.ndarray) -> list[bytes]:
        program = self._program
        arena = self._arena
        base = -arena.ctypes.data % 16 + 64
        tables = {
            a.name: np.ascontiguousarray(a.values, ITEM_TYPES[a.ctype])
            for a in program.arrays
        }
        address: dict[str, int | None] = {"NULL": None}
        address |= {name: table.ctypes.data for name, table in tables.items()}
        for buffer in program.buffers:
            address[buffer.name] = arena.ctypes.data + base + buffer.offset
        contents, raw = [], row.view(np.uint8)
        for buffer in program.inputs:
            part, raw = raw[: buffer.tensor.bytes], raw[buffer.tensor.bytes :]
            arena[base + buffer.offset :][: len(part)] = part
        done = 0
        for place in self.places:
            for call in program.calls[done : place.step]:
                arguments = [ctypes.c_void_p(address[a]) for a in call.arguments]
                struct = make_struct(call.params, address)
                self._library[call.function](ctypes.byref(struct), *arguments)
            done = place.step
            start = base + place.offset
            contents.append(arena[start : start + place.tensor.bytes].tobytes())
        return contents
