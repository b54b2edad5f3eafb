"""The Arduino port on a fake core: what it writes, and what its lights tell."""

import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.zig import ZIG_CC
from tinycnn.firmware import firmware_dir

C_TESTS = Path(__file__).parent / "c"
RGB = ("-DLEDR=22", "-DLEDG=23", "-DLEDB=24", "-DLED_BUILTIN=13")
TOLD = ("-D__MBED__", "-DSERIAL_CDC", "-DTCNN_STACK_FLOOR=stack_floor")
ALIVE, BUSY, FAILED = range(3)


@pytest.fixture(scope="session")
def run_port(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Runs the port's program with arguments, on a board with the LEDs of `flags`."""
    folder = tmp_path_factory.mktemp("port")
    harness, port = firmware_dir() / "harness", firmware_dir() / "ports/arduino"
    includes = [C_TESTS / "arduino", firmware_dir() / "include/tcnn", harness]
    sources = [*port.glob("*.cpp"), C_TESTS / "port_main.cpp"]
    compiler = [*ZIG_CC, "-Wall", "-Wextra", "-Werror"]
    compiler += [f"-I{include}" for include in includes]
    stack = folder / "stack.o"
    subprocess.run([*compiler, "-c", harness / "tcnn_stack.c", "-o", stack], check=True)

    def run(*arguments: object, flags: Sequence[str] = RGB) -> str:
        program = folder / "".join(("port", *flags))
        if not program.exists():
            build = [*compiler, "-std=c++14", *flags, "-o", str(program)]
            subprocess.run([*build, *sources, stack], check=True)
        command = [str(program), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True).stdout

    return run


@pytest.mark.parametrize("size", [1, 64, 65, 1000])
def test_a_write_is_at_most_one_usb_packet(
    run_port: Callable[..., str], size: int
) -> None:
    """Longer ones have crashed the board's core."""
    sizes = [int(n) for n in re.findall(r"of (\d+)", run_port("write", size, 64))]

    assert max(sizes) <= 64
    assert sum(sizes) == size


def test_what_a_write_leaves_is_sent_again(run_port: Callable[..., str]) -> None:
    """A core may take less than it is given."""
    taken = re.findall(r"wrote (\d+) of (\d+)", run_port("write", 100, 30))

    assert [int(n) for n, _ in taken] == [30, 30, 30, 10]
    assert [int(n) for _, n in taken] == [64, 64, 40, 10]


def test_without_a_host_nothing_waits(run_port: Callable[..., str]) -> None:
    """A write that takes nothing is the last one."""
    assert run_port("write", 200, 0) == "wrote 0 of 64\n"


@pytest.mark.parametrize(
    ("flags", "said"),
    [(("-DSCB_AIRCR_SYSRESETREQ_Msk=4",), "reset at 50 ms"), ((), "cannot")],
)
def test_a_core_with_cmsis_restarts_itself(
    run_port: Callable[..., str], flags: tuple[str, ...], said: str
) -> None:
    """After a moment in which its reply leaves; others cannot, and say so."""
    assert run_port("restart", flags=flags) == f"{said}\n"


def changes(output: str) -> list[tuple[int, ...]]:
    """Time in milliseconds, pin and level of each change after the start."""
    lines = re.findall(r"(\d+) pin (\d+) (\d)", output)
    return [tuple(map(int, line)) for line in lines if line[0] != "0"]


@pytest.mark.parametrize(
    ("state", "pin", "half_period_ms"), [(ALIVE, 23, 525), (FAILED, 22, 132)]
)
def test_the_rgb_led_blinks_its_colour(
    run_port: Callable[..., str], state: int, pin: int, half_period_ms: int
) -> None:
    """Green about once a second while alive, red fast after an error; low is lit."""
    seen = changes(run_port("show", state))
    times = [time for time, _, _ in seen]

    assert {p for _, p, _ in seen} == {pin}
    assert [level for _, _, level in seen] == [i % 2 for i in range(len(seen))]
    assert times == [
        pytest.approx(half_period_ms * n, abs=n) for n in range(1, len(seen) + 1)
    ]


def test_a_busy_board_is_steadily_blue(run_port: Callable[..., str]) -> None:
    """Lit at once, and not touched again."""
    output = run_port("show", BUSY)

    assert output.splitlines()[-1] == "0 pin 24 0"


def test_one_led_tells_by_its_rhythm(run_port: Callable[..., str]) -> None:
    """High is lit."""
    flags = ("-DLED_BUILTIN=13",)
    alive, failed = (
        changes(run_port("show", state, flags=flags)) for state in (ALIVE, FAILED)
    )

    assert alive[0][1:] == failed[0][1:] == (13, 1)
    assert len(failed) > 3 * len(alive) > 0


def test_a_board_without_an_led_works(run_port: Callable[..., str]) -> None:
    """Nothing to show."""
    assert run_port("show", FAILED, flags=()) == ""


@pytest.mark.parametrize("part", [1, 128, 1000])
def test_a_core_that_tells_of_packets_is_emptied_at_once(
    run_port: Callable[..., str], part: int
) -> None:
    """The buffer and the core's own fill while nobody reads; then all is in order."""
    lines = run_port("receive", 9_000, part, flags=TOLD).splitlines()

    assert lines == ["keeps 2048, flags 8", "2304 before it is read", "read 9000"]


def test_another_core_keeps_what_it_can(run_port: Callable[..., str]) -> None:
    """Of a serial port of unknown size nothing is asked ahead."""
    lines = run_port("receive", 9_000, 128).splitlines()[-3:]

    assert lines == ["keeps 0, flags 0", "256 before it is read", "read 9000"]
