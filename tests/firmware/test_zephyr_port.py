"""The Zephyr port on a fake of Zephyr: its link, the touch, its lights and clocks."""

import re
import subprocess
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from tests.zig import ZIG_CC
from tinycnn.firmware import firmware_dir

C_TESTS = Path(__file__).parent / "c"
STRICT = "-Wall -Wextra -Werror -Wconversion -Wshadow -Wdouble-promotion".split()
NANO = (
    "-DCONFIG_BOARD_ARDUINO_NANO_33_BLE",
    "-DCONFIG_CPU_CORTEX_M",
    "-DCONFIG_CPU_CORTEX_M_HAS_DWT",
    "-DCONFIG_GPIO",
    "-DCONFIG_HWINFO",
    "-DCONFIG_REBOOT",
    "-DCONFIG_SOC_NRF52840",
    "-DCONFIG_UART_INTERRUPT_DRIVEN",
    "-DCONFIG_UART_LINE_CTRL",
    *(f"-DHAS_{node}=1" for node in ("led0", "led1", "led2", "cpus_cpu_0")),
)
ONE_LED = ("-DCONFIG_GPIO", "-DHAS_led0=1")
BARE = ()
ALIVE, BUSY, FAILED = range(3)


@pytest.fixture(scope="session")
def run_port(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Runs the port's program with arguments, on a board of `flags`."""
    folder = tmp_path_factory.mktemp("zephyr_port")
    port = firmware_dir() / "ports/zephyr/tcnn_port.c"
    includes = (C_TESTS / "zephyr", firmware_dir() / "include/tcnn")
    compiler = [*ZIG_CC, *STRICT, "-std=c11"]
    compiler += [f"-I{include}" for include in includes]

    def run(*arguments: object, flags: Sequence[str] = NANO) -> str:
        program = folder / f"port{len(flags)}"
        if not program.exists():
            build: list[str | Path] = [
                *compiler,
                *flags,
                port,
                C_TESTS / "zephyr_port_main.c",
            ]
            subprocess.run([*build, "-o", program], check=True)
        command = [str(program), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True).stdout

    return run


def last_line(output: str) -> str:
    """Without what was printed at the start."""
    return output.splitlines()[-1]


@pytest.mark.parametrize("flags", [NANO, BARE], ids=["interrupts", "polling"])
@pytest.mark.parametrize("when", ["receive", "early"])
@pytest.mark.parametrize(("size", "part"), [(1, 1), (1500, 128), (7000, 255)])
def test_every_byte_is_read_once(
    run_port: Callable[..., str], flags: Sequence[str], when: str, size: int, part: int
) -> None:
    """In order, however much comes at once, and be it before the port starts."""
    output = run_port(when, size, part, flags=flags)

    assert last_line(output).startswith(f"read {size}, ")


def test_a_full_ring_makes_the_host_wait(run_port: Callable[..., str]) -> None:
    """The interrupt is off until there is room again."""
    lines = run_port("receive", 5000, 128).splitlines()

    assert "console: full after 2048" in lines
    assert lines[-1].startswith("read 5000, ")


@pytest.mark.parametrize("flags", [NANO, BARE], ids=["interrupts", "polling"])
def test_nothing_to_read_is_waited_for_briefly(
    run_port: Callable[..., str], flags: Sequence[str]
) -> None:
    """So that another thread, or the simulated clock, can run."""
    waited_ms = int(
        re.findall(r"waited (\d+) ms", run_port("receive", 0, 9, flags=flags))[0]
    )

    assert 0 < waited_ms <= 5


def test_a_touch_at_1200_bit_per_second_starts_the_bootloader(
    run_port: Callable[..., str],
) -> None:
    """Once the host has closed the port; the magic number makes the bootloader stay."""
    assert last_line(run_port("touch", 1200, 0, 1000)) == "reset with b0 at 200 ms"


@pytest.mark.parametrize(
    ("baud", "dtr", "time_ms"), [(1200, 1, 1000), (115200, 0, 1000), (1200, 0, 150)]
)
def test_what_is_no_touch_is_ignored(
    run_port: Callable[..., str], baud: int, dtr: int, time_ms: int
) -> None:
    """An open port, another rate, or a short moment."""
    assert "reset" not in run_port("touch", baud, dtr, time_ms)


def test_an_application_restarts_itself(run_port: Callable[..., str]) -> None:
    """After a moment in which its reply leaves, and not as the bootloader."""
    assert last_line(run_port("restart")) == "reboot 1 at 50 ms"
    assert last_line(run_port("restart", flags=BARE)) == "cannot"


def test_a_board_without_that_bootloader_has_no_touch(
    run_port: Callable[..., str],
) -> None:
    """Its debug probe puts firmware on it."""
    assert run_port("touch", 1200, 0, 1000, flags=BARE) == ""


@pytest.mark.parametrize(
    ("state", "led", "half_period_ms"), [(ALIVE, "led1", 525), (FAILED, "led0", 132)]
)
def test_the_leds_blink(
    run_port: Callable[..., str], state: int, led: str, half_period_ms: int
) -> None:
    """Green about once a second while alive, red fast after an error."""
    seen = re.findall(r"^(\d+) (\w+) (\d)$", run_port("show", state), re.M)

    assert {name for _, name, _ in seen} == {led}
    assert [int(level) for _, _, level in seen] == [
        (i + 1) % 2 for i in range(len(seen))
    ]
    assert [int(time) for time, _, _ in seen] == [
        pytest.approx(half_period_ms * n, abs=n) for n in range(1, len(seen) + 1)
    ]


def test_a_busy_board_is_steadily_lit(run_port: Callable[..., str]) -> None:
    """Lit at once, and not touched again."""
    assert last_line(run_port("show", BUSY)) == "0 led2 1"


def test_one_led_tells_by_its_rhythm(run_port: Callable[..., str]) -> None:
    """The same in all states."""
    alive, failed = (run_port("show", s, flags=ONE_LED) for s in (ALIVE, FAILED))

    assert "led0 1" in alive
    assert failed.count("led0 1") > 3 * alive.count("led0 1")


def test_a_board_without_an_led_works(run_port: Callable[..., str]) -> None:
    """Nothing to show."""
    assert run_port("show", FAILED, flags=BARE) == ""


def test_microseconds_count_on_where_the_counter_wraps(
    run_port: Callable[..., str],
) -> None:
    """Differences of 32-bit times stay right."""
    times = [int(n) for n in run_port("micros", 1_500_000_000, 6, flags=BARE).split()]

    gaps = {(b - a) % 2**32 for a, b in pairwise(times)}
    assert gaps == {1_500_000_000}


def test_the_port_describes_the_board(run_port: Callable[..., str]) -> None:
    """Target, clock, flags, free stack, why it started, its number in eight bytes."""
    board, clock, flags, stack, causes, number = last_line(run_port("info")).split()

    assert (board, clock) == ("fake/board", "64000000")
    assert int(flags) == 4 | 2  # the cache is known but off, the counter runs
    assert 2048 < int(stack) < 4096
    assert causes == f"{2 | 4},0"  # the pin and the watchdog, and they are cleared
    assert number == "7060504031241910"


def test_a_bare_board_describes_itself_too(run_port: Callable[..., str]) -> None:
    """What is not known is 0."""
    told = last_line(run_port("info", flags=BARE)).split()

    assert told[:3] + told[4:] == ["fake/board", "0", "0", "0,17", "0" * 16]
