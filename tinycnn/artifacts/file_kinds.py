"""Files of a type: read, checked and written whole.

A file that is missing, torn or of another shape is one line that names it and what to
do; what `read` gives is what `write` was given.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from tinycnn.errors import ProjectError, TinycnnError
from tinycnn.files import make_way, reading, write_whole, writing

__all__ = ["ArrayFile", "JsonFile", "parse_json"]

_T = TypeVar("_T")
_MAX_BYTES = 1 << 30


@dataclass(frozen=True)
class JsonFile(Generic[_T]):
    """A JSON file that holds one value of `kind`, a dataclass or a mapping of them."""

    path: Path
    kind: Any

    def read(self) -> _T:
        """What the file holds.

        Raises:
            ProjectError: If there is no such file.
            TinycnnError: If it is broken, or was written by another tinycnn.
        """
        data = _read_bytes(self.path)
        try:
            value: _T = parse_json(self.kind, data)
        except ValueError as error:
            raise _broken(self.path, str(error)) from error
        return value

    def read_if_there(self) -> _T | None:
        """What the file holds; None if it is missing, or cannot be read as it should.

        For what can be made again without a loss.
        """
        try:
            return self.read()
        except TinycnnError:
            return None

    def write(self, value: _T) -> None:
        """Write `value`; the same value gives the same bytes.

        Raises:
            TinycnnError: If the file cannot be written.
        """
        text = _adapter(self.kind).dump_json(value, indent=1)
        make_way(self.path)
        write_whole(text + b"\n", self.path)


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """A `.npy` file without pickled objects."""

    path: Path

    def read(self) -> NDArray[Any]:
        """The array.

        Raises:
            ProjectError: If there is no such file.
            TinycnnError: If it is broken.
        """
        stream = io.BytesIO(_read_bytes(self.path))
        try:
            array: NDArray[Any] = np.load(stream, allow_pickle=False)
        except Exception as error:  # of many kinds: numpy evaluates the header
            raise _broken(self.path, "expected an array of numpy") from error
        if not isinstance(array, np.ndarray):
            raise _broken(self.path, "expected one array of numpy, got several")
        return array

    def read_if_there(self) -> NDArray[Any] | None:
        """The array; None if it is missing or broken."""
        try:
            return self.read()
        except TinycnnError:
            return None

    def write(self, array: NDArray[Any]) -> None:
        """Write `array`.

        Raises:
            OSError: If the file cannot be written.
        """
        content = io.BytesIO()  # numpy itself tells nothing of a disk that is full
        np.save(content, array, allow_pickle=False)
        make_way(self.path)
        with writing(self.path) as stream:
            stream.write(content.getbuffer())


def parse_json(kind: Any, data: bytes) -> Any:
    """The value of `kind` that JSON text holds.

    Raises:
        ValueError: If it holds none; in the words of its first problem.
    """
    try:
        return _adapter(kind).validate_json(data)
    except ValidationError as error:
        raise ValueError(_describe(error)) from error


@lru_cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _read_bytes(path: Path) -> bytes:
    try:
        with reading(path, max_bytes=_MAX_BYTES) as stream:
            return stream.read()
    except FileNotFoundError as error:
        raise _missing(path) from error
    except OSError as error:
        raise _broken(path, f"cannot be read: {error.strerror}") from error


def _describe(error: ValidationError) -> str:
    """What is wrong, in the words of the file's first problem."""
    problem = error.errors(include_url=False)[0]
    if problem["type"] == "json_invalid":
        return "expected JSON, got something else or half of it"
    where = ".".join(map(str, problem["loc"])) or "it"
    return f"expected what this tinycnn writes, but {where}: {problem['msg'].lower()}"


def _missing(path: Path) -> ProjectError:
    return ProjectError(
        f"{path}: no such file: not built yet", hint="run tinycnn build"
    )


def _broken(path: Path, what: str) -> TinycnnError:
    return TinycnnError(f"{path}: {what}", hint="delete it and run tinycnn build")
