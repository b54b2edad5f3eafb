"""Every core has its own instructions, no fewer and no more."""

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulator.conftest import run_board, simulator_command
from tinycnn.boards import Board, load_board

pytestmark = pytest.mark.emulated

# A board of each core, and the requests of cores.ino that it can serve: T32 moves,
# division, dual multiplication, extraction, single and double floats, unaligned loads.
OWN = {
    "pico": "",
    "due": "wul",
    "nano33ble": "wusxfl",
    "pico2": "wusxfl",
    "nucleo_h743zi": "wusxfdl",
}
FOREIGN = {
    name: "".join(sorted(set("wusxfdl") - set(own))) for name, own in OWN.items()
}
LOADED = bytes([0x11, 0x22, 0x33, 0x44])


@pytest.fixture(params=OWN)
def board(request: pytest.FixtureRequest) -> Board:
    """A board of each core in turn."""
    return load_board(request.param)


@pytest.fixture
def image(build_sketch: Callable[..., Path], board: Board) -> Path:
    """The sketch, for that board."""
    return build_sketch("cores", board)


def pairs(requests: dict[str, str]) -> list[tuple[str, str]]:
    """Board and request, each for itself."""
    return [(name, request) for name, text in requests.items() for request in text]


@pytest.mark.parametrize(("board", "request_"), pairs(OWN), indirect=["board"])
def test_a_core_runs_its_own_instructions(image: Path, request_: str) -> None:
    """Whatever compilers and hand-written kernels for it may use."""
    expected = LOADED if request_ == "l" else request_.encode()

    with run_board(image) as running:
        assert running.ask(request_.encode(), len(expected)) == expected


@pytest.mark.parametrize(("board", "request_"), pairs(FOREIGN), indirect=["board"])
def test_a_core_runs_no_other_instructions(
    image: Path, board: Board, request_: str
) -> None:
    """What hardware would fault on stops the simulation and names the core."""
    message = "undefined instruction in |floating point without an FPU in "
    hint = f"expected Thumb code for a {board.core}"
    if request_ == "l":
        message, hint = "unaligned access in ", f"a {board.core} has words at multiples"

    with run_board(image) as running:
        running.link.sendall(request_.encode())
        code, error = running.end()

    assert code == 3
    assert error.removeprefix("fault: ").startswith(tuple(message.split("|")))
    assert f"\nhint: {hint}" in error


def test_c_computes_the_same_on_each_core(image: Path) -> None:
    """64-bit products and quotients, floats and unaligned copies, by what there is."""
    a, b = 0x123456789ABCDEF, 0x3456789
    with run_board(image) as running:
        results = struct.unpack("<QQf4s", running.ask(b"c", 24))

    ratio = struct.unpack("<f", struct.pack("<f", a / b))[0]
    assert results == (a * b % 2**64, a // b, ratio, LOADED)


def test_cycles_are_not_known_without_a_model(image: Path, board: Board) -> None:
    """Better none than wrong ones."""
    command = simulator_command(image, "--run-for", "9000")
    text = subprocess.check_output(command, text=True)

    assert text.startswith("ran ")
    assert text.endswith("cycles not known\n") == (board.core != "cortex-m4f")
