"""Operators that move data."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.compiler.cases.draw import draw_quant, pick
from tests.compiler.tflite_builder import ModelBuilder


def draw_shape(
    rng: np.random.Generator, least: int = 1, most: int = 5
) -> tuple[int, ...]:
    """A shape of any rank with small dimensions, ones among them."""
    rank = int(pick(rng, 4, rng.integers(least, most + 1)))
    return tuple(int(pick(rng, 1, 2, rng.integers(1, 6))) for _ in range(rank))


class Movement:
    """A model in the making whose tensors share one scale and zero point."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.builder = ModelBuilder()
        self.scale, self.zero_point = draw_quant(rng)

    def activation(self, shape: tuple[int, ...]) -> int:
        """A tensor that is computed."""
        return self.builder.tensor(shape, scale=self.scale, zero_point=self.zero_point)

    def constant(self, shape: tuple[int, ...]) -> int:
        """Random values in the file."""
        data = self.rng.integers(-128, 128, shape).astype(np.int8)
        quant: dict[str, Any] = {"scale": self.scale, "zero_point": self.zero_point}
        return self.builder.tensor(shape, data=data, **quant)

    def numbers(self, values: Any) -> int:
        """An int32 constant: axes, sizes."""
        values = np.array(values, np.int32)
        return self.builder.tensor(values.shape, "int32", data=values)

    def build(
        self,
        kind: str,
        x: int,
        inputs: list[int],
        shapes: list[tuple[int, ...]],
        **options: Any,
    ) -> bytes:
        """One operator; `shapes` are those of its outputs."""
        outputs = [self.activation(shape) for shape in shapes]
        self.builder.op(kind, inputs, outputs, **options)
        return self.builder.build([x], outputs)


