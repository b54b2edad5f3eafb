import pytest
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from tinycnn.device.ports import DetectedPort, detect_ports, identify_port


def make_port(
    device: str,
    vid: int | None = None,
    pid: int | None = None,
    serial_number: str | None = None,
) -> ListPortInfo:
    """What pyserial tells about a port."""
    port = ListPortInfo(device)
    port.vid, port.pid, port.serial_number = vid, pid, serial_number
    return port


def test_a_board_is_known_by_its_usb_ids() -> None:
    """With all that is needed to find it again."""
    port = make_port("/dev/ttyACM0", 0x2341, 0x805A, "5A1F")
    port.description = "Nano 33 BLE"

    assert identify_port(port) == DetectedPort(
        device="/dev/ttyACM0",
        boards=("nano33ble",),
        mode="application",
        serial_number="5A1F",
        vid=0x2341,
        pid=0x805A,
        description="Nano 33 BLE",
    )


@pytest.mark.parametrize(
    ("vid", "pid", "mode", "boards"),
    [
        (0x2341, 0x005A, "bootloader", ("nano33ble",)),
        (0x2886, 0x0045, "bootloader", ("xiao_nrf52840",)),
        (0x2341, 0x035B, "bootloader", ("portenta_h7",)),
        (0x2E8A, 0x000F, "application", ("pico2",)),
        (0x2341, 0x0043, "other", ()),
        (None, None, "other", ()),
    ],
)
def test_a_port_tells_who_waits_there(
    vid: int | None, pid: int | None, mode: str, boards: tuple[str, ...]
) -> None:
    """Firmware, a bootloader, or no board of the table."""
    port = identify_port(make_port("COM3", vid, pid))

    assert (port.mode, port.boards) == (mode, boards)


def test_boards_with_the_same_probe_are_all_named() -> None:
    """An ST-LINK does not tell which board it is on."""
    port = identify_port(make_port("COM3", 0x0483, 0x374B))

    assert {"nucleo_f446re", "nucleo_h743zi"} < set(port.boards)


def test_all_ports_are_listed_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are no boards, too."""
    ports = [make_port("/dev/ttyS0"), make_port("/dev/ttyACM0", 0x2341, 0x005A)]
    monkeypatch.setattr(list_ports, "comports", lambda: ports)

    assert [(port.device, port.mode) for port in detect_ports()] == [
        ("/dev/ttyACM0", "bootloader"),
        ("/dev/ttyS0", "other"),
    ]
