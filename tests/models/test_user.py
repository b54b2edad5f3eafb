from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinycnn.errors import ProjectError, UnsupportedModelError
from tinycnn.models import build_from_settings
from tinycnn.project import ModelSettings

GOOD = """
import keras
def build(*, input_shape, classes, width=1.0):
    x = image = keras.Input(input_shape)
    x = keras.layers.Conv2D(round(4 * width), 3)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, keras.layers.Dense(classes)(x))
"""


def _build(folder: Path, code: str, **settings: Any) -> Any:
    (folder / "net.py").write_text(code)
    table = ModelSettings(**{"build": "net.py:build", **settings})
    return build_from_settings(table, root=folder, input_shape=(8, 8, 1), classes=3)


@pytest.mark.train
@pytest.mark.parametrize(("knobs", "channels"), [({}, 4), ({"width": 2.0}, 8)])
def test_the_function_gets_image_classes_and_the_knobs_that_are_set(
    tmp_path: Path, knobs: dict[str, Any], channels: int
) -> None:
    """What it builds is the model; a knob that is not set keeps the user's default."""
    model = _build(tmp_path, GOOD, **knobs)

    assert model.output_shape == (None, 3)
    assert model.layers[1].filters == channels


@pytest.mark.train
def test_the_seed_fixes_the_weights(tmp_path: Path) -> None:
    """Two models of one seed are equal."""
    first, second = (_build(tmp_path, GOOD).get_weights()[0] for _ in range(2))

    assert (first == second).all()


@pytest.mark.train
@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("", "expected a function build in net.py"),
        ("build = 3", "expected a function build in net.py"),
        ("def build(:", "net.py: failed with SyntaxError: "),
        ("1 / 0", "net.py: failed with ZeroDivisionError: division by zero"),
        (
            "def build(classes): pass",
            "cannot be called with input_shape, classes: got an unexpected keyword",
        ),
        (
            "def build(**kw): raise ValueError('odd\\nsize')",
            "model 'net.py:build': failed with ValueError: odd",
        ),
        ("def build(**kw): pass", "expected a Keras model, got NoneType"),
        (
            GOOD.replace("keras.Input(input_shape)", "keras.Input((9, 9, 1))"),
            r"expected images of \(8, 8, 1\), got \(9, 9, 1\)",
        ),
        (
            GOOD.replace("Dense(classes)", "Dense(4)"),
            r"expected outputs of \(3,\), got \(4,\)",
        ),
    ],
)
def test_what_the_user_got_wrong_is_said_in_one_line(
    tmp_path: Path, code: str, message: str
) -> None:
    """File or function, what was expected, what was met."""
    with pytest.raises(ProjectError, match=message) as caught:
        _build(tmp_path, code)

    assert "\n" not in str(caught.value)


GRAPHS = {
    "two inputs": "keras.Model([a, b], keras.layers.Add()([a, b]))",
    "two outputs": "keras.Model(a, [a, keras.layers.Flatten()(a)])",
}


@pytest.mark.train
@pytest.mark.parametrize(
    ("code", "message"),
    [
        (GRAPHS["two inputs"], "expected 1 input and 1 output, got 2 and 1"),
        (GRAPHS["two outputs"], "expected 1 input and 1 output, got 1 and 2"),
        (
            "type('Net', (keras.Model,), {})()",
            "expected it to be made of Keras' layers and operations, got",
        ),
        (
            "keras.Sequential([keras.layers.Conv2D(4, 9)])",
            "failed with ValueError: .*",
        ),
    ],
)
def test_a_model_of_another_graph_is_refused_in_one_line(
    tmp_path: Path, code: str, message: str
) -> None:
    """Before anything asks it for a shape that it does not have."""
    lines = ["import keras", "def build(*, input_shape, classes):"]
    lines += ["    a, b = keras.Input(input_shape), keras.Input(input_shape)"]
    with pytest.raises((ProjectError, UnsupportedModelError), match=message) as caught:
        _build(tmp_path, "\n".join([*lines, f"    return {code}"]))

    assert "\n" not in str(caught.value)


@pytest.mark.train
@pytest.mark.parametrize(
    "start", ["", "keras.Input((8, 8, 1), batch_size=1),", "keras.Input((8, 8, 1)),"]
)
def test_an_input_may_be_missing_or_of_one_image(tmp_path: Path, start: str) -> None:
    """The data set says the shape; any number of images can be computed at once."""
    code = f"""
import keras
L = keras.layers
def build(*, input_shape, classes):
    own = L.Activation(lambda x: keras.ops.relu(x))
    end = [L.Flatten(), L.Dense(3), L.Softmax()]
    return keras.Sequential([{start} L.Conv2D(4, 3), own, *end])
"""
    from tinycnn.training.head import logits_of
    from tinycnn.training.quantize import quantize_model

    model = _build(tmp_path, code)

    assert model(np.zeros((5, 8, 8, 1), np.float32)).shape == (5, 3)
    assert model.inputs[0].shape == (None, 8, 8, 1)
    assert quantize_model(model).output_shape == (None, 3)
    assert logits_of(model).output_shape == (None, 3)


@pytest.mark.train
def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The path is relative to the project's folder."""
    with pytest.raises(ProjectError, match=r"no such file .*other\.py") as caught:
        _build(tmp_path, GOOD, build="other.py:build")

    assert "relative to the folder of tinycnn.toml" in caught.value.hint
