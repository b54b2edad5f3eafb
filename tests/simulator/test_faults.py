import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulator.conftest import run_board
from tinycnn.boards import load_board

pytestmark = pytest.mark.emulated

# Request: what the simulator says, and its hint.
FAULTS = {
    "w": (
        r"write of 4 bytes at 0x20040000 in write_past_ram\+0x\w+ \(pc 0x0001\w+\)",
        "past the end of RAM: the board has 256 KB",
    ),
    "a": (r"write of \d bytes at 0x20040000 in", "past the end of RAM"),
    "n": (r"read of 4 bytes at 0x00000000 in", "null pointer"),
    "f": (r"write of 4 bytes at 0x0001\w{4} in", "flash is read-only"),
    "F": (r"read of 4 bytes at 0x00100000 in", "past the end of flash"),
    "s": (r"write of 4 bytes at 0x1fff\w{4} in recurse\+", "stack overflow"),
    "d": (r"DMA read of 16 bytes at 0x0001\w{4} in", "EasyDMA cannot read flash"),
    "u": (r"undefined instruction in", "expected Thumb code for a cortex-m4f"),
    "v": (r"supervisor call in", "SVC has no handler"),
    "b": (r"breakpoint in", "stopped itself with BKPT"),
    "i": (r"the core went to sleep in", "interrupts are not simulated"),
    "x": (r"execution at 0x2000\w{4}, to return to core_main\+", "RAM holds no code"),
    "c": (r"execution at 0x00000000, to return to core_main\+", "null pointer"),
    "p": (r"write of 4 bytes at 0x40003000 in", "this peripheral is not simulated"),
    "r": (r"write of 4 bytes at 0x400025f0 in", "0x5f0 of UARTE0 is not simulated"),
    "y": (r"write of 1 bytes at 0x50000504 in", "GPIO are 32 bits wide"),
    "W": (r"write of 4 bytes at 0x70000000 in", "a wild pointer"),
}

# Likewise of a RISC-V core, with memories of its own.
RISCV_FAULTS = {
    "n": (r"read of 4 bytes at 0x00000000 in", "null pointer"),
    "s": (r"write of 4 bytes at 0x3fc7\w{4} in recurse\+", "stack overflow"),
    "u": (r"undefined instruction in", "expected code for a rv32imc"),
    "v": (r"call of the environment in", "ECALL has no handler"),
    "i": (r"the core went to sleep in", "interrupts are not simulated"),
    "x": (r"execution at 0x3fc8\w{4}, to return to core_main\+", "RAM holds no code"),
    "p": (r"write of 4 bytes at 0x40003000 in", "this peripheral is not simulated"),
    "W": (r"write of 4 bytes at 0x70000000 in", "a wild pointer"),
}


@pytest.mark.parametrize("request_", RISCV_FAULTS)
def test_a_fault_stops_a_risc_v_core_too(
    build_sketch: Callable[..., Path], request_: str
) -> None:
    """In the same words, but for the names of its instructions."""
    message, hint = RISCV_FAULTS[request_]

    with run_board(build_sketch("faults", load_board("esp32c3_devkitm"))) as board:
        board.link.sendall(request_.encode())
        code, error = board.end()

    assert code == 3
    assert re.fullmatch(f"fault: {message}.*\nhint: .*{hint}.*\n", error), error


@pytest.mark.parametrize("request_", FAULTS)
def test_a_fault_stops_the_board_with_place_and_hint(
    faults: Path, request_: str
) -> None:
    """Whatever firmware does wrong ends with one line, a hint and exit code 3."""
    message, hint = FAULTS[request_]

    with run_board(faults) as board:
        board.link.sendall(request_.encode())
        code, error = board.end()

    assert code == 3
    assert re.fullmatch(f"fault: {message}.*\nhint: .*{hint}.*\n", error), error


def test_firmware_that_hangs_ends_with_its_client(faults: Path) -> None:
    """A program that no longer listens does not outlive the client by much."""
    with run_board(faults) as board:
        board.link.sendall(b"l")
        board.link.close()

        assert board.end() == (0, "")
