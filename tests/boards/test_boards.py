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

    assert len(names) == len(set(names)) > 120


@pytest.mark.parametrize(
    "name", ["nano33ble", "nano33ble_sense", "nano33ble_sense_rev2"]
)
def test_all_nanos_are_one_board(name: str) -> None:
    """The tools know one name for BLE, Sense and Sense Rev2."""
    board = load_board(name)

    assert (board.name, board.fqbn) == ("nano33ble", "arduino:mbed_nano:nano33ble")
    assert (board.has_dsp, board.fpu, board.upload) == (True, "single", "samba")


def test_an_unknown_board_names_one_like_it_and_where_all_are() -> None:
    """Sixty names would hide the right one."""
    with pytest.raises(ProjectError, match=r"^board 'unor5wifi': not known$") as caught:
        load_board("unor5wifi")

    count = len(load_boards())
    expected = f"did you mean 'uno_r4_wifi'? tinycnn boards lists all {count}"
    assert caught.value.hint == expected


@pytest.mark.parametrize(
    ("core", "expected"),
    [
        ("cortex-m0plus", (False, "none")),
        ("cortex-m3", (False, "none")),
        ("cortex-m4f", (True, "single")),
        ("cortex-m7", (True, "single", "double")),
        ("cortex-m33", (True, "single")),
        ("cortex-m55", (True, "double")),
        ("cortex-m85", (True, "double")),
        ("rv32imc", (False, "none")),
        ("rv32imac", (False, "none")),
        ("xtensa-lx6", (False, "single")),
        ("xtensa-lx7", (False, "single")),
    ],
)
def test_the_table_has_boards_of_each_core(
    core: str, expected: tuple[bool | str, ...]
) -> None:
    """And each board of a core has its DSP instructions and one of its FPUs."""
    found = [board for board in load_boards() if board.core == core]

    assert core in get_args(Core)
    assert {board.has_dsp for board in found} == {expected[0]}
    assert {board.fpu for board in found} == set(expected[1:])


def test_memories_lie_where_the_core_has_them() -> None:
    """Arm's map: code below 0x20000000 or outside the chip, RAM behind it."""
    for board in load_boards():
        if board.core.startswith("cortex-m"):
            flash_end = board.flash_base + board.flash_bytes
            assert flash_end <= 0x2000_0000 or board.flash_base >= 0x6000_0000
            assert board.ram_base >= 0x2000_0000
            assert board.ram_base + board.ram_bytes <= 0x4000_0000


def test_each_row_says_what_its_facts_are_from() -> None:
    """A core's or Zephyr's own files, at a revision where there is one."""
    makers = ("Arduino", "Zephyr", "PlatformIO", "arduino", "Paul", "Seeed", "Silicon")
    others = {"feather_nrf52840"}

    for board in load_boards():
        assert board.name in others or board.source.startswith(makers)


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
            '"bossac"',
            '"teensy_loader_cli"',
            "board: expected teensy, which upload asks for",
        ),
        ('source = "Ard', 'sauce = "Ard', "source: expected a value"),
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
        assert not board.is_simulated or all(fact % 4096 == 0 for fact in facts)
