"""Shapes that the converter left open: chains of integers that give them fold away."""

from typing import Any

import numpy as np
import pytest

from tests.compiler.executor import Executor
from tests.compiler.reading.test_fold_constants import constant, interpret
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import compile_tflite, read_tflite
from tinycnn.errors import InvalidModelError

SHAPE = (1, 3, 4, 2)


def open_tensor(b: ModelBuilder, *signature: int, scale: float = 0.1) -> int:
    """An int8 tensor as converters write it: 1 for what is not known."""
    y = b.tensor(tuple(max(size, 1) for size in signature), scale=scale)
    b.tensors[y].shapeSignature = np.array(signature, np.int32)
    return y


def ask_shape(b: ModelBuilder, x: int, rank: int) -> int:
    """SHAPE of a tensor."""
    y = b.tensor((rank,), "int32")
    b.op("SHAPE", [x], [y], outType=2)
    return y


def cut(b: ModelBuilder, x: int, bounds: tuple[int, int], **masks: int) -> int:
    """STRIDED_SLICE of a vector."""
    size = bounds[1] - bounds[0]
    shape = () if masks.get("shrinkAxisMask") else (size,)
    y = b.tensor(shape, "int32")
    ends = [0 if masks.get(f"{name}Mask") else None for name in ("begin", "end")]
    begin, end = (bounds[i] if v is None else v for i, v in enumerate(ends))
    inputs = [constant(b, [v]) for v in (begin, end, 1)]
    b.op("STRIDED_SLICE", [x, *inputs], [y], **masks)
    return y


def by_concatenation(b: ModelBuilder, x: int) -> int:
    """Keras 3's nearest upsampling: the batch, then what is left, then channels."""
    batch = cut(b, ask_shape(b, x, 4), (0, 1), beginMask=1)
    target = b.tensor((4,), "int32")
    parts = [batch, constant(b, [-1]), constant(b, [4, 2])]
    b.op("CONCATENATION", parts, [target], axis=0)
    return target


def by_pack_of_products(b: ModelBuilder, x: int) -> int:
    """Two users of one SHAPE, a GATHER and a MUL between them and PACK."""
    sizes = ask_shape(b, x, 4)
    rows, scaled = b.tensor((), "int32"), b.tensor((), "int32")
    b.op("GATHER", [sizes, constant(b, 1)], [rows], axis=0)
    b.op("MUL", [rows, constant(b, 2)], [scaled])
    batch = cut(b, sizes, (0, 1), shrinkAxisMask=1)
    target = b.tensor((4,), "int32")
    parts = [batch, scaled, constant(b, 4), constant(b, 2)]
    b.op("PACK", parts, [target], valuesCount=4, axis=0)
    return target


def by_masked_slices(b: ModelBuilder, x: int) -> int:
    """Both ends of a slice behind masks, and -1 for what is between."""
    sizes = ask_shape(b, x, 4)
    first = cut(b, sizes, (0, 1), beginMask=1)
    last = cut(b, sizes, (2, 4), endMask=1)
    target = b.tensor((4,), "int32")
    b.op("CONCATENATION", [first, constant(b, [-1]), last], [target], axis=0)
    return target


def upsample(find_target: Any) -> tuple[ModelBuilder, int, int]:
    """Rows twice, by TILE and RESHAPE to a computed shape; builder, input, end."""
    b = ModelBuilder()
    x = open_tensor(b, -1, *SHAPE[1:])
    wide = open_tensor(b, -1, 3, 1, 4, 2)
    twice = open_tensor(b, -1, 3, 2, 4, 2)
    rows = open_tensor(b, -1, -1, 4, 2)
    b.op("EXPAND_DIMS", [x, constant(b, 2)], [wide])
    b.op("TILE", [wide, constant(b, [1, 1, 2, 1, 1])], [twice])
    b.op("RESHAPE", [twice, find_target(b, x)], [rows])
    return b, x, rows


def conv(b: ModelBuilder, x: int, y: int) -> None:
    """A convolution 1 x 1 from two channels to one."""
    w = b.tensor((1, 1, 1, 2), scale=0.01, data=np.array([[[[40, -3]]]], np.int8))
    s = b.tensor((1,), "int32", scale=0.001, data=np.array([7], np.int32))
    b.op("CONV_2D", [x, w, s], [y], strideH=1, strideW=1)