def draw_padding(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Amounts before and after each dimension; none for a batch."""
    padding = rng.integers(0, 3, (len(shape), 2))
    if len(shape) == 4:
        padding[0] = 0
    return padding


def padded(
    m: Movement,
    kind: str,
    shape: tuple[int, ...],
    padding: np.ndarray,
    *inputs: int,
    **options: Any,
) -> bytes:
    """A model that pads `shape`."""
    x, y = m.activation(shape), np.array(shape) + padding.sum(axis=1)
    return m.build(kind, x, [x, m.numbers(padding), *inputs], [y], **options)


def pad(rng: np.random.Generator) -> bytes:
    m, shape = Movement(rng), draw_shape(rng, most=4)
    return padded(m, "PAD", shape, draw_padding(rng, shape))


def padv2(rng: np.random.Generator) -> bytes:
    m, shape = Movement(rng), draw_shape(rng, most=4)
    return padded(m, "PADV2", shape, draw_padding(rng, shape), m.constant((1,)))


def mirror_pad(rng: np.random.Generator) -> bytes:
    m, shape = Movement(rng), draw_shape(rng, most=4)
    mode = int(rng.integers(2))
    most = np.array(shape)[:, None] - (1 - mode)
    padding = np.minimum(draw_padding(rng, shape), most)
    return padded(m, "MIRROR_PAD", shape, padding, mode=mode)


def joined(
    rng: np.random.Generator, m: Movement, shapes: list[tuple[int, ...]]
) -> tuple[int, list[int]]:
    """Tensors of these shapes: the model's input, perhaps twice, and constants."""
    x = m.activation(shapes[0])
    others = [
        x if s == shapes[0] and rng.random() < 0.3 else m.constant(s)
        for s in shapes[1:]
    ]
    inputs = [x, *others]
    return x, [inputs[i] for i in rng.permutation(len(inputs))]


def concatenation(rng: np.random.Generator) -> bytes:
    m = Movement(rng)
    shape = draw_shape(rng)
    axis = int(rng.integers(len(shape)))
    sizes = [
        int(pick(rng, shape[axis], rng.integers(1, 5)))
        for _ in range(int(rng.integers(1, 5)))
    ]
    shapes = [shape] + [(*shape[:axis], s, *shape[axis + 1 :]) for s in sizes]
    x, inputs = joined(rng, m, shapes)
    y = (*shape[:axis], shape[axis] + sum(sizes), *shape[axis + 1 :])
    given = axis - len(shape) * int(rng.integers(2))
    return m.build("CONCATENATION", x, inputs, [y], axis=given)


def pack(rng: np.random.Generator) -> bytes:
    m = Movement(rng)
    shape = draw_shape(rng, most=4)
    axis, count = int(rng.integers(len(shape) + 1)), int(rng.integers(1, 5))
    x, inputs = joined(rng, m, [shape] * count)
    y = (*shape[:axis], count, *shape[axis:])
    given = axis - (len(shape) + 1) * int(rng.integers(2))
    return m.build("PACK", x, inputs, [y], axis=given, valuesCount=count)


def unpack(rng: np.random.Generator) -> bytes:
    m = Movement(rng)
    shape = draw_shape(rng, least=2)
    axis = int(rng.integers(len(shape)))
    x, y = m.activation(shape), (*shape[:axis], *shape[axis + 1 :])
    count, given = shape[axis], axis - len(shape) * int(rng.integers(2))
    return m.build("UNPACK", x, [x], [y] * count, axis=given, num=count)


def split(rng: np.random.Generator) -> bytes:
    m = Movement(rng)
    part, count = draw_shape(rng), int(rng.integers(1, 5))
    axis = int(rng.integers(len(part)))
    shape = (*part[:axis], part[axis] * count, *part[axis + 1 :])
    x = m.activation(shape)
    k = m.numbers(axis - len(shape) * int(rng.integers(2)))
    return m.build("SPLIT", x, [k, x], [part] * count, numSplits=count)


def split_v(rng: np.random.Generator) -> bytes:
    m = Movement(rng)
    shape = list(draw_shape(rng))
    axis = int(rng.integers(len(shape)))
    sizes = [int(s) for s in rng.integers(1, 4, int(rng.integers(1, 5)))]
    shape[axis] = sum(sizes)
    x, given = m.activation(tuple(shape)), list(sizes)
    if rng.random() < 0.5:
        given[int(rng.integers(len(sizes)))] = -1
    parts = [(*shape[:axis], s, *shape[axis + 1 :]) for s in sizes]
    inputs = [x, m.numbers(given), m.numbers([axis - len(shape) * rng.integers(2)])]
    return m.build("SPLIT_V", x, inputs, parts, numSplits=len(sizes))


def slice_(rng: np.random.Generator) -> bytes:
    m = Movement(rng)
    shape = draw_shape(rng)
    begin = [int(rng.integers(d)) for d in shape]
    sizes = [int(rng.integers(1, d - s + 1)) for d, s in zip(shape, begin, strict=True)]
    given = [
        -1 if s + n == d and rng.random() < 0.5 else n
        for d, s, n in zip(shape, begin, sizes, strict=True)
    ]
    x = m.activation(shape)
    inputs = [x, m.numbers(begin), m.numbers(given)]
    return m.build("SLICE", x, inputs, [tuple(sizes)])


def strided_slice(rng: np.random.Generator) -> bytes:
    """Both directions, negative indices, bounds outside the tensor, three masks."""
    while True:
        m = Movement(rng)
        shape = draw_shape(rng)
        count = int(rng.integers(1, len(shape) + 1))
        begin, end = (
            [int(rng.integers(-d - 1, d + 2)) for d in shape[:count]] for _ in "be"
        )
        steps = [int(pick(rng, 1, 1, 2, 3, -1, -2)) for _ in range(count)]
        masks = [int(rng.integers(1 << count)) * bool(rng.random() < 0.5) for _ in "be"]
        shrink = int(rng.integers(1 << count)) * bool(rng.random() < 0.3)
        index: list[slice | int] = []
        for i in range(count):
            first = None if masks[0] >> i & 1 else begin[i]
            last = None if masks[1] >> i & 1 else end[i]
            index.append(slice(first, last, steps[i]))
            if shrink >> i & 1:
                steps[i] = 1
                begin[i] = int(rng.integers(-shape[i], shape[i]))
                index[i] = 0 if masks[0] >> i & 1 else begin[i]
        y = np.zeros(shape)[tuple(index)].shape
        if 0 not in y:
            break
    x = m.activation(shape)
    inputs = [x, m.numbers(begin), m.numbers(end), m.numbers(steps)]
    options = {"beginMask": masks[0], "endMask": masks[1], "shrinkAxisMask": shrink}
    return m.build("STRIDED_SLICE", x, inputs, [y], **options)


def transpose(rng: np.random.Generator) -> bytes:
    m = Movement(rng)
    shape = draw_shape(rng, most=6)
    order = rng.permutation(len(shape))
    x, y = m.activation(shape), tuple(shape[p] for p in order)
    return m.build("TRANSPOSE", x, [x, m.numbers(order)], [y])


def tile(rng: np.random.Generator) -> bytes:
    m = Movement(rng)
    shape = draw_shape(rng, most=4)
    times = [int(pick(rng, 1, 1, 2, 3)) for _ in shape]
    if len(shape) == 4:
        times[int(rng.integers(1, 4))] = 1
        times[0] = 1
    x, y = m.activation(shape), tuple(d * t for d, t in zip(shape, times, strict=True))
    return m.build("TILE", x, [x, m.numbers(times)], [y])


def draw_blocks(rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Rows, columns and channels in blocks, and the size of a block."""
    h, w, c = (int(rng.integers(1, 5)) for _ in "hwc")
    return h, w, c, int(rng.integers(1, 4))


def space_to_depth(rng: np.random.Generator) -> bytes:
    m, (h, w, c, block) = Movement(rng), draw_blocks(rng)
    x, y = m.activation((1, h * block, w * block, c)), (1, h, w, c * block * block)
    return m.build("SPACE_TO_DEPTH", x, [x], [y], blockSize=block)


def depth_to_space(rng: np.random.Generator) -> bytes:
    m, (h, w, c, block) = Movement(rng), draw_blocks(rng)
    x, y = m.activation((1, h, w, c * block * block)), (1, h * block, w * block, c)
    return m.build("DEPTH_TO_SPACE", x, [x], [y], blockSize=block)


def reshape(rng: np.random.Generator) -> bytes:
    m, shape = Movement(rng), draw_shape(rng)
    x, size = m.activation(shape), int(np.prod(shape))
    y = pick(rng, (1, size), (size,), (size, 1, 1), shape[::-1])
    given = list(y)
    if rng.random() < 0.3:
        given[int(rng.integers(len(given)))] = -1
    inputs = [x, m.numbers(given)] if rng.random() < 0.8 else [x]
    return m.build("RESHAPE", x, inputs, [y], newShape=np.array(given, np.int32))


def squeeze(rng: np.random.Generator) -> bytes:
    m, shape = Movement(rng), draw_shape(rng)
    ones = [i for i, d in enumerate(shape) if d == 1]
    dropped = [i for i in ones if rng.random() < 0.6]
    gone = dropped or ones
    x, y = m.activation(shape), tuple(d for i, d in enumerate(shape) if i not in gone)
    dims = np.array([i - len(shape) * rng.integers(2) for i in dropped], np.int32)
    return m.build("SQUEEZE", x, [x], [y], squeezeDims=dims)


def expand_dims(rng: np.random.Generator) -> bytes:
    m, shape = Movement(rng), draw_shape(rng)
    axis = int(rng.integers(len(shape) + 1))
    x, y = m.activation(shape), (*shape[:axis], 1, *shape[axis:])
    given = axis - (len(shape) + 1) * int(rng.integers(2))
    return m.build("EXPAND_DIMS", x, [x, m.numbers(given)], [y])


CASES = {
    "CONCATENATION": concatenation,
    "DEPTH_TO_SPACE": depth_to_space,
    "EXPAND_DIMS": expand_dims,
    "MIRROR_PAD": mirror_pad,
    "PACK": pack,
    "PAD": pad,
    "PADV2": padv2,
    "RESHAPE": reshape,
    "SLICE": slice_,
    "SPACE_TO_DEPTH": space_to_depth,
    "SPLIT": split,
    "SPLIT_V": split_v,
    "SQUEEZE": squeeze,
    "STRIDED_SLICE": strided_slice,
    "TILE": tile,
    "TRANSPOSE": transpose,
    "UNPACK": unpack,
}
