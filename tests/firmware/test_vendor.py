"""The tools of a board: stand-ins that answer as the real ones do, and the real one."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.firmware.conftest import KERNELS, MODEL
from tinycnn.boards import Board
from tinycnn.choices import Framework
from tinycnn.errors import ToolchainError
from tinycnn.firmware import FirmwareProject, build_image, write_arduino_project
from tinycnn.firmware.vendor import build_with_vendor_tool, find_vendor_tool

CORE = {"id": "arduino:mbed_nano", "installed_version": "4.6.0"}
LIBRARY = {"library": {"name": "Some_Library", "version": "2.0.0"}}
SECTIONS = [
    {"name": "text", "size": 98_765, "max_size": 983_040},
    {"name": "data", "size": 45_678, "max_size": 262_144},
]
ANSWERS = {
    "version": {"Application": "arduino-cli", "VersionString": "1.2.2"},
    "core": {"platforms": [CORE]},
    "lib": {"installed_libraries": [LIBRARY]},
    "compile": {
        "compiler_err": "",
        "builder_result": {"executable_sections_size": SECTIONS},
    },
}
# A program that answers by its first argument and writes what a build leaves.
PROGRAM = """\
#!{python}
import json, pathlib, sys
answers = json.loads({answers!r})
word = sys.argv[1]
if word in {builds!r}:
    built = pathlib.Path(sys.argv[sys.argv.index({option!r}) + 1]) / {place!r}
    built.mkdir(parents=True, exist_ok=True)
    for suffix in ("bin", "hex"):
        (built / f"{stem}.{{suffix}}").write_text(suffix)
    if {elf!r}:
        (built / "{stem}.elf").write_bytes(pathlib.Path({elf!r}).read_bytes())
answer = answers.get(word, "")
print(answer if isinstance(answer, str) else json.dumps(answer))
sys.exit({codes!r}.get(word, 0))
"""


@dataclass
class Tool:
    """How a stand-in behaves."""

    answers: dict[str, Any] = field(default_factory=lambda: dict(ANSWERS))
    codes: dict[str, int] = field(default_factory=dict)
    elf: str = ""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts stand-ins, and nothing else, where programs are looked for."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name: str, tool: Tool) -> None:
        is_west = name == "west"
        text = PROGRAM.format(
            python=sys.executable,
            answers=json.dumps(tool.answers),
            codes=tool.codes,
            elf=tool.elf,
            builds=["build"] if is_west else ["compile"],
            option="--build-dir" if is_west else "--build-path",
            place="zephyr" if is_west else "",
            stem="zephyr" if is_west else "counting.ino",
        )
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)

    return put


@pytest.fixture(scope="module")
def linked(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ELF file for the board."""
    folder = tmp_path_factory.mktemp("linked")
    project = write_arduino_project(
        folder, name="counting", model_sources=MODEL, kernels=KERNELS, board=board
    )
    return build_image(project, board, output=folder / "firmware.elf").elf


def test_what_to_install_is_said_exactly(
    install: Callable[..., None], board: Board
) -> None:
    """The program first, then the core, then the library in the version needed."""
    needs = {"Some_Library": "2.0.1"}
    core = "arduino-cli core install arduino:mbed_nano"
    found = [find_vendor_tool("arduino", board, needs)]
    for answers in ({**ANSWERS, "core": {"platforms": []}}, ANSWERS):
        install("arduino-cli", Tool(answers))
        found.append(find_vendor_tool("arduino", board, needs))

    assert [tool.missing for tool in found] == [
        f"install arduino-cli, then run {core}",
        f"run {core}",
        'run arduino-cli lib install "Some_Library@2.0.1"',
    ]


def test_the_tool_is_known_by_all_versions(
    install: Callable[..., None], board: Board
) -> None:
    """What would give another image gives another identity."""
    install("arduino-cli", Tool())
    tool = find_vendor_tool("arduino", board, {"Some_Library": "2.0.0"})

    assert tool.missing == ""
    assert tool.identity == (
        "arduino-cli 1.2.2, arduino:mbed_nano 4.6.0, Some_Library 2.0.0"
    )


def test_a_core_of_others_comes_with_its_index(
    board: Board, install: Callable[..., None]
) -> None:
    """arduino-cli finds it by an address only."""
    change = {"arduino_index": "https://example.com/index.json"}
    other = board.model_copy(update=change)

    assert find_vendor_tool("arduino", other, {}).missing.endswith(
        "core install arduino:mbed_nano --additional-urls https://example.com/index.json"
    )