def run(model: bytes, executor: Executor) -> tuple[bytes, bytes]:
    """Outputs of the compiled program and of the reference."""
    x = np.random.default_rng(0).integers(-128, 128, SHAPE).astype(np.int8)
    program = compile_tflite(model, name="case").program
    (got,) = executor.run(program, x[None])
    return got, interpret(model, x).tobytes()


@pytest.mark.parametrize(
    "find_target", [by_concatenation, by_pack_of_products, by_masked_slices]
)
def test_what_follows_an_open_shape_is_exact(
    find_target: Any, executor: Executor
) -> None:
    """A placeholder is no contradiction; those after it are closed with it."""
    b, _, rows = upsample(find_target)
    summed, y = open_tensor(b, -1, -1, 4, 1), open_tensor(b, -1, -1, 4, 1)
    b.tensors[y].quantization.scale[:] = 1 / 256
    b.tensors[y].quantization.zeroPoint[:] = -128
    conv(b, rows, summed)
    b.op("LOGISTIC", [summed], [y])
    model = b.build([0], [y])
    got, expected = run(model, executor)

    assert got == expected
    assert len(got) == 6 * 4
    assert read_tflite(model).tensors[y].shape == (1, 6, 4, 1)


@pytest.mark.parametrize(
    ("kind", "signature", "options"),
    [
        ("RESIZE_BILINEAR", (-1, 5, -1, 2), {"halfPixelCenters": True}),
        ("RESIZE_NEAREST_NEIGHBOR", (-1, -1, -1, 2), {}),
    ],
)
def test_a_resize_closes_its_output(
    kind: str, signature: tuple[int, ...], options: dict[str, Any], executor: Executor
) -> None:
    """To the size that its constant says."""
    b, _, rows = upsample(by_concatenation)
    y = open_tensor(b, *signature)
    b.op(kind, [rows, constant(b, [5, 7])], [y], **options)
    got, expected = run(b.build([0], [y]), executor)

    assert got == expected
    assert len(got) == 5 * 7 * 2


def test_the_output_shape_of_a_transposed_convolution_folds(
    executor: Executor,
) -> None:
    """Of an open input: its rows, doubled."""
    b, _, rows = upsample(by_concatenation)
    sizes = ask_shape(b, rows, 4)
    height, doubled = cut(b, sizes, (1, 2), shrinkAxisMask=1), b.tensor((), "int32")
    b.op("MUL", [height, constant(b, 2)], [doubled])
    target = b.tensor((4,), "int32")
    parts = [constant(b, 1), doubled, constant(b, 8), constant(b, 1)]
    b.op("PACK", parts, [target], valuesCount=4, axis=0)
    data = np.arange(-4, 4, dtype=np.int8).reshape(1, 2, 2, 2)
    w, y = b.tensor(data.shape, scale=0.01, data=data), open_tensor(b, -1, -1, -1, 1)
    b.op("TRANSPOSE_CONV", [target, w, rows], [y], strideH=2, strideW=2, padding=1)
    got, expected = run(b.build([0], [y]), executor)

    assert got == expected
    assert len(got) == 12 * 8


@pytest.mark.parametrize(
    ("kind", "signature", "inputs", "options"),
    [
        ("MEAN", (-1, -1, 2), [[2]], {"keepDims": False}),
        ("PAD", (-1, -1, 4, 2), [[[0, 0], [1, 2], [0, 0], [0, 0]]], {}),
        ("TRANSPOSE", (-1, 4, -1, 2), [[0, 2, 1, 3]], {}),
        ("ADD", (-1, -1, 4, 2), [], {}),
        ("CONCATENATION", (-1, -1, 4, 4), [], {"axis": 3}),
    ],
)
def test_every_operator_closes_the_shapes_it_computes(
    kind: str,
    signature: tuple[int, ...],
    inputs: list[Any],
    options: dict[str, Any],
    executor: Executor,
) -> None:
    """By the same rules that compare a declared shape with the computed one."""
    b, _, rows = upsample(by_concatenation)
    y = open_tensor(b, *signature)
    others = [constant(b, values) for values in inputs] or [rows]
    b.op(kind, [rows, *others], [y], **options)
    got, expected = run(b.build([0], [y]), executor)

    assert got == expected


def test_a_size_that_the_signature_says_is_not_open() -> None:
    """A contradiction stays one."""
    b, _, rows = upsample(by_concatenation)
    y = open_tensor(b, -1, 1, 4, 1)
    conv(b, rows, y)

    with pytest.raises(
        InvalidModelError,
        match=r"expected an output of shape \(1, 6, 4, 1\), got \(1, 1, 4, 1\)",
    ):
        read_tflite(b.build([0], [y]))
