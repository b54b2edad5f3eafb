"""Programs that upload: each way to fail is one line and a remedy."""

import sys
from pathlib import Path

import pytest

from tinycnn.device.upload import copy_to_drive, run_tool
from tinycnn.errors import DeviceError, ToolchainError


def python(program: str) -> list[str]:
    """A command that runs a Python program."""
    return [sys.executable, "-c", program]


def test_program_that_succeeds_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    """What it says is for errors only."""
    run_tool(python("print('writing')"))

    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("import sys; sys.exit('no probe found')", "code 1: no probe found"),
        ("raise SystemExit(3)", "code 3: no output"),
        ("print('x' * 99_000_000); print('dead'); raise SystemExit(2)", "code 2: dead"),
    ],
)
def test_program_that_fails_is_quoted(program: str, message: str) -> None:
    """F24: its last words, however many there were; all of them on request."""
    with pytest.raises(ToolchainError) as error:
        run_tool(python(program))

    assert str(error.value).endswith(message)
    assert sys.executable in error.value.hint
    assert len(error.value.log) <= 4_000


def test_program_that_is_not_installed() -> None:
    """Its name, and that it is needed."""
    with pytest.raises(ToolchainError, match="no-such-tool: not found") as error:
        run_tool(["no-such-tool", "--now"])

    assert "install no-such-tool" in error.value.hint


def test_program_that_hangs_is_ended() -> None:
    """After its time."""
    with pytest.raises(ToolchainError, match="not done after 0 s"):
        run_tool(python("import time; time.sleep(60)"), timeout_s=0.2)


def test_drive_that_cannot_be_written(tmp_path: Path) -> None:
    """Full, read-only or gone."""
    image = tmp_path / "demo.uf2"
    image.write_bytes(b"UF2\n")

    with pytest.raises(DeviceError, match="cannot be written") as error:
        copy_to_drive(image, [tmp_path / "gone"])

    assert "connect" in error.value.hint


def test_several_drives_are_named(tmp_path: Path) -> None:
    """Which of two boards is meant cannot be guessed."""
    with pytest.raises(DeviceError, match="one drive of a bootloader, got /a, /b"):
        copy_to_drive(tmp_path / "demo.uf2", [Path("/a"), Path("/b")])
