from pathlib import Path
from typing import Any

import pytest

from tinycnn.errors import ProjectError
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


@pytest.mark.train
def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The path is relative to the project's folder."""
    with pytest.raises(ProjectError, match=r"no such file .*other\.py") as caught:
        _build(tmp_path, GOOD, build="other.py:build")

    assert "relative to the folder of tinycnn.toml" in caught.value.hint
