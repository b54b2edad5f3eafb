from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tinycnn.errors import UnsupportedModelError

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def keras() -> Any:
    """Keras, imported only when these tests run."""
    from tinycnn.models.backend import keras

    return keras


def _read(model: Any) -> Any:
    from tinycnn.training.read_steps import read_steps

    return read_steps(model)


def test_norm_and_activation_disappear_in_the_convolution(
    networks: SimpleNamespace,
) -> None:
    """Convolution, batch normalization and ReLU6 are one step."""
    steps = _read(networks.padded())

    found = [(s.name, s.kind, s.activation) for s in steps]
    assert found == [
        ("image", "input", "linear"),
        ("pad", "pad", "linear"),
        ("conv", "conv", "relu6"),
        ("pool", "max_pool", "linear"),
        ("flatten", "reshape", "linear"),
        ("dense", "dense", "linear"),
        ("dense_softmax", "softmax", "linear"),
    ]


@pytest.mark.parametrize("kind", ["Conv2D", "DepthwiseConv2D", "SeparableConv2D"])
def test_folded_weights_compute_the_same(keras: Any, kind: str) -> None:
    """A folded convolution equals convolution and normalization in inference."""
    rng = np.random.default_rng(0)
    arguments = {"kernel_size": 3, "padding": "same"}
    arguments |= {"depth_multiplier": 2} if kind != "Conv2D" else {"filters": 4}
    arguments |= {"filters": 4} if kind == "SeparableConv2D" else {}
    norm = keras.layers.BatchNormalization()
    model = keras.Sequential(
        [keras.Input((6, 6, 3)), getattr(keras.layers, kind)(**arguments), norm]
    )
    norm.set_weights([rng.uniform(0.5, 2, w.shape) for w in norm.get_weights()])
    x = rng.random((2, 6, 6, 3), np.float32)

    folded = x
    for step in _read(model)[1:]:
        depthwise = step.kind == "depthwise"
        convolve = keras.ops.depthwise_conv if depthwise else keras.ops.conv
        folded = convolve(folded, step.kernel, padding=step.padding) + step.bias
    np.testing.assert_allclose(folded, model(x, training=False), atol=1e-5)


def _model(keras: Any, *layers: Any) -> Any:
    return keras.Sequential([keras.Input((8, 8, 2)), *layers])


