"""Evidence of a small model as a device leaves it, and archives that are changed."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tests.harness.mistaken import (
    INPUT,
    OUTPUT,
    Rows,
    make_pictures,
    picture_model,
    run_reference,
)
from tinycnn.device import Counters, DeviceInfo
from tinycnn.evidence import Evidence, Firmware, hash_rows
from tinycnn.evidence.statement import list_sums, make_statement
from tinycnn.harness import ValidationResult
from tinycnn.harness.verdict import Findings
from tinycnn.reference import name_reference

__all__ = ["make_evidence", "read_members", "reseal", "write_members"]

SEALS = ("statement.json", "SHA256SUMS")


def describe(model: bytes, inputs: int, outputs: int) -> DeviceInfo:
    """What the device said of itself."""
    return DeviceInfo(
        board="simulated Arduino Nano 33 BLE",
        board_id="0102030405060708",
        model="pictures",
        model_sha256=hashlib.sha256(model).hexdigest(),
        generator="tinycnn 0.1.0",
        numerics="litert",
        clock_hz=64_000_000,
        arena_bytes=389,
        stack_bytes=512,
        max_payload=1024,
        inputs=(replace(INPUT, bytes=inputs),),
        outputs=(replace(OUTPUT, bytes=outputs),),
        cache_on=True,
        counts_cycles=True,
    )


def make_evidence(
    count: int = 12,
    *,
    different: int = 0,
    labels: Any = None,
    total: int | None = None,
    ended: str = "",
    model: bytes | None = None,
    inputs: Rows | None = None,
    **changed: Any,
) -> Evidence:
    """Evidence of `count` images, of which the last ones differ."""
    model = picture_model() if model is None else model
    rows = make_pictures(count) if inputs is None else inputs
    expected = run_reference(model, changed.get("numerics", "litert"), rows)
    outputs = expected.copy()
    outputs[len(rows) - different :, 0] ^= 1
    indices = np.arange(len(rows))[::-1].copy()
    info = describe(model, rows.shape[1], outputs.shape[1])
    info = replace(info, numerics=changed.get("numerics", "litert"))
    known = None if labels is None else np.asarray(labels)
    result = judge(indices, outputs, expected, info, known)
    result = replace(
        result,
        model_sha256=info.model_sha256,
        total=len(rows) if total is None else total,
        ended=ended,
        reference=name_reference(changed.get("numerics", "litert")),
    )
    return Evidence(
        **{
            "name": "pictures",
            "numerics": "litert",
            "result": result,
            "model": model,
            "inputs": rows,
            "inputs_sha256": hash_rows(rows),
            "labels": known,
            "firmware": Firmware("firmware.elf", b"ELF of the test", "run"),
            "dataset_sha256": "ab" * 32,
            **changed,
        }
    )


def judge(
    indices: Any, outputs: Rows, expected: Rows, info: DeviceInfo, labels: Any
) -> ValidationResult:
    """The result of these rows, by the harness's own means."""
    findings = Findings(indices, outputs.shape[1])
    for place, index in enumerate(indices.tolist()):
        findings._places[index] = place
    findings.outputs[:], findings.wanted[:] = outputs, expected
    findings.times[0], findings.times[1] = np.arange(len(indices)) + 9, 7
    findings.expected = len(indices)
    findings._is_answered[:] = True
    spread = None
    if labels is not None:  # the harness has a label for each image of the data set
        spread = np.empty_like(labels)
        spread[indices] = labels
    return findings.conclude(
        info,
        labels=spread,
        model_sha256="",
        reference="",
        device_name="simulated nano33ble",
        counters=Counters(exchanges=9, resends=1),
        total=len(indices),
    )


def read_members(path: Path) -> dict[str, bytes]:
    """By Python's own reader."""
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def write_members(members: Mapping[str, bytes], path: Path) -> None:
    """Without any time or extra field."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    path.write_bytes(stream.getvalue())


def reseal(members: Mapping[str, bytes]) -> dict[str, bytes]:
    """The members with digests that fit, as one who knows the format writes them."""
    rest = {name: data for name, data in members.items() if name not in SEALS}
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in rest.items()}
    predicate = rest["predicate.json"].decode()
    return {
        **rest,
        "statement.json": make_statement(digests, predicate).encode(),
        "SHA256SUMS": list_sums(digests).encode(),
    }


def edit_json(content: bytes, *keys: str, value: Any) -> bytes:
    """A JSON file with another value at this place."""
    whole = json.loads(content)
    place = whole
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return json.dumps(whole, indent=1).encode()


def told(result: ValidationResult) -> tuple[Any, ...]:
    """All of a result that an archive keeps, comparable."""
    return (
        *(getattr(result, key) for key in ("model_sha256", "reference", "device")),
        *(getattr(result, key) for key in ("device_name", "counters", "different")),
        *(getattr(result, key) for key in ("differences", "device_accuracy", "order")),
        *(getattr(result, key) for key in ("reference_accuracy", "total", "ended")),
        *(getattr(result, key) for key in ("measure", "seed", "diagnosis")),
        *(
            getattr(result, key).tolist()
            for key in ("indices", "outputs", "cycles", "micros")
        ),
    )
