"""What a file is that is no `.tflite` file: told by its content, never by its name.

In: bytes, or a folder. Out: its kind, and how an int8 `.tflite` file is made of it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FileKind", "convert_hint", "find_kind", "find_kind_of_folder"]

_CONVERT = """\
make an int8 file in Python, `images` being a few hundred inputs of the training set:
  import pathlib, tensorflow as tf
  c = tf.lite.TFLiteConverter.{source}
  c.optimizations = [tf.lite.Optimize.DEFAULT]
  c.representative_dataset = lambda: ([x[None].astype("float32")] for x in images)
  c.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
  c.inference_input_type = c.inference_output_type = tf.int8
  pathlib.Path("model.tflite").write_bytes(c.convert())"""
_FROM_KERAS = 'from_keras_model(tf.keras.models.load_model("{name}"))'
_FROM_FOLDER = 'from_saved_model("{name}")'
_ONNX = "onnx2tf -i {name} -oiqt: its *_full_integer_quant.tflite is an int8 file"
_TORCH = "load it in PyTorch and torch.onnx.export it; then onnx2tf -i model.onnx -oiqt"
_FROZEN = "import it into a SavedModel with tf.compat.v1, and convert that folder"
_ARRAY = """\
its numbers are the file; in Python:
  import pathlib, re
  text = pathlib.Path("{name}").read_text().partition("{{")[2]
  numbers = re.findall(r"\\b0x[0-9a-fA-F]{{1,2}}\\b", text)
  data = bytes(int(n, 16) for n in numbers)
  pathlib.Path("model.tflite").write_bytes(data)"""
_DATA = "give a .tflite file; validate takes an array of inputs by --inputs inputs.npy"
_PICTURE = "give a .tflite file; tinycnn classify PROJECT takes a picture"
_POINTER = "git lfs pull gets the file itself"
_UNPACK = "unpack it, and give the .tflite file"
_FETCH = "fetch or convert it again"
_GIVE = "give a .tflite file"

_MAGIC = (
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file (Keras .h5)", _CONVERT, _FROM_KERAS),
    (b"\x93NUMPY", "an array of numpy (.npy)", _DATA, ""),
    (b"\x89PNG\r\n", "a PNG picture", _PICTURE, ""),
    (b"\xff\xd8\xff", "a JPEG picture", _PICTURE, ""),
    (b"GIF8", "a GIF picture", _PICTURE, ""),
    (b"BM", "a BMP picture", _PICTURE, ""),
    (b"II*\0", "a TIFF picture", _PICTURE, ""),
    (b"MM\0*", "a TIFF picture", _PICTURE, ""),
    (b"version https://git-lfs", "a pointer of Git LFS", _POINTER, ""),
    (b"\x1f\x8b", "a gzip archive", _UNPACK, ""),
    (b"\x80", "a pickle (PyTorch .pt)", _TORCH, ""),
)
_C_ARRAY = re.compile(rb"\bchar\b[^;{]*\[[^;{]*\{\s*(?:0x[0-9a-fA-F]{1,2}\s*,\s*){4}")
_MOST_FIELDS = 1 << 16


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file is.

    Attributes:
        title: With its article.
        remedy: How an int8 `.tflite` file is made of it; `{name}` is its name.
        source: What a converter of TensorFlow is made with; empty if it is not.
    """

    title: str
    remedy: str
    source: str = ""

    def hint(self, name: str) -> str:
        """The remedy for a file of that name."""
        source = self.source.format(name=name)
        return self.remedy.format(name=name, source=source)


def convert_hint(signature: str | None = None) -> str:
    """How a `.tflite` file is made again, int8 throughout.

    Args:
        signature: The one of several that is to be converted.
    """
    if signature is None:
        return FileKind("", _CONVERT, _FROM_KERAS).hint("model.keras")
    source = f"from_saved_model('folder', signature_keys=[{signature!r}])"
    return _CONVERT.format(source=source)


def find_kind(data: bytes) -> FileKind:
    """The kind of a file that is no `.tflite` file."""
    if not data:
        return FileKind("an empty file", _FETCH)
    if data.startswith(b"PK\x03\x04"):
        return _find_archive(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return FileKind("a WebP picture", _PICTURE)
    for magic, title, remedy, source in _MAGIC:
        if data.startswith(magic):
            return FileKind(title, remedy, source)
    if _C_ARRAY.search(data[: 1 << 16]):
        return FileKind("a C array (model_data.cc)", _ARRAY)
    return _find_message(data) or _find_text(data)


def find_kind_of_folder(folder: Path) -> FileKind:
    """The kind of a folder that is given in a file's place."""
    if (folder / "saved_model.pb").is_file():
        return FileKind("a SavedModel folder", _CONVERT, _FROM_FOLDER)
    return FileKind("a folder", _GIVE)


def _find_archive(data: bytes) -> FileKind:
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return FileKind("a broken zip archive", _FETCH)
    ends = {name.rpartition("/")[2] for name in names}
    if "config.json" in ends and "model.weights.h5" in ends:
        return FileKind("a Keras model (.keras)", _CONVERT, _FROM_KERAS)
    if "data.pkl" in ends:
        return FileKind("a PyTorch model (.pt)", _TORCH)
    if "saved_model.pb" in ends:
        return FileKind("a zip archive of a SavedModel", _UNPACK)
    if names and all(name.endswith(".npy") for name in names):
        return FileKind("arrays of numpy (.npz)", _DATA)
    return FileKind("a zip archive", _UNPACK)


def _find_message(data: bytes) -> FileKind | None:
    """Protocol buffers have no magic number, but numbered fields from end to end."""
    fields = list(_read_fields(data))
    numbers = {number for number, _ in fields}
    if not fields or (0, -1) in fields:
        return None
    if fields[0] == (1, 0) and (7, 2) in fields and numbers <= {*range(1, 9), 14, 20}:
        return FileKind("an ONNX model", _ONNX)
    if fields[0] == (1, 0) and numbers == {1, 2}:
        return FileKind(
            "a SavedModel's saved_model.pb", _CONVERT, 'from_saved_model("its folder")'
        )
    if fields[0] == (1, 2) and numbers <= {1, 2, 3, 4}:
        return FileKind("a frozen graph of TensorFlow (.pb)", _FROZEN)
    return None


def _read_fields(data: bytes) -> Iterator[tuple[int, int]]:
    """Number and wire type of each field; (0, -1) last where the message breaks."""
    place = 0
    for _ in range(_MOST_FIELDS):
        if place == len(data):
            return
        key, place = _read_varint(data, place)
        number, wire = key >> 3, key & 7
        size, start = _read_varint(data, place) if wire in (0, 2) else (0, place)
        place = start + {0: 0, 1: 8, 2: size, 5: 4}.get(wire, len(data))
        if not number or place > len(data):
            break
        yield number, wire
    yield 0, -1


def _read_varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 64, 7):
        byte = data[place] if place < len(data) else 0
        value, place = value | (byte & 0x7F) << shift, place + 1
        if byte < 0x80:
            break
    return value, place


def _find_text(data: bytes) -> FileKind:
    if data.startswith((b"<!DOCTYPE", b"<!doctype", b"<html")):
        return FileKind("a web page", "download the file itself, not its page")
    try:
        data[:4096].decode("utf-8")
    except UnicodeDecodeError:
        return FileKind("an unknown file", _GIVE)
    return FileKind("an unknown file" if b"\0" in data[:4096] else "text", _GIVE)
