"""Zips and folders of Edge Impulse, Teachable Machine and sketches."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.command import tinycnn
from tests.compiler.models import image_model
from tests.imports.test_int8 import save_images
from tinycnn.errors import InvalidModelError, UnsupportedModelError
from tinycnn.firmware.c_array import c_array
from tinycnn.imports.imported import Imported, Source, Wishes
from tinycnn.imports.routes import open_source, read_source
from tinycnn.project import load_project

MODEL, OTHER = image_model(1), image_model(3)
LABELS = ("cat", "house cat", "dog", "none")
NUMBERED = "".join(f"{n} {label}\n" for n, label in enumerate(LABELS))
STRINGS = ", ".join(f'"{label}"' for label in LABELS)
HEADER, ARRAY = (text.encode() for text in c_array(MODEL))
EDGE_TPU = MODEL[:200] + b"edgetpu-custom-op" + MODEL[200:]


def pack(files: Mapping[str, bytes | str]) -> bytes:
    """A zip archive of files by name."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def read(files: Mapping[str, bytes | str]) -> Imported:
    """What becomes of an archive of them."""
    return read_source(Source("export.zip", pack(files)), Wishes())


EXPORTS: dict[str, Mapping[str, bytes | str]] = {
    "Teachable Machine": {"model.tflite": MODEL, "labels.txt": NUMBERED},
    "its sketch": {
        "sketch/sketch.ino": "void setup() {}",
        "sketch/person_detect_model_data.cpp": ARRAY,
        "sketch/model_settings.cpp": (
            f"const char* kCategoryLabels[kCategoryCount] = {{\n  {STRINGS},\n}};\n"
        ),
    },
    "Edge Impulse": {
        "edge-impulse-sdk/dsp/config.hpp": "#define A 1",
        "tflite-model/tflite_learn_3.tflite": MODEL,
        "model-parameters/model_variables.h": (
            f"const char* ei_classifier_inferencing_categories[] = {{ {STRINGS} }};\n"
        ),
    },
    "with a float file": {
        "a.tflite": MODEL,
        "__MACOSX/._a.tflite": b"x",
        "labels.txt": "\ufeff" + NUMBERED,
    },
    "twice the same": {
        "a.tflite": MODEL,
        "b/a.lite": MODEL,
        "labels.txt": "\n".join(LABELS),
    },
    "with another for an Edge TPU": {
        "model_edgetpu.tflite": EDGE_TPU,
        "model.tflite": MODEL,
        "labels.txt": NUMBERED,
    },
    "zip in a zip": {
        "inner.zip": pack({"model.tflite": MODEL, "labels.txt": NUMBERED}),
        "readme.txt": "hello",
    },
}


@pytest.mark.parametrize("files", EXPORTS.values(), ids=EXPORTS)
def test_network_and_labels_are_taken(files: Mapping[str, bytes | str]) -> None:
    """Whoever exported them."""
    found = read(files)

    assert (found.kind, found.content, found.labels) == ("int8", MODEL, LABELS)
    assert found.said[0].startswith("taken of export.zip: ")


@pytest.mark.parametrize("name", ["Teachable Machine", "Edge Impulse", "its sketch"])
def test_an_unpacked_export_is_the_same(name: str, tmp_path: Path) -> None:
    """A folder in the archive's place."""
    for path, content in EXPORTS[name].items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / path).write_bytes(data)
    folder = tmp_path / "sketch" if name == "its sketch" else tmp_path

    found = read_source(open_source(folder), Wishes())

    assert (found.content, found.labels) == (MODEL, LABELS)


def test_a_c_file_alone_is_taken() -> None:
    """Comments and other arrays in it are none."""
    text = b"/* {1, 2} */ const int other[] = {1, 2, 3};\n" + ARRAY
    source = Source("model.cc", text)

    assert read_source(source, Wishes()).content == MODEL


REFUSED: dict[str, tuple[Mapping[str, bytes | str], str]] = {
    "two networks": (
        {"a.tflite": MODEL, "b.tflite": OTHER},
        "expected one network, got 2: a.tflite, b.tflite",
    ),
    "EON": (
        {"tflite-model/tflite_learn_3_compiled.cpp": "int x;"},
        "its network is C of Edge Impulse's EON compiler, which holds no .tflite",
    ),
    "only for an Edge TPU": (
        {"model_edgetpu.tflite": EDGE_TPU},
        "expected a network, got model_edgetpu.tflite is for an Edge TPU",
    ),
    "nothing": ({"labels.txt": NUMBERED}, "expected a network, got none"),
    "empty": ({}, "expected a network, got none"),
}


@pytest.mark.parametrize(("files", "message"), REFUSED.values(), ids=REFUSED)
def test_what_holds_no_network_is_refused(
    files: Mapping[str, bytes | str], message: str
) -> None:
    """In a line, with what to export."""
    data = pack(files) if files else pack({"a.txt": ""})

    with pytest.raises(UnsupportedModelError) as told:
        read_source(Source("export.zip", data), Wishes())

    assert str(told.value) == f"export.zip: {message}"
    assert told.value.hint


@pytest.mark.parametrize("kept", [0.5, 0.95])
def test_half_an_archive_is_told(kept: float) -> None:
    """A download that broke off."""
    data = pack(EXPORTS["Teachable Machine"])

    with pytest.raises(InvalidModelError, match=r"^export\.zip: not a whole zip"):
        read_source(Source("export.zip", data[: round(kept * len(data))]), Wishes())


def test_an_archive_that_would_fill_memory_is_refused() -> None:
    """Before anything is unpacked."""
    data = bytearray(pack({"model.tflite": MODEL}))
    place = data.rfind(b"PK\x01\x02") + 24  # the size in the directory
    data[place : place + 4] = (1 << 31).to_bytes(4, "little")

    with pytest.raises(InvalidModelError, match="expected at most 20,000 files of"):
        read_source(Source("export.zip", bytes(data)), Wishes())


def test_an_archive_with_a_password_is_told() -> None:
    """No password is asked for."""
    data = bytearray(pack({"model.tflite": MODEL}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rfind(mark) + offset] |= 1

    with pytest.raises(UnsupportedModelError, match="got one with a password"):
        read_source(Source("export.zip", bytes(data)), Wishes())


def test_names_in_an_archive_are_no_places(tmp_path: Path) -> None:
    """Whatever they are: nothing is unpacked. Labels go into the project."""
    files: dict[str, bytes | str] = {
        "../../evil.tflite": MODEL,
        "/etc/labels.txt": NUMBERED,
    }
    (tmp_path / "export.zip").write_bytes(pack(files))
    folder = tmp_path / "work"
    folder.mkdir()
    data = save_images(folder / "data.npz")

    done = tinycnn(
        *("import", "../export.zip", "-o", "taken", "--data", data), cwd=folder
    )

    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.zip", "work"]
    assert sorted(path.name for path in folder.iterdir()) == ["data.npz", "taken"]
    assert load_project(folder / "taken").model.file == "net.tflite"
    assert (folder / "taken/labels.txt").read_text() == "\n".join((*LABELS, ""))
