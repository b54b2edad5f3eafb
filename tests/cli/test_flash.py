"""`tinycnn flash` as a user meets it; the flashing itself is tested in tests/device."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.command import Done, tinycnn
from tests.compiler.models import conv_model
from tests.device.simulated_nano import make_image
from tests.harness.test_results import INFO
from tests.pipeline.pretend import pretend_board_image, pretend_build
from tinycnn.about import __version__
from tinycnn.device import DeviceInfo

MODEL = conv_model()
SHA256 = hashlib.sha256(MODEL).hexdigest()


def flash(folder: Path, *arguments: str) -> Done:
    """Runs the command on a project."""
    return tinycnn("flash", folder, *arguments, cwd=folder)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that was built with arduino-cli."""
    (tmp_path / "tinycnn.toml").write_text(
        'name = "demo"\n[dataset]\nname = "digits"\n[model]\nname = "tiny_cnn"\n'
    )
    workspace = pretend_build(tmp_path, MODEL)
    pretend_board_image(workspace, make_image(bytes(32)))
    return tmp_path


def test_project_that_was_not_built(project: Path) -> None:
    """It has to be built first."""
    shutil.rmtree(project / "build")

    done = flash(project)

    assert done.returncode == 2
    assert "not built yet\nhint: run tinycnn build" in done.stderr


def test_image_of_the_simulated_board_is_refused(project: Path) -> None:
    """It would not run on a board; what makes one that does is named."""
    (project / "build" / "board" / "demo.bin").unlink()

    done = flash(project)

    assert done.returncode == 3
    assert "no image for a real nano33ble" in done.stderr
    assert "the simulated board's, which must not be flashed" in done.stderr
    assert "arduino-cli core install arduino:mbed_nano" in done.stderr


def test_dry_run_prints_the_steps(project: Path) -> None:
    """Without a board, and without touching one."""
    done = flash(project, "--dry-run", "--port", "/dev/no-such-port")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "1/4 open /dev/no-such-port at 1200 bit/s: the bootloader starts\n"
        "2/4 write demo.bin in 3 pages, compare the CRC of each, restart\n"
        "3/4 wait for the application's port\n"
        f"4/4 say HELLO: expect model {SHA256[:12]}\n"
    )


def test_dry_run_is_one_object(project: Path) -> None:
    """For machines."""
    done = flash(project, "--dry-run", "--json", "--port", "/dev/no-such-port")

    found = json.loads(done.stdout)
    assert (found["board"], found["model_sha256"]) == ("nano33ble", SHA256)
    assert len(found["steps"]) == 4


class FlashedBoard:
    """A flashing that is done; the board's word is that of an older build."""

    steps = ()
    retries = 0
    port = "/dev/ttyACM0"
    info: DeviceInfo

    def __init__(self, *_: object, **__: object) -> None:
        """Everything is done already."""


def test_a_board_that_runs_another_build_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same model, but of another plan: the image was not the last one."""
    FlashedBoard.info = replace(
        INFO,
        model_sha256=SHA256,
        generator=f"tinycnn {__version__}",
        board="Nano 33 BLE",
        arena_bytes=1,
    )
    monkeypatch.setattr("tinycnn.device.flash.Flashing", FlashedBoard)
    done = flash(project)

    assert done.returncode == 3
    assert "error: port /dev/ttyACM0: expected arena of " in done.stderr
    assert "hint: run tinycnn build and flash what it made" in done.stderr


def test_port_that_is_not_there(project: Path) -> None:
    """An error with the step that failed, and no traceback."""
    done = flash(project, "--port", "/dev/no-such-port")

    assert done.returncode == 3
    assert "error: port /dev/no-such-port: " in done.stderr
    assert done.stdout.startswith("1/4 ")
