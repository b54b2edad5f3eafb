"""SavedModel folders become projects, without the code of their layers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.imports.test_tflite_float import SHAPE, plain
from tinycnn.errors import TinycnnError, UnsupportedModelError
from tinycnn.imports import Source, Wishes, open_source, read_source

pytestmark = pytest.mark.train


def save(folder: Path, *, names: tuple[str, ...] = ("serving_default",)) -> Path:
    """A SavedModel of a function, under these signatures."""
    from tinycnn.models.backend import tf

    spec = tf.TensorSpec((None, *SHAPE), tf.float32, name="image")
    module = tf.Module()
    module.net = tf.function(plain, input_signature=[spec])
    signatures = {name: module.net.get_concrete_function() for name in names}
    tf.saved_model.save(module, str(folder), signatures=signatures)
    return folder


def as_zip(folder: Path) -> Path:
    """The folder as a zip."""
    return Path(shutil.make_archive(str(folder), "zip", folder.parent, folder.name))


@pytest.mark.parametrize(
    "form", [Path, as_zip, lambda folder: folder / "saved_model.pb"]
)
def test_it_is_rebuilt(tmp_path: Path, form: Callable[[Path], Path]) -> None:
    """Of a folder, of a zip, and of the file that makes it one."""
    found = read_source(open_source(form(save(tmp_path / "model"))), Wishes())

    assert found.kind == "keras"
    assert found.said[0] == "a SavedModel, its signature serving_default"


@pytest.mark.parametrize("names", [("a", "b"), ()])
def test_it_has_one_entrance(tmp_path: Path, names: tuple[str, ...]) -> None:
    """Or one that is the usual."""
    got = "2: a, b" if names else "none"
    source = open_source(save(tmp_path / "model", names=names))

    with pytest.raises(UnsupportedModelError) as caught:
        read_source(source, Wishes())

    assert str(caught.value).endswith(
        f"model: expected a signature 'serving_default', got {got}"
    )


def test_what_no_tflite_has_is_named(tmp_path: Path) -> None:
    """By TensorFlow's name of the operator."""
    from tinycnn.models.backend import tf

    def net(x: Any) -> Any:
        return plain(x) + tf.math.reduce_sum(tf.math.digamma(x))

    spec = tf.TensorSpec((None, *SHAPE), tf.float32, name="image")
    module = tf.Module()
    module.net = tf.function(net, input_signature=[spec])
    tf.saved_model.save(module, str(tmp_path / "model"), signatures=module.net)

    with pytest.raises(UnsupportedModelError, match=r"Digamma, which no \.tflite has"):
        read_source(open_source(tmp_path / "model"), Wishes())


def test_a_part_of_it_is_told(tmp_path: Path) -> None:
    """Without the folder, and with less in it."""
    folder = save(tmp_path / "model")
    pb = (folder / "saved_model.pb").read_bytes()
    shutil.rmtree(folder / "variables", ignore_errors=True)
    (folder / "saved_model.pb").write_bytes(pb[: len(pb) // 2])

    with pytest.raises(UnsupportedModelError, match="expected the whole SavedModel"):
        read_source(Source("saved_model.pb", pb), Wishes())
    with pytest.raises(TinycnnError) as caught:
        read_source(open_source(folder), Wishes())
    assert "\n" not in str(caught.value)
