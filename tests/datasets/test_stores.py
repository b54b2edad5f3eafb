"""Folders of other programs' data sets, read by stand-ins of their packages.

The packages themselves are large and no part of an installation; the stand-ins have the
few names that are called, with the types and values that the real ones give.
"""

from __future__ import annotations

import io
import sys
import types
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from PIL import Image as PillowImage

from tinycnn.datasets.images import read_images
from tinycnn.errors import DatasetError


class Image:
    """Stand-in of both packages' feature of pictures."""

    def __init__(self, decode: bool = True) -> None:
        self.decode = decode


class ClassLabel:
    """Stand-in of both packages' feature of classes."""

    names = ("ant", "bee")


class StandInRows(list[dict[str, Any]]):
    """Stand-in of a split: rows, types of columns, and their change."""

    features = MappingProxyType({"image": Image(), "label": ClassLabel(), "id": 0})

    def cast_column(self, column: str, kind: Image) -> StandInRows:
        """The same rows, whose pictures are encoded already."""
        assert (column, kind.decode) == ("image", False)
        return self


def _png(value: int) -> bytes:
    stream = io.BytesIO()
    PillowImage.new("L", (6, 4), value).save(stream, "PNG")
    return stream.getvalue()


def _rows(count: int) -> Iterator[tuple[bytes, int]]:
    return ((_png(n), n % 2) for n in range(count))


def _install(monkeypatch: pytest.MonkeyPatch, name: str, **names: Any) -> None:
    module = types.ModuleType(name)
    module.__spec__ = ModuleSpec(name, None, origin="stand-in")
    for key, value in names.items():
        setattr(module, key, value)
    monkeypatch.setitem(sys.modules, name, module)


def test_a_stand_in_of_hugging_faces_datasets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its splits and classes are kept; one without labels is left out, with a note."""
    (tmp_path / "dataset_dict.json").write_text("{}")
    (tmp_path / "data.arrow").write_bytes(b"")
    splits = {
        s: StandInRows({"image": {"bytes": b, "path": None}, "label": y} for b, y in r)
        for s, r in {
            "train": _rows(6),
            "validation": _rows(2),
            "test": ((b, -1) for b, _ in _rows(2)),
        }.items()
    }
    loaded = {str(tmp_path): splits}
    _install(monkeypatch, "datasets", load_from_disk=loaded.get, Image=Image)

    reading = read_images(tmp_path, size=(6, 4), channels=1)

    assert reading.class_names == ("ant", "bee")
    assert reading.images.images.shape == (8, 4, 6, 1)
    assert reading.images.images[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 4, 5, 0, 1]
    assert reading.parts == (0,) * 6 + (1, 1)
    assert "split 'test' is left out: without labels or empty" in reading.notes


def test_a_stand_in_of_tensorflow_datasets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one version of a data set is found, and its pictures stay encoded."""
    version = tmp_path / "1.0.0"
    version.mkdir()
    for name in ("features.json", "dataset_info.json"):
        (version / name).write_text("{}")
    rows = [{"image": b, "label": np.int64(y)} for b, y in _rows(6)]
    info = types.SimpleNamespace(
        features={"image": Image(), "label": ClassLabel()}, splits=("train",)
    )

    def as_dataset(*, split: str, decoders: dict[str, str], shuffle_files: bool) -> Any:
        assert (split, decoders, shuffle_files) == ("train", {"image": "skip"}, False)
        return rows

    builders = {str(version): types.SimpleNamespace(info=info, as_dataset=as_dataset)}
    _install(
        monkeypatch,
        "tensorflow_datasets",
        builder_from_directory=builders.get,
        decode=types.SimpleNamespace(SkipDecoding=lambda: "skip"),
        as_numpy=iter,
    )

    reading = read_images(tmp_path, size=4, channels=3)

    assert reading.class_names == ("ant", "bee")
    assert reading.images.labels.tolist() == [0, 1] * 3
    assert reading.parts == ()


def test_a_package_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of its name in the working directory is none."""
    (tmp_path / "datasets").mkdir()
    (tmp_path / "dataset_dict.json").write_text("{}")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "datasets", types.ModuleType("datasets"))
    sys.modules["datasets"].__spec__ = ModuleSpec("datasets", None)

    with pytest.raises(DatasetError, match="of datasets, which is not installed") as e:
        read_images(tmp_path, size=4, channels=1)

    assert e.value.hint == "pip install datasets"


def test_what_a_package_cannot_read_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own error is the reason."""
    (tmp_path / "train.parquet").write_bytes(b"")

    def fail(*_: object, **__: object) -> None:
        raise ValueError("no footer\nfound")

    _install(monkeypatch, "datasets", load_dataset=fail)

    with pytest.raises(DatasetError, match="datasets cannot read it: no footer found"):
        read_images(tmp_path, size=4, channels=1)
