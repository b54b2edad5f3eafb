"""Commands on a build of another project file: one line, a hint, exit code 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import tinycnn
from tests.compiler.models import image_model
from tests.pipeline.pretend import pretend_build

TOML = """name = "demo"
[dataset]
name = "digits"
[model]
name = "tiny_cnn"
[target]
board = "nano33ble"
"""


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A project that was built for the Nano."""
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "tinycnn.toml").write_text(TOML)
    pretend_build(folder, image_model(3))
    return folder


@pytest.mark.parametrize(
    "command",
    [
        ("validate", "demo"),
        ("validate", "demo", "--device", "host"),
        ("validate", "demo", "--port", "/dev/no-such-port"),
        ("validate", "demo", "--frames"),
        ("profile", "demo"),
        ("report", "demo"),
        ("classify", "demo", "photo.png"),
        ("flash", "demo"),
        ("flash", "demo", "--dry-run"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            'board = "pico"',
            "target.board: built for nano33ble, tinycnn.toml now says pico",
        ),
        (
            'engine = "tflm"',
            "target.engine: built for compiled, tinycnn.toml now says tflm",
        ),
    ],
)
def test_another_project_is_refused(
    demo: Path, command: tuple[str, ...], change: str, message: str
) -> None:
    """Nothing passes on a Pico that was built for a Nano, nor by an engine refused."""
    text = TOML.replace('board = "nano33ble"', change)
    (demo / "tinycnn.toml").write_text(text)
    done = tinycnn(*command, cwd=demo.parent)

    assert done.returncode == 2
    assert done.stderr == f"error: {message}\nhint: run tinycnn build\n"
    assert "PASS" not in done.stdout


def test_analyze_shows_what_was_linked(demo: Path) -> None:
    """The arena, kernels and sizes of the firmware; for another board, a prediction."""
    done = tinycnn("analyze", "demo", "--json", cwd=demo.parent)
    found = json.loads(done.stdout)
    linked = json.loads((demo / "build" / "firmware.json").read_text("utf-8"))

    assert found["linked"] == {
        "board": "nano33ble",
        "flash_bytes": linked["flash_bytes"],
        "ram_bytes": linked["ram_bytes"],
    }
    assert found["arena_bytes"] == linked["analysis"]["plan"]["arena_bytes"]
    kernels = [op["kernel"] for op in found["operators"]]
    assert kernels == linked["analysis"]["kernels"]
    text = tinycnn("analyze", "demo", cwd=demo.parent).stdout
    assert f"{linked['flash_bytes']:,} bytes, linked for the simulated" in text
    other = tinycnn("analyze", "demo", "--board", "pico", "--json", cwd=demo.parent)
    assert json.loads(other.stdout)["linked"] is None


def test_analyze_of_another_board_is_not_of_the_old_firmware(demo: Path) -> None:
    """The model is the project's still, the kernels are not."""
    (demo / "tinycnn.toml").write_text(TOML.replace("nano33ble", "pico"))
    done = tinycnn("analyze", "demo", "--json", cwd=demo.parent)
    found = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert found["linked"] is None
    assert not any("dsp" in op["kernel"] for op in found["operators"])
