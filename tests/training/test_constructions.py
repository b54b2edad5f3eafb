"""Whatever Keras model people write is trained, quantized, converted and run."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.conftest import require_module

pytestmark = pytest.mark.train

NAMES = """
rescaling rescaling_valid normalization augmented noise nested nested_twice own_layer
own_weights lambda own_softmax own_hard_sigmoid batch_norm_first batch_norm_last
batch_norm_forward batch_norm_twice batch_norm_rows leaky_relu leaky_relu_name prelu
prelu_channels elu elu_alpha selu celu gelu gelu_tanh silu hard_silu tanh sigmoid
hard_sigmoid hard_tanh exponential tanh_shrink relu_4 relu_20 relu_slope relu_of_pool
relu6_of_shared softmax_inside log_softmax unit_norm add_three add_broadcast add_ranks
plus plus_relu arithmetic by_channel positions imagenet negative square subtract minus
multiply_three maximum minimum maximum_constant average concatenate_rows
concatenate_fixed stack conv1d conv1d_norm conv1d_causal depthwise1d separable1d
transpose1d pools1d global1d moves1d separable depthwise dilated dilated_depthwise
groups groups_each strides_uneven transpose_same transpose_valid unet nearest bilinear
resizing permute crop_pad center_crop slices split padded shuffled repeat dense_rows
dense_image distributed matmul average_pool max_pool global_pools reductions attention
shared excited two_outputs
""".split()
_FLOAT_TOLERANCE = 0.03  # of the largest output, by all roundings together


def _run(content: bytes, arrays: list[np.ndarray]) -> list[tuple[np.ndarray, Any]]:
    """The int8 outputs of the reference, and their scales and zero points."""
    require_module("ai_edge_litert")
    from ai_edge_litert import interpreter

    runner = interpreter.Interpreter(
        model_content=content,
        experimental_op_resolver_type=interpreter.OpResolverType.BUILTIN_REF,
        num_threads=1,
    )
    runner.allocate_tensors()
    outputs = runner.get_output_details()
    found: list[list[np.ndarray]] = [[] for _ in outputs]
    for i in range(len(arrays[0])):
        details = runner.get_input_details()
        for detail, array in zip(details, arrays, strict=True):
            scale, zero_point = detail["quantization"]
            q = np.clip(np.round(array[i] / scale) + zero_point, -128, 127)
            runner.set_tensor(detail["index"], q.astype(np.int8)[np.newaxis])
        runner.invoke()
        for values, detail in zip(found, outputs, strict=True):
            values.append(runner.get_tensor(detail["index"])[0])
    return [
        (np.array(values), detail["quantization"])
        for values, detail in zip(found, outputs, strict=True)
    ]


def _listed(value: Any) -> list[np.ndarray]:
    return [*map(np.asarray, value if isinstance(value, (list, tuple)) else [value])]


def _check(model: Any, content: bytes, twin: Any, arrays: list[np.ndarray]) -> None:
    """File, twin and model agree: the first two in every number."""
    from tinycnn.compiler import read_tflite

    given = arrays[0] if len(arrays) == 1 else arrays
    counted = _listed(twin(given, training=False))
    real = _listed(model(given, training=False))
    for (q, (scale, zero_point)), one, expected in zip(
        _run(content, arrays), counted, real, strict=True
    ):
        np.testing.assert_array_equal(np.round(one / scale) + zero_point, q)
        error = np.abs((q.astype(np.float64) - zero_point) * scale - expected).max()
        assert error < _FLOAT_TOLERANCE * np.abs(expected).max()
        assert len(np.unique(q)) > 3
    assert read_tflite(content).ops


def _images(count: int = 8) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (count, 8, 8, 3), np.uint8)


@pytest.mark.parametrize("name", NAMES)
def test_the_file_of_a_construction_equals_its_twin(name: str) -> None:
    """Byte for byte, near the float model, of operators that the compiler reads."""
    from tests.training.constructions import graph
    from tinycnn.training.convert import convert_model
    from tinycnn.training.quantize import calibrate, quantize_model

    model, images = graph(name), _images()
    twin = quantize_model(model)
    calibrate(twin, images)

    real = images.astype(np.float32) / np.float32(255)
    _check(model, convert_model(twin), twin, [real])


def test_all_constructions_are_tried() -> None:
    """The list above is that of the constructions."""
    from tests.training.constructions import GRAPHS

    assert sorted(NAMES) == sorted(GRAPHS)


def _subclassed() -> Any:
    from tests.training.constructions import Net, drawn
    from tinycnn.models.flat import flat_model

    return drawn(flat_model(Net(), shapes=[(8, 8, 3)]))


def _compact() -> Any:
    from tinycnn.models.backend import keras

    keras.config.set_dtype_policy("mixed_float16")
    try:
        layers = keras.layers
        return keras.Sequential(
            [
                keras.Input((8, 8, 3)),
                layers.Conv2D(4, 3, activation="relu"),
                layers.GlobalAveragePooling2D(),
                layers.Dense(3, dtype="float32"),
            ]
        )
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("build", [_subclassed, _compact])
def test_other_kinds_of_models_equal_their_twins(build: Callable[[], Any]) -> None:
    """A class that can be followed, and a policy of 16 bits."""
    from tinycnn.training.convert import convert_model
    from tinycnn.training.quantize import calibrate, quantize_model

    model, images = build(), _images()
    twin = quantize_model(model)
    calibrate(twin, images)

    real = images.astype(np.float32) / np.float32(255)
    _check(model, convert_model(twin), twin, [real])


def test_several_inputs_of_numbers_are_trained_by_keras() -> None:
    """The twin is a Keras model: it is compiled, fitted, and its loss goes down."""
    from tests.training.constructions import drawn
    from tinycnn.models.backend import keras
    from tinycnn.training.convert import convert_model
    from tinycnn.training.quantize import calibrate, freeze_ranges, quantize_model

    keras.utils.set_random_seed(1)
    series, facts = keras.Input((16, 2), name="series"), keras.Input((3,), name="facts")
    layers = keras.layers
    x = layers.Conv1D(8, 3, activation="gelu")(series)
    x = layers.BatchNormalization()(layers.GlobalAveragePooling1D()(x))
    x = layers.Concatenate()([x, layers.Dense(4, activation="tanh")(facts)])
    heads = [layers.Dense(1, name="sum")(x), layers.Dense(1, "sigmoid", name="sign")(x)]
    model = drawn(keras.Model([series, facts], heads, name="sensors"))
    rng = np.random.default_rng(2)
    data = [rng.normal(0, 2, (256, 16, 2)), rng.normal(1, 3, (256, 3))]
    data = [array.astype(np.float32) for array in data]
    total = data[0].sum(axis=(1, 2)) / 16 + data[1].sum(axis=1) / 4
    truth = [total[:, np.newaxis], (total > 0)[:, np.newaxis].astype(np.float32)]

    twin = quantize_model(model, inputs="numbers")
    calibrate(twin, data)
    twin.compile(keras.optimizers.Adam(0.02), loss=["mse", "binary_crossentropy"])
    losses = twin.fit(data, truth, epochs=4, batch_size=32, verbose=0).history["loss"]
    assert losses[-1] < 0.7 * losses[0]

    freeze_ranges(twin)
    few = [array[:16] for array in data]
    counted = _listed(twin(few, training=False))
    found = _run(convert_model(twin), few)
    for one, (q, (scale, zero_point)) in zip(counted, found, strict=True):
        np.testing.assert_array_equal(np.round(one / scale) + zero_point, q)


def test_uses_of_a_layer_stay_one_in_training() -> None:
    """One set of weights in the twin, grids for each use, one kernel in the file."""
    from ai_edge_litert import schema_py_generated as schema

    from tests.training.constructions import graph
    from tinycnn.training.convert import convert_model
    from tinycnn.training.quantize import calibrate, quantize_model

    model = graph("shared")
    twin = quantize_model(model)
    calibrate(twin, _images())
    first, second = (x for x in twin.layers if getattr(x, "kind", "") == "conv")
    assert first.kernel is second.kernel
    assert len(twin.trainable_variables) == 2
    file = schema.ModelT.InitFromPackedBuf(convert_model(twin))
    kernels = {t.buffer for t in file.subgraphs[0].tensors if b"/kernel" in t.name}
    assert len(kernels) == 1


LEARNING = """
dilated dilated_depthwise groups strides_uneven transpose_valid bilinear nearest prelu
concatenate_fixed conv1d_causal separable1d maximum batch_norm_forward lambda excited
""".split()


@pytest.mark.parametrize("name", LEARNING)
def test_a_construction_and_its_twin_learn(name: str) -> None:
    """Gradients of deterministic kernels reach all weights; the loss goes down."""
    from tests.training.constructions import graph
    from tinycnn.models.backend import keras, tf
    from tinycnn.training.quantize import calibrate, quantize_model

    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(1)
    model, images = graph(name), _images(16)
    twin = quantize_model(model)
    calibrate(twin, images)
    x = tf.constant(images.astype(np.float32) / 255)
    for network in (model, twin):
        optimizer, losses = keras.optimizers.Adam(0.01), []
        for _ in range(4):
            with tf.GradientTape() as tape:
                y = network(x, training=True)
                loss = tf.reduce_mean(tf.square(y - 0.1))
            gradients = tape.gradient(loss, network.trainable_variables)
            assert None not in gradients
            optimizer.apply_gradients(
                zip(gradients, network.trainable_variables, strict=True)
            )
            losses.append(float(loss))
        assert losses[-1] < losses[0]