REFUSED = {
    "unknown": (
        lambda k: [k.layers.LayerNormalization(name="norm")],
        r"layer 'norm' \(LayerNormalization\): not supported",
    ),
    "channels_first": (
        lambda k: [k.layers.MaxPooling2D(2, data_format="channels_first", name="p")],
        r"layer 'p' \(MaxPooling2D\): expected data_format channels_last, got",
    ),
    "dilation": (
        lambda k: [k.layers.Conv2DTranspose(2, 3, dilation_rate=2, name="c")],
        r"layer 'c' \(Conv2DTranspose\): expected dilation_rate 1 or \(1, 1\), got",
    ),
    "softmax_axis": (
        lambda k: [k.layers.Softmax(axis=1, name="s")],
        r"layer 's' \(Softmax\): expected axis -1, got 1",
    ),
    "norm_axis": (
        lambda k: [k.layers.BatchNormalization(axis=1, name="n")],
        r"layer 'n' \(BatchNormalization\): expected axis -1, got 1",
    ),
    "threshold": (
        lambda k: [k.layers.ReLU(threshold=1.0, name="r")],
        r"layer 'r' \(ReLU\): expected threshold 0.0, got 1.0",
    ),
    "bicubic": (
        lambda k: [k.layers.UpSampling2D(2, interpolation="bicubic", name="u")],
        r"layer 'u' \(UpSampling2D\): expected interpolation nearest or bilinear",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_unsupported_layer_is_named(keras: Any, case: str) -> None:
    """What int8 inference cannot express is refused with layer, class and option."""
    make, message = REFUSED[case]
    model = _model(keras, *make(keras))

    with pytest.raises(UnsupportedModelError, match=message):
        _read(model)


def test_the_uses_of_a_layer_have_its_weights(keras: Any) -> None:
    """And a name each."""
    image = keras.Input((8, 8, 2))
    layer = keras.layers.Conv2D(2, 3, padding="same", name="twice")
    steps = _read(keras.Model(image, layer(layer(image))))

    assert [step.name for step in steps[1:]] == ["twice", "twice_2"]
    assert steps[1].layer is steps[2].layer is layer


@pytest.mark.parametrize(
    ("layer", "kind"), [("ReLU", "relu"), ("BatchNormalization", "depthwise")]
)
def test_layer_after_a_shared_tensor_is_a_step_of_its_own(
    keras: Any, layer: str, kind: str
) -> None:
    """What cannot be folded is an operator, or a 1x1 depthwise convolution."""
    image = keras.Input((8, 8, 2))
    x = keras.layers.Conv2D(2, 3, name="c")(image)
    y = getattr(keras.layers, layer)(name="own")(x)
    steps = _read(keras.Model(image, keras.layers.Add(name="sum")([x, y])))

    assert [(s.name, s.kind) for s in steps[1:]] == [
        ("c", "conv"),
        ("own", kind),
        ("sum", "add"),
    ]


def test_hard_sigmoid_is_folded_into_the_weights(keras: Any) -> None:
    """Its slope and offset need no operator: int8 saturates where it is flat."""
    conv = keras.layers.Conv2D(2, 3, activation="hard_sigmoid", name="c")
    model = _model(keras, conv)
    step = _read(model)[1]

    assert (step.activation, step.limits) == ("clip", (0.0, 1.0))
    np.testing.assert_allclose(step.kernel, np.asarray(conv.kernel) / 6, rtol=1e-6)
    np.testing.assert_array_equal(step.bias, 0.5)


def test_add_of_two_shapes_is_refused_by_keras_or_read(keras: Any) -> None:
    """What Keras broadcasts, TFLite does."""
    image = keras.Input((8, 8, 2))
    wide, thin = (keras.layers.Conv2D(n, 1)(image) for n in (4, 1))
    steps = _read(keras.Model(image, keras.layers.Add(name="sum")([wide, thin])))

    assert (steps[-1].name, steps[-1].kind) == ("sum", "add")


@pytest.mark.parametrize("before", ["mean", "dense"])
def test_normalization_of_flat_tensors_is_a_convolution_of_one_place(
    keras: Any, before: str
) -> None:
    """After a pooling, or after the activation of a dense layer."""
    mean = keras.layers.GlobalAveragePooling2D(name="mean")
    dense = [keras.layers.Dense(2, "relu", name="dense")] if before == "dense" else []
    norm = keras.layers.BatchNormalization(name="norm")
    steps = _read(_model(keras, mean, *dense, norm))

    assert [(s.name, s.kind) for s in steps[-3:]] == [
        (f"{before}_as_1x1_of_norm", "reshape"),
        ("norm", "depthwise"),
        ("norm_flat", "reshape"),
    ]


def test_a_factor_goes_into_the_weights_after_it(keras: Any) -> None:
    """Where no border would see another offset; pruned steps are not read."""
    layers = keras.layers
    rescaled = [layers.Rescaling(2.0, offset=-1.0), layers.Conv2D(3, 3, name="conv")]
    norm = [layers.ReLU(), layers.BatchNormalization(), layers.Flatten()]
    steps = _read(_model(keras, *rescaled, *norm, layers.Dense(3, name="dense")))

    kinds = [step.kind for step in steps]
    assert kinds == ["input", "conv", "depthwise", "reshape", "dense"]


def test_a_border_sees_the_offset_of_a_factor(keras: Any) -> None:
    """It stays a step where zeros are padded after it."""
    layers = keras.layers
    conv = layers.Conv2D(3, 3, padding="same", name="conv")
    steps = _read(_model(keras, layers.Rescaling(2.0, offset=-1.0, name="r"), conv))
    scaled = _read(_model(keras, layers.Rescaling(2.0), conv))

    assert [step.name for step in steps[1:]] == ["r", "conv"]
    assert [step.name for step in scaled[1:]] == ["conv"]


@pytest.mark.parametrize("kind", ["subclassed", "without input"])
def test_model_without_graph_is_refused(keras: Any, kind: str) -> None:
    """A model whose layers cannot be followed is refused before anything is read."""
    if kind == "subclassed":
        model = type("Own", (keras.Model,), {})()
    else:
        model = keras.Sequential([keras.layers.Conv2D(2, 3)])

    with pytest.raises(UnsupportedModelError, match="Sequential model with an input"):
        _read(model)


def test_input_of_any_size_is_refused(keras: Any) -> None:
    """The size of the images must be known."""
    model = keras.Sequential([keras.Input((None, None, 1)), keras.layers.Conv2D(2, 3)])

    with pytest.raises(UnsupportedModelError, match=r"got \(None, None, 1\)"):
        _read(model)


def test_a_layer_with_a_call_of_its_own_is_followed(keras: Any) -> None:
    """Its class does not say what the instance computes."""
    layer = keras.layers.ReLU(name="bent")
    layer.call = lambda x: keras.ops.tanh(x * 0.5)

    steps = _read(_model(keras, keras.layers.Conv2D(2, 3), layer))
    assert [step.kind for step in steps[1:]] == ["conv", "tanh"]


@pytest.mark.parametrize("kind", ["Dropout", "BatchNormalization"])
def test_a_layer_that_is_always_in_training_is_refused(keras: Any, kind: str) -> None:
    """It would drop, or normalize by the batch, in inference too."""
    image = keras.Input((8, 8, 2))
    x = keras.layers.Conv2D(2, 3)(image)
    layer = keras.layers.Dropout(0.5, name="always")
    if kind != "Dropout":
        layer = keras.layers.BatchNormalization(name="always")
    model = keras.Model(image, layer(x, training=True))

    with pytest.raises(UnsupportedModelError, match="input alone, got training=True"):
        _read(model)


def test_a_frozen_normalization_is_read(keras: Any) -> None:
    """Called with training=False it computes in training what it does in inference."""
    image = keras.Input((8, 8, 2))
    x = keras.layers.Conv2D(2, 3)(image)
    norm = keras.layers.BatchNormalization()

    assert len(_read(keras.Model(image, norm(x, training=False)))) == 2


@pytest.mark.parametrize("base", ["ReLU", "Dense", "Softmax", "BatchNormalization"])
def test_a_class_of_the_users_own_is_not_taken_for_its_base(
    keras: Any, base: str
) -> None:
    """A subclass may compute anything, whatever its name."""

    def call(self: Any, x: Any) -> Any:
        return keras.ops.tanh(x)

    own = type(base, (getattr(keras.layers, base),), {"call": call})
    layer = own(2, name="own") if base == "Dense" else own(name="own")

    steps = _read(_model(keras, keras.layers.Conv2D(2, 3), layer))
    assert [step.kind for step in steps[1:]] == ["conv", "tanh"]


def test_a_class_that_only_sets_options_is_its_base(keras: Any) -> None:
    """It computes what the base does."""
    own = type("Own", (keras.layers.Conv2D,), {})

    steps = _read(_model(keras, own(2, 3, activation="relu", name="own")))
    assert [(step.name, step.kind) for step in steps[1:]] == [("own", "conv")]


def test_a_layer_that_cannot_be_followed_is_refused(keras: Any) -> None:
    """In one line that names it."""
    own = type("Own", (keras.layers.Layer,), {"call": lambda self, x: x.numpy()})

    expected = r"layer 'own' \(Own\): expected it to be made of Keras' layers"
    image = keras.Input((8, 8, 2))
    with pytest.raises(UnsupportedModelError, match=expected) as caught:
        _read(keras.Model(image, _placed(keras, own(name="own"), image)))
    assert "keras.ops" in caught.value.hint


def _placed(keras: Any, layer: Any, image: Any) -> Any:
    """The output of `layer`, whose shape Keras cannot find out."""
    layer.compute_output_spec = lambda x: keras.KerasTensor(x.shape)
    return layer(image)


def test_mixed_precision_is_no_matter(keras: Any) -> None:
    """What training computes in 16 bits is in int8 in the end."""
    layer = keras.layers.Conv2D(2, 3, dtype="mixed_float16", name="half")

    assert _read(_model(keras, layer))[1].kernel.dtype == np.float32


def test_what_only_training_knows_is_no_matter(keras: Any) -> None:
    """Initial values, regularizers and constraints change weights, not the layer."""
    layers = keras.layers
    limited = layers.Conv2D(
        2,
        3,
        kernel_regularizer="l2",
        activity_regularizer=keras.regularizers.L1(0.1),
        kernel_constraint=keras.constraints.MaxNorm(1.0),
        bias_initializer="ones",
        name="limited",
    )
    steps = _read(_model(keras, limited, layers.BatchNormalization(momentum=0.5)))

    assert [step.name for step in steps[1:]] == ["limited"]
