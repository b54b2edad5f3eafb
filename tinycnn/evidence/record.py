"""What a validation leaves for those who were not there: `Evidence`.

All that is needed to judge again is in it: the model, what it was asked, and the bytes
that the device answered. Its arrays are `.npy` files, the rest of its result is JSON.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, make_dataclass
from functools import cache
from typing import Any, Literal, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from tinycnn.artifacts.file_kinds import parse_json
from tinycnn.choices import Numerics
from tinycnn.harness import ValidationResult

__all__ = ["FIRMWARE", "Evidence", "Firmware", "hash_rows", "list_arrays"]
__all__ += ["name_firmware", "pack_array", "pack_result", "read_array"]
__all__ += ["read_result", "split_reference"]

FIRMWARE = ("firmware.elf", "firmware.bin", "firmware.hex", "firmware.uf2", "firmware")
"""What the image is called in an archive, by its suffix."""

Rows = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Firmware:
    """The image of a device's program.

    Attributes:
        name: As in an archive.
        content: Its bytes.
        how: "run": this very file was started. "built": it was made for the board,
            which alone told what it carries.
    """

    name: str
    content: bytes
    how: Literal["run", "built"]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A validation that can be judged again.

    Attributes:
        name: Of the model.
        numerics: The reference that its outputs are to equal.
        result: What was found.
        model: The `.tflite` file.
        inputs: What the device was given, a row for each of the result's; None of so
            many that they are left out.
        inputs_sha256: Of all bytes of these rows.
        labels: Of the same images, where they are known.
        firmware: The image, where it is at hand.
        dataset_sha256: Of the data set that the images are of; empty without one.
    """

    name: str
    numerics: Numerics
    result: ValidationResult
    model: bytes
    inputs: Rows | None
    inputs_sha256: str
    labels: NDArray[Any] | None = None
    firmware: Firmware | None = None
    dataset_sha256: str = ""


def hash_rows(rows: Rows) -> str:
    """SHA-256 of all bytes of `rows`."""
    return hashlib.sha256(np.ascontiguousarray(rows).tobytes()).hexdigest()


def split_reference(reference: str) -> tuple[str, str]:
    """The package of a reference and its version.

    >>> split_reference("ai-edge-litert 2.3.0, BUILTIN_REF, 1 thread")
    ('ai-edge-litert', '2.3.0')
    """
    package, _, version = reference.partition(",")[0].rpartition(" ")
    return package or version, version


def name_firmware(suffix: str) -> str:
    """What an image with this suffix is called in an archive."""
    name = f"firmware{suffix}"
    return name if name in FIRMWARE else "firmware"


def list_arrays(evidence: Evidence) -> dict[str, NDArray[Any]]:
    """The arrays of an archive, by name; those that are not known are left out."""
    result = evidence.result
    arrays: dict[str, NDArray[Any] | None] = {
        "indices": result.indices.astype("<i8"),
        "inputs": evidence.inputs,
        "labels": evidence.labels,
        "outputs": result.outputs,
        "cycles": result.cycles.astype("<i8"),
        "micros": result.micros.astype("<i8"),
    }
    return {key: array for key, array in arrays.items() if array is not None}


def pack_array(array: NDArray[Any]) -> bytes:
    """The bytes of a `.npy` file."""
    stream = io.BytesIO()
    little = array.astype(array.dtype.newbyteorder("<"))
    np.lib.format.write_array(
        stream, np.ascontiguousarray(little), version=(1, 0), allow_pickle=False
    )
    return stream.getvalue()


def read_array(content: bytes, kinds: str, dimensions: tuple[int, ...]) -> Any:
    """The array of a `.npy` file.

    Args:
        content: Of the file.
        kinds: Letters of the data types that it may have, as numpy calls them.
        dimensions: How many it may have.

    Raises:
        ValueError: If it is another one; it says what was expected.
    """
    stream = io.BytesIO(content)
    try:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError("version")
        shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    except Exception as error:  # of many kinds: numpy evaluates the header
        raise ValueError("expected an array of numpy, got something else") from error
    rest = content[stream.tell() :]
    found = f"{dtype} of shape {shape}"
    if is_fortran or dtype.hasobject or dtype.kind not in kinds:
        raise ValueError(f"expected rows of numbers, got {found}")
    if len(shape) not in dimensions or math.prod(shape) * dtype.itemsize != len(rest):
        raise ValueError(f"expected {len(rest):,} bytes of numbers, got {found}")
    array = np.frombuffer(rest, dtype).reshape(shape)
    return array.astype(dtype.newbyteorder("="), copy=False)


def pack_result(result: ValidationResult) -> bytes:
    """All of a result but its arrays, as JSON."""
    values = {one.name: getattr(result, one.name) for one in fields(_told_kind())}
    adapter = TypeAdapter(_told_kind())
    return adapter.dump_json(_told_kind()(**values), indent=1) + b"\n"


def read_result(text: bytes, arrays: Mapping[str, NDArray[Any]]) -> ValidationResult:
    """The result that `pack_result` gave this text of, with its arrays.

    Raises:
        ValueError: If it is of another form; it says what was expected.
    """
    told = parse_json(_told_kind(), text)
    values: dict[str, Any] = {o.name: getattr(told, o.name) for o in fields(told)}
    own = {one.name for one in fields(ValidationResult)} - values.keys()
    values |= {name: arrays[name] for name in own}
    return ValidationResult(**values)


@cache
def _told_kind() -> Any:
    """The fields of a result that are no arrays, as a type of their own."""
    hints = get_type_hints(ValidationResult)
    told = [one for one in fields(ValidationResult) if not _is_array(hints[one.name])]
    return make_dataclass(
        "ToldResult",
        [
            (one.name, hints[one.name], field(default=one.default))
            if one.default is not MISSING
            else (one.name, hints[one.name])
            for one in told
        ],
        frozen=True,
    )


def _is_array(hint: Any) -> bool:
    return get_origin(hint) is np.ndarray
