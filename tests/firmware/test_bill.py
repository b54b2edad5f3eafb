"""Bills of materials: complete, valid, and the same for the same files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.compiler.models import residual_model
from tests.conftest import require_module
from tinycnn.boards import load_board
from tinycnn.compiler import compile_tflite
from tinycnn.firmware import write_arduino_project, write_library, write_zephyr_project

Write = Callable[[Path], Path]


def write_generated_library(folder: Path) -> Path:
    """What `tinycnn compile` writes."""
    write_library(folder / "net", compile_tflite(residual_model(), name="net"), None)
    return folder / "net"


def write_sketch(folder: Path) -> Path:
    """A sketch with a library that it needs."""
    compilation = compile_tflite(residual_model(), name="net")
    return write_arduino_project(
        folder,
        name="net",
        model_sources=compilation.sources,
        kernels=compilation.program.kernels,
        board=load_board("nano33ble"),
        libraries={"Some_Library": "2.0.0"},
        model_sha256=compilation.graph.sha256,
    ).folder


def write_sketchs_library(folder: Path) -> Path:
    """The Arduino library beside it."""
    return write_sketch(folder).parent / "libraries/tinycnn_net"


def write_application(folder: Path) -> Path:
    """An application for Zephyr with a module that it needs."""
    compilation = compile_tflite(residual_model(), name="net")
    return write_zephyr_project(
        folder,
        name="net",
        model_sources=compilation.sources,
        kernels=compilation.program.kernels,
        board=load_board("nrf52840dk"),
        libraries={"some-module": "abc"},
        model_sha256=compilation.graph.sha256,
    ).folder


WRITERS = (
    write_generated_library,
    write_sketch,
    write_sketchs_library,
    write_application,
)


def read_bill(folder: Path) -> dict[str, Any]:
    """Its bill of materials."""
    found = json.loads((folder / "sbom.cdx.json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("write", WRITERS)
def test_a_bill_lists_every_file_with_its_digest(write: Write, tmp_path: Path) -> None:
    """All but the bill itself."""
    folder = write(tmp_path)
    listed = {
        part["name"]: part["hashes"][0]["content"]
        for part in read_bill(folder)["components"]
        if part["type"] == "file"
    }

    assert listed == {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "sbom.cdx.json"
    }


@pytest.mark.parametrize("write", WRITERS)
def test_a_bill_names_the_model_and_whose_code_runs_it(
    write: Write, tmp_path: Path
) -> None:
    """The model by its file's digest, our runtime by its licence."""
    bill = read_bill(write(tmp_path))
    parts = {part["bom-ref"]: part for part in bill["components"]}

    digest = hashlib.sha256(residual_model()).hexdigest()
    assert parts["machine-learning-model:net"]["hashes"][0]["content"] == digest
    runtime = parts["library:tinycnn C runtime"]
    assert runtime["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert bill["metadata"]["component"]["bom-ref"] == bill["dependencies"][0]["ref"]
    assert set(bill["dependencies"][0]["dependsOn"]) <= set(parts)


@pytest.mark.parametrize(
    ("write", "needed"),
    [
        (
            write_sketch,
            {"platform:arduino:mbed_nano": "4.6.0", "library:Some_Library": "2.0.0"},
        ),
        (
            write_application,
            {"framework:zephyr": "v4.2.0", "library:some-module": "abc"},
        ),
    ],
)
def test_a_bill_names_what_is_linked_and_not_in_the_folder(
    write: Write, needed: dict[str, str], tmp_path: Path
) -> None:
    """Frameworks and libraries, in the versions that are pinned."""
    parts = read_bill(write(tmp_path))["components"]
    found = {part["bom-ref"]: part.get("version") for part in parts}

    assert needed.items() <= found.items()


@pytest.mark.parametrize("write", WRITERS)
def test_a_bill_is_the_same_for_the_same_files(write: Write, tmp_path: Path) -> None:
    """Neither time nor place nor chance is in it."""
    bills = [(write(tmp_path / place) / "sbom.cdx.json").read_bytes() for place in "ab"]

    assert bills[0] == bills[1]
    assert str(tmp_path).encode() not in bills[0]
    assert not {b"timestamp", b"serialNumber"} & set(bills[0].split(b'"'))


@pytest.mark.parametrize("write", WRITERS)
def test_a_bill_is_valid(write: Write, tmp_path: Path) -> None:
    """By the schema of CycloneDX 1.6, unknown keys not allowed."""
    require_module("cyclonedx")
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = (write(tmp_path) / "sbom.cdx.json").read_text("utf-8")

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
