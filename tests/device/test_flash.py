"""Flashing: the board runs the image's model, or one clear error says why not."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.device.fake_board import FakeBoard
from tinycnn.boards import Board, load_board, load_boards
from tinycnn.device.flash import Computer, Flashing, FlashJob
from tinycnn.device.ports import DetectedPort
from tinycnn.device.upload import find_method, image_suffix, upload_command
from tinycnn.errors import DeviceError, TinycnnError, ToolchainError

termios = pytest.importorskip("termios", reason="Windows has no pseudo terminals")
from tests.device.simulated_nano import SimulatedNano, make_image  # noqa: E402

OLD, NEW = b"\1" * 32, b"\2" * 32


def make_job(
    folder: Path,
    *,
    board: str = "nano33ble",
    method: str | None = None,
    image: bytes | None = None,
) -> FlashJob:
    """An image of the new model in a file."""
    path = folder / "demo.bin"
    path.write_bytes(make_image(NEW) if image is None else image)
    found = load_board(board)
    return FlashJob(found, method or found.upload, path, NEW.hex())


def make_port(
    device: str = "/dev/ttyACM0",
    board: str | None = "nano33ble",
    mode: Any = "application",
    serial: str | None = "5A",
) -> DetectedPort:
    """A port as the system lists it."""
    boards = (board,) if board else ()
    return DetectedPort(device, boards, mode, serial, 0x2341, 0x805A, "")


def flash(job: FlashJob, computer: Computer, port: str | None = None) -> Flashing:
    """Take all steps."""
    flashing = Flashing(job, port, computer=computer)
    for _, action in flashing.steps:
        action()
    return flashing


@pytest.fixture
def nano() -> Iterator[SimulatedNano]:
    """A simulated Nano that runs the old model."""
    with SimulatedNano(make_image(OLD)) as nano:
        yield nano


def computer_with(nano: SimulatedNano) -> Computer:
    """A computer to which it is connected."""
    return Computer(ports=nano.ports, restart_s=2.0, settle_s=0.5)


def test_board_runs_the_new_model(nano: SimulatedNano, tmp_path: Path) -> None:
    """Touch, bootloader on a new port, upload, application on another, HELLO."""
    flashing = flash(make_job(tmp_path), computer_with(nano))

    assert nano.lives == ["application", "bootloader", "application"]
    assert (flashing.info.model_sha256, flashing.retries) == (NEW.hex(), 0)
    assert flashing.port == nano.ports()[0].device


def test_board_that_waits_in_its_bootloader(tmp_path: Path) -> None:
    """After two presses of its button no touch is needed."""
    with SimulatedNano(make_image(OLD), mode="bootloader") as nano:
        flash(make_job(tmp_path), computer_with(nano))

        assert nano.lives == ["bootloader", "application"]


def test_power_lost_in_an_upload(nano: SimulatedNano, tmp_path: Path) -> None:
    """The board comes up in its bootloader by itself, and can be flashed again."""
    nano.unplug_after = 10_000
    with pytest.raises(DeviceError, match=r"lost|cannot open|no bootloader's reply"):
        flash(make_job(tmp_path), computer_with(nano))
    while not nano.ports():
        time.sleep(0.01)

    flash(make_job(tmp_path), computer_with(nano))

    assert nano.lives == [
        "application", "bootloader", "bootloader", "application"
    ]  # fmt: skip


def test_board_that_ignores_the_touch(nano: SimulatedNano, tmp_path: Path) -> None:
    """Firmware that hangs cannot obey: the button is the way."""
    nano.touchable = False
    computer = Computer(ports=nano.ports, restart_s=0.2)

    with pytest.raises(DeviceError, match=r"port /dev/.*: no bootloader came") as error:
        flash(make_job(tmp_path), computer)

    assert "reset button twice" in error.value.hint


def test_board_with_another_model_afterwards(
    nano: SimulatedNano, tmp_path: Path
) -> None:
    """An image of another model than the project's is found by its hash."""
    job = make_job(tmp_path, image=make_image(OLD))

    with pytest.raises(DeviceError, match="expected model 020202020202, got 0101") as e:
        flash(job, computer_with(nano))

    assert "tinycnn build" in e.value.hint


def test_board_that_does_not_come_back(nano: SimulatedNano, tmp_path: Path) -> None:
    """Firmware that crashes at its start is missed, not waited for without end."""
    nano.crashes = True
    computer = Computer(ports=nano.ports, restart_s=0.5)

    with pytest.raises(DeviceError, match="nano33ble: did not come back") as error:
        flash(make_job(tmp_path), computer)

    assert "press reset" in error.value.hint


def test_two_boards_that_restart_are_not_confused(
    nano: SimulatedNano, tmp_path: Path
) -> None:
    """The bootloader of the other one, which is there first, is left alone."""
    other = make_port("/dev/other", mode="bootloader", serial="0" * 16 + "B" * 16)
    calls = []

    def list_ports() -> tuple[DetectedPort, ...]:
        calls.append(nano.ports())
        return (*nano.ports(), *([other] if len(calls) > 2 else []))

    computer = Computer(ports=list_ports, restart_s=2.0)
    flashing = flash(make_job(tmp_path), computer)

    assert flashing.info.model_sha256 == NEW.hex()


