"""The kit for owners of a board, with two small models in the place of its own."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import tinycnn
from tests.compiler.models import conv_model, image_model
from tests.simulator.conftest import simulator_command
from tinycnn.boards import load_board
from tinycnn.boards.ledger import load_simulated
from tinycnn.firmware import build_image
from tinycnn.probe import kit, timing
from tinycnn.probe.kit import Kit, KitModel, load_kit, write_sketch

NANO = load_board("nano33ble")
CONTENTS = {"conv": conv_model(), "image": image_model(1)}


def describe(name: str) -> KitModel:
    """A model of the small kit."""
    sha256 = hashlib.sha256(CONTENTS[name]).hexdigest()
    return KitModel(
        name=name,
        title=f"small {name}",
        file=f"{name}_ref.tflite",
        published="somebody/somewhere: models",
        sha256=sha256,
        numerics="litert",
        tflm_ms=12,
    )


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the models of a small kit, under other names."""
    small = Kit(board="nano33ble", timed_by="x", model=tuple(map(describe, CONTENTS)))
    for module in (kit, timing):
        monkeypatch.setattr(module, "load_kit", lambda: small)
    folder = tmp_path / "downloads"
    folder.mkdir()
    for number, content in enumerate(CONTENTS.values()):
        (folder / f"file{number}.tflite").write_bytes(content)
    return folder


def test_the_kits_own_models_are_told_apart() -> None:
    """Four, with times as published; digests of 64 digits."""
    own = load_kit()

    assert [model.tflm_ms for model in own.model] == [657, 225, 1242, 22]
    assert {len(model.sha256) for model in own.model} == {64}
    assert len({model.sha256 for model in own.model}) == 4
    assert load_board(own.board) == NANO


def test_a_missing_model_is_named_with_its_source(models: Path, tmp_path: Path) -> None:
    """Name, digest and where it is published; nothing is written."""
    (models / "file1.tflite").write_bytes(b"another")
    done = tinycnn("probe", "kit", "kit", "--models", models, cwd=tmp_path)
    nowhere = tinycnn("probe", "kit", "kit", "--models", "nowhere", cwd=tmp_path)

    assert (done.returncode, nowhere.returncode) == (2, 2)
    assert "expected the 2 models of the kit by their digests, got 1" in done.stderr
    sha256 = describe("image").sha256
    assert f"image_ref.tflite of somebody/somewhere: models, SHA-256 {sha256}" in (
        done.stderr
    )
    assert (
        "nowhere: expected a folder with the kit's models, got none" in nowhere.stderr
    )
    assert not (tmp_path / "kit").exists()


@pytest.mark.emulated
def test_the_kit_is_timed_on_the_simulated_board(models: Path, tmp_path: Path) -> None:
    """A row a model, estimated; a model whose file went wrong leaves the others be."""
    made = tinycnn("probe", "kit", "kit", "--models", models, cwd=tmp_path)
    folder = tmp_path / "kit"
    (folder / "models/image.tflite").write_bytes(b"broken")
    done = tinycnn("probe", "time", "kit", "--count", "2", cwd=tmp_path)

    assert (made.returncode, done.returncode) == (0, 3)
    assert "not timed: kit/models/image.tflite: expected a .tflite file" in done.stderr
    for name in (*CONTENTS, "probe"):
        assert (folder / f"sketches/{name}/{name}.ino").is_file()
    assert "| small conv | conv_ref.tflite" in (folder / "README.md").read_text()
    head, line = done.stdout.splitlines()[-2:]
    assert head.split() == "model TFLite Micro tinycnn faster equal how".split()
    assert line.startswith("small conv         12 ms")
    assert line.endswith("2 of 2  estimated")
    (row,) = json.loads((folder / "timings.json").read_text())["rows"]
    assert (row["name"], row["is_simulated"]) == ("conv", True)
    assert row["milliseconds"] == pytest.approx(row["cycles"] / 64e3, abs=1e-3)
    assert row["operators_cycles"] == pytest.approx(row["cycles"], rel=0.05)


@pytest.mark.emulated
def test_a_board_that_was_flashed_otherwise_is_timed(
    models: Path, tmp_path: Path
) -> None:
    """On a port: the model that it has now; an unknown one is refused."""
    tinycnn("probe", "kit", "kit", "--models", models, cwd=tmp_path)
    board = tmp_path / "board"
    sketch = write_sketch(CONTENTS["image"], describe("image"), NANO, board)
    elf = build_image(sketch, NANO, output=board / "image.elf").elf
    process = subprocess.Popen(
        simulator_command(elf, "--stay"), stdout=subprocess.PIPE, text=True
    )
    try:
        at = ("--port", process.stdout.readline().split()[-1])
        command = ("probe", "time", "kit", "--count", "2", "--json")
        timed = tinycnn(*command, *at, cwd=tmp_path)
        probed = tinycnn("probe", *at, cwd=tmp_path)
    finally:
        process.kill()
        process.communicate()

    assert timed.returncode == 0, timed.stderr
    (row,) = json.loads(timed.stdout)["rows"]
    assert (row["name"], row["equal"], row["images"]) == ("image", 2, 2)
    assert probed.returncode == 3
    assert "expected this version's probe, got image by tinycnn" in probed.stderr


def test_a_folder_that_is_no_kit_is_told(models: Path, tmp_path: Path) -> None:
    """And results that are broken."""
    nothing = tinycnn("probe", "time", "kit", cwd=tmp_path)
    tinycnn("probe", "kit", "kit", "--models", models, cwd=tmp_path)
    (tmp_path / "kit/timings.json").write_text(load_simulated().to_json())
    broken = tinycnn("probe", "time", "kit", cwd=tmp_path)

    assert (nothing.returncode, broken.returncode) == (2, 2)
    assert "kit: expected a kit, got no conv.tflite" in nothing.stderr
    assert "timings.json: kind: expected rows of tinycnn probe time" in broken.stderr


def test_without_a_boards_tools_nothing_is_flashed(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each model says so; the exit code is that of a missing tool."""
    tinycnn("probe", "kit", "kit", "--models", models, cwd=tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    done = tinycnn("probe", "time", "kit", "--flash", cwd=tmp_path)
    probe = tinycnn("probe", "--flash", cwd=tmp_path)

    assert (done.returncode, probe.returncode) == (3, 3)
    assert "not timed: conv: cannot be built for a real nano33ble" in done.stderr
    assert "not timed: image: cannot be built for a real nano33ble" in done.stderr
    assert (
        "probe: cannot be built for a real nano33ble: install arduino" in probe.stderr
    )
