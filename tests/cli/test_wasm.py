"""WebAssembly from the command line: made and proven by compile, run by validate."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Done, tinycnn
from tests.cli.spoilt import spoil_weights
from tests.compiler.models import image_model
from tests.conftest import require_module
from tests.pipeline.pretend import pretend_project
from tinycnn.device import wasm_module
from tinycnn.firmware import FirmwareProject, build_wasm, make_input
from tinycnn.pipeline.bench import bench_project
from tinycnn.reference import load_reference
from tinycnn.workbench import file, web_assembly, workshop


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model, net.tflite, whose reference starts at once."""
    monkeypatch.setattr(file, "load_isolated_reference", load_reference)
    (tmp_path / "net.tflite").write_bytes(image_model(1))
    return tmp_path


COMPILE = ("compile", "net.tflite", "-o", "net", "--target", "wasm")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """The folder of a model that was compiled, and what was printed."""
    require_module("wasmtime")
    folder = tmp_path_factory.mktemp("compiled")
    (folder / "net.tflite").write_bytes(image_model(1))
    return folder, tinycnn(*COMPILE, "--strict", "--json", cwd=folder)


@pytest.fixture
def built(compiled: tuple[Path, Done], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same modules again, without a compiler."""

    def copy(project: FirmwareProject, *, output: Path, variant: str) -> None:
        shutil.copyfile(compiled[0] / "net" / output.name, output)

    monkeypatch.setattr(web_assembly, "build_wasm", copy)


def test_compile_proves_both_modules(compiled: tuple[Path, Done]) -> None:
    """They lie beside the C and their manual; sizes are told."""
    folder, done = compiled

    assert done.returncode == 0, done.stderr
    assert (folder / "net/wasm_module.h").is_file()
    simd, mvp = json.loads(done.stdout)["modules"]
    for one, name in (simd, "net.wasm"), (mvp, "net_mvp.wasm"):
        path = folder / "net" / name
        assert folder / one["path"] == path
        assert one["bytes"] == path.stat().st_size > one["gzip_bytes"] > 0
        assert (one["vectors"], one["different"], one["reason"]) == (4, 0, "")


@pytest.mark.usefixtures("built")
def test_compile_tells_modules_that_differ(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: they are asked about other inputs than the reference was."""
    monkeypatch.setattr(web_assembly, "make_input", lambda *found: ~make_input(*found))
    done = tinycnn(*COMPILE, cwd=folder)

    assert done.returncode == 1
    assert " of 4 outputs equal the reference's" in done.stdout
    assert "4 of 4 outputs" not in done.stdout


@pytest.mark.usefixtures("built")
def test_modules_that_nobody_ran_are_unproven(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are made all the same; --strict wants more."""
    monkeypatch.setattr(wasm_module, "find_spec", lambda name: None)
    done = tinycnn(*COMPILE, "--strict", cwd=folder)

    assert done.returncode == 1
    assert (folder / "net/net_mvp.wasm").is_file()
    said = " ".join(done.stdout.split())
    assert "UNPROVEN: WebAssembly net: wasmtime, which runs it, is not" in said
    assert "pip install 'tinycnn[wasm]'" in said


@pytest.mark.parametrize("device", ["wasm", "wasm-mvp"])
def test_validate_runs_modules(folder: Path, device: str) -> None:
    """As any other device, its log too; each says which it is."""
    require_module("wasmtime")
    command = ("validate", "net.tflite", "--device", device, "--log", "run.jsonl")
    done = tinycnn(*command, "--count", "9", "--json", cwd=folder)

    found = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (found["verdict"], found["equal"]) == ("equal", 9)
    assert found["device"]["name"] == f"WebAssembly {device}"
    has_simd = found["device"]["board"] == "WebAssembly with SIMD"
    assert has_simd == (device == "wasm")


def test_modules_speak_text(folder: Path) -> None:
    """What a project's dialect asks for."""
    require_module("wasmtime")
    command = ("validate", "net.tflite", "--device", "wasm", "--count", "3")
    done = tinycnn(*command, "--dialect", "mlperf-pixels", "--json", cwd=folder)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["equal"] == 3


def test_wrong_weights_are_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted in the module, behind the compiler's back."""
    require_module("wasmtime")

    def build(project: FirmwareProject, **options: Any) -> Path:
        path = build_wasm(project, **options)
        assert spoil_weights(path)
        return path

    monkeypatch.setattr(workshop, "build_wasm", build)
    command = ("validate", "net.tflite", "--device", "wasm-mvp", "--count", "3")
    done = tinycnn(*command, cwd=folder)

    assert done.returncode == 1
    assert "FAIL: " in done.stdout


TIMED = ("seconds", "images_per_second", "counters", "micros", "health")


def test_a_project_s_run_is_gone_on_with(tmp_path: Path) -> None:
    """From what a kill leaves it finds what a run finds that nobody stops."""
    require_module("wasmtime")
    workspace = pretend_project(tmp_path)
    build, shop = workspace.build, bench_project(workspace).workshop
    assert shop is not None
    shutil.copyfile(shop.build(shop.compile(), "wasm", tmp_path), build.wasm)
    command = ("validate", ".", "--device", "wasm")

    def find() -> dict[str, Any]:
        found = json.loads(build.results.path.read_bytes())
        build.results.path.unlink()
        return {name: found[name] for name in found if name not in TIMED}

    unhurt = tinycnn(*command, cwd=tmp_path)
    wanted, lines = find(), build.run_log.read_bytes().splitlines(keepends=True)
    images = len(lines) - 1  # the last one is the verdict
    for kept in (1, images // 2, images - 1):
        torn = b"".join(lines[:kept]) + lines[kept][:40]
        build.run_log.write_bytes(torn)
        done = tinycnn(*command, "--resume", cwd=tmp_path)

        assert (unhurt.returncode, done.returncode) == (0, 0), done.stderr
        assert f"goes on after {kept} of {images} images" in done.stdout
        assert find() == wanted
