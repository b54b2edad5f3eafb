"""The recipe of docs/testbeds.md, command by command, against a stand-in."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.cli.command import Done, tinycnn
from tests.compiler.models import conv_model
from tests.conftest import require_module
from tests.testbeds.iotlab import Testbed, run_testbed
from tinycnn.analysis.fit import find_objective
from tinycnn.boards import Board, load_board
from tinycnn.boards.ledger import read_run
from tinycnn.compiler import compile_tflite
from tinycnn.firmware import build_image, write_arduino_project
from tinycnn.probe.program import write_probe

DOCUMENT = Path(__file__).parents[2] / "docs/testbeds.md"
BOARD = load_board("nrf52840dk")
# What needs the world outside: an account, Zephyr, a tunnel.
ELSEWHERE = ("iotlab-auth", "west", "ssh")


def commands_of(recipe: str) -> list[str]:
    """The lines of a block of the document."""
    pattern = rf"<!-- tests/testbeds/test_iotlab.py: {recipe} -->\n```sh\n(.*?)```"
    (block,) = re.findall(pattern, DOCUMENT.read_text("utf-8"), re.S)
    return block.splitlines()


@pytest.fixture
def testbed(tmp_path: Path) -> Iterator[Testbed]:
    """A testbed nearby."""
    require_module("iotlabcli")
    (tmp_path / "testbed").mkdir()
    with run_testbed(tmp_path / "testbed") as found:
        yield found


def run(
    line: str, testbed: Testbed, folder: Path, names: Mapping[str, str]
) -> Done | None:
    """One command, with the names of this test; None for what is done elsewhere."""
    for name, value in names.items():
        line = line.replace(name, value)
    line = line.replace("127.0.0.1:20000", f"127.0.0.1:{testbed.port}")
    program, *arguments = shlex.split(line)
    if program in ELSEWHERE:
        return None
    if program == "tinycnn":
        return tinycnn(*arguments, cwd=folder)
    tool = program.removeprefix("iotlab-")
    start = f"from iotlabcli.parser.{tool} import main; main()"
    command = [sys.executable, "-W", "ignore", "-c", start, *arguments]
    password = folder / "iotlabrc"
    password.write_text("LOGIN:c2VjcmV0")
    places = {"IOTLAB_API_URL": testbed.url, "IOTLAB_PASSWORD_FILE": str(password)}
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        check=False,
    )


def follow(
    recipe: str, testbed: Testbed, folder: Path, names: Mapping[str, str]
) -> list[Done]:
    """What the commands of a recipe did; each must end well."""
    done = [run(line, testbed, folder, names) for line in commands_of(recipe)]
    found = [one for one in done if one is not None]
    for one in found:
        assert one.returncode == 0, f"{one.args}: {one.stderr}"
    return found


def build_probe(folder: Path, board: Board) -> Path:
    """The probe for the simulated board, in the place of what west would link."""
    output = folder / "zephyr/zephyr.elf"
    return build_image(write_probe(folder / "own", board), board, output=output).elf


def build_model(path: Path, board: Board) -> Path:
    """Likewise the model in a file."""
    compilation = compile_tflite(
        path.read_bytes(), name=path.stem, objective=find_objective(board)
    )
    sketch = write_arduino_project(
        path.parent / "own",
        name=path.stem,
        model_sources=compilation.sources,
        kernels=compilation.program.kernels,
        board=board,
    )
    return build_image(sketch, board, output=path.parent / "own/demo.elf").elf


@pytest.mark.emulated
def test_the_recipes_work_as_they_are_written(testbed: Testbed, tmp_path: Path) -> None:
    """Firmware travels unchanged; probe, validation and profile come back."""
    model = tmp_path / "demo.tflite"
    model.write_bytes(conv_model())
    probe, demo = build_probe(tmp_path / "built", BOARD), build_model(model, BOARD)
    names = {"SITE": "somewhere", "NODE": "nrf52840dk-1"}
    follow("probe", testbed, tmp_path, names)
    names |= {"demo/build/board/demo.elf": str(demo)}
    names |= {
        f"{word} demo ": f"{word} demo.tflite " for word in ("validate", "profile")
    }
    _, validated, profiled, _ = follow("validate", testbed, tmp_path, names)

    assert testbed.flashed == [probe.read_bytes(), demo.read_bytes()]
    found = read_run(tmp_path / "probe.json")
    assert (found.kind_of_board, found.is_simulated) == ("nrf52840dk", True)
    assert (tmp_path / "probe/zephyr/module.yml").is_file()
    assert "PASS: 32 of 32 images equal on socket://" in validated.stdout
    assert "CONV_2D" in profiled.stdout
    assert testbed.requests[-1] == "DELETE experiments/4711"
    assert testbed.state == "Terminated"


def test_every_command_of_the_document_is_run_or_known() -> None:
    """Nothing in it is left out without being named here."""
    programs = {
        line.split()[0] for name in ("probe", "validate") for line in commands_of(name)
    }

    known = {"tinycnn", "iotlab-status", "iotlab-experiment", "iotlab-node"}
    assert programs == known | set(ELSEWHERE)
    assert DOCUMENT.read_text("utf-8").count("```sh") == 2
