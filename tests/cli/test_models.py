import json
from pathlib import Path

import pytest

from tests.cli.command import tinycnn

OWN = """
import keras
def build(*, input_shape, classes):
    image = keras.Input(input_shape)
    x = keras.layers.Flatten()(image)
    return keras.Model(image, keras.layers.Dense(classes)(x))
"""


def test_the_zoo_is_listed(tmp_path: Path) -> None:
    """A line for each family, with its knobs and where it is from."""
    done = tinycnn("models", cwd=tmp_path)

    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert done.returncode == 0, done.stderr
    assert len(lines) == 1 + 14
    assert "width 1.0, depth 8" in lines["resnet"]
    assert "LeCun et al., 1998" in lines["lenet5"]


def test_the_zoo_as_json(tmp_path: Path) -> None:
    """Knobs with their defaults and choices."""
    done = tinycnn("models", "--json", cwd=tmp_path)

    depth = json.loads(done.stdout)["resnet"]["knobs"]["depth"]
    assert depth["default"] == 8
    assert depth["choices"] == [8, 14, 20]


@pytest.mark.train
def test_a_model_is_shown_layer_by_layer(tmp_path: Path) -> None:
    """Size, receptive field, parameters and work of LeNet-5; it fits."""
    done = tinycnn("models", "show", "lenet5", "--input", "28x28x1", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    line = next(x for x in done.stdout.splitlines() if x.startswith("conv_2"))
    assert line.split()[:7] == (
        "conv_2 CONV_2D 10x10x16 (14+0-5)/1+1 14x14 2,416 240,000".split()
    )
    assert ["parameters", "61,706"] in [x.split() for x in done.stdout.splitlines()]
    assert "fits Arduino Nano 33 BLE Sense: " in done.stdout


@pytest.mark.train
def test_a_model_that_does_not_fit_is_exit_code_1(tmp_path: Path) -> None:
    """Knobs count: VGG at the paper's width is too large for the chip."""
    done = tinycnn("models", "show", "vgg", "--width", "1", "--json", cwd=tmp_path)

    found = json.loads(done.stdout)
    assert done.returncode == 1, done.stderr
    assert not found["fits"]
    assert found["keras_parameters"] > found["parameters"] > 2_000_000
    assert found["layers"][0]["size_formula"] == "(32+2-3)/1+1"
    assert sum(layer["macs"] for layer in found["layers"]) == found["macs"]


@pytest.mark.train
def test_a_model_of_the_users_own_is_shown(tmp_path: Path) -> None:
    """It is given as file and function."""
    (tmp_path / "net.py").write_text(OWN)
    options = ("--input", "4x4x3", "--classes", "2", "--json")
    done = tinycnn("models", "show", "net.py:build", *options, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["parameters"] == 4 * 4 * 3 * 2 + 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lenet",), "error: model 'lenet': not known"),
        (("lenet5", "--depth", "2"), "error: model 'lenet5': has no depth"),
        (("vgg", "--width", "9"), "model 'vgg': width: expected less than or equal"),
        (("vgg.py:",), "model 'vgg.py:': build: expected a Python file and a function"),
        (("vgg", "--input", "32x32"), "expected height x width x 1 or 3, got '32x32'"),
        (("vgg", "--input", "0x2x1"), "expected height x width x 1 or 3, got '0x2x1'"),
        (("vgg", "--board", "uno"), "error: board 'uno': not known"),
    ],
)
def test_errors_are_one_line(
    arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    """Usage is exit code 2; TensorFlow is not even loaded."""
    done = tinycnn("models", "show", *arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
