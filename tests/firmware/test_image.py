import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from elftools.elf.elffile import ELFFile

from tests.conftest import require_tool
from tests.firmware.conftest import MODEL
from tests.simulator.conftest import run_board
from tinycnn.boards import Board
from tinycnn.choices import Toolchain
from tinycnn.device import open_host, open_simulated
from tinycnn.errors import ToolchainError
from tinycnn.firmware import (
    FirmwareProject,
    build_host,
    build_image,
    write_arduino_project,
)

GCC: Toolchain = "arm-none-eabi-gcc"
TOOLCHAINS = [
    pytest.param("zig", marks=pytest.mark.emulated),
    pytest.param(GCC, marks=[pytest.mark.emulated, pytest.mark.external]),
]


@pytest.fixture(params=TOOLCHAINS)
def toolchain(request: pytest.FixtureRequest) -> Any:
    """Each toolchain in turn."""
    if request.param == GCC:
        require_tool(GCC)
    return request.param


def test_an_image_serves_its_model_on_the_simulated_board(
    project: FirmwareProject, board: Board, toolchain: Any, tmp_path: Path
) -> None:
    """The sketch's own sources answer HELLO and INFER there."""
    image = build_image(
        project, board, toolchain=toolchain, output=tmp_path / "firmware.elf"
    )

    with open_simulated(image.elf) as device:
        first, second = device.infer(bytes([1, 2, 3, 4])), device.infer(bytes(4))
        info = device.info()

    assert (first.output.tobytes(), second.output.tobytes()) == (
        bytes([2, 3, 4, 5, 1, 0, 0, 0]),
        bytes([1, 1, 1, 1, 2, 0, 0, 0]),
    )
    assert first.cycles > 50
    assert (info.model, info.board, info.clock_hz, info.board_id) == (
        "counting",
        "simulated Arduino Nano 33 BLE Sense",
        64_000_000,
        b"tinycnn\0".hex(),
    )
    assert (info.cache_on, info.counts_cycles) == (True, True)
    assert 100 < info.stack_bytes < 1000


@pytest.mark.emulated
def test_the_simulated_board_restarts_when_it_is_asked_to(
    project: FirmwareProject, board: Board, tmp_path: Path
) -> None:
    """By the sketch's own reset: runs and clock begin anew, on the same link."""
    image = build_image(project, board, output=tmp_path / "firmware.elf")
    with open_simulated(image.elf) as device:
        device.infer(bytes(4))
        before = device.status()
        is_restarted = [device.restart() for _ in range(2)]
        after = device.status()
        device.pass_time(100.0)
        output = device.infer(bytes([1, 2, 3, 4])).output.tobytes()

    assert is_restarted == [True, True]
    assert (before.reset_causes, before.runs) == (("power-on",), 1)
    assert (after.reset_causes, after.runs) == (("software",), 0)
    assert output == bytes([2, 3, 4, 5, 1, 0, 0, 0])


@pytest.mark.emulated
def test_an_echo_to_the_simulated_board_ends(
    project: FirmwareProject, board: Board, tmp_path: Path
) -> None:
    """One broken packet on a line that sends back all that the board says."""
    image = build_image(project, board, output=tmp_path / "firmware.elf")
    packets = 0
    with run_board(image.elf) as simulated:
        simulated.link.settimeout(30.0)  # to start, on a computer with much else to do
        simulated.link.sendall(b"\x05\x01\0")
        with contextlib.suppress(TimeoutError):
            while packets <= 10:
                echo = simulated.link.recv(4096)
                simulated.link.settimeout(0.5)
                packets += echo.count(0)
                simulated.link.sendall(echo)

    assert packets == 1


def test_the_simulated_board_measures_each_step(
    project: FirmwareProject, board: Board, toolchain: Any, tmp_path: Path
) -> None:
    """Its cycles and its stack; the cycles sum up to those of a whole run."""
    elf = tmp_path / "firmware.elf"
    build_image(project, board, toolchain=toolchain, output=elf)

    with open_simulated(elf) as device:
        inference = device.infer(bytes(4))
        steps = device.profile(bytes(4))
        info = device.info()

    total = sum(step.cycles for step in steps)
    assert len(steps) == 2
    assert abs(total - inference.cycles) < 40
    assert all(step.stack_bytes < info.stack_bytes for step in steps)


def test_a_host_program_serves_the_same_model(
    project: FirmwareProject, tmp_path: Path
) -> None:
    """The same model and harness sources run on this computer."""
    program = build_host(project, output=tmp_path / "bin" / "host.exe")

    with open_host(program) as device:
        assert not device.restart()  # it is a program: whoever wants it new starts it
        output = device.infer(bytes([1, 2, 3, 4])).output.tobytes()

    assert output == bytes([2, 3, 4, 5, 1, 0, 0, 0])


@pytest.mark.usefixtures("compile_anew")
def test_the_same_project_gives_the_same_bytes_anywhere(
    board: Board, toolchain: Any, tmp_path: Path
) -> None:
    """Neither the folder of the sketch nor that of the image leaves a trace."""
    images = []
    for folder in (tmp_path / "a", tmp_path / "somewhere/else"):
        project = write_arduino_project(
            folder, name="counting", model_sources=MODEL, kernels=[], board=board
        )
        elf = folder / "firmware.elf"
        build_image(project, board, toolchain=toolchain, output=elf)
        images.append(elf.read_bytes())

    assert images[0] == images[1]
    assert str(tmp_path.parent).encode() not in images[0]
    assert sys.prefix.encode() not in images[0]


