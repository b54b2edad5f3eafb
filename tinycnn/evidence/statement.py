"""Evidence as an in-toto Statement v1: who tests what, and what came of it.

The subjects are the members of an archive, the firmware among them, by SHA-256. The
predicate is of the type Test Result v0.1, so that policies know it, with a table
`tinycnn` of what only we know. The JSON is ours: in-toto's package makes floats of
whole numbers. Nothing is signed here; `cosign` and `actions/attest` sign this text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tinycnn.about import __version__
from tinycnn.artifacts.file_kinds import parse_json
from tinycnn.choices import Numerics
from tinycnn.evidence.record import Evidence, split_reference
from tinycnn.harness import list_reservations

__all__ = ["FORMAT", "PREDICATE_TYPE", "Told", "make_predicate", "make_statement"]
__all__ += ["list_sums", "read_told"]

FORMAT = 1
"""Of the archive; another number is another form."""
PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"
_STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
_TEST = "outputs equal the reference"
_STATES = ("passed", "warned", "failed")


@dataclass(frozen=True, slots=True)
class ToldFirmware:
    """Which image it was."""

    name: str
    sha256: str
    how: Literal["run", "built"]


@dataclass(frozen=True, slots=True)
class ToldInputs:
    """What the device was given."""

    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Told:
    """What is read again of the table `tinycnn`.

    Attributes:
        format: Of the archive.
        version: Of the tinycnn that wrote it.
        name: Of the model.
        numerics: The reference that its outputs are to equal.
        model_sha256: Of the `.tflite` file.
        inputs: What the device was given.
        firmware: The image, where it was at hand.
        dataset_sha256: Of the data set; empty without one.
    """

    format: int
    version: str
    name: str
    numerics: Numerics
    model_sha256: str
    inputs: ToldInputs
    firmware: ToldFirmware | None
    dataset_sha256: str


@dataclass(frozen=True, slots=True)
class _Predicate:
    tinycnn: Told


@dataclass(frozen=True, slots=True)
class _Format:
    format: int


@dataclass(frozen=True, slots=True)
class _AnyFormat:
    tinycnn: _Format


def make_predicate(evidence: Evidence) -> str:
    """The predicate's JSON, ending in a newline."""
    result, info = evidence.result, evidence.result.device
    state = "passed" if result.passed and result.is_sound else "failed"
    is_part = result.equal and result.is_sound and (result.is_partial or result.ended)
    if is_part and not (result.decision and result.decision.verdict != "open"):
        state = "warned"  # of a part that is equal, no more is known
    reservations = list_reservations(info)
    if state == "passed" and reservations:
        state = "warned"
    tests = {
        f"{s}Tests": [_TEST] * (s == state) for s in ("passed", "warned", "failed")
    }
    package, version = split_reference(result.reference)
    firmware = evidence.firmware
    configuration = [
        {"name": "model.tflite", "digest": {"sha256": result.model_sha256}},
        {"name": "inputs", "digest": {"sha256": evidence.inputs_sha256}},
        {"name": result.reference, "uri": f"pkg:pypi/{package}@{version}"},
    ]
    if evidence.dataset_sha256:
        digest = {"sha256": evidence.dataset_sha256}
        configuration.append({"name": "data set", "digest": digest})
    told: dict[str, Any] = {
        "format": FORMAT,
        "version": __version__,
        "name": evidence.name,
        "numerics": evidence.numerics,
        "reference": result.reference,
        "model_sha256": result.model_sha256,
        "inputs": {"sha256": evidence.inputs_sha256, "rows": result.images},
        "dataset_sha256": evidence.dataset_sha256,
        "firmware": firmware
        and {
            "name": firmware.name,
            "sha256": hashlib.sha256(firmware.content).hexdigest(),
            "how": firmware.how,
        },
        "device": {
            "name": result.device_name,
            "board": info.board,
            "board_id": info.board_id,
            "generator": info.generator,
        },
        "reservations": list(reservations),
        "order": result.order,
        "seed": result.seed,
        "images": result.images,
        "total": result.total or result.images,
        "different": result.different,
        "ended": result.ended,
    }
    predicate = {
        "result": state.upper(),
        "configuration": configuration,
        **tests,
        "tinycnn": told,
    }
    return _to_json(predicate)


def make_statement(digests: Mapping[str, str], predicate: str) -> str:
    """The statement's JSON, ending in a newline.

    Args:
        digests: SHA-256 of each member, by its name.
        predicate: JSON.
    """
    statement = {
        "_type": _STATEMENT_TYPE,
        "subject": [
            {"name": name, "digest": {"sha256": digest}}
            for name, digest in sorted(digests.items())
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": json.loads(predicate),
    }
    return _to_json(statement)


def list_sums(digests: Mapping[str, str]) -> str:
    """The same digests as `sha256sum --check` and `actions/attest` read them."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))


def read_told(predicate: bytes) -> Told:
    """The table `tinycnn` of a predicate.

    Raises:
        ValueError: If it is another one, or of another format; it says what it is.
    """
    found: _AnyFormat = parse_json(_AnyFormat, predicate)
    if found.tinycnn.format != FORMAT:
        raise ValueError(f"expected format {FORMAT}, got {found.tinycnn.format}")
    whole: _Predicate = parse_json(_Predicate, predicate)
    return whole.tinycnn


def _to_json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
