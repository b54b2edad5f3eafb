"""ONNX models in float, with onnx2tf in its own environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.command import tinycnn_process
from tests.imports.test_int8 import save_images
from tinycnn.errors import TinycnnError, ToolchainError, UnsupportedModelError
from tinycnn.imports import Source, Wishes, environments, read_source
from tinycnn.imports.environments import ENVIRONMENTS, set_up
from tinycnn.project import load_project

onnx: Any = pytest.importorskip("onnx")
NCHW = (1, 1, 24, 32)


def network(shape: tuple[Any, ...] = NCHW, *, kind: str = "Relu") -> bytes:
    """A convolution, a function, a pool with a border, and four classes."""
    helper, rng = onnx.helper, np.random.default_rng(0)

    def constant(name: str, *size: int) -> Any:
        values = rng.normal(0, 0.3, size).astype(np.float32)
        return onnx.numpy_helper.from_array(values, name)

    window = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [2, 2]}
    nodes = [
        helper.make_node("Conv", ["image", "kernel", "bias"], ["a"], "conv", **window),
        helper.make_node(kind, ["a"], ["b"], "function"),
        helper.make_node("MaxPool", ["b"], ["c"], "pool", **window),
        helper.make_node("Flatten", ["c"], ["d"], "flat"),
        helper.make_node("Gemm", ["d", "matrix"], ["scores"], "dense"),
    ]
    real = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("image", real, shape)],
        [helper.make_tensor_value_info("scores", real, ("batch", 4))],
        [
            constant("kernel", 6, 1, 3, 3),
            constant("bias", 6),
            constant("matrix", 6 * 6 * 8, 4),
        ],
    )
    opset = [helper.make_opsetid("", 17)]
    return bytes(
        helper.make_model(graph, opset_imports=opset, ir_version=9).SerializeToString()
    )


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on a machine where none was made."""
    monkeypatch.setattr(environments, "user_cache_path", lambda name: tmp_path)


@pytest.mark.usefixtures("no_environment")
def test_the_environment_is_asked_for() -> None:
    """With the command that makes it."""
    with pytest.raises(ToolchainError) as caught:
        read_source(Source("net", network()), Wishes())

    assert str(caught.value).startswith("net: expected the environment 'onnx', found")
    assert caught.value.hint == "tinycnn import --setup onnx  makes it, once"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            network(("batch", 1, "height", 32)),
            "net: expected images of a fixed size, got batch x 1 x height x 32",
        ),
        (
            network((1, 24)),
            "net: expected one input of images, 1 x C x H x W, got image of 2 axes",
        ),
    ],
)
def test_what_is_refused_is_named(content: bytes, told: str) -> None:
    """Before anything is converted."""
    with pytest.raises(UnsupportedModelError) as caught:
        read_source(Source("net", content), Wishes())

    assert str(caught.value) == told


def test_a_broken_file_is_one_line() -> None:
    """Wherever it is cut."""
    with pytest.raises(TinycnnError) as caught:
        read_source(Source("net", network()[:-20]), Wishes())

    assert "\n" not in str(caught.value)


@pytest.mark.train
def test_it_becomes_a_project_to_train(tmp_path: Path) -> None:
    """By the real onnx2tf; what that cannot convert is one line.

    One test, as the environment is made by whoever comes first.
    """
    try:
        set_up(ENVIRONMENTS["onnx"], print)
    except ToolchainError as error:
        pytest.skip(str(error))
    (tmp_path / "net.onnx").write_bytes(network(("batch", *NCHW[1:])))
    (tmp_path / "det.onnx").write_bytes(network(kind="Det"))
    data = save_images(tmp_path / "data.npz")

    done, failed = (
        tinycnn_process(
            *("import", f"{name}.onnx", "-o", name, "--data", data), cwd=tmp_path
        )
        for name in ("net", "det")
    )

    assert done.returncode == 0, done.stderr
    assert "an ONNX model of 1 x 24 x 32" in done.stdout
    assert "of ONNX Runtime's outputs" in done.stdout
    assert "accuracy before, real numbers: " in done.stdout
    assert load_project(tmp_path / "net").model.file == "net.keras"
    assert failed.returncode == 3
    assert "error: det.onnx: " in failed.stderr
    assert len(failed.stderr.split("error: ")[1].splitlines()) == 2  # with its hint