def test_an_old_arduino_cli_is_told_apart(
    install: Callable[..., None], board: Board
) -> None:
    """What does not answer in JSON is too old."""
    install("arduino-cli", Tool({"version": "arduino-cli Version: 0.3"}))

    with pytest.raises(ToolchainError, match="arduino-cli version: failed") as caught:
        find_vendor_tool("arduino", board, {})

    assert caught.value.hint == "install arduino-cli 1.0 or newer"


def test_arduino_cli_builds_what_is_flashed(
    install: Callable[..., None], board: Board, project: FirmwareProject, tmp_path: Path
) -> None:
    """The image's files under the project's name, and the sizes that Arduino counts."""
    elf = tmp_path / "real.elf"
    elf.write_bytes(b"\x7fELF")
    install("arduino-cli", Tool(elf=str(elf)))
    output = tmp_path / "board"

    image = build_with_vendor_tool(project, board, framework="arduino", output=output)

    assert {p.name for p in output.iterdir()} == {
        "counting.elf",
        "counting.bin",
        "counting.hex",
    }
    assert (image.flash_bytes, image.ram_bytes) == (98_765, 45_678)


def test_arduino_cli_says_what_does_not_compile(
    install: Callable[..., None], board: Board, project: FirmwareProject, tmp_path: Path
) -> None:
    """The compiler's first error is in the message, all of it in the log."""
    words = "model.c: In function 'f':\nmodel.c:3:5: error: 'x' undeclared\nmore"
    answers = {**ANSWERS, "compile": {"compiler_err": words, "error": "exit status 1"}}
    install("arduino-cli", Tool(answers, codes={"compile": 1}))

    with pytest.raises(ToolchainError, match=r"code 1: model\.c:3:5: error") as caught:
        build_with_vendor_tool(
            project, board, framework="arduino", output=tmp_path / "board"
        )

    assert caught.value.log.startswith(words)
    assert caught.value.hint.startswith("run it to see all: arduino-cli compile")


@pytest.mark.parametrize("framework", ["arduino", "zephyr"])
def test_a_linked_image_that_does_not_fit_names_what_is_big(
    install: Callable[..., None],
    board: Board,
    project: FirmwareProject,
    linked: Path,
    tmp_path: Path,
    framework: Framework,
) -> None:
    """Whichever tool linked it, the table is the same."""
    answers = {**ANSWERS, "compile": {"error": "text section exceeds available space"}}
    name = "west" if framework == "zephyr" else "arduino-cli"
    install(name, Tool(answers, codes={"compile": 1}, elf=str(linked)))
    small = board.model_copy(update={"flash_bytes": 1000})

    with pytest.raises(
        ToolchainError, match="at most 1,000 bytes of flash on"
    ) as error:
        build_with_vendor_tool(
            project, small, framework=framework, output=tmp_path / "board"
        )

    assert "what takes most flash:\n" in error.value.hint


def test_west_is_used_in_a_workspace(
    install: Callable[..., None],
    board: Board,
    project: FirmwareProject,
    linked: Path,
    tmp_path: Path,
) -> None:
    """Without a workspace there is nothing to build with."""
    missing = [find_vendor_tool("zephyr", board, {}).missing]
    install("west", Tool({"--version": "West version: v1.3.0"}, codes={"topdir": 1}))
    missing.append(find_vendor_tool("zephyr", board, {}).missing)
    install("west", Tool({"--version": "West version: v1.3.0"}, elf=str(linked)))
    tool = find_vendor_tool("zephyr", board, {})
    output = tmp_path / "board"
    image = build_with_vendor_tool(project, board, framework="zephyr", output=output)

    assert missing[0].startswith("pip install west")
    assert missing[1].startswith("make a Zephyr workspace")
    assert (tool.identity, tool.missing) == ("West version: v1.3.0", "")
    assert image.elf == output / "counting.elf"
    assert image.flash_bytes > 1000


@pytest.mark.arduino_cli
def test_the_users_arduino_cli_links_the_sketch(
    board: Board, project: FirmwareProject, tmp_path: Path
) -> None:
    """With the core installed that the board needs; the image fits."""
    if shutil.which("arduino-cli") is None:
        pytest.skip("arduino-cli is not installed")
    missing = find_vendor_tool("arduino", board, {}).missing
    if missing:
        pytest.skip(missing)
    output = tmp_path / "board"

    image = build_with_vendor_tool(project, board, framework="arduino", output=output)

    assert (output / "counting.bin").is_file()
    assert board.core_flash_bytes < image.flash_bytes < board.flash_bytes
