"""Archives: all that is of a run is in them, and one that was changed is refused."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import image_model
from tests.conftest import require_module, require_tool
from tests.evidence.recorded import (
    edit_json,
    make_evidence,
    read_members,
    reseal,
    told,
    write_members,
)
from tinycnn.about import __version__
from tinycnn.device import Counters
from tinycnn.errors import TinycnnError
from tinycnn.evidence import (
    PREDICATE_TYPE,
    Evidence,
    Firmware,
    pack_evidence,
    read_evidence,
    write_evidence,
)
from tinycnn.evidence.record import pack_array
from tinycnn.harness import result_to_json

Members = dict[str, bytes]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Twelve pictures, of which one differs."""
    path = tmp_path / "run.zip"
    write_evidence(make_evidence(different=1, labels=[n % 6 for n in range(12)]), path)
    return path


BUILT = Firmware("firmware.bin", b"x", "built")
KINDS: dict[str, Callable[[], Evidence]] = {
    "equal": make_evidence,
    "different": lambda: make_evidence(different=3),
    "one": lambda: make_evidence(1),
    "a part": lambda: make_evidence(total=99, ended="unplugged at 12"),
    "classes": lambda: make_evidence(labels=[n % 6 for n in range(12)]),
    "several labels": lambda: make_evidence(labels=np.eye(12, 6, dtype=np.uint8)),
    "real numbers": lambda: make_evidence(labels=np.eye(12, 6, dtype=np.float32)),
    "no inputs": lambda: replace(make_evidence(), inputs=None),
    "no firmware": lambda: make_evidence(firmware=None, dataset_sha256=""),
    "a board's": lambda: make_evidence(
        firmware=Firmware("firmware.bin", b"x", "built")
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_read(kind: str, tmp_path: Path) -> None:
    """All of it; and it would be written in the same bytes again."""
    evidence, path = KINDS[kind](), tmp_path / "run.zip"
    write_evidence(evidence, path)
    found = read_evidence(path)

    assert told(found.result) == told(evidence.result)
    assert found.result.images_per_second == pytest.approx(
        evidence.result.images_per_second, abs=0.1
    )
    for key in ("name", "numerics", "model", "inputs_sha256", "firmware"):
        assert getattr(found, key) == getattr(evidence, key)
    assert found.dataset_sha256 == evidence.dataset_sha256
    for one, other in (
        (found.inputs, evidence.inputs),
        (found.labels, evidence.labels),
    ):
        assert (one is None) == (other is None)
        assert one is None or one.tolist() == other.tolist()
    assert pack_evidence(evidence) == path.read_bytes()


def test_an_archive_says_which_run_it_is_of(archive: Path) -> None:
    """Versions, digests, device, link, order; and every member is a subject."""
    members = read_members(archive)
    results = json.loads(members["results.json"])
    statement = json.loads(members["statement.json"])
    predicate = json.loads(members["predicate.json"])
    digests = {
        subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]
    }

    assert digests == {
        name: hashlib.sha256(data).hexdigest()
        for name, data in members.items()
        if name not in ("statement.json", "SHA256SUMS")
    }
    assert {"firmware.elf", "results.json", "model.tflite"} < set(digests)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == PREDICATE_TYPE
    assert statement["predicate"] == predicate
    assert predicate["result"] == "FAILED"
    assert predicate["failedTests"] == ["outputs equal the reference"]
    named = {one["name"]: one for one in predicate["configuration"]}
    assert named["data set"]["digest"]["sha256"] == "ab" * 32
    said = predicate["tinycnn"]
    assert said["version"] == __version__
    assert said["device"]["board_id"] == "0102030405060708"
    assert (said["order"], said["seed"], said["different"]) == ("given", None, 1)
    assert Counters(**results["counters"]) == Counters(exchanges=9, resends=1)
    assert b"100.0" not in members["statement.json"]


@pytest.mark.parametrize(
    ("evidence", "result"),
    [
        (make_evidence(), "PASSED"),
        (make_evidence(total=99), "WARNED"),
        (make_evidence(ended="interrupted"), "WARNED"),
        (make_evidence(total=99, different=1), "FAILED"),
    ],
)
def test_a_part_is_no_proof(evidence: Evidence, result: str, tmp_path: Path) -> None:
    """A policy that asks for PASSED does not get it from a part."""
    write_evidence(evidence, tmp_path / "run.zip")
    members = read_members(tmp_path / "run.zip")

    assert json.loads(members["predicate.json"])["result"] == result


def test_the_parts_list_is_valid(archive: Path) -> None:
    """By the schema of CycloneDX 1.6; it names firmware, model and reference."""
    require_module("cyclonedx")
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = read_members(archive)["sbom.cdx.json"].decode()

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    firmware = hashlib.sha256(b"ELF of the test").hexdigest()
    assert bill["metadata"]["component"]["hashes"][0]["content"] == firmware
    references = {part["bom-ref"] for part in bill["components"]}
    assert {"application:ai-edge-litert", "data:data set"} < references
    assert "machine-learning-model:pictures" in references


def test_sums_are_those_of_sha256sum(archive: Path, tmp_path: Path) -> None:
    """Who unpacks the archive needs no tinycnn to see that it is whole."""
    tool = require_tool("sha256sum")
    for name, data in read_members(archive).items():
        (tmp_path / name).write_bytes(data)

    command = [tool, "--check", "--strict", "SHA256SUMS"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0


def refusal(members: Members, path: Path) -> str:
    """Why an archive of these members is refused."""
    write_members(members, path)
    with pytest.raises(TinycnnError) as refused:
        read_evidence(path)
    text = str(refused.value)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text
    assert refused.value.exit_code == 3
    return text.removeprefix(f"{path}: ")


NAMES = (
    "README.md statement.json predicate.json SHA256SUMS results.json run.json "
    "sbom.cdx.json model.tflite firmware.elf indices.npy inputs.npy labels.npy "
    "outputs.npy cycles.npy micros.npy"
).split()


def test_every_member_is_tried(archive: Path) -> None:
    """By the two tests that follow."""
    assert sorted(read_members(archive)) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_member_is_named(name: str, archive: Path) -> None:
    """At its start, in its middle, at its end; longer, shorter, empty."""
    members = read_members(archive)
    data = members[name]
    changes = [b"", data[:-1], data + b" ", data + data]
    for place in (0, len(data) // 2, len(data) - 1):
        flipped = bytearray(data)
        flipped[place] ^= 4
        changes.append(bytes(flipped))

    for changed in changes:
        text = refusal({**members, name: changed}, archive)
        assert text.startswith(f"{name}: ")


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_member_is_named(name: str, archive: Path) -> None:
    """None is dispensable once it was sealed."""
    members = read_members(archive)
    del members[name]

    assert refusal(members, archive) == f"{name}: missing"


def test_an_added_member_is_named(archive: Path) -> None:
    """One that nobody knows, and one that is known but was not sealed."""
    members = read_members(archive)

    assert refusal({**members, "x": b""}, archive) == "unexpected member 'x'"
    text = refusal({**members, "firmware.bin": b""}, archive)
    assert text == "firmware.bin: unexpected, SHA256SUMS does not name it"


def change_json(member: str, *keys: str, value: object) -> Callable[[Members], Members]:
    """Another value in a JSON file."""
    return lambda m: {**m, member: edit_json(m[member], *keys, value=value)}


def change_array(name: str, array: np.ndarray) -> Callable[[Members], Members]:
    """Another array."""
    return lambda m: {**m, f"{name}.npy": pack_array(array)}


def hostile_array(header: str) -> Callable[[Members], Members]:
    """An array whose header says what it likes."""
    text = header.encode().ljust(118) + b"\n"
    data = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text
    return lambda m: {**m, "outputs.npy": data}


RESEALED: dict[str, tuple[Callable[[Members], Members], str]] = {
    "another format": (
        change_json("predicate.json", "tinycnn", "format", value=2),
        "predicate.json: expected format 1, got 2",
    ),
    "no format": (
        change_json("predicate.json", "tinycnn", value=None),
        "predicate.json: expected what this tinycnn writes",
    ),
    "a better verdict": (
        change_json("results.json", "verdict", value="equal"),
        'results.json: expected verdict "different", got "equal"',
    ),
    "a better predicate": (
        change_json("predicate.json", "result", value="PASSED"),
        'predicate.json: expected result "FAILED", got "PASSED"',
    ),
    "more in the predicate": (
        change_json("predicate.json", "signedBy", value="me"),
        'predicate.json: expected signedBy null, got "me"',
    ),
    "more images": (
        change_json("results.json", "images", value=10_000),
        "results.json: expected images 12, got 10000",
    ),
    "more images in all": (
        change_json("run.json", "total", value=10_000),
        "results.json: expected total 10000, got 12",
    ),
    "times": (
        change_array("cycles", np.arange(12)),
        "results.json: expected cycles",
    ),
    "another model": (
        lambda m: {**m, "model.tflite": image_model(3)},
        "predicate.json: of the model",
    ),
    "another device's model": (
        change_json("run.json", "device", "model_sha256", value="0" * 64),
        "run.json: of the model",
    ),
    "other inputs": (
        change_array("inputs", np.zeros((12, 192), np.int8)),
        "inputs.npy: expected rows of SHA-256",
    ),
    "another firmware": (
        lambda m: {**m, "firmware.elf": b"x"},
        "firmware.elf: not what predicate.json names",
    ),
    "two firmwares": (
        lambda m: {**m, "firmware.bin": b"x"},
        "predicate.json: expected firmware",
    ),
    "images twice": (
        change_array("indices", np.zeros(12, np.int64)),
        "indices.npy: expected each once",
    ),
    "images that are not": (
        change_array("indices", np.arange(12) - 1),
        "indices.npy: expected each once",
    ),
    "fewer answers": (
        change_array("outputs", np.zeros((11, 6), np.int8)),
        "outputs.npy: expected 12 rows, got 11",
    ),
    "shorter answers": (
        change_array("outputs", np.zeros((12, 5), np.int8)),
        "outputs.npy: expected 6 bytes a row, got 5",
    ),
    "other numbers": (
        change_array("outputs", np.zeros((12, 6), np.int16)),
        "outputs.npy: expected int8, got int16",
    ),
    "real numbers": (
        change_array("outputs", np.zeros((12, 6))),
        "outputs.npy: expected rows of numbers, got float64",
    ),
    "text": (
        change_array("labels", np.array(["a"] * 12)),
        "labels.npy: expected rows of numbers",
    ),
    "objects": (
        hostile_array("{'descr': '|O', 'fortran_order': False, 'shape': (12, 6), }"),
        "outputs.npy: expected rows of numbers",
    ),
    "a huge array": (
        hostile_array(
            "{'descr': '|i1', 'fortran_order': False, 'shape': (99999999999, 6), }"
        ),
        "outputs.npy: expected 0 bytes of numbers",
    ),
    "code": (hostile_array("__import__('os').abort()"), "outputs.npy: expected an"),
    "brackets": (hostile_array("(" * 117), "outputs.npy: expected an array"),
    "no JSON": (lambda m: {**m, "run.json": b"{"}, "run.json: expected JSON"),
    "no object": (
        lambda m: {**m, "run.json": b"[]"},
        "run.json: expected what this tinycnn writes",
    ),
    "no results": (
        lambda m: {**m, "results.json": b"[]"},
        "results.json: expected a JSON object",
    ),
    "no UTF-8": (
        lambda m: {**m, "run.json": b"\xff\xfe{}"},
        "run.json: expected JSON",
    ),
}


@pytest.mark.parametrize("kind", RESEALED)
def test_members_that_contradict_each_other_are_named(kind: str, archive: Path) -> None:
    """Even if all digests were made anew."""
    change, wanted = RESEALED[kind]

    assert refusal(reseal(change(read_members(archive))), archive).startswith(wanted)


def test_the_archive_of_another_version_is_read(archive: Path) -> None:
    """The form counts, not who wrote it."""
    members = read_members(archive)
    change = change_json("predicate.json", "tinycnn", "version", value="9.9.9")
    write_members(reseal(change(members)), archive)

    assert result_to_json(read_evidence(archive).result)
