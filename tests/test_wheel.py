"""The wheel: it installs, works outside the repository, and its bill is complete."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import tinycnn
from tests.compiler.models import residual_model
from tests.conftest import require_module
from tools.bill_of_materials import bill_of_wheel

ROOT = Path(__file__).parents[1]

Run = Callable[..., str]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as a release would be, without a download."""
    require_module("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d"]
    subprocess.run([*build, str(folder)], cwd=ROOT, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def run(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs Python where the wheel is installed and the repository is not seen."""
    site = tmp_path_factory.mktemp("site")
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index"]
    subprocess.run([*install, "--target", str(site), str(wheel)], check=True)

    def run(*arguments: str, cwd: Path) -> str:
        environment = {**os.environ, "PYTHONPATH": str(site)}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_a_wheel_brings_its_pytest_plugin(wheel: Path) -> None:
    """By the entry point that pytest looks for."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("entry_points.txt"))
        text = archive.read(name).decode()

    assert "[pytest11]\ntinycnn = tinycnn.pytest_plugin\n" in text


def test_a_wheel_compiles_a_model_outside_the_repository(
    run: Run, tmp_path: Path
) -> None:
    """To the same files as here: it has the C runtime and all templates."""
    (tmp_path / "net.tflite").write_bytes(residual_model())
    place = run("-c", "import tinycnn; print(tinycnn.__file__)", cwd=tmp_path)
    run("-m", "tinycnn", "compile", "net.tflite", "-o", "net", cwd=tmp_path)

    assert ROOT not in Path(place).parents
    tinycnn("compile", "net.tflite", "-o", "here", cwd=tmp_path)
    there, here = (
        {path.relative_to(folder): path.read_text() for path in folder.rglob("*.*")}
        for folder in (tmp_path / "net", tmp_path / "here")
    )
    assert there == here


def test_a_wheel_has_its_boards_data_and_templates(run: Run, tmp_path: Path) -> None:
    """A project can be started with it."""
    assert "nano33ble" in run("-m", "tinycnn", "boards", cwd=tmp_path)
    assert "1,258" in run("-m", "tinycnn", "datasets", "show", "digits", cwd=tmp_path)
    run("-m", "tinycnn", "init", "demo", cwd=tmp_path)
    assert (tmp_path / "demo/tinycnn.toml").is_file()


def test_a_wheel_holds_nothing_else(wheel: Path) -> None:
    """Neither tests nor tools nor what a build has left."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    assert {name.split("/")[0].partition("-")[0] for name in names} == {"tinycnn"}
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]
    assert [name for name in names if name.endswith(".dist-info/licenses/LICENSE")]


def test_the_bill_of_a_wheel_is_complete_and_valid(wheel: Path) -> None:
    """All files with digests and licences, all packages with bounds."""
    require_module("cyclonedx")
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = bill_of_wheel(wheel)
    parts = {part["bom-ref"]: part for part in json.loads(text)["components"]}

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    with zipfile.ZipFile(wheel) as archive:
        assert {f"file:{name}" for name in archive.namelist()} <= set(parts)
    digits = next(part for ref, part in parts.items() if "digits.npz" in ref)
    assert digits["licenses"] == [{"license": {"id": "CC-BY-4.0"}}]
    assert parts["library:numpy"]["properties"][0]["value"] == "<3,>=1.26"
    assert "scope" not in parts["library:numpy"]
    assert parts["library:unicorn"]["scope"] == "optional"
    assert bill_of_wheel(wheel) == text
