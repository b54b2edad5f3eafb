"""SavedModel folders, of TensorFlow and of either Keras, also zipped.

TensorFlow's own converter reads them without the code of the layers and writes a float
`.tflite`, which is rebuilt. A SavedModel is a program of TensorFlow's operators; those
that no microcontroller has are named.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from tinycnn.compiler.reading.file_kind import find_kind, find_kind_of_folder
from tinycnn.errors import InvalidModelError, UnsupportedModelError
from tinycnn.files import scratch_folder
from tinycnn.imports.imported import Imported, Route, Source, Wishes
from tinycnn.imports.tflite_float import take_float

__all__ = ["ROUTE"]

_ZIP, _PART = "a zip archive of a SavedModel", "a SavedModel's saved_model.pb"
_TITLES = ("a SavedModel folder", _ZIP, _PART)
_FILE = "saved_model.pb"
_MOST_BYTES = 1 << 31  # unpacked
_SERVING = "serving_default"
_FOREIGN = re.compile(r"TF Select ops: ([\w, ]+)|Custom ops: ([\w, ]+)")


def _kind(source: Source) -> str:
    if source.data or source.path is None:
        return find_kind(source.data).title
    return find_kind_of_folder(source.path).title


def _matches(source: Source) -> bool:
    return _kind(source) in _TITLES


def _read(source: Source, wishes: Wishes) -> Imported:
    from tinycnn.pipeline.training import require_tensorflow

    require_tensorflow()
    with _folder_of(source) as folder:
        content, signature = _convert(folder, source.name)
    found = take_float(content, source.name, wishes)
    return found.after(f"a SavedModel, its signature {signature}")


@contextmanager
def _folder_of(source: Source) -> Iterator[Path]:
    """Where the SavedModel lies as a folder."""
    kind = _kind(source)
    if kind != _ZIP:
        if source.path is None:
            raise UnsupportedModelError(
                f"{source.name}: expected the whole SavedModel, got {_FILE} alone",
                hint="import the folder that it is in",
            )
        yield source.path.parent if kind == _PART else source.path
        return
    with scratch_folder() as scratch:
        yield _unpack(source, scratch)


def _unpack(source: Source, scratch: Path) -> Path:
    """The SavedModel of an archive; names that lead elsewhere are refused."""
    with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        total = sum(member.file_size for member in members)
        roots = [m.filename for m in members if PurePosixPath(m.filename).name == _FILE]
        if total > _MOST_BYTES or len(roots) != 1:
            raise InvalidModelError(
                f"{source.name}: expected one SavedModel of at most {_MOST_BYTES:,} "
                f"bytes, got {len(roots)} in {total:,} bytes"
            )
        for member in members:
            parts = PurePosixPath(member.filename.replace("\\", "/")).parts
            if ".." in parts or parts[0].endswith((":", "/")):
                raise InvalidModelError(
                    f"{source.name}: expected names within it, got {member.filename!r}"
                )
            place = scratch.joinpath(*parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(archive.read(member))
    return scratch / PurePosixPath(roots[0]).parent


def _convert(folder: Path, name: str) -> tuple[bytes, str]:
    """The float `.tflite` of a SavedModel, and which signature it is of."""
    from tinycnn.models.backend import captured_stderr, tf

    try:
        with captured_stderr():
            signatures = sorted(tf.saved_model.load(str(folder)).signatures)
    except Exception as error:  # TensorFlow raises whatever it meets
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InvalidModelError(f"{name}: not a whole SavedModel: {reason}") from error
    signature = _choose(signatures, name)
    try:
        with captured_stderr():
            converter = tf.lite.TFLiteConverter.from_saved_model(
                str(folder), signature_keys=[signature]
            )
            content: bytes = converter.convert()
    except Exception as error:
        raise _refusal(error, name) from error
    return content, signature


def _choose(signatures: list[str], name: str) -> str:
    if _SERVING in signatures:
        return _SERVING
    if len(signatures) == 1:
        return signatures[0]
    got = f"{len(signatures)}: {', '.join(signatures[:4])}" if signatures else "none"
    raise UnsupportedModelError(
        f"{name}: expected a signature '{_SERVING}', got {got}",
        hint="with Keras model.export('folder') writes it; with TensorFlow "
        "tf.saved_model.save(model, 'folder', signatures=function) does",
    )


def _refusal(error: Any, name: str) -> UnsupportedModelError:
    text = str(error)
    found = _FOREIGN.search(text)
    reason = (text.strip().splitlines() or [type(error).__name__])[0]
    if found:
        kinds = next(group for group in found.groups() if group)
        reason = f"{kinds.strip()}, which no .tflite has"
    return UnsupportedModelError(
        f"{name}: TensorFlow cannot convert it: {reason}",
        hint="export the network alone, for inference, without what reads or decodes "
        "its input",
    )


ROUTE = Route("a SavedModel folder, or a zip of it", _matches, _read)