@pytest.mark.usefixtures("compile_anew")
def test_the_same_project_gives_the_same_host_program(
    write_project: Callable[..., FirmwareProject], tmp_path: Path
) -> None:
    """Programs for this computer are reproducible too."""
    programs = [
        build_host(write_project(), output=tmp_path / name / "host").read_bytes()
        for name in ("a", "b")
    ]

    assert programs[0] == programs[1]


def sized_model(ram_bytes: int, flash_bytes: int) -> dict[str, str]:
    """The counting model beside a variable and a constant that cannot be left out."""
    extra = (
        f"static volatile uint8_t big_variable[{ram_bytes}];\n"
        f"static const volatile uint8_t big_constant[{flash_bytes}] = {{1}};\n"
        "static uint32_t runs;"
    )
    text = MODEL["counting_model.c"].replace("static uint32_t runs;", extra, 1)
    use = "runs++; big_variable[runs % 7] = big_constant[runs % 5];"
    return {**MODEL, "counting_model.c": text.replace("runs++;", use, 1)}


def test_sizes_count_every_byte(
    write_project: Callable[..., FirmwareProject], board: Board, tmp_path: Path
) -> None:
    """Constants add to flash, variables to RAM; the stack is part of RAM."""
    small, large = (
        build_image(
            write_project(model_sources=sized_model(*sizes)),
            board,
            output=tmp_path / "firmware.elf",
        )
        for sizes in ((16, 16), (1616, 8016))
    )

    assert large.ram_bytes - small.ram_bytes == 1600
    assert large.flash_bytes - small.flash_bytes == 8000
    assert 0x8000 < small.ram_bytes < 0xA000


def test_ram_is_itemised(
    write_project: Callable[..., FirmwareProject], board: Board, tmp_path: Path
) -> None:
    """By symbols and sections: harness, stack, and what a model keeps for itself."""
    sketch = write_project(model_sources=sized_model(1616, 16))
    image = build_image(sketch, board, output=tmp_path / "firmware.elf")
    ram = image.ram

    assert ram is not None
    assert ram.total_bytes == image.ram_bytes
    assert ram.stack_bytes == 0x8000
    assert 3_400 < ram.harness_bytes < 3_900
    assert ram.receive_bytes == 2_048
    assert 1_616 <= ram.data_bytes + ram.arena_bytes < 1_800


def test_the_image_lies_where_the_board_keeps_it(
    project: FirmwareProject, board: Board, tmp_path: Path
) -> None:
    """Code begins above the bootloader, and the stack is the lowest thing in RAM."""
    image = build_image(project, board, output=tmp_path / "firmware.elf")

    with image.elf.open("rb") as file:
        sections = {s.name: s["sh_addr"] for s in ELFFile(file).iter_sections()}

    assert sections[".text"] == board.flash_base
    assert sections[".stack"] == board.ram_base


@pytest.mark.parametrize(
    ("sizes", "memory", "room", "name"),
    [
        ((220_000, 16), "RAM", "218,224", "220,000  big_variable"),
        ((16, 890_000), "flash", "887,788", "890,000  big_constant"),
    ],
)
def test_an_image_that_does_not_fit_names_what_is_big(
    write_project: Callable[..., FirmwareProject],
    board: Board,
    tmp_path: Path,
    sizes: tuple[int, int],
    memory: str,
    room: str,
    name: str,
) -> None:
    """The board's memories are enforced, and nothing is left behind."""
    project = write_project(model_sources=sized_model(*sizes))
    output = tmp_path / "firmware.elf"

    with pytest.raises(ToolchainError) as caught:
        build_image(project, board, output=output)

    text = str(caught.value)
    expected = f"firmware 'counting': expected at most {room} bytes of {memory} beside"
    assert text.startswith(f"{expected} the Arduino core of nano33ble, got ")
    assert f"what takes most {memory}:\n     {name}\n" in caught.value.hint
    assert not output.exists()


def test_a_compiler_error_is_told_with_command_and_log(
    write_project: Callable[..., FirmwareProject], board: Board, tmp_path: Path
) -> None:
    """Generated code that does not compile is a tool's failure, told in full."""
    broken = {**MODEL, "counting_model.c": '#error "regenerate"\n'}
    project = write_project(model_sources=broken)

    with pytest.raises(ToolchainError, match="compiler failed with exit") as caught:
        build_image(project, board, output=tmp_path / "firmware.elf")

    error = caught.value
    assert error.returncode == 1
    assert "ziglang" in error.command[0]
    assert "regenerate" in error.log
    assert "counting_model.c" in str(error)


def test_a_missing_gcc_names_the_packages(
    project: FirmwareProject,
    board: Board,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever asks for arm-none-eabi-gcc learns how to get it."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ToolchainError, match="arm-none-eabi-gcc: not found") as caught:
        build_image(project, board, toolchain=GCC, output=tmp_path / "x.elf")

    assert "gcc-arm-none-eabi" in caught.value.hint


def test_a_missing_zig_names_the_extra(
    project: FirmwareProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The light install has no compiler and says how to add one."""
    monkeypatch.setitem(sys.modules, "ziglang", None)

    with pytest.raises(ToolchainError, match="zig: not installed") as caught:
        build_host(project, output=tmp_path / "host")

    assert caught.value.hint == "pip install 'tinycnn[sim]'"
