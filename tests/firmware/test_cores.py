"""The same sources on every core: simulated with its board's memories, and in QEMU.

The oracle is the reference interpreter; link, harness and client are those of boards.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from tests.compiler.cases import draw_rows
from tests.compiler.models import residual_model
from tests.compiler.random_networks import draw_network
from tests.conftest import require_tool
from tests.firmware.qemu import run_in_qemu
from tinycnn.analysis.fit import find_objective
from tinycnn.boards import Board, Core, UsbIds, load_board, load_boards
from tinycnn.compiler import compile_tflite
from tinycnn.device import Device, open_serial, open_simulated
from tinycnn.errors import ToolchainError
from tinycnn.firmware import FirmwareImage, build_image, write_arduino_project
from tinycnn.reference import load_reference

GCC = "arm-none-eabi-gcc"
# Floats at both ends; and a random network of ten kinds of operators.
MODELS = {"float": residual_model(), "random": draw_network(np.random.default_rng(69))}
# A board of each core.
CORTEX_M = ("pico", "due", "nano33ble", "nucleo_h743zi", "pico2")
BOARDS = (*CORTEX_M, "esp32c3_devkitm")
# All others of the table that something here can stand for.
OTHERS = [b.name for b in load_boards() if b.is_simulated and b.name not in BOARDS]
# QEMU's machines: core, flash, RAM. The last one starts in its secure state.
MACHINES: dict[str, tuple[Core, int, int]] = {
    "mps2-an385": ("cortex-m3", 0x0, 0x2000_0000),
    "mps2-an386": ("cortex-m4f", 0x0, 0x2000_0000),
    "mps2-an500": ("cortex-m7", 0x0, 0x2000_0000),
    "mps2-an505": ("cortex-m33", 0x1000_0000, 0x3800_0000),
}

FPUS: dict[Core, Literal["none", "double"]] = {
    "cortex-m3": "none",
    "cortex-m7": "double",
}


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., tuple[FirmwareImage, np.ndarray, bytes]]:
    """Builds a model for a board; the image, input rows and the reference's outputs."""

    def build(
        model: str, board: Board, **options: Any
    ) -> tuple[FirmwareImage, np.ndarray, bytes]:
        path = tmp_path / "net.tflite"
        path.write_bytes(MODELS[model])
        compilation = compile_tflite(
            MODELS[model], name="net", objective=find_objective(board)
        )
        project = write_arduino_project(
            tmp_path,
            name="net",
            model_sources=compilation.sources,
            kernels=compilation.program.kernels,
            board=board,
        )
        image = build_image(project, board, output=tmp_path / "net.elf", **options)
        tensors = [buffer.tensor for buffer in compilation.program.inputs]
        rows = draw_rows(np.random.default_rng(0), tensors, 5)
        return image, rows, load_reference(path).run(rows).tobytes()

    return build


def run_rows(device: Device, rows: np.ndarray) -> bytes:
    """The outputs for all rows."""
    return b"".join(device.infer(row.tobytes()).output.tobytes() for row in rows)


@pytest.mark.emulated
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", BOARDS)
def test_a_model_is_exact_on_each_core(
    build: Callable[..., tuple[FirmwareImage, np.ndarray, bytes]], name: str, model: str
) -> None:
    """With the DSP kernels where there are such instructions."""
    board = load_board(name)
    image, rows, expected = build(model, board)

    with open_simulated(image.elf, board.name) as device:
        assert run_rows(device, rows) == expected
        info, inference = device.info(), device.infer(rows[0].tobytes())

    assert info.board == f"simulated {board.title}"
    assert info.clock_hz == board.clock_hz
    assert info.counts_cycles == (board.core == "cortex-m4f")
    assert (inference.cycles > 0) == info.counts_cycles
    assert 100 < info.stack_bytes < 2000


@pytest.mark.emulated
@pytest.mark.parametrize("name", OTHERS)
def test_a_model_is_exact_on_each_board(
    build: Callable[..., tuple[FirmwareImage, np.ndarray, bytes]], name: str
) -> None:
    """With its own memories, on its core or one that lacks some of its instructions."""
    board = load_board(name)
    image, rows, expected = build("float", board)

    with open_simulated(image.elf, board.name) as device:
        assert run_rows(device, rows) == expected
        assert device.info().board == f"simulated {board.title}"


@pytest.mark.emulated
@pytest.mark.external
@pytest.mark.parametrize("name", CORTEX_M)
def test_a_model_is_exact_on_each_core_by_gcc(
    build: Callable[..., tuple[FirmwareImage, np.ndarray, bytes]], name: str
) -> None:
    """The compiler that Arduino and Zephyr use."""
    require_tool(GCC)
    image, rows, expected = build("random", load_board(name), toolchain=GCC)

    with open_simulated(image.elf) as device:
        assert run_rows(device, rows) == expected


@pytest.mark.external
@pytest.mark.parametrize("machine", MACHINES)
def test_a_model_is_exact_in_qemu(
    build: Callable[..., tuple[FirmwareImage, np.ndarray, bytes]], machine: str
) -> None:
    """A second emulator agrees, on each core for which it has a machine."""
    core, flash_base, ram_base = MACHINES[machine]
    board = Board(
        name=machine.replace("-", "_"),
        title=f"{machine} board",
        core=core,
        clock_hz=25_000_000,
        fpu=FPUS.get(core, "single"),
        flash_base=flash_base,
        flash_bytes=0x40_0000,
        ram_base=ram_base,
        ram_bytes=0x40_0000,
        core_flash_bytes=0,
        core_ram_bytes=0,
        zephyr_target=machine.replace("-", "/"),
        usb=UsbIds(),
        upload="none",
        touch_1200bps=False,
        source="ARM's application notes",
    )
    image, rows, expected = build("random", board, backend="mps2")

    with run_in_qemu(machine, image.elf) as port, open_serial(port) as device:
        assert run_rows(device, rows) == expected
        assert device.info().board == f"simulated {machine} board"


def test_gcc_for_arm_builds_nothing_for_risc_v(
    build: Callable[..., tuple[FirmwareImage, np.ndarray, bytes]],
) -> None:
    """The message says which compiler does."""
    with pytest.raises(ToolchainError, match=r"for arm-none-eabi-gcc, got rv32imc$"):
        build("random", load_board("esp32c3_devkitm"), toolchain=GCC)


def test_a_core_that_is_not_simulated_is_refused(
    build: Callable[..., tuple[FirmwareImage, np.ndarray, bytes]],
) -> None:
    """Before anything is compiled, with what to do instead."""
    with pytest.raises(ToolchainError) as caught:
        build("random", load_board("xiao_esp32s3"))

    assert str(caught.value) == (
        "board xiao_esp32s3: expected a Cortex-M or RISC-V to simulate, got xtensa-lx7"
    )
    assert caught.value.hint == (
        "build the sketch with arduino-cli, and validate it with --port"
    )