def test_board_with_another_serial_number_afterwards(
    nano: SimulatedNano, tmp_path: Path
) -> None:
    """Zephyr counts boards otherwise than the bootloader; then the new one is it."""

    def list_ports() -> tuple[DetectedPort, ...]:
        return tuple(
            replace(port, serial_number="77") if port.mode == "application" else port
            for port in nano.ports()
        )

    flash(make_job(tmp_path), Computer(ports=list_ports, restart_s=0.6))

    assert nano.lives == ["application", "bootloader", "application"]


def test_rehearsal_shows_the_steps(tmp_path: Path) -> None:
    """In words, without a board, and without touching one."""
    computer = Computer(ports=tuple)

    flashing = Flashing(make_job(tmp_path), None, computer=computer, is_rehearsal=True)

    assert [text for text, _ in flashing.steps] == [
        "open PORT at 1200 bit/s: the bootloader starts",
        "write demo.bin in 3 pages, compare the CRC of each, restart",
        "wait for the application's port",
        "say HELLO: expect model 020202020202",
    ]


NO_BOARD = {
    "none": ([make_port(board=None, mode="other")], None, "no nano33ble found"),
    "two": (
        [make_port(serial="A1"), make_port("/dev/ttyACM1", mode="bootloader")],
        None,
        "2 boards of the kind nano33ble: /dev/ttyACM0 (application, A1), "
        "/dev/ttyACM1 (bootloader, 5A)",
    ),
    "another": (
        [make_port(board="pico")],
        "/dev/ttyACM0",
        "port /dev/ttyACM0: expected a nano33ble, got a pico",
    ),
}


@pytest.mark.parametrize("case", NO_BOARD)
def test_board_must_be_certain(case: str, tmp_path: Path) -> None:
    """None, several, or another one: nothing is touched."""
    ports, wanted, message = NO_BOARD[case]

    with pytest.raises(DeviceError) as error:
        Flashing(
            make_job(tmp_path), wanted, computer=Computer(ports=lambda: tuple(ports))
        )

    assert str(error.value) == message
    assert "--port" in error.value.hint or "/dev/ttyACM0" in error.value.hint


def test_port_by_another_name_is_the_same(tmp_path: Path) -> None:
    """A link to a port, as udev makes them, is that port."""
    (tmp_path / "ttyACM0").touch()
    (tmp_path / "by-id").symlink_to(tmp_path / "ttyACM0")
    computer = Computer(ports=lambda: (make_port(str(tmp_path / "ttyACM0")),))

    flashing = Flashing(make_job(tmp_path), str(tmp_path / "by-id"), computer=computer)

    assert flashing.port == str(tmp_path / "ttyACM0")


WRONG_IMAGES = {
    "of the simulated board": make_image(NEW)[:4] + b"\1\1\0\0" + bytes(900),
    "with its stack elsewhere": bytes(4) + make_image(NEW)[4:],
    "empty": b"",
    "too large": make_image(NEW, 983_041),
}


@pytest.mark.parametrize("name", WRONG_IMAGES)
def test_image_for_another_place_is_refused(name: str, tmp_path: Path) -> None:
    """Before the board is touched."""
    job = make_job(tmp_path, image=WRONG_IMAGES[name])

    with pytest.raises(ToolchainError, match=r"demo\.bin: expected"):
        Flashing(job, "/dev/ttyACM0")


COMMANDS = {
    "xiao_nrf52840": "arduino-cli upload --fqbn Seeeduino:nrf52:xiaonRF52840Sense "
    "--port P --input-file demo.bin",
    "due": "bossac --port=P --erase --write --verify --boot demo.bin --reset",
    "portenta_h7": "dfu-util --wait --device ,2341:035b --alt 0 "
    "--dfuse-address 0x08040000:leave --download demo.bin",
    "nucleo_f446re": "openocd -f interface/stlink.cfg -f target/stm32f4x.cfg "
    "-c program {demo.bin} verify reset exit 0x08000000",
    "nrf52840dk": "pyocd flash --target nrf52840 --base-address 0x00000000 demo.bin",
    "nrf5340dk": "west flash --build-dir .",
    "giga_r1": "dfu-util --wait --device ,2341:0366 --alt 0 "
    "--dfuse-address 0x08040000:leave --download demo.bin",
    "esp32cam": "esptool --port P write-flash 0x0 demo.bin",
    "teensy40": "teensy_loader_cli --mcu=TEENSY40 -w -s demo.bin",
}


@pytest.mark.parametrize("board", COMMANDS)
def test_each_program_gets_its_command(board: str) -> None:
    """As its manual says."""
    found = load_board(board)

    command = upload_command(found.upload, found, Path("demo.bin"), "P")

    assert " ".join(command) == COMMANDS[board]


