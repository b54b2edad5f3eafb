"""The harness on the stack of each core, at its real size, between guard bytes.

The Arduino port is built as the core would, with what the core tells of its stack; the
sketch faults when a byte beside the stack, or of a heap below it, was overwritten.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.firmware.conftest import MODEL
from tests.firmware.qemu import run_in_qemu
from tinycnn.boards import Board, load_board, load_boards
from tinycnn.device import Device, open_serial, open_simulated
from tinycnn.firmware import FirmwareProject, build_image

C_TESTS = Path(__file__).parent / "c"
PORT, FLOOR = "src/tcnn/tcnn_port.cpp", '#include "tcnn_stack_floor.h"\n'


@dataclass(frozen=True)
class Case:
    """What a core tells.

    Attributes:
        macros: By which the port knows it.
        board: A board of the table that it is for, or that has the same processor.
        stack_bytes: Of setup() and loop(); the table's if it says one.
        mark_bytes: That the core keeps at the end of the stack.
        heap_bytes: By which a heap grows into the stack's room while it is served.
        is_known: Whether it tells where the stack ends.
    """

    macros: tuple[str, ...]
    board: str = "nano33ble"
    stack_bytes: int = 0
    mark_bytes: int = 0
    heap_bytes: int = 0
    is_known: bool = True


CASES = {
    "mbed": Case(("ARDUINO_ARCH_MBED",), mark_bytes=8),
    "mbed, Nicla Sense ME": Case(("__MBED__",), "nicla_sense_me", mark_bytes=8),
    "mbed, Apollo3": Case(("__MBED__",), stack_bytes=4096, mark_bytes=8),
    "nRF52": Case(("ARDUINO_ARCH_NRF52",), "feather_nrf52840", mark_bytes=32),
    "Seeed nRF52": Case(("ARDUINO_ARCH_NRF52",), "xiao_nrf52840", mark_bytes=32),
    "RP2040": Case(("ARDUINO_ARCH_RP2040",), "pico"),
    "RP2350": Case(("ARDUINO_ARCH_RP2040",), "pico2"),
    "Renesas": Case(("ARDUINO_FSP",), stack_bytes=1024),
    "Teensy 4": Case(
        ("TEENSYDUINO", "__IMXRT1062__"), "nucleo_h743zi", 16_384, mark_bytes=32
    ),
    "SAM": Case(("ARDUINO_ARCH_SAM",), "due", 2048, heap_bytes=256),
    "SAMD": Case(("ARDUINO_ARCH_SAMD",), "pico", 2048, heap_bytes=256),
    "STM32": Case(("ARDUINO_ARCH_STM32",), "nucleo_f446re", 1024, heap_bytes=64),
    "Zephyr's default": Case(("TCNN_STACK_FLOOR __StackLimit",), stack_bytes=1024),
    "unknown": Case((), stack_bytes=1024, is_known=False),
}


def stack_of(case: Case) -> int:
    """Its bytes: what the board table says, or the case."""
    return case.stack_bytes or load_board(case.board).stack_bytes


@pytest.fixture
def build(
    write_project: Callable[..., FirmwareProject], tmp_path: Path
) -> Callable[..., Path]:
    """Builds the sketch for a core; the image."""

    def build(case: Case, board: Board, **options: Any) -> Path:
        project = write_project(name="counting", model_sources=MODEL)
        for header in (C_TESTS / "stack").glob("*.h"):
            shutil.copy(header, project.folder / "src/tcnn")
        core = "".join(f"#define {macro}\n" for macro in case.macros)
        port = project.folder / PORT
        port.write_text(
            port.read_text().replace(FLOOR, f"#undef TCNN_STACK_FLOOR\n{core}{FLOOR}")
        )
        sizes = {
            "STACK_BYTES": stack_of(case),
            "MARK_BYTES": case.mark_bytes,
            "HEAP_BYTES": case.heap_bytes,
        }
        head = "".join(f"#define {name} {size}\n" for name, size in sizes.items())
        sketch = head + (C_TESTS / "stack/stack.ino").read_text()
        (project.folder / "counting.ino").write_text(sketch)
        output = tmp_path / "stack.elf"
        return build_image(project, board, output=output, **options).elf

    return build


def check(device: Device, case: Case) -> None:
    """Runs and measures the model; the stack is measured where it is known."""
    assert device.infer(bytes(4)).output.tolist() == [1, 1, 1, 1, 1, 0, 0, 0]
    steps = device.profile(bytes(4))
    info = device.info()
    used = {info.stack_bytes, *(step.stack_bytes for step in steps)}

    assert device.infer(bytes(4)).output.tolist()[4] == 3
    if case.is_known:
        assert 64 <= min(used) <= max(used) < stack_of(case)
    else:
        assert used == {0}


@pytest.mark.emulated
@pytest.mark.parametrize("name", CASES)
def test_nothing_but_the_stack_is_painted(
    build: Callable[..., Path], name: str
) -> None:
    """On the simulated processor of the core's board."""
    case = CASES[name]

    with open_simulated(build(case, load_board(case.board))) as device:
        check(device, case)


@pytest.mark.external
@pytest.mark.parametrize("name", ["mbed, Nicla Sense ME", "nRF52"])
def test_nothing_but_the_stack_is_painted_in_qemu(
    build: Callable[..., Path], name: str
) -> None:
    """A second emulator agrees."""
    case = CASES[name]
    board = load_board(case.board).model_copy(
        update={"flash_base": 0, "ram_base": 0x2000_0000, "ram_bytes": 0x40_0000}
    )
    elf = build(case, board, backend="mps2")

    with run_in_qemu("mps2-an386", elf) as port, open_serial(port) as device:
        check(device, case)


def test_the_table_knows_the_stack_of_cores_that_give_one() -> None:
    """Those of mbed, FreeRTOS and the RP2040; others end where the heap does."""
    sizes = {board.name: board.stack_bytes for board in load_boards() if board.fqbn}

    assert sizes.pop("nicla_sense_me") == 3_072
    assert {sizes[name] for name in ("nano33ble", "portenta_h7", "nicla_vision")} == {
        32_768
    }
    assert {sizes[name] for name in ("pico", "pico2", "feather_nrf52840")} == {4_096}
    assert {sizes[name] for name in ("due", "nucleo_f446re", "nucleo_h743zi")} == {0}
