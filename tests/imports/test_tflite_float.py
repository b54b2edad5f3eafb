"""A float `.tflite` becomes a project that trains, or an int8 file, or one line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.command import tinycnn_process
from tests.imports.rebuild.test_layouts import convert, weights
from tests.imports.test_int8 import save_images
from tinycnn.artifacts import BuildFolder
from tinycnn.errors import UnsupportedModelError
from tinycnn.imports import Source, Wishes, read_source
from tinycnn.imports.tflite_float import take_float
from tinycnn.project import load_project
from tinycnn.scaling import UNIT

pytestmark = pytest.mark.train

SHAPE = (24, 32, 1)


def plain(x: Any) -> Any:
    """A small classifier, of four classes."""
    import tensorflow as tf

    y = tf.nn.relu6(tf.nn.conv2d(x, weights(3, 3, 1, 4), 2, "SAME"))
    return tf.linalg.matmul(tf.reduce_mean(y, axis=(1, 2)), weights(4, 4))


def mirrored(x: Any) -> Any:
    """What int8 can compute, but no layer that is trained."""
    import tensorflow as tf

    sides = ((0, 0), (1, 1), (1, 1), (0, 0))
    y = tf.nn.conv2d(tf.pad(x, sides, "REFLECT"), weights(3, 3, 1, 4), 2, "VALID")
    return tf.linalg.matmul(tf.reduce_mean(y, axis=(1, 2)), weights(4, 4))


def foreign(x: Any) -> Any:
    """What neither takes."""
    import tensorflow as tf

    return tf.reduce_mean(tf.sin(x), axis=(1, 2))


def test_it_becomes_a_project_to_train(tmp_path: Path) -> None:
    """With its weights; the accuracy of the file and of int8 are told."""
    (tmp_path / "net.tflite").write_bytes(convert(plain, SHAPE))
    data = save_images(tmp_path / "data.npz")

    done = tinycnn_process(
        "import", "net.tflite", "-o", "net", "--data", data, cwd=tmp_path
    )

    assert done.returncode == 0, done.stderr
    assert "a .tflite of float32 numbers, without quantization" in done.stdout
    assert "rebuilt in Keras: " in done.stdout
    assert "accuracy before, real numbers: " in done.stdout
    assert load_project(tmp_path / "net").model.file == "net.keras"


def test_what_keras_has_not_is_quantized(tmp_path: Path) -> None:
    """By Google's tool, with the ranges of all images."""
    (tmp_path / "net.tflite").write_bytes(convert(mirrored, SHAPE))
    options = "--data", save_images(tmp_path / "data.npz"), "--pixels", "0..1"

    done = tinycnn_process("import", "net.tflite", "-o", "net", *options, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "not rebuilt in Keras: " in done.stdout
    assert "quantized by litert-quantizer with " in done.stdout
    assert "accuracy after, int8: " in done.stdout
    assert load_project(tmp_path / "net").model.file == "net.tflite"


def test_ranges_are_those_of_all_images() -> None:
    """A moving average would cut those of the one bright image."""
    images = np.zeros((40, *SHAPE), np.uint8)
    images[3] = 255
    wishes = Wishes(lambda shape: images, UNIT)
    source = Source("net.tflite", convert(mirrored, SHAPE))

    made = read_source(source, wishes)

    from tinycnn.compiler import read_tflite

    graph = read_tflite(made.content)
    quant = graph.tensors[graph.inputs[0]].quant
    assert quant is not None
    assert float(np.ravel(quant.scale)[0]) * 255 == pytest.approx(1, rel=0.01)


@pytest.mark.parametrize(
    ("wishes", "hint"),
    [
        (Wishes(), "with --data "),
        (Wishes(lambda s: np.zeros((1, *s), np.uint8)), "--pix"),
    ],
)
def test_the_quantizer_needs_images(wishes: Wishes, hint: str) -> None:
    """As the network takes them."""
    with pytest.raises(UnsupportedModelError, match=r"MIRROR_PAD|Pad") as caught:
        read_source(Source("net.tflite", convert(mirrored, SHAPE)), wishes)

    assert hint in str(caught.value.hint)


def test_what_stays_in_float_is_named() -> None:
    """With how often it occurs."""
    wishes = Wishes(lambda shape: np.zeros((2, *shape), np.uint8), UNIT)

    with pytest.raises(UnsupportedModelError) as caught:
        read_source(Source("net.tflite", convert(foreign, SHAPE)), wishes)

    assert str(caught.value).startswith(
        "net.tflite: expected int8 throughout, got 1 SIN in float, which "
    )


def test_a_broken_file_is_one_line() -> None:
    """Wherever it is cut, LiteRT being in a process of its own."""
    from tinycnn.errors import TinycnnError

    content = convert(plain, SHAPE)
    for size in (40, len(content) // 2):
        with pytest.raises(TinycnnError) as caught:
            take_float(content[:size], "net.tflite", Wishes())
        assert "\n" not in str(caught.value)
        assert str(caught.value).startswith("net.tflite: ")


def test_it_trains_in_int8(tmp_path: Path) -> None:
    """The project goes on by quantization-aware training."""
    (tmp_path / "net.tflite").write_bytes(convert(plain, SHAPE))
    data = save_images(tmp_path / "data.npz")
    tinycnn_process("import", "net.tflite", "-o", "net", "--data", data, cwd=tmp_path)
    file = tmp_path / "net/tinycnn.toml"
    text = file.read_text()
    assert 'method = "ptq"' in text
    text = text.replace('method = "ptq"', 'method = "qat"')
    file.write_text(re.sub(r"\nepochs = \d+", "\nepochs = 1", text))

    done = tinycnn_process("convert", "net", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert BuildFolder.of(tmp_path / "net").model.is_file()
