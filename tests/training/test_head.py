"""The end of a network decides its loss; one that does not suit labels is refused."""

from typing import Any

import numpy as np
import pytest

from tinycnn.errors import ProjectError, UnsupportedModelError
from tinycnn.recipe import DistillSettings, TrainingSettings

pytestmark = pytest.mark.train

FOUR = np.arange(8) % 4
TWO = np.arange(8) % 2
SEVERAL = np.array([[0, 1, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1]] * 2)
REAL = np.linspace(-1, 1, 16, dtype=np.float32).reshape(8, 2)


@pytest.fixture(scope="module")
def keras() -> Any:
    """Keras, imported only when these tests run."""
    from tinycnn.models.backend import keras

    return keras


def _model(keras: Any, *ends: Any) -> Any:
    x = image = keras.Input((8, 8, 1))
    for layer in (keras.layers.Flatten(), *ends):
        x = layer(x)
    return keras.Model(image, x, name="net")


def _side_by_side(keras: Any) -> Any:
    """A sigmoid for each of four labels, as people write several heads in one."""

    def end(x: Any) -> Any:
        heads = [keras.layers.Dense(1, "sigmoid")(x) for _ in range(4)]
        return keras.layers.Concatenate(name="heads")(heads)

    return end


def _pooled(keras: Any) -> Any:
    """Sigmoids of places, of which the largest counts."""

    def end(x: Any) -> Any:
        x = keras.layers.Reshape((8, 8, 1))(x)
        x = keras.layers.Conv2D(4, 1, activation="sigmoid")(x)
        return keras.layers.GlobalMaxPooling2D(name="largest")(x)

    return end


SUITABLE: dict[str, Any] = {
    "softmax": (lambda k: [k.layers.Dense(4, "softmax")], FOUR, "categorical"),
    "softmax layer": (
        lambda k: [k.layers.Dense(4), k.layers.Softmax()],
        FOUR,
        "categorical",
    ),
    "alias": (
        lambda k: [k.layers.Dense(4), k.layers.Activation(k.ops.softmax)],
        FOUR,
        "categorical",
    ),
    "logits": (lambda k: [k.layers.Dense(4)], FOUR, "categorical"),
    "two of softmax": (lambda k: [k.layers.Dense(2, "softmax")], TWO, "categorical"),
    "one sigmoid": (lambda k: [k.layers.Dense(1, "sigmoid")], TWO, "binary"),
    "sigmoid layer": (
        lambda k: [k.layers.Dense(1), k.layers.Activation("sigmoid")],
        TWO,
        "binary",
    ),
    "reshaped": (
        lambda k: [k.layers.Dense(1, "sigmoid"), k.layers.Flatten()],
        TWO,
        "binary",
    ),
    "logits of numbers": (lambda k: [k.layers.Dense(2)], REAL, "regression"),
    "sigmoids side by side": (lambda k: [_side_by_side(k)], SEVERAL, "multi-label"),
    "sigmoids": (lambda k: [k.layers.Dense(4, "sigmoid")], SEVERAL, "multi-label"),
    "own softmax": (
        lambda k: [k.layers.Dense(4, lambda x: k.ops.softmax(x / 4.0))],
        FOUR,
        "categorical",
    ),
    "lambda": (
        lambda k: [k.layers.Dense(4), k.layers.Lambda(k.ops.sigmoid)],
        SEVERAL,
        "multi-label",
    ),
}


@pytest.mark.parametrize("case", SUITABLE)
def test_the_end_and_the_labels_decide_the_task(keras: Any, case: str) -> None:
    """Of float networks and of their twins; the logits are what the end is made of."""
    from tinycnn.training.grids import set_mode
    from tinycnn.training.head import check_head, logits_of
    from tinycnn.training.quantize import quantize_model

    ends, labels, task = SUITABLE[case]
    model = _model(keras, *ends(keras))
    twin = quantize_model(model)
    set_mode(twin, "float")
    x = np.random.default_rng(0).random((8, 8, 8, 1), np.float32)

    assert check_head(model, labels) == check_head(twin, labels) == task
    for network in (model, twin):
        logits, outputs = logits_of(network)(x), network(x)
        if "logits" in case:
            expected = outputs
        elif task == "categorical":
            expected = keras.ops.softmax(logits)
        else:
            expected = keras.ops.sigmoid(logits)
        np.testing.assert_allclose(outputs, expected, atol=1e-5)


