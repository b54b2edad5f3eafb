import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tinycnn.boards import load_board
from tinycnn.simulator.board import NANO_33_BLE
from tinycnn.simulator.image import Image, ImageError, read_image

HEADER_BYTES, SEGMENT_BYTES = 52, 32
ARM, X86_64 = 40, 62


def write_elf(
    path: Path, segments: list[tuple[int, bytes, int]], machine: int = ARM
) -> Path:
    """An ELF file of (address, bytes, size in memory) and nothing else."""
    offset = HEADER_BYTES + SEGMENT_BYTES * len(segments)
    table, contents = b"", b""
    for address, data, size in segments:
        place = (offset + len(contents), address, address, len(data), size)
        table += struct.pack("<8I", 1, *place, 7, 4)
        contents += data
    header = b"\x7fELF\x01\x01\x01".ljust(16, b"\0")
    header += struct.pack("<HHIIIII", 2, machine, 1, 0, HEADER_BYTES, 0, 0)
    header += struct.pack("<6H", HEADER_BYTES, SEGMENT_BYTES, len(segments), 0, 0, 0)
    path.write_bytes(header + table + contents)
    return path


VECTORS = struct.pack("<II", 0x2000_8000, 0x0001_0009) + b"\xfe\xe7"
CODE = (0x0001_0000, VECTORS, len(VECTORS))


def test_an_image_gives_its_code_and_start(tmp_path: Path) -> None:
    """Stack pointer and reset handler come from the vector table."""
    elf = write_elf(tmp_path / "a.elf", [CODE, (0x2000_0000, b"", 0x4_0000)])

    assert read_image(elf) == Image(
        board=NANO_33_BLE,
        segments=((0x0001_0000, VECTORS),),
        stack_top=0x2000_8000,
        reset=0x0001_0008,
        functions=(),
    )


def test_a_place_is_a_function_and_an_offset() -> None:
    """Addresses are named after the function that they lie in."""
    image = Image(NANO_33_BLE, (), 0, 0, ((0x100, 8, "first"), (0x108, 0, "second")))

    places = [image.place(address) for address in (0x104, 0x108, 0x10A, 0x80)]

    assert places == ["first+0x4", "second+0x0", "unknown code", "unknown code"]


@pytest.mark.parametrize(
    ("segments", "message", "hint"),
    [
        (
            [(0x0000_0000, VECTORS, len(VECTORS))],
            "a.elf: expected flash contents inside 0x10000 to 0x100000, got 0x0 to 0xa",
            "the board's flash for applications is 0x10000 to 0x100000",
        ),
        (
            [CODE, (0x000F_FFFC, b"12345678", 8)],
            "a.elf: expected flash contents inside 0x10000 to 0x100000, "
            "got 0xffffc to 0x100004",
            "the board's flash for applications is 0x10000 to 0x100000: "
            "4 bytes too many",
        ),
        (
            [CODE, (0x2000_0000, b"", 0x4_1000)],
            "a.elf: expected RAM contents inside 0x20000000 to 0x20040000, "
            "got 0x20000000 to 0x20041000",
            "the board's RAM for applications is 0x20000000 to 0x20040000: "
            "4,096 bytes too many",
        ),
        (
            [(0x0001_0100, VECTORS, len(VECTORS))],
            "a.elf: expected a vector table at 0x10000, got nothing there",
            "link the application at 0x10000",
        ),
        (
            [(0x0001_0000, b"\0" * 16, 16)],
            "a.elf: expected a stack in RAM and a Thumb reset handler in the vector "
            "table, got 0x0 and 0x0",
            "the vector table must come first in the image",
        ),
    ],
    ids=["bootloader", "flash", "ram", "nowhere", "vectors"],
)
def test_an_image_outside_the_memories_is_refused(
    tmp_path: Path, segments: list[tuple[int, bytes, int]], message: str, hint: str
) -> None:
    """The board's flash and RAM are enforced before the first instruction."""
    with pytest.raises(ImageError) as caught:
        read_image(write_elf(tmp_path / "a.elf", segments))

    assert (str(caught.value), caught.value.hint) == (message, hint)


def test_code_for_another_processor_is_refused(tmp_path: Path) -> None:
    """A program of this computer is not firmware."""
    elf = write_elf(tmp_path / "a.elf", [CODE], machine=X86_64)

    with pytest.raises(ImageError, match="expected code for ARM, got EM_X86_64"):
        read_image(elf)


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"S0030000FC\n" * 10])
def test_a_file_that_is_no_elf_is_refused(tmp_path: Path, content: bytes) -> None:
    """So are empty, cut and foreign files."""
    path = tmp_path / "a.elf"
    path.write_bytes(content)

    with pytest.raises(ImageError, match="expected an ELF file, got something else"):
        read_image(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The message says which file is not there."""
    with pytest.raises(ImageError, match="No such file"):
        read_image(tmp_path / "a.elf")


def test_a_cut_image_is_refused(tmp_path: Path) -> None:
    """A file that ends inside its code is not run."""
    path = write_elf(tmp_path / "a.elf", [CODE])
    path.write_bytes(path.read_bytes()[:-4])

    with pytest.raises(ImageError, match="expected 10 bytes for 0x10000, got 6"):
        read_image(path)


FACTS = ("core", "clock_hz", "flash_base", "flash_bytes", "ram_base", "ram_bytes")


@pytest.mark.parametrize("name", ["nano33ble", "due", "nucleo_h743zi"])
def test_an_image_says_what_it_was_linked_for(
    build_sketch: Callable[..., Path], name: str
) -> None:
    """The board's own facts, and the Nano's where an image says nothing."""
    board = load_board(name)
    found = read_image(build_sketch("cores", board)).board

    assert [getattr(found, fact) for fact in FACTS] == [
        getattr(board, fact) for fact in FACTS
    ]
    assert (found == NANO_33_BLE) == (name == "nano33ble")
    assert (found.has_dsp, found.has_fpu) == (board.has_dsp, board.fpu != "none")


@pytest.mark.parametrize("facts", ["{}", "[", '{"core": "cortex-m4f", "colour": 1}'])
def test_an_image_for_an_unknown_board_is_refused(
    build_sketch: Callable[..., Path], tmp_path: Path, facts: str
) -> None:
    """What was written by another version, or by nobody."""
    elf = build_sketch("cores", load_board("due"))
    content = elf.read_bytes()
    start = content.index(b'{"core"')
    end = content.index(b"}", start) + 1
    path = tmp_path / "a.elf"
    path.write_bytes(
        content[:start] + facts.encode().ljust(end - start) + content[end:]
    )

    with pytest.raises(ImageError, match=r"section \.board does not describe a board"):
        read_image(path)
