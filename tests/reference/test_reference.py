import importlib.metadata
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import conv_model, residual_model
from tests.compiler.tflite_builder import ModelBuilder
from tests.conftest import require_module
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.errors import InvalidModelError
from tinycnn.reference import Limits, load_isolated_reference, load_reference

NUMERICS = ("litert", "tflm")


@pytest.fixture(params=NUMERICS)
def numerics(request: pytest.FixtureRequest) -> Numerics:
    """Each reference that is installed."""
    if request.param == "tflm":
        require_module("tflite_micro")
    return request.param


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A whole model, float in and out."""
    path = tmp_path / "model.tflite"
    path.write_bytes(residual_model())
    return path


def bomb() -> bytes:
    """A valid file of a few bytes that asks for two tensors of 2 GB."""
    b = ModelBuilder()
    x, y = (b.tensor((1, 2**31 - 1), scale=s) for s in (0.1, 0.2))
    b.op("QUANTIZE", [x], [y])
    return b.build([x], [y])


def test_identity_names_package_version_and_kernels(
    model: Path, numerics: Numerics
) -> None:
    """What "equal" refers to is always named."""
    package = {"litert": "ai-edge-litert", "tflm": "tflite-micro"}[numerics]
    version = importlib.metadata.version(package)

    text = str(load_reference(model, numerics).identity)
    assert text.startswith(f"{package} {version}, ")
    assert text.endswith("1 thread")


def test_isolated_runs_give_the_same_bytes(model: Path, numerics: Numerics) -> None:
    """A child process changes nothing."""
    inputs = np.random.default_rng(0).uniform(0, 1, (5, 189)).astype(np.float32)
    expected = load_reference(model, numerics).run(inputs)

    isolated = load_isolated_reference(model, numerics)
    assert np.array_equal(expected, isolated.run(inputs))
    assert expected.shape == (5, 16)


def test_a_refused_file_is_named(tmp_path: Path, numerics: Numerics) -> None:
    """What is no model is refused in one line that starts with the file."""
    path = tmp_path / "broken.tflite"
    path.write_bytes(b"\x04\0\0\0TFL3")
    for load in (load_reference, load_isolated_reference):
        with pytest.raises(InvalidModelError, match=r"broken\.tflite: ") as caught:
            load(path, numerics).run(np.zeros((1, 4), np.int8))

        assert "\n" not in str(caught.value)


def test_a_memory_bomb_ends_the_child_alone(tmp_path: Path, numerics: Numerics) -> None:
    """Beyond the address space that it may use, the model is refused."""
    path = tmp_path / "bomb.tflite"
    path.write_bytes(bomb())
    reference = load_isolated_reference(path, numerics, limits=Limits(2 << 30))
    with pytest.raises(InvalidModelError, match=r"bomb\.tflite: "):
        reference.run(np.zeros((1, 1), np.int8))


def test_a_child_that_is_killed_is_one_line(tmp_path: Path) -> None:
    """Without any processor time the child dies; the error names the signal."""
    path = tmp_path / "model.tflite"
    path.write_bytes(conv_model())
    reference = load_isolated_reference(path, limits=Limits(cpu_s=0))
    with pytest.raises(InvalidModelError, match="litert reference died of SIG"):
        reference.run(np.zeros((1, 72), np.int8))


def test_a_child_that_hangs_is_ended(tmp_path: Path) -> None:
    """The wall clock guards where processor time does not pass."""
    path = tmp_path / "model.tflite"
    path.write_bytes(conv_model())
    reference = load_isolated_reference(path, limits=Limits(wall_s=0))
    with pytest.raises(InvalidModelError, match="did not finish in 0 s"):
        reference.run(np.zeros((1, 72), np.int8))
