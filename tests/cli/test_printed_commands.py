"""Commands that are printed to be copied: whole, on one line, however wide it is."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import tinycnn
from tests.compiler.models import conv_model
from tests.pipeline.pretend import pretend_build
from tinycnn.artifacts import BoardImage
from tinycnn.boards import Board, load_boards
from tinycnn.cli.build import _describe_image
from tinycnn.firmware.vendor import find_vendor_tool

ELSEWHERE = [board for board in load_boards() if board.arduino_index]
by_name = pytest.mark.parametrize("board", ELSEWHERE, ids=lambda board: board.name)


def install(board: Board) -> str:
    """The command as arduino-cli wants it."""
    platform = ":".join(board.fqbn.split(":")[:2])
    index = f"--additional-urls {board.arduino_index}"
    return f"arduino-cli core install {platform} {index}"


@pytest.fixture(params=["40", "80"], autouse=True)
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Terminals that are narrower than the commands."""
    monkeypatch.setenv("COLUMNS", request.param)
    monkeypatch.setenv("PATH", "/nowhere")


@by_name
def test_boards_show_tells_how_to_install_a_core(board: Board) -> None:
    """The index of a core that is not Arduino's own is part of it."""
    done = tinycnn("boards", "show", board.name, cwd=Path())

    assert f"  {install(board)}\n" in done.stdout


@by_name
def test_flash_tells_how_to_install_a_core(tmp_path: Path, board: Board) -> None:
    """It ends the line."""
    (tmp_path / "tinycnn.toml").write_text(
        'name = "demo"\n[dataset]\nname = "digits"\n[model]\nname = "tiny_cnn"\n'
        f'[target]\nboard = "{board.name}"\n'
    )
    pretend_build(tmp_path, conv_model())

    done = tinycnn("flash", "--dry-run", cwd=tmp_path)

    assert done.returncode == 3
    assert done.stderr.endswith(f"then run tinycnn build again: {install(board)}\n")


@by_name
def test_build_tells_how_to_install_a_core(board: Board) -> None:
    """In the row of the real board's image."""
    image = BoardImage(missing=find_vendor_tool("arduino", board, {}).missing)

    row = _describe_image(image, Path("build/board"), board)

    assert row.endswith(install(board))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
def test_a_terminal_gets_the_whole_command() -> None:
    """It may break the line itself, but nothing is put in between."""
    master, slave = os.openpty()
    command = [sys.executable, "-m", "tinycnn", "boards", "show", "pico"]
    subprocess.run(command, stdout=slave, stderr=slave, check=True)
    os.close(slave)
    printed = os.read(master, 65_536).decode()
    os.close(master)

    assert "global/package_rp2040_index.json\r\n" in printed


@pytest.mark.parametrize("name", ["demo", "my projects/demo"])
def test_init_names_a_command_that_works(tmp_path: Path, name: str) -> None:
    """In folders with spaces, too."""
    done = tinycnn("init", name, cwd=tmp_path)

    command = done.stdout.splitlines()[-1].removeprefix("next: ")
    assert shlex.split(command) == ["tinycnn", "build", name]
