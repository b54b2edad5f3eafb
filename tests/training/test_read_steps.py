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
        ("pad", "same_grid", "linear"),
        ("conv", "conv", "relu6"),
        ("pool", "same_grid", "linear"),
        ("flatten", "same_grid", "linear"),
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
        lambda k: [k.layers.LeakyReLU(name="leaky")],
        r"layer 'leaky' \(LeakyReLU\): not supported",
    ),
    "dilation": (
        lambda k: [k.layers.Conv2D(2, 3, dilation_rate=2, name="c")],
        r"layer 'c' \(Conv2D\): expected dilation_rate \(1, 1\), got \(2, 2\)",
    ),
    "groups": (
        lambda k: [k.layers.Conv2D(2, 3, groups=2, name="c")],
        r"layer 'c' \(Conv2D\): expected groups 1, got 2",
    ),
    "tanh": (
        lambda k: [k.layers.Conv2D(2, 3, activation="tanh", name="c")],
        r"expected activation linear, relu, relu6, .*, softmax, got 'tanh'",
    ),
    "relu_limit": (
        lambda k: [k.layers.Conv2D(2, 3), k.layers.ReLU(max_value=4, name="r")],
        r"layer 'r' \(ReLU\): expected max_value None or 6, got 4",
    ),
    "leaky": (
        lambda k: [k.layers.Conv2D(2, 3), k.layers.ReLU(negative_slope=0.1, name="r")],
        r"expected negative_slope 0.0, got 0.1",
    ),
    "deep_dense": (
        lambda k: [k.layers.Dense(3, name="d")],
        r"layer 'd' \(Dense\): expected a flat input, got 3 axes",
    ),
    "early_softmax": (
        lambda k: [k.layers.Softmax(name="s"), k.layers.Flatten()],
        r"layer 's' \(softmax\): expected the end of the model, got layers after it",
    ),
    "softmax_axis": (
        lambda k: [k.layers.Softmax(axis=1, name="s")],
        r"layer 's' \(Softmax\): expected axis -1, got 1",
    ),
    "nested": (
        lambda k: [_model(k, k.layers.Conv2D(2, 3)), k.layers.Flatten()],
        r"\(Sequential\): not supported",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_unsupported_layer_is_named(keras: Any, case: str) -> None:
    """What int8 inference cannot express is refused with layer, class and option."""
    make, message = REFUSED[case]
    model = _model(keras, *make(keras))

    with pytest.raises(UnsupportedModelError, match=message):
        _read(model)


def test_hint_lists_the_supported_layers(keras: Any) -> None:
    """The refusal of a layer says which layers there are."""
    with pytest.raises(UnsupportedModelError) as caught:
        _read(_model(keras, keras.layers.LeakyReLU()))

    assert "Conv2D, DepthwiseConv2D, SeparableConv2D, Dense" in caught.value.hint


def test_shared_layer_is_refused(keras: Any) -> None:
    """A layer that is used twice is named."""
    image = keras.Input((8, 8, 2))
    layer = keras.layers.Conv2D(2, 3, padding="same", name="twice")
    model = keras.Model(image, layer(layer(image)))

    with pytest.raises(UnsupportedModelError, match=r"'twice'.*expected one use"):
        _read(model)


@pytest.mark.parametrize("kind", ["ReLU", "BatchNormalization"])
def test_layer_after_a_shared_tensor_gets_weights_of_its_own(
    keras: Any, kind: str
) -> None:
    """What cannot be folded into a convolution becomes a 1x1 depthwise one."""
    image = keras.Input((8, 8, 2))
    x = keras.layers.Conv2D(2, 3, name="c")(image)
    y = getattr(keras.layers, kind)(name="own")(x)
    steps = _read(keras.Model(image, keras.layers.Add(name="sum")([x, y])))

    assert [(s.name, s.kind) for s in steps[1:]] == [
        ("c", "conv"),
        ("own", "depthwise"),
        ("sum", "add"),
    ]
    assert steps[2].kernel.shape == (1, 1, 2, 1)


def test_hard_sigmoid_is_folded_into_the_weights(keras: Any) -> None:
    """Its slope and offset need no operator: int8 saturates where it is flat."""
    conv = keras.layers.Conv2D(2, 3, activation="hard_sigmoid", name="c")
    model = _model(keras, conv)
    step = _read(model)[1]

    assert step.activation == "unit"
    np.testing.assert_allclose(step.kernel, np.asarray(conv.kernel) / 6, rtol=1e-6)
    np.testing.assert_array_equal(step.bias, 0.5)


def test_add_of_three_is_refused(keras: Any) -> None:
    """Add takes two tensors of one shape."""
    image = keras.Input((8, 8, 2))
    xs = [keras.layers.Conv2D(2, 3)(image) for _ in range(3)]
    model = keras.Model(image, keras.layers.Add(name="sum")(xs))

    with pytest.raises(UnsupportedModelError, match=r"'sum'.*2 inputs of one shape"):
        _read(model)


def test_add_of_two_shapes_says_what_to_do(keras: Any) -> None:
    """It is no matter of how many there are."""
    image = keras.Input((8, 8, 2))
    wide, thin = (keras.layers.Conv2D(n, 1)(image) for n in (4, 1))
    model = keras.Model(image, keras.layers.Add(name="sum")([wide, thin]))

    with pytest.raises(UnsupportedModelError, match="2 inputs of one shape") as caught:
        _read(model)
    assert caught.value.hint == (
        "give both one shape, as a 1x1 convolution does for channels"
    )


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
        (f"{before}_as_1x1_of_norm", "same_grid"),
        ("norm", "depthwise"),
        ("norm_flat", "same_grid"),
    ]


def test_two_outputs_are_refused(keras: Any) -> None:
    """A model has one output."""
    image = keras.Input((8, 8, 2))
    heads = [keras.layers.Conv2D(2, 3)(image) for _ in range(2)]

    with pytest.raises(UnsupportedModelError, match="expected 1 output, got 2"):
        _read(keras.Model(image, heads, name="heads"))


def test_bare_operation_is_refused(keras: Any) -> None:
    """Arithmetic on symbolic tensors is not a layer; the hint names the layer."""
    image = keras.Input((8, 8, 2))

    with pytest.raises(UnsupportedModelError, match="expected a layer, got a bare"):
        _read(keras.Model(image, image + image))


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


def test_a_layer_with_a_call_of_its_own_is_refused(keras: Any) -> None:
    """Its class does not say what the instance computes."""
    layer = keras.layers.ReLU(name="bent")
    layer.call = lambda x: x * 0.5

    with pytest.raises(UnsupportedModelError, match=r"'bent'.*expected the call of"):
        _read(_model(keras, keras.layers.Conv2D(2, 3), layer))


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
    own = type(base, (getattr(keras.layers, base),), {"call": lambda self, x: x * 0.5})
    layer = own(2, name="own") if base == "Dense" else own(name="own")

    with pytest.raises(
        UnsupportedModelError, match=rf"'own' \({base}\): not Keras' own"
    ):
        _read(_model(keras, keras.layers.Conv2D(2, 3), layer))


def test_mixed_precision_is_refused(keras: Any) -> None:
    """What training computes in 16 bits is none of the model's business."""
    layer = keras.layers.Conv2D(2, 3, dtype="mixed_float16", name="half")
    expected = r"layer 'half' \(Conv2D\): expected float32, got mixed_float16"

    with pytest.raises(UnsupportedModelError, match=expected) as caught:
        _read(_model(keras, layer))
    assert 'precision = "bfloat16"' in caught.value.hint


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