REFUSED: dict[str, Any] = {
    "sigmoids for classes": (
        lambda k: [k.layers.Dense(4, "sigmoid", name="end")],
        FOUR,
        r"layer 'end' \(Dense\): expected softmax or no activation .*, got sigmoid",
    ),
    "sigmoids side by side": (
        lambda k: [_side_by_side(k)],
        FOUR,
        r"layer 'heads' \(Concatenate\): expected softmax or .*, got sigmoid",
    ),
    "pooled sigmoids": (
        lambda k: [_pooled(k)],
        FOUR,
        r"layer 'largest' \(GlobalMaxPooling2D\): expected softmax or .*, got sigmoid",
    ),
    "two sigmoids for two classes": (
        lambda k: [k.layers.Dense(2, "sigmoid", name="end")],
        TWO,
        r"layer 'end' \(Dense\): expected softmax or no activation .*, got sigmoid",
    ),
    "relu": (
        lambda k: [k.layers.Dense(4), k.layers.ReLU(name="end")],
        FOUR,
        r"layer 'end' \(ReLU\): expected softmax or no activation .*, got relu",
    ),
    "own function": (
        lambda k: [k.layers.Dense(4), k.layers.Activation("tanh", name="end")],
        FOUR,
        r"layer 'end' \(Activation\): expected softmax or .*, got tanh",
    ),
    "one number for two classes": (
        lambda k: [k.layers.Dense(1, name="end")],
        TWO,
        r"layer 'end' \(Dense\): expected a sigmoid at the end, .*, got linear",
    ),
    "softmax for numbers": (
        lambda k: [k.layers.Dense(2, "softmax", name="end")],
        REAL,
        r"layer 'end' \(Dense\): expected no activation at the end, .*, got softmax",
    ),
    "softmax for several labels": (
        lambda k: [k.layers.Dense(4), k.layers.Softmax(name="end")],
        SEVERAL,
        r"layer 'end' \(Softmax\): expected a sigmoid at the end, .*, got softmax",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_end_that_does_not_suit_the_labels_is_refused(keras: Any, case: str) -> None:
    """Layer, what was expected and why, and what it is, before any training."""
    from tinycnn.training.head import check_head

    ends, labels, message = REFUSED[case]
    with pytest.raises(UnsupportedModelError, match=message) as caught:
        check_head(_model(keras, *ends(keras)), labels)

    assert "\n" not in str(caught.value)
    assert caught.value.hint is not None
    assert "in Dense(" in caught.value.hint


@pytest.mark.parametrize("labels", [TWO, SEVERAL])
def test_sigmoids_are_trained_by_the_binary_cross_entropy(
    keras: Any, labels: np.ndarray
) -> None:
    """With smoothing, that of Keras; the accuracy counts what is above the half."""
    from tinycnn.models.backend import tf
    from tinycnn.training.loss import loss_function, sum_credits, truth_of

    task: Any = "binary" if labels.ndim == 1 else "multi-label"
    outputs = labels[0].size
    logits = np.random.default_rng(0).normal(0, 2, (8, outputs)).astype(np.float32)
    truth = truth_of(task, tf.constant(labels), outputs)
    loss_of = loss_function(TrainingSettings(label_smoothing=0.2), labels, None)
    columns = labels.reshape(8, outputs)
    expected = keras.losses.binary_crossentropy(
        columns.astype(np.float32), logits, from_logits=True, label_smoothing=0.2
    )

    np.testing.assert_allclose(
        loss_of(None, truth, tf.constant(logits)), expected, 1e-5
    )
    hits = ((logits > 0) == columns).all(axis=1).sum()
    assert sum_credits(task, tf.constant(labels), tf.constant(logits), 1.0) == hits


def test_rare_one_of_two_classes_counts_for_more(keras: Any) -> None:
    """An image weighs one on average, a class as much as the other in all."""
    from tinycnn.models.backend import tf
    from tinycnn.training.loss import loss_function, truth_of

    labels = np.array([0, 0, 0, 1])
    truth, logits = truth_of("binary", labels, 1), tf.zeros((4, 1))
    weighed, plain = (
        loss_function(TrainingSettings(class_weights=w), labels, None)
        for w in (True, False)
    )
    ratio = weighed(None, truth, logits) / plain(None, truth, logits)

    np.testing.assert_allclose(ratio, [2 / 3, 2 / 3, 2 / 3, 2.0], rtol=1e-5)


def test_several_labels_have_no_weights_of_classes() -> None:
    """What cannot be meant is said before training."""
    from tinycnn.training.loss import loss_function

    with pytest.raises(
        ProjectError, match="class_weights: expected one class an image"
    ):
        loss_function(TrainingSettings(class_weights=True), SEVERAL, None)


def test_a_teacher_of_sigmoids_is_asked_for_sigmoids(keras: Any) -> None:
    """With full weight the loss is least where the logits are the teacher's."""
    from tinycnn.models.backend import tf
    from tinycnn.training.loss import loss_function, truth_of

    image = keras.Input((2,))
    teacher = keras.Model(image, keras.layers.Dense(1, "sigmoid")(image))
    teacher.layers[1].bias.assign([2.0])
    distill = DistillSettings(teacher="../big", weight=1.0, temperature=2.0)
    loss_of = loss_function(TrainingSettings(distill=distill), TWO, teacher)
    truth = truth_of("binary", TWO[:3], 1)
    losses = loss_of(tf.zeros((3, 2)), truth, tf.constant([[-2.0], [2.0], [4.0]]))

    p = 1 / (1 + np.exp(-1.0))
    assert np.argmin(losses) == 1
    expected = -4 * (p * np.log(p) + (1 - p) * np.log(1 - p))
    assert float(losses[1]) == pytest.approx(expected, rel=1e-4)


def test_a_teacher_with_another_end_is_refused(keras: Any) -> None:
    """A softmax over two classes says nothing to one sigmoid."""
    from tinycnn.datasets.dataset import Dataset, Split
    from tinycnn.training.fit import Hooks, train_model

    split = Split(np.zeros((8, 8, 8, 1), np.uint8), TWO)
    dataset = Dataset("two", ("a", "b"), split, split, split)
    student = _model(keras, keras.layers.Dense(1, "sigmoid"))
    hooks = Hooks(teacher=_model(keras, keras.layers.Dense(2)))
    recipe = TrainingSettings(epochs=1)

    with pytest.raises(
        ProjectError, match=r"teacher 'net': expected one output.*got 2"
    ):
        train_model(student, dataset, recipe, seed=1, hooks=hooks)


def test_a_binary_network_learns_and_its_twin_agrees(keras: Any, corners: Any) -> None:
    """One sigmoid tells the upper corners from the lower ones, in int8 too."""
    from tinycnn.datasets.dataset import Dataset, Split
    from tinycnn.training.fit import evaluate, train_model
    from tinycnn.training.quantize import fine_tune, quantize_model

    train, validation, test = (
        Split(s.images, s.labels // 2)
        for s in (corners.train, corners.validation, corners.test)
    )
    dataset = Dataset("halves", ("top", "bottom"), train, validation, test)
    keras.utils.set_random_seed(1)
    model = _model(keras, keras.layers.Dense(1, "sigmoid"))
    recipe = TrainingSettings(epochs=8, learning_rate=0.01)
    train_model(model, dataset, recipe, seed=1)
    twin = quantize_model(model)
    fine_tune(twin, dataset, recipe.model_copy(update={"epochs": 2}), seed=1)

    assert evaluate(model, dataset.test) > 0.95
    assert evaluate(twin, dataset.test) > 0.95


def test_real_numbers_are_trained_by_the_squared_error(keras: Any) -> None:
    """What is earned is R²: an output of the mean earns nothing, a right one all."""
    from tinycnn.models.backend import tf
    from tinycnn.tasks import accuracy_of, variance_of
    from tinycnn.training.loss import loss_function, sum_credits, truth_of

    labels = np.array([[0.5, 2.0], [1.5, -2.0]], np.float32)
    truth = truth_of("regression", labels, 2)
    losses = loss_function(TrainingSettings(), labels, None)(
        None, truth, tf.constant([[0.5, 1.0], [1.5, 2.0]])
    )

    np.testing.assert_allclose(losses, [0.5, 8.0])
    mean = np.array([[1.0, 0.0]] * 2, np.float32)
    for outputs, expected in ((labels, 1.0), (mean, 0.0)):
        assert accuracy_of(outputs, labels) == pytest.approx(expected)
        earned = sum_credits("regression", labels, outputs, variance_of(labels))
        assert float(earned) / 2 == pytest.approx(expected)


@pytest.mark.parametrize("key", ["class_weights", "label_smoothing"])
def test_real_numbers_have_no_classes_to_weigh_or_smooth(key: str) -> None:
    """What cannot be meant is said before training."""
    from tinycnn.training.loss import loss_function

    recipe = TrainingSettings().model_copy(update={key: 0.5})
    with pytest.raises(ProjectError, match=rf"training.{key}: .* got real numbers"):
        loss_function(recipe, np.array([[0.5], [1.0]], np.float32), None)


def test_each_label_has_an_output(keras: Any) -> None:
    """One sigmoid for two classes is no end for two labels."""
    from tinycnn.training.head import check_head

    model = _model(keras, keras.layers.Dense(1, "sigmoid", name="end"))
    expected = "'end' .*: expected 4 outputs, as labels have columns, got 1"
    with pytest.raises(UnsupportedModelError, match=expected):
        check_head(model, SEVERAL)
