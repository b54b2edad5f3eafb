"""`Evidence` <-> a zip file: every member is checked before it is believed.

The digests bind the members to each other; a signature of `statement.json` binds all of
them to who signed it. Without one, an archive says only that it is whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tinycnn.evidence.agreement import find_contradiction
from tinycnn.evidence.archive import MAX_BYTES, pack, refuse, unpack
from tinycnn.evidence.parts import list_parts
from tinycnn.evidence.record import (
    FIRMWARE,
    Evidence,
    Firmware,
    hash_rows,
    list_arrays,
    pack_array,
    pack_result,
    read_array,
    read_result,
)
from tinycnn.evidence.statement import (
    PREDICATE_TYPE,
    Told,
    list_sums,
    make_predicate,
    make_statement,
    read_told,
)
from tinycnn.files import write_whole
from tinycnn.harness import ValidationResult, result_to_json
from tinycnn.rendering import render

__all__ = ["pack_evidence", "read_evidence", "write_evidence"]

_README, _STATEMENT, _PREDICATE = "README.md", "statement.json", "predicate.json"
_SUMS, _RESULTS, _PARTS = "SHA256SUMS", "results.json", "sbom.cdx.json"
_MODEL, _RUN = "model.tflite", "run.json"
_TEXTS = (_README, _STATEMENT, _PREDICATE, _SUMS, _RESULTS, _RUN, _PARTS)
# Of each array: the kinds of numbers, as numpy calls them, and how many dimensions.
_ARRAYS = {
    "indices": ("i", (1,)),
    "inputs": ("i", (2,)),
    "labels": ("biuf", (1, 2)),
    "outputs": ("i", (2,)),
    "cycles": ("i", (1,)),
    "micros": ("i", (1,)),
}
_OPTIONAL = {"inputs", "labels"}
_MOST_TEXT_BYTES = 16 << 20
_MOST_BYTES = 1 << 29  # of a model, a firmware or an array

_T = TypeVar("_T")


def write_evidence(evidence: Evidence, path: Path) -> None:
    """Write the archive; the old file stays until the new one is whole.

    Raises:
        TinycnnError: If it cannot be written.
    """
    write_whole(pack_evidence(evidence), path)


def pack_evidence(evidence: Evidence) -> bytes:
    """The archive; the same evidence gives the same bytes."""
    contents = {_RESULTS: result_to_json(evidence.result).encode()}
    contents |= {_RUN: pack_result(evidence.result), _MODEL: evidence.model}
    if evidence.firmware is not None:
        contents[evidence.firmware.name] = evidence.firmware.content
    for name, array in list_arrays(evidence).items():
        contents[f"{name}.npy"] = pack_array(array)
    parts = list_parts(evidence, _hash(contents))
    predicate = make_predicate(evidence)
    readme = render(
        "evidence/templates/readme.md.j2",
        evidence=evidence,
        result=evidence.result,
        predicate_type=PREDICATE_TYPE,
    )
    texts = {_README: readme, _PREDICATE: predicate, _PARTS: parts}
    contents |= {name: text.encode() for name, text in texts.items()}
    digests = _hash(contents)
    contents[_STATEMENT] = make_statement(digests, predicate).encode()
    contents[_SUMS] = list_sums(digests).encode()
    order = (*_TEXTS, *(name for name in contents if name not in _TEXTS))
    return pack({name: contents[name] for name in order})


def read_evidence(path: Path) -> Evidence:
    """What the archive `path` holds.

    Raises:
        TinycnnError: If it is no archive of ours, damaged, or contradicts itself; the
            member that is wrong is named.
    """
    limits = dict.fromkeys(_TEXTS, _MOST_TEXT_BYTES)
    limits |= dict.fromkeys((_MODEL, *FIRMWARE), _MOST_BYTES)
    limits |= {f"{name}.npy": _MOST_BYTES for name in _ARRAYS}
    limits["inputs.npy"] = MAX_BYTES
    contents = unpack(path, limits)
    optional = {f"{name}.npy" for name in _OPTIONAL}
    for name in (*_TEXTS, _MODEL, *(f"{array}.npy" for array in _ARRAYS)):
        if name not in contents and name not in optional:
            raise refuse(path, f"{name}: missing")
    _check_digests(path, contents)
    told = _ask(path, _PREDICATE, lambda: read_told(contents[_PREDICATE]))
    arrays = _read_arrays(path, contents)
    result = _ask(path, _RUN, lambda: read_result(contents[_RUN], arrays))
    _check_told(path, told, contents, arrays, result)
    evidence = Evidence(
        name=told.name,
        numerics=told.numerics,
        result=result,
        model=contents[_MODEL],
        inputs=arrays.get("inputs"),
        inputs_sha256=told.inputs.sha256,
        labels=arrays.get("labels"),
        firmware=_find_firmware(path, told, contents),
        dataset_sha256=told.dataset_sha256,
    )
    _check_texts(path, contents, evidence)
    return evidence


def _hash(contents: Mapping[str, bytes]) -> dict[str, str]:
    return {n: hashlib.sha256(content).hexdigest() for n, content in contents.items()}


def _ask(path: Path, member: str, read: Callable[[], _T]) -> _T:
    """What `read` gives; its complaint is one about `member`."""
    try:
        return read()
    except ValueError as error:
        raise refuse(path, f"{member}: {error}") from error


def _check_digests(path: Path, contents: Mapping[str, bytes]) -> None:
    """Refuse an archive of which a member is not the one that was sealed.

    The digests are there twice: which of three is wrong is told by the other two.
    """
    found = _hash({n: c for n, c in contents.items() if n not in (_SUMS, _STATEMENT)})
    is_listed = list_sums(found).encode() == contents[_SUMS]
    is_stated = _state(found, contents[_PREDICATE]) == contents[_STATEMENT]
    if is_listed and is_stated:
        return
    if is_listed or is_stated:
        wrong = _STATEMENT if is_listed else _SUMS
        raise refuse(path, f"{wrong}: is not of the members beside it")
    said = _ask(path, _SUMS, lambda: _parse_sums(contents[_SUMS]))
    for name in sorted(said.keys() | found.keys()):
        if name not in found:
            raise refuse(path, f"{name}: missing")
        if name not in said:
            raise refuse(path, f"{name}: unexpected, {_SUMS} does not name it")
        if said[name] != found[name]:
            text = f"expected SHA-256 {said[name]}, got {found[name]}"
            raise refuse(path, f"{name}: {text}")
    raise refuse(path, f"{_PREDICATE}: is not what {_STATEMENT} says")


def _state(digests: Mapping[str, str], predicate: bytes) -> bytes | None:
    """The statement; None if the predicate is no JSON."""
    try:
        return make_statement(digests, predicate.decode()).encode()
    except ValueError:
        return None


def _parse_sums(content: bytes) -> dict[str, str]:
    """Digests by name; the text must be ours, character for character."""
    text = content.decode("utf-8", "replace")
    pairs = (line.partition("  ") for line in text.splitlines())
    sums = {name: digest for digest, _, name in pairs}
    if list_sums(sums) != text:
        raise ValueError("expected lines of a digest and a name, got others")
    return sums


def _read_arrays(path: Path, contents: Mapping[str, bytes]) -> dict[str, NDArray[Any]]:
    """The arrays, a row for each image."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, (kinds, dimensions) in _ARRAYS.items():
        member = f"{name}.npy"
        if member not in contents:
            continue
        read = partial(read_array, contents[member], kinds, dimensions)
        array = arrays[name] = _ask(path, member, read)
        if len(array) != len(arrays["indices"]) or not len(array):
            rows = f"expected {len(arrays['indices']):,} rows"
            raise refuse(path, f"{member}: {rows}, got {len(array):,}")
        if name in ("inputs", "outputs") and array.dtype != np.int8:
            raise refuse(path, f"{member}: expected int8, got {array.dtype}")
    return arrays


