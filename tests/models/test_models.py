import inspect
import subprocess
import sys
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from tinycnn.datasets.filtered import filter_images
from tinycnn.errors import ProjectError
from tinycnn.families import FAMILIES
from tinycnn.models import build_model, model_names


def test_names_need_no_tensorflow() -> None:
    """The names of the families are known without importing TensorFlow."""
    code = (
        "import sys; from tinycnn.models import model_names; model_names(); "
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("name", "nearest"), [("lenet", "lenet5"), ("tinycnn", "tiny_cnn")]
)
def test_unknown_name_suggests_the_nearest(name: str, nearest: str) -> None:
    """A misspelt model is refused with the nearest family's name."""
    with pytest.raises(ProjectError, match=f"model '{name}': not known") as caught:
        build_model(name, input_shape=(8, 8, 1), classes=10)

    assert f"did you mean '{nearest}'?" in caught.value.hint


def test_width_must_be_positive() -> None:
    """A width of zero or less is refused."""
    with pytest.raises(ProjectError, match="expected width above 0, got 0"):
        build_model("lenet5", input_shape=(8, 8, 1), classes=10, width=0)


@pytest.mark.parametrize(
    ("name", "knobs", "message"),
    [
        ("lenet5", {"depth": 3}, "model 'lenet5': has no depth; its knobs: width"),
        ("resnet", {"depth": 9}, "model 'resnet': expected depth 8, 14, 20, got 9"),
    ],
)
def test_knobs_are_those_of_the_family(
    name: str, knobs: dict[str, Any], message: str
) -> None:
    """A knob or a value that the family does not have is refused."""
    with pytest.raises(ProjectError, match=message):
        build_model(name, input_shape=(8, 8, 1), classes=10, **knobs)


@pytest.mark.train
@pytest.mark.parametrize("name", model_names())
def test_the_table_has_the_arguments_of_build(name: str) -> None:
    """`build` takes the knobs of the table, each without a default of its own."""
    parameters = inspect.signature(import_module(f"tinycnn.models.{name}").build)

    names = {"input_shape", "classes", *FAMILIES[name].knobs}
    assert set(parameters.parameters) == names
    assert {p.default for p in parameters.parameters.values()} == {inspect._empty}


@pytest.mark.train
@pytest.mark.parametrize("size", [28, 32])
def test_lenet5_has_the_parameters_of_the_paper(size: int) -> None:
    """LeNet-5 has 61,706 parameters, for 28x28 and for the paper's 32x32 images."""
    model = build_model("lenet5", input_shape=(size, size, 1), classes=10)

    assert model.count_params() == 61_706


@pytest.mark.train
@pytest.mark.parametrize("name", [n for n in FAMILIES if not FAMILIES[n].is_given])
def test_a_family_suits_small_and_large_images_and_any_width(name: str) -> None:
    """It ends in softmax; twice the width gives more than twice the parameters."""
    width = FAMILIES[name].knobs["width"].default
    small, large = (
        build_model(name, input_shape=image, classes=3)
        for image in ((8, 8, 1), (48, 96, 3))
    )
    wide = build_model(name, input_shape=(8, 8, 1), classes=3, width=2 * width)

    for model in (small, large):
        assert model.name == name
        assert model.output_shape == (None, 3)
        assert model.layers[-1].name == "probabilities"
    assert wide.count_params() > 2 * small.count_params()


@pytest.mark.train
@pytest.mark.parametrize("channels", [1, 3])
def test_a_given_kernel_computes_its_sums(channels: int) -> None:
    """What the data set's labels are, of grey and of colour."""
    rows = ((0, 1, 0), (2, -5, 1), (0, 0, 3))
    chance = np.random.default_rng(3)
    images = chance.integers(0, 256, (4, 6, 5, channels), np.uint8)
    model = build_model(
        "image_kernel",
        input_shape=images.shape[1:],
        classes=30,
        kernel=rows,
        divisor=4,
    )

    found = model(images.astype(np.float32) / 255).numpy()
    expected = filter_images(images, rows, 4).reshape(4, 30)
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.train
def test_outputs_are_probabilities() -> None:
    """They add up to 1."""
    model = build_model("tiny_cnn", input_shape=(8, 8, 1), classes=3)

    probabilities = model(np.ones((2, 8, 8, 1), np.float32)).numpy()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-5)


@pytest.mark.train
@pytest.mark.parametrize(
    "name", [name for name in model_names() if "depth" in FAMILIES[name].knobs]
)
def test_depth_adds_layers(name: str) -> None:
    """The second value of `depth` gives more layers with weights than the first."""
    counts = [
        len(build_model(name, input_shape=(32, 32, 3), classes=10, depth=n).weights)
        for n in FAMILIES[name].knobs["depth"].choices[:2]
    ]

    assert counts[0] < counts[1]


@pytest.mark.train
@pytest.mark.parametrize(
    ("size", "halvings", "expected"), [(96, 5, 3), (96, 2, 24), (32, 5, 4), (32, 1, 16)]
)
def test_small_images_are_halved_less_often(
    size: int, halvings: int, expected: int
) -> None:
    """Three pixels or more are left, and `halvings` is the most."""
    image = (size, size, 1)
    model = build_model("mobilenet_v1", input_shape=image, classes=2, halvings=halvings)

    assert model.get_layer("mean").input.shape[1:3] == (expected, expected)


@pytest.mark.train
def test_same_seed_same_model() -> None:
    """Two models of one seed have the same weights and layer names."""
    first, second = (
        build_model("tiny_cnn", input_shape=(8, 8, 1), classes=10, seed=7)
        for _ in range(2)
    )

    assert [x.name for x in first.layers] == [x.name for x in second.layers]
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.train
def test_lenet5_refuses_images_that_it_cannot_halve_twice() -> None:
    """Images under 4x4 are refused with their size."""
    with pytest.raises(ProjectError, match="images of at least 4x4, got 3x8"):
        build_model("lenet5", input_shape=(3, 8, 1), classes=10)
