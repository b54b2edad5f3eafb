"""Small models as exhibits, without a project and without training."""

from __future__ import annotations

import numpy as np

from tests.compiler.models import add_conv
from tests.compiler.tflite_builder import ModelBuilder
from tests.harness.mistaken import run_reference
from tinycnn.compiler import read_tflite
from tinycnn.explorer import Exhibit
from tinycnn.explorer.examples import Examples, pick_examples
from tinycnn.harness.scores import first_scores
from tinycnn.workbench import describe_tensor

__all__ = ["digit_images", "inception_model", "joined_model"]
__all__ += ["lenet_model", "make_exhibit"]


def lenet_model(side: int = 12, seed: int = 3) -> bytes:
    """Convolution, max pooling, convolution, average pooling, dense, softmax."""
    b = ModelBuilder()
    x = b.tensor((1, side, side, 1), scale=1 / 255, zero_point=-128)
    y = add_conv(b, x, (4, 3, 3, 1), (1, side, side, 4), scale=0.03, seed=1)
    y = _pool(b, "MAX_POOL_2D", y, (side // 2, side // 2), 4)
    shape = (1, side // 2, side // 2, 6)
    y = add_conv(b, y, (6, 3, 3, 4), shape, scale=0.03, seed=2)
    y = _pool(b, "AVERAGE_POOL_2D", y, (side // 4, side // 4), 6)
    flat = (side // 4) ** 2 * 6
    target = b.tensor((2,), "int32", data=np.array([1, flat], np.int32))
    vector = b.tensor((1, flat), scale=0.03, zero_point=-128)
    b.op("RESHAPE", [y, target], [vector])
    rng = np.random.default_rng(seed)
    data = rng.integers(-127, 128, (5, flat)).astype(np.int8)
    weights = b.tensor((5, flat), scale=0.01, data=data)
    bias = b.tensor(
        (5,), "int32", 0.0003, data=rng.integers(-900, 900, 5).astype(np.int32)
    )
    scores = b.tensor((1, 5), scale=0.1, zero_point=3)
    b.op("FULLY_CONNECTED", [vector, weights, bias], [scores])
    shares = b.tensor((1, 5), scale=1 / 256, zero_point=-128)
    b.op("SOFTMAX", [scores], [shares], beta=1.0)
    return b.build([x], [shares])


def inception_model(side: int = 10) -> bytes:
    """Two blocks of a small and a wide convolution, joined; mean, dense, softmax."""
    b = ModelBuilder()
    y = x = b.tensor((1, side, side, 3), scale=1 / 255, zero_point=-128)
    channels = 3
    for block, stride in enumerate([1, 2]):
        side = -(-side // stride)
        shape = (1, side, side, 4)
        parts = [
            add_conv(
                b,
                y,
                (4, size, size, channels),
                shape,
                stride=stride,
                scale=0.05,
                seed=10 * block + size,
            )
            for size in (1, 3)
        ]
        channels = 8
        y = b.tensor((1, side, side, channels), scale=0.05, zero_point=-128)
        b.op("CONCATENATION", parts, [y], axis=3)
    mean = b.tensor((1, channels), scale=0.05, zero_point=-128)
    axes = b.tensor((2,), "int32", data=np.array([1, 2], np.int32))
    b.op("MEAN", [y, axes], [mean])
    rng = np.random.default_rng(4)
    data = rng.integers(-127, 128, (3, channels)).astype(np.int8)
    weights = b.tensor((3, channels), scale=0.01, data=data)
    scores = b.tensor((1, 3), scale=0.05, zero_point=0)
    b.op("FULLY_CONNECTED", [mean, weights], [scores])
    shares = b.tensor((1, 3), scale=1 / 256, zero_point=-128)
    b.op("SOFTMAX", [scores], [shares], beta=1.0)
    return b.build([x], [shares])


def joined_model() -> bytes:
    """1x1 and depthwise convolution, joined; a look-up, mean, dense layer."""
    b = ModelBuilder()
    x = b.tensor((1, 8, 8, 3), scale=1 / 255, zero_point=-128)
    one = add_conv(b, x, (4, 1, 1, 3), (1, 8, 8, 4), scale=0.02, seed=1)
    rng = np.random.default_rng(4)
    data = rng.integers(-127, 128, (1, 3, 3, 4)).astype(np.int8)
    filters = b.tensor((1, 3, 3, 4), scale=np.full(4, 0.01), data=data, axis=3)
    bias = b.tensor(
        (4,), "int32", np.full(4, 0.0002), data=np.array([9, -80, 0, 400], np.int32)
    )
    two = b.tensor((1, 8, 8, 4), scale=0.02, zero_point=-128)
    b.op(
        "DEPTHWISE_CONV_2D",
        [one, filters, bias],
        [two],
        padding=0,
        strideH=1,
        strideW=1,
        depthMultiplier=1,
    )
    joined = b.tensor((1, 8, 8, 8), scale=0.02, zero_point=-128)
    b.op("CONCATENATION", [one, two], [joined], axis=3)
    lit = b.tensor((1, 8, 8, 8), scale=1 / 256, zero_point=-128)
    b.op("LOGISTIC", [joined], [lit])
    mean = b.tensor((1, 8), scale=1 / 256, zero_point=-128)
    axes = b.tensor((2,), "int32", data=np.array([1, 2], np.int32))
    b.op("MEAN", [lit, axes], [mean])
    weights = rng.integers(-127, 128, (4, 8)).astype(np.int8)
    scores = b.tensor((1, 4), scale=0.05, zero_point=3)
    b.op(
        "FULLY_CONNECTED", [mean, b.tensor((4, 8), scale=0.01, data=weights)], [scores]
    )
    return b.build([x], [scores])


def digit_images(count: int, shape: tuple[int, ...]) -> np.ndarray:
    """Bright strokes on black, uint8, shape (count, *shape)."""
    rng = np.random.default_rng(11)
    images = np.zeros((count, *shape), np.uint8)
    for image in images:
        row, column = rng.integers(1, shape[0] - 1), rng.integers(1, shape[1] - 1)
        image[row - 1 : row + 1, :] = rng.integers(120, 256)
        image[:, column - 1 : column + 1] = rng.integers(120, 256)
    return images


def make_exhibit(model: bytes, *, count: int = 12, title: str = "small net") -> Exhibit:
    """The model with pictures and made-up labels; its first input is an image."""
    graph = read_tflite(model)
    tensor = graph.tensors[graph.inputs[0]]
    images = digit_images(count, tensor.shape[1:])
    if tensor.dtype == "float32":
        fed = (images / np.float32(255)).astype(np.float32)
    else:
        fed = (images.astype(np.int16) - 128).astype(np.int8)
    rows = fed.reshape(count, -1).view(np.int8)
    outputs = np.asarray(run_reference(model, "litert", rows)).view(np.int8)
    output = describe_tensor(graph.tensors[graph.outputs[0]])
    outputs = outputs.reshape(count, -1)
    classes = int(np.prod(output.shape))
    found = Examples(
        inputs=rows,
        outputs=outputs,
        origin="made-up strokes",
        task="categorical",
        scores=first_scores(outputs, output),
        indices=tuple(range(count)),
        labels=np.arange(count) % classes,
        classes=tuple(f"class {i}" for i in range(classes)),
        images=images,
    )
    return Exhibit(title, model, "litert", pick_examples(found))


def _pool(
    b: ModelBuilder, kind: str, x: int, size: tuple[int, int], channels: int
) -> int:
    y = b.tensor((1, *size, channels), scale=0.03, zero_point=-128)
    b.op(
        kind,
        [x],
        [y],
        padding=1,
        strideH=2,
        strideW=2,
        filterHeight=2,
        filterWidth=2,
    )
    return y