def _check_told(
    path: Path,
    told: Told,
    contents: Mapping[str, bytes],
    arrays: Mapping[str, NDArray[Any]],
    result: ValidationResult,
) -> None:
    """Members say of each other what they are."""
    model, rows = hashlib.sha256(contents[_MODEL]).hexdigest(), arrays["indices"]
    said = [(_PREDICATE, told.model_sha256), (_RUN, result.model_sha256)]
    if result.device.foreign is None:  # other firmware tells no digest
        said.append((_RUN, result.device.model_sha256))
    for whose, digest in said:
        if digest != model:
            raise refuse(path, f"{whose}: of the model {digest}, got {model}")
    inputs = arrays.get("inputs")
    if inputs is not None and hash_rows(inputs) != told.inputs.sha256:
        text = f"expected rows of SHA-256 {told.inputs.sha256}, got others"
        raise refuse(path, f"inputs.npy: {text}")
    if told.inputs.rows != len(rows):
        text = f"expected {told.inputs.rows:,} rows, got {len(rows):,}"
        raise refuse(path, f"indices.npy: {text}")
    total = result.total or 0
    if rows.min() < 0 or rows.max() >= total or len(np.unique(rows)) != len(rows):
        raise refuse(path, f"indices.npy: expected each once, less than {total:,}")
    if arrays["outputs"].shape[1] != result.device.output_bytes:
        text = f"expected {result.device.output_bytes:,} bytes a row"
        raise refuse(path, f"outputs.npy: {text}, got {arrays['outputs'].shape[1]:,}")


def _check_texts(path: Path, contents: Mapping[str, bytes], evidence: Evidence) -> None:
    """Results and predicate say what follows from the other members."""
    for name, text in (
        (_RESULTS, result_to_json(evidence.result)),
        (_PREDICATE, make_predicate(evidence)),
    ):
        said = _ask(path, name, partial(_without_version, contents[name]))
        follows = _without_version(text.encode())
        if wrong := find_contradiction(said, follows, (*follows, *said)):
            raise refuse(path, f"{name}: {wrong}")


def _without_version(text: bytes) -> dict[str, Any]:
    """A JSON object, but for the tinycnn that wrote it.

    Raises:
        ValueError: If it is none.
    """
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("expected a JSON object, got something else")
    told = value.pop("tinycnn", None)
    if isinstance(told, dict):
        value["tinycnn"] = {k: v for k, v in told.items() if k != "version"}
    return value


def _find_firmware(
    path: Path, told: Told, contents: Mapping[str, bytes]
) -> Firmware | None:
    there = [name for name in FIRMWARE if name in contents]
    wanted = [told.firmware.name] if told.firmware else []
    if there != wanted:
        text = f"expected firmware {wanted or 'of none'}, got {there or 'none'}"
        raise refuse(path, f"{_PREDICATE}: {text}")
    if told.firmware is None:
        return None
    content = contents[told.firmware.name]
    if hashlib.sha256(content).hexdigest() != told.firmware.sha256:
        raise refuse(path, f"{told.firmware.name}: not what {_PREDICATE} names")
    return Firmware(told.firmware.name, content, told.firmware.how)
