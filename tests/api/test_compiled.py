"""`tinycnn.compile` and what one asks of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import tinycnn
from tests.compiler.models import conv_model, image_model, two_sided_model
from tinycnn.api.inputs import rows_of
from tinycnn.compiler import read_tflite
from tinycnn.errors import ProjectError


def test_bytes_and_paths_are_the_same(tmp_path: Path) -> None:
    """But for the name, which is that of the file."""
    path = tmp_path / "my net.tflite"
    path.write_bytes(conv_model())

    assert tinycnn.compile(path).name == "my_net"
    named = tinycnn.compile(conv_model(), name="my net")
    assert named.sources == tinycnn.compile(str(path)).sources
    assert tinycnn.compile(conv_model()).name == "model"


def test_the_board_and_the_objective_count() -> None:
    """Portable kernels where none are for the core."""
    fast, plain = (
        tinycnn.compile(conv_model(), board=board) for board in ("nano33ble", "due")
    )

    assert fast.analysis.kernels != plain.analysis.kernels
    assert fast.milliseconds
    assert plain.milliseconds is None
    assert "fits" in repr(plain)


@pytest.mark.parametrize("option", [{"optimize": "fast"}, {"numerics": "xnnpack"}])
def test_other_words_are_refused(option: dict[str, str]) -> None:
    """By what is known."""
    with pytest.raises(ProjectError, match=r"expected one of .*, got '"):
        tinycnn.compile(conv_model(), **option)  # type: ignore[arg-type]


def test_the_host_gives_the_reference_s_bytes() -> None:
    """For inputs on the grid and off it, and what a notebook shows of it."""
    net = tinycnn.compile(conv_model(), name="net")
    numbers = np.random.default_rng(0).normal(size=(5, 6, 6, 2))
    found = net.validate(numbers, device="host")

    assert found
    assert (found.equal, found.images, found.outputs.shape) == (5, 5, (5, 144))
    assert found.explanation == ()
    assert "Every output equals the reference" in found._repr_html_()
    assert "CONV_2D" in net._repr_html_()
    assert '"verdict": "equal"' in found.to_json()


def test_labels_give_an_accuracy() -> None:
    """One an input."""
    net = tinycnn.compile(image_model(1), name="net")
    size = net.compilation.program.inputs[0].tensor.size
    inputs = np.zeros((3, size), np.int8)

    assert net.validate(inputs, labels=[0, 0, 0], device="host").accuracy is not None
    with pytest.raises(ProjectError, match="expected one for each of 3 inputs, got 2"):
        net.validate(inputs, labels=[0, 0], device="host")


def test_several_inputs_are_a_list() -> None:
    """Each of its own type; side by side in a row of bytes."""
    graph = read_tflite(two_sided_model())
    shapes = [graph.tensors[i].shape[1:] for i in graph.inputs]
    pixels = np.full((2, *shapes[0]), 200, np.uint8)
    numbers = np.full((2, *shapes[1]), 0.3, np.float32)

    both: list[NDArray[Any]] = [pixels, numbers]
    rows = rows_of(both, graph)

    half = rows.shape[1] // 2
    assert set(rows[:, :half].view(np.uint8).flat) == {200}
    assert set(rows[:, half:].flat) == {3}
    with pytest.raises(ProjectError, match="expected 2 arrays"):
        rows_of([pixels], graph)
    with pytest.raises(ProjectError, match="expected as many rows of each, got 2, 1"):
        rows_of([pixels, numbers[:1]], graph)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("array", "why"),
    [
        (np.zeros((2, 5)), "expected rows of shape"),
        (np.zeros((0, 6, 6, 2)), "expected rows of shape"),
        (np.zeros((1, 6, 6, 2), np.int32), "expected int8 or real numbers, got int32"),
        (np.full((1, 6, 6, 2), np.nan), "expected finite numbers"),
    ],
)
def test_inputs_that_are_not_the_model_s_are_refused(
    array: np.ndarray[tuple[int, ...], np.dtype[np.generic]], why: str
) -> None:
    """With the name of the input."""
    with pytest.raises(ProjectError, match=why):
        rows_of(array, read_tflite(conv_model()))
