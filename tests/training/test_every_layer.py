"""Every layer that Keras exports works, is left out, or is refused with a hint."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tinycnn.errors import UnsupportedModelError

pytestmark = pytest.mark.train

IMAGE, ROWS, VECTOR, VOLUME, TOKENS = (8, 8, 4), (8, 4), (6,), (4, 4, 4, 2), (5,)

# The arguments of the constructor, and what it reads; several inputs have one shape.
WORKING: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "Activation": ({"activation": "tanh"}, IMAGE),
    "Add": ({}, IMAGE),
    "Average": ({}, IMAGE),
    "AveragePooling1D": ({"pool_size": 2}, ROWS),
    "AveragePooling2D": ({"pool_size": 2}, IMAGE),
    "BatchNormalization": ({}, IMAGE),
    "CenterCrop": ({"height": 4, "width": 6}, IMAGE),
    "Concatenate": ({}, IMAGE),
    "Conv1D": ({"filters": 3, "kernel_size": 3}, ROWS),
    "Conv1DTranspose": ({"filters": 3, "kernel_size": 3, "strides": 2}, ROWS),
    "Conv2D": ({"filters": 3, "kernel_size": 3}, IMAGE),
    "Conv2DTranspose": ({"filters": 3, "kernel_size": 3, "strides": 2}, IMAGE),
    "Cropping1D": ({"cropping": 1}, ROWS),
    "Cropping2D": ({"cropping": 1}, IMAGE),
    "Dense": ({"units": 3}, VECTOR),
    "DepthwiseConv1D": ({"kernel_size": 3}, ROWS),
    "DepthwiseConv2D": ({"kernel_size": 3}, IMAGE),
    "ELU": ({}, IMAGE),
    "Flatten": ({}, IMAGE),
    "GlobalAveragePooling1D": ({}, ROWS),
    "GlobalAveragePooling2D": ({}, IMAGE),
    "GlobalMaxPooling1D": ({}, ROWS),
    "GlobalMaxPooling2D": ({}, IMAGE),
    "Lambda": ({"function": lambda x: x * 2.0}, IMAGE),
    "LeakyReLU": ({}, IMAGE),
    "MaxPooling1D": ({}, ROWS),
    "MaxPooling2D": ({}, IMAGE),
    "Maximum": ({}, IMAGE),
    "Minimum": ({}, IMAGE),
    "Multiply": ({}, IMAGE),
    "Normalization": ({"mean": 0.5, "variance": 0.1}, IMAGE),
    "PReLU": ({"alpha_initializer": "ones"}, IMAGE),
    "Permute": ({"dims": (2, 1, 3)}, IMAGE),
    "ReLU": ({}, IMAGE),
    "RepeatVector": ({"n": 3}, VECTOR),
    "Rescaling": ({"scale": 2.0, "offset": -1.0}, IMAGE),
    "Reshape": ({"target_shape": (4, 16, 4)}, IMAGE),
    "Resizing": ({"height": 4, "width": 4}, IMAGE),
    "SeparableConv1D": ({"filters": 3, "kernel_size": 3}, ROWS),
    "SeparableConv2D": ({"filters": 3, "kernel_size": 3}, IMAGE),
    "Softmax": ({}, VECTOR),
    "Subtract": ({}, IMAGE),
    "UnitNormalization": ({}, VECTOR),
    "UpSampling1D": ({}, ROWS),
    "UpSampling2D": ({}, IMAGE),
    "ZeroPadding1D": ({}, ROWS),
    "ZeroPadding2D": ({}, IMAGE),
}
SEVERAL = {
    "Add",
    "Average",
    "Concatenate",
    "Maximum",
    "Minimum",
    "Multiply",
    "Subtract",
}
LEFT_OUT: dict[str, dict[str, Any]] = {
    "ActivityRegularization": {"l2": 0.1},
    "AlphaDropout": {"rate": 0.5},
    "AugMix": {},
    "CutMix": {},
    "Dropout": {"rate": 0.5},
    "GaussianDropout": {"rate": 0.5},
    "GaussianNoise": {"stddev": 0.5},
    "Identity": {},
    "MixUp": {},
    "RandAugment": {},
    "RandomBrightness": {"factor": 0.1},
    "RandomColorDegeneration": {"factor": 0.1},
    "RandomColorJitter": {"brightness_factor": 0.1},
    "RandomContrast": {"factor": 0.1},
    "RandomElasticTransform": {},
    "RandomErasing": {},
    "RandomFlip": {},
    "RandomGaussianBlur": {},
    "RandomGrayscale": {},
    "RandomHue": {"factor": 0.1},
    "RandomInvert": {},
    "RandomPerspective": {},
    "RandomPosterization": {"factor": 4},
    "RandomRotation": {"factor": 0.1},
    "RandomSaturation": {"factor": 0.1},
    "RandomSharpness": {"factor": 0.1},
    "RandomShear": {},
    "RandomTranslation": {"height_factor": 0.1, "width_factor": 0.1},
    "RandomZoom": {"height_factor": 0.1},
    "SpatialDropout1D": {"rate": 0.5},
    "SpatialDropout2D": {"rate": 0.5},
    "SpatialDropout3D": {"rate": 0.5},
}
_CONV = {"filters": 2, "kernel_size": 3}
_UNITS = {"units": 3}
# None: no layer that a model can hold here, or one whose package is not installed.
REFUSED: dict[str, tuple[dict[str, Any], tuple[int, ...]] | None] = {
    "AdaptiveAveragePooling1D": ({"output_size": 2}, ROWS),
    "AdaptiveAveragePooling2D": ({"output_size": 2}, IMAGE),
    "AdaptiveAveragePooling3D": ({"output_size": 2}, VOLUME),
    "AdaptiveMaxPooling1D": ({"output_size": 2}, ROWS),
    "AdaptiveMaxPooling2D": ({"output_size": 2}, IMAGE),
    "AdaptiveMaxPooling3D": ({"output_size": 2}, VOLUME),
    "AdditiveAttention": ({}, ROWS),
    "Attention": ({}, ROWS),
    "AutoContrast": ({}, IMAGE),
    "AveragePooling3D": ({"pool_size": 2}, VOLUME),
    "Bidirectional": None,
    "CategoryEncoding": ({"num_tokens": 4, "output_mode": "multi_hot"}, TOKENS),
    "ContrastLimitedAdaptiveHistogramEqualization": ({}, IMAGE),
    "Conv3D": (_CONV, VOLUME),
    "Conv3DTranspose": (_CONV, VOLUME),
    "ConvLSTM1D": (_CONV, (3, 8, 2)),
    "ConvLSTM2D": (_CONV, (3, 8, 8, 2)),
    "ConvLSTM3D": (_CONV, (3, 4, 4, 4, 2)),
    "Cropping3D": ({}, VOLUME),
    "Discretization": ({"bin_boundaries": [0.5]}, VECTOR),
    "Dot": ({"axes": 1}, VECTOR),
    "EinsumDense": ({"equation": "ab,bc->ac", "output_shape": 3}, VECTOR),
    "Embedding": ({"input_dim": 4, "output_dim": 3}, TOKENS),
    "Equalization": None,
    "FlaxLayer": None,
    "GRU": (_UNITS, ROWS),
    "GRUCell": None,
    "GlobalAveragePooling3D": ({}, VOLUME),
    "GlobalMaxPooling3D": ({}, VOLUME),
    "GroupNormalization": ({"groups": 2}, IMAGE),
    "GroupedQueryAttention": None,
    "HashedCrossing": None,
    "Hashing": None,
    "InputSpec": None,
    "IntegerLookup": None,
    "JaxLayer": None,
    "LSTM": (_UNITS, ROWS),
    "LSTMCell": None,
    "Layer": None,
    "LayerNormalization": ({}, IMAGE),
    "Masking": ({}, ROWS),
    "MaxNumBoundingBoxes": None,
    "MaxPooling3D": ({}, VOLUME),
    "MelSpectrogram": None,
    "MultiHeadAttention": None,
    "Pipeline": None,
    "RMSNormalization": ({}, IMAGE),
    "RNN": None,
    "RandomCrop": ({"height": 4, "width": 4}, IMAGE),
    "ReversibleEmbedding": None,
    "STFTSpectrogram": None,
    "SimpleRNN": (_UNITS, ROWS),
    "SimpleRNNCell": None,
    "Solarization": ({}, IMAGE),
    "SpectralNormalization": None,
    "StackedRNNCells": None,
    "StringLookup": None,
    "TFSMLayer": None,
    "TextVectorization": None,
    "TorchModuleWrapper": None,
    "UpSampling3D": ({}, VOLUME),
    "Wrapper": None,
    "ZeroPadding3D": ({}, VOLUME),
}
ELSEWHERE = {"InputLayer", "TimeDistributed"}  # in each model; in the constructions


def _layers() -> Any:
    from tinycnn.models.backend import keras

    return keras.layers


def _name_of(found: Any) -> str | None:
    """The name of a class; others are aliases of it."""
    return found.__name__ if inspect.isclass(found) else None


def test_no_layer_of_keras_is_untried() -> None:
    """Each class under its own name is in one of the tables."""
    exported = {*map(_name_of, vars(_layers()).values())} - {None}
    tables = [*WORKING, *LEFT_OUT, *REFUSED, *ELSEWHERE]

    assert len(tables) == len(set(tables))
    assert exported <= set(tables)


def _model(name: str, options: dict[str, Any], shape: tuple[int, ...]) -> Any:
    from tinycnn.models.backend import keras

    keras.utils.set_random_seed(1)
    image = keras.Input(shape)
    layer = getattr(keras.layers, name)(name="tried", **options)
    is_merge = name in SEVERAL or name in ("Dot", "Attention", "AdditiveAttention")
    inputs = [image, keras.layers.ReLU()(image)] if is_merge else image
    return keras.Model(image, layer(inputs))


@pytest.mark.parametrize("name", WORKING)
def test_a_layer_that_works_is_quantized_and_written(name: str) -> None:
    """As operators that the compiler reads, and near the float layer."""
    from tinycnn.compiler import read_tflite
    from tinycnn.training.convert import convert_model
    from tinycnn.training.quantize import calibrate, quantize_model

    model = _model(name, *WORKING[name])
    twin = quantize_model(model)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (4, *model.inputs[0].shape[1:]), np.uint8)
    calibrate(twin, images)

    assert read_tflite(convert_model(twin)).ops
    real = images.astype(np.float32) / 255
    expected = np.asarray(model(real, training=False))
    found = np.asarray(twin(real, training=False))
    np.testing.assert_allclose(found, expected, atol=0.03 * np.abs(expected).max())


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_layer_that_does_nothing_in_inference_is_left_out(name: str) -> None:
    """No step is read of it."""
    from tinycnn.training.read_steps import read_steps

    shape = {"SpatialDropout1D": ROWS, "SpatialDropout3D": VOLUME}.get(name, (8, 8, 3))
    assert [s.kind for s in read_steps(_model(name, LEFT_OUT[name], shape))] == [
        "input"
    ]


@pytest.mark.parametrize("name", REFUSED)
def test_a_layer_that_is_refused_is_named_with_a_hint(name: str) -> None:
    """In one line: the layer, its class, and what to use instead."""
    from tinycnn.training.operators.refused import hint_for
    from tinycnn.training.read_steps import read_steps

    tried = REFUSED[name]
    found = next(f for f in vars(_layers()).values() if _name_of(f) == name)
    hint = hint_for(found)
    assert hint
    if tried is None:
        return
    with pytest.raises(
        UnsupportedModelError, match=rf"layer 'tried' \({name}\): not supported$"
    ) as caught:
        read_steps(_model(name, *tried))
    assert caught.value.hint == hint


def _refusals() -> dict[str, Callable[[Any], Any]]:
    from tinycnn.models.backend import keras

    ops = keras.ops
    return {
        "Softplus": ops.softplus,
        "TrueDivide": lambda x: x / ops.relu(x),
        "Power": lambda x: x**3,
        "Matmul": lambda x: ops.matmul(x, x),
        "Transpose": lambda x: ops.transpose(x, (1, 0, 2)),
        "GetItem": lambda x: x[1:, :, :],
        "Greater": lambda x: ops.where(x > 0.0, x, 0.0),
        "Clip": lambda x: ops.clip(x, 0.5, 1.0),
        "Flip": lambda x: ops.flip(x, axis=1),
        "Sort": ops.sort,
        "Mean": lambda x: ops.mean(x, axis=0),
        "Sin": ops.sin,
    }


@pytest.mark.parametrize(
    "name",
    "Softplus TrueDivide Power Matmul Transpose GetItem Greater Clip Flip Sort Mean "
    "Sin".split(),
)
def test_an_operation_that_is_refused_is_named(name: str) -> None:
    """In one line, like layers."""
    from tinycnn.models.backend import keras
    from tinycnn.training.read_steps import read_steps

    image = keras.Input((8, 8))
    model = keras.Model(image, _refusals()[name](image))
    with pytest.raises(UnsupportedModelError, match=rf"\({name}\): ") as caught:
        read_steps(model)
    assert "\n" not in str(caught.value)