@pytest.mark.parametrize(
    ("board", "framework", "expected"),
    [
        ("nano33ble", "arduino", ("samba", "bin")),
        ("pico_w", "zephyr", ("uf2", "uf2")),
        ("esp32_devkitc", "arduino", ("esptool", "merged.bin")),
        ("esp32_devkitc", "zephyr", ("west", "bin")),
        ("teensy41", "arduino", ("teensy_loader_cli", "hex")),
        ("teensy41", "zephyr", ("west", "bin")),
    ],
)
def test_a_program_takes_the_file_that_the_framework_makes(
    board: str, framework: str, expected: tuple[str, str]
) -> None:
    """Programs for Arduino's files are not given Zephyr's."""
    method = find_method(load_board(board), framework)

    assert (method, image_suffix(method)) == expected


@pytest.mark.parametrize("board", load_boards(), ids=lambda board: board.name)
def test_every_board_can_be_flashed(board: Board, tmp_path: Path) -> None:
    """Its steps end with the question for the model."""
    job = make_job(tmp_path, board=board.name)
    computer = Computer(ports=tuple)

    steps = Flashing(job, None, computer=computer, is_rehearsal=True).steps

    assert "HELLO" in steps[-1][0]


def serve_hello(sha256: bytes) -> Any:
    """A link to a board that runs a model."""
    board = FakeBoard(sha256=sha256)

    class Link:
        name = "fake"
        arrived = b""

        def write(self, data: bytes) -> None:
            self.arrived += b"".join(board.receive(data))

        def read(self, timeout_s: float) -> bytes:
            data, self.arrived = self.arrived, b""
            return data

        def close(self) -> None:
            pass

    return Link()


def test_program_uploads_by_the_debug_probe(tmp_path: Path) -> None:
    """The port stays; the program is run, and HELLO has the last word."""
    ran: list[Sequence[str]] = []
    port = make_port(board="nucleo_f446re")
    computer = Computer(
        ports=lambda: (port,),
        run=ran.append,
        open_link=lambda url, baud: serve_hello(NEW),
    )

    flashing = flash(make_job(tmp_path, board="nucleo_f446re"), computer)

    assert [command[0] for command in ran] == ["openocd"]
    assert flashing.info.model_sha256 == NEW.hex()


@pytest.mark.parametrize(
    "name", ["nucleo_f446re", "nrf52840dk", "xiao_nrf52840", "nrf5340dk"]
)
def test_a_rehearsal_prints_the_command_that_is_run(tmp_path: Path, name: str) -> None:
    """Word by word: it can be copied."""
    ran: list[Sequence[str]] = []
    port = make_port(board=name)
    computer = Computer(
        ports=lambda: (port,),
        run=ran.append,
        open_link=lambda url, baud: serve_hello(NEW),
    )
    folder = tmp_path / "my project"
    folder.mkdir()
    job = make_job(folder, board=name)

    rehearsal = Flashing(job, None, computer=computer, is_rehearsal=True)
    printed = next(text for text, _ in rehearsal.steps if text.startswith("run "))
    dict(Flashing(job, None, computer=computer).steps)[printed]()

    assert [f"run {shlex.join(command)}" for command in ran] == [printed]


def test_program_that_lies_is_found_out(tmp_path: Path) -> None:
    """F24: exit code 0, and the board still runs the old model."""
    computer = Computer(
        ports=lambda: (make_port(board="nucleo_f446re"),),
        run=lambda command: None,
        open_link=lambda url, baud: serve_hello(OLD),
    )

    with pytest.raises(DeviceError, match="expected model 0202"):
        flash(make_job(tmp_path, board="nucleo_f446re"), computer)


def test_image_is_copied_to_a_drive(tmp_path: Path) -> None:
    """A UF2 bootloader is a drive; the board comes back when the file is there."""
    drive = tmp_path / "RPI-RP2"
    drive.mkdir()
    (drive / "INFO_UF2.TXT").touch()

    def list_ports() -> tuple[DetectedPort, ...]:
        copied = (drive / "demo.bin").exists()
        return (make_port(board="pico"),) if copied else ()

    computer = Computer(
        ports=list_ports,
        drives=lambda: (drive,),
        open_link=lambda url, baud: serve_hello(NEW),
    )
    job = make_job(tmp_path, board="pico")

    flashing = flash(job, computer)

    assert (drive / "demo.bin").read_bytes() == job.image.read_bytes()
    assert flashing.port == "/dev/ttyACM0"


def test_no_drive_is_an_error(tmp_path: Path) -> None:
    """A board that does not show its drive."""
    computer = Computer(ports=tuple, drives=tuple, restart_s=0.1)

    with pytest.raises(TinycnnError, match="expected one drive") as error:
        flash(make_job(tmp_path, board="pico"), computer)

    assert "BOOTSEL" in error.value.hint
