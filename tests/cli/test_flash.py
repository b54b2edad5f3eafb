"""`tinycnn flash` as a user meets it; the flashing itself is tested in tests/device."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tests.cli.command import Done, tinycnn
from tests.compiler.models import conv_model
from tests.device.simulated_nano import make_image
from tests.pipeline.pretend import pretend_board_image, pretend_build

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


def test_port_that_is_not_there(project: Path) -> None:
    """An error with the step that failed, and no traceback."""
    done = flash(project, "--port", "/dev/no-such-port")

    assert done.returncode == 3
    assert "error: port /dev/no-such-port: " in done.stderr
    assert done.stdout.startswith("1/4 ")
