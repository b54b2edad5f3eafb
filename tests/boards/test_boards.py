from pathlib import Path
from typing import get_args

import pytest

import tinycnn.boards
from tinycnn.boards import Core, load_board, load_boards, parse_board
from tinycnn.errors import ProjectError

DUE = Path(tinycnn.boards.__file__).with_name("due.toml").read_text("utf-8")


def test_no_name_means_two_boards() -> None:
    """Names and aliases are found without doubt."""
    names = [name for board in load_boards() for name in (board.name, *board.aliases)]

    assert len(names) == len(set(names)) > 19


@pytest.mark.parametrize(
    "name", ["nano33ble", "nano33ble_sense", "nano33ble_sense_rev2"]
)
def test_all_nanos_are_one_board(name: str) -> None:
    """The tools know one name for BLE, Sense and Sense Rev2."""
    board = load_board(name)

    assert (board.name, board.fqbn) == ("nano33ble", "arduino:mbed_nano:nano33ble")
    assert (board.has_dsp, board.fpu, board.upload) == (True, "single", "samba")


def test_an_unknown_board_lists_the_known_ones() -> None:
    """Whoever mistypes sees all names."""
    with pytest.raises(ProjectError, match=r"^board 'uno': not known$") as caught:
        load_board("uno")

    assert "nano33ble, nano_rp2040_connect, " in caught.value.hint


@pytest.mark.parametrize(
    ("core", "expected"),
    [
        ("cortex-m0plus", (False, "none")),
        ("cortex-m3", (False, "none")),
        ("cortex-m4f", (True, "single")),
        ("cortex-m7", (True, "double")),
        ("cortex-m33", (True, "single")),
        ("rv32imc", (False, "none")),
        ("xtensa-lx7", (False, "single")),
    ],
)
def test_the_table_has_boards_of_each_core(
    core: str, expected: tuple[bool, str]
) -> None:
    """And each board of a core has its DSP instructions and its FPU."""
    found = {(b.has_dsp, b.fpu) for b in load_boards() if b.core == core}

    assert core in get_args(Core)
    assert found == {expected}


def test_memories_lie_where_the_core_has_them() -> None:
    """Arm's map: code below 0x20000000, RAM in the next half gigabyte."""
    for board in load_boards():
        if board.core.startswith("cortex-m"):
            assert board.flash_base + board.flash_bytes <= 0x2000_0000 <= board.ram_base
            assert board.ram_base + board.ram_bytes <= 0x4000_0000


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("84_000_000", "-3", "clock_hz: expected greater than 0, got -3"),
        ("84_000_000", '"84"', "clock_hz: expected a valid integer, got '84'"),
        ("2a03:003e", "2A03:3e", "usb.application.1: expected match pattern"),
        (
            "03eb:6124",
            "2a03:003e",
            "board: expected other usb ids in bootloader than in",
        ),
        ('core = "cortex-m3"', "", "core: expected a value"),
        ("cortex-m3", "avr", "core: expected 'cortex-m0plus', 'cortex-m3', 'corte"),
        ('"bossac"', '"by hand"', "upload: expected 'samba', 'bossac', 'uf2', "),
        ('"bossac"', '"openocd"', "board: expected openocd, which upload asks for"),
        (
            '"none"',
            '"single"',
            "board: expected the FPU of a cortex-m3, got fpu 'single'",
        ),
        ("98_304", "4", "board: expected core_ram_bytes below ram_bytes"),
        (
            "core_flash_bytes = 0",
            "core_flash_bytes = 524288",
            "board: expected core_fl",
        ),
        ('"1.6.12"', '"1.6.12"\ncolour = 1', "colour: expected no such key"),
        (
            'arduino_core = "1.6.12"',
            "",
            "board: expected fqbn and arduino_core together",
        ),
        ('"PB27"', "27", "led.pin: expected a valid string, got 27"),
        ('"due"', '"dew"', "name: expected that of the file, got 'dew'"),
        ('"due"', '"due', "Illegal character '\\n' (at line 2"),
    ],
)
def test_a_wrong_table_names_file_and_key(old: str, new: str, message: str) -> None:
    """One line for whoever adds a board."""
    text = DUE.replace(old, new, 1)
    if old == "98_304":
        text = text.replace("core_ram_bytes = 0", "core_ram_bytes = 4")

    with pytest.raises(ProjectError) as caught:
        parse_board(text, source="due.toml")

    assert str(caught.value).startswith(f"due.toml: {message}")


def test_a_board_is_for_some_framework() -> None:
    """Firmware can be made of Arduino's or of Zephyr's."""
    lines = DUE.splitlines()
    text = "\n".join(s for s in lines if not s.startswith(("fqbn", "ard", "zep")))

    with pytest.raises(ProjectError, match="expected fqbn or zephyr_target"):
        parse_board(text, source="due.toml")
    assert load_board("due").frameworks == ("arduino", "zephyr")


def test_memories_are_whole_pages() -> None:
    """The simulator maps pages of 4 KB, so that each byte past the end faults."""
    for board in load_boards():
        facts = (board.flash_base, board.flash_bytes, board.ram_base, board.ram_bytes)
        assert board.core == "xtensa-lx7" or all(fact % 4096 == 0 for fact in facts)
