import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.train

NETWORKS = ["padded", "residual", "concatenated", "pooled", "gated", "preactivated"]
NETWORKS += ["flat_norms"]

# Prints the digest of a tiny model, trained after another training if asked to.
TRAIN_AND_CONVERT = """
import sys, hashlib
import numpy as np
from tinycnn.datasets.dataset import Dataset, Split
from tinycnn.models import build_model
from tinycnn.training.convert import convert_model
from tinycnn.recipe import TrainingSettings
from tinycnn.training.fit import train_model
from tinycnn.training.quantize import fine_tune, quantize_model

rng = np.random.default_rng(0)
images = rng.integers(0, 256, (64, 8, 8, 1), np.uint8)
split = Split(images, np.arange(64) % 4)
dataset = Dataset("noise", tuple("abcd"), split, split, split)
settings = TrainingSettings(epochs=2, batch_size=16, learning_rate=1e-3)

def digest(seed):
    model = build_model(
        "tiny_cnn", input_shape=(8, 8, 1), classes=4, width=0.25, seed=seed
    )
    train_model(model, dataset, settings, seed=seed)
    twin = quantize_model(model)
    fine_tune(twin, dataset, settings, seed=seed)
    return hashlib.sha256(convert_model(twin)).hexdigest()

if sys.argv[1:] == ["again"]:
    digest(2)
print(digest(1))
"""


def _converted(model: Any, images: np.ndarray, **options: Any) -> tuple[Any, bytes]:
    from tinycnn.training.convert import convert_model
    from tinycnn.training.quantize import calibrate, quantize_model

    twin = quantize_model(model, **options)
    calibrate(twin, images)
    return twin, convert_model(twin)


@pytest.mark.parametrize("name", NETWORKS)
def test_converted_model_equals_its_twin(
    networks: SimpleNamespace,
    reference: Callable[..., np.ndarray],
    images: np.ndarray,
    name: str,
) -> None:
    """The reference interpreter gives the twin's int8 outputs, byte for byte."""
    from tinycnn.training.agreement import fake_quantized_outputs

    twin, content = _converted(getattr(networks, name)(), images)

    outputs = reference(content, images)
    assert len(np.unique(outputs)) > 5
    np.testing.assert_array_equal(fake_quantized_outputs(twin, images), outputs)


def test_weights_can_be_ternary(
    networks: SimpleNamespace, reference: Callable[..., np.ndarray], images: np.ndarray
) -> None:
    """-127, 0 and 127 in all layers but the first and the last; exact all the same."""
    from tinycnn.compiler import read_tflite
    from tinycnn.training.agreement import fake_quantized_outputs

    twin, content = _converted(networks.residual(), images, ternary=True)
    graph = read_tflite(content)
    kernels = [
        np.asarray(graph.tensors[op.inputs[1]].data)
        for op in graph.ops
        if op.kind in ("CONV_2D", "FULLY_CONNECTED")
    ]

    assert [len(np.unique(kernel)) > 3 for kernel in kernels] == [True, False, True]
    assert set(np.unique(kernels[1])) == {-127, 0, 127}
    outputs = reference(content, images)
    np.testing.assert_array_equal(fake_quantized_outputs(twin, images), outputs)


def test_dense_weights_can_have_one_scale(
    networks: SimpleNamespace, reference: Callable[..., np.ndarray], images: np.ndarray
) -> None:
    """As older copies of TFLite Micro need it; the twin knows, byte for byte."""
    from tinycnn.compiler import read_tflite
    from tinycnn.training.agreement import fake_quantized_outputs

    model = networks.pooled()
    for per_channel, scales in ((True, {5, 6}), (False, {1})):
        twin, content = _converted(model, images, per_channel_dense=per_channel)
        graph = read_tflite(content)
        dense = [op for op in graph.ops if op.kind == "FULLY_CONNECTED"]
        assert {len(graph.tensors[op.inputs[1]].quant.scale) for op in dense} == scales
        outputs = reference(content, images)
        np.testing.assert_array_equal(fake_quantized_outputs(twin, images), outputs)


@pytest.mark.parametrize("name", NETWORKS)
def test_file_holds_the_weights_and_grids_of_the_twin(
    networks: SimpleNamespace, images: np.ndarray, name: str
) -> None:
    """Integers, scales and zero points in the file are the twin's own, exactly."""
    from ai_edge_litert import schema_py_generated as schema

    twin, content = _converted(getattr(networks, name)(), images)
    model = schema.ModelT.InitFromPackedBuf(content)
    tensors = {t.name.decode(): t for t in model.subgraphs[0].tensors}

    for layer in (x for x in twin.layers if hasattr(x, "quantized_kernel")):
        integers, scale = layer.quantized_kernel()
        kernel = tensors[f"{layer.name}/kernel"]
        stored = np.asarray(model.buffers[kernel.buffer].data).view(np.int8)
        expected = _in_tflite_order(integers, layer.kind)
        np.testing.assert_array_equal(stored, expected.ravel())
        np.testing.assert_array_equal(kernel.quantization.scale, scale.ravel())
    for grid in (x for x in twin.layers if x.name.endswith("_grid")):
        quantization = tensors[grid.name.removesuffix("_grid")].quantization
        found = float(quantization.scale[0]), int(quantization.zeroPoint[0])
        assert found == grid.quantization()


def _in_tflite_order(kernel: np.ndarray, kind: str) -> np.ndarray:
    """Output channels first, but last in depthwise convolutions."""
    if kind == "depthwise":
        return kernel
    return np.moveaxis(kernel, -1, 0)


def test_file_has_batch_1_and_plain_names(
    networks: SimpleNamespace, images: np.ndarray
) -> None:
    """Input and output are int8 with a batch of 1, tensors are named after layers."""
    from ai_edge_litert import schema_py_generated as schema

    _, content = _converted(networks.padded(), images)
    graph = schema.ModelT.InitFromPackedBuf(content).subgraphs[0]

    border = [graph.tensors[i] for i in (*graph.inputs, *graph.outputs)]
    assert [tuple(t.shape) for t in border] == [(1, 12, 12, 3), (1, 5)]
    assert {t.type for t in border} == {schema.TensorType.INT8}
    assert all(t.shapeSignature is None for t in graph.tensors)
    names = [graph.tensors[op.outputs[0]].name.decode() for op in graph.operators]
    assert names == ["pad", "conv", "pool", "flatten", "dense", "dense_softmax"]


def test_channel_without_weights_is_converted(
    networks: SimpleNamespace, reference: Callable[..., np.ndarray], images: np.ndarray
) -> None:
    """A channel that batch normalization has switched off keeps only its bias."""
    from tinycnn.training.agreement import fake_quantized_outputs

    model = networks.padded()
    gamma = model.get_layer("norm").gamma
    gamma.assign(np.where(np.arange(8) < 3, [0.0, 1e-9, 1e-6] + [0.0] * 5, gamma))
    twin, content = _converted(model, images)

    outputs = reference(content, images)
    np.testing.assert_array_equal(fake_quantized_outputs(twin, images), outputs)


def test_same_seed_gives_the_same_bytes_in_any_process() -> None:
    """Two processes give one file, also when one has trained another model before."""
    digests = {
        subprocess.run(
            [sys.executable, "-c", TRAIN_AND_CONVERT, *arguments],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        ).stdout
        for arguments in ([], ["again"])
    }

    assert len(digests) == 1
