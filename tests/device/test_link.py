"""Links: bytes through ports, sockets and programs, and a clear error at each end."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial
from serial.urlhandler.protocol_loop import Serial as LoopPort

from tinycnn.device import serial_link
from tinycnn.device.child import Child
from tinycnn.device.child_link import ChildSocketLink, PipeLink
from tinycnn.device.link import Link
from tinycnn.device.opening import open_url
from tinycnn.device.serial_link import SerialLink
from tinycnn.device.socket_link import SocketLink
from tinycnn.errors import DeviceError, DeviceTimeoutError

_NOBODY = 65_534

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")

ECHO = "import os\nwhile d := os.read(0, 99): os.write(1, d)"


@pytest.fixture
def pty_port() -> Iterator[tuple[int, str]]:
    """A pseudo terminal: its master and the name of its port."""
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    yield master, os.ttyname(slave)
    for end in (master, slave):
        with contextlib.suppress(OSError):
            os.close(end)


@posix
def test_serial_port_carries_bytes(pty_port: tuple[int, str]) -> None:
    """All 256 values pass a port both ways, and silence is empty."""
    master, name = pty_port
    port = open_url(name, 115_200)
    data = bytes(range(256))

    port.write(data)
    received = os.read(master, 1000)
    os.write(master, data)
    answer = b""
    while len(answer) < 256:
        answer += port.read(1.0)
    silence = port.read(0.01)
    port.close()

    assert (received, answer, silence) == (data, data, b"")


@posix
def test_bytes_that_another_program_took_are_no_lost_port(
    pty_port: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F17: pyserial takes both for the same; the port itself tells them apart."""
    port = SerialLink(pty_port[1], 115_200)

    def fail(size: int) -> bytes:
        raise serial.SerialException("device reports readiness but returned no data")

    with monkeypatch.context() as patch:
        patch.setattr(port._port, "read", fail)
        assert port.read(0.01) == b""
        os.write(pty_port[0], b"abc")
        assert port.read(0.01) == b""
    assert port.read(1.0) == b"abc"
    port.close()


def talk(port: Link) -> None:
    """Write and read for ever."""
    while True:
        port.write(b"x" * 10)
        port.read(0.002)


@posix
@pytest.mark.parametrize("seed", range(20))
def test_unplugged_port_is_an_error(seed: int) -> None:
    """F12: a port that vanishes in a read or a write is one error with a remedy."""
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    port = open_url(os.ttyname(slave), 115_200)
    os.close(slave)
    unplug = threading.Timer(0.002 * seed, os.close, (master,))
    unplug.start()

    with pytest.raises(DeviceError, match=r"port /dev/.*: lost: ") as error:
        talk(port)
    unplug.join()
    port.close()

    assert error.value.hint is not None
    assert "\n" not in str(error.value)


@posix
def test_port_that_takes_nothing_times_out(
    pty_port: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hung device makes writing a timeout, not a hang."""
    monkeypatch.setattr(serial_link, "WRITE_TIMEOUT_S", 0.1)
    port = open_url(pty_port[1], 115_200)

    with pytest.raises(DeviceTimeoutError, match=r"took no bytes for 0\.1 s"):
        port.write(bytes(200_000))
    port.close()


@posix
@pytest.mark.parametrize(
    ("url", "message", "hint"),
    [
        ("/dev/ttyNONE", "port /dev/ttyNONE: not found", "serial port"),
        ("/dev/null", "port /dev/null: not a serial port", "serial port"),
        ("/tmp", "port /tmp: not a serial port", "serial port"),
        ("socket://nowhere", "expected socket://HOST:PORT", "for example"),
        ("socket://a:b:c", "expected socket://HOST:PORT", "for example"),
        ("socket://127.0.0.1:99999", "expected socket://HOST:PORT", "for example"),
        ("socket://127.0.0.1:1", "cannot connect: Connection refused", "start"),
        ("nonsense://x", "cannot open: invalid URL, protocol", "serial port"),
    ],
)
def test_port_that_cannot_be_opened(url: str, message: str, hint: str) -> None:
    """Each kind of wrong port has its own message and remedy, on one line."""
    with pytest.raises(DeviceError) as error:
        open_url(url, 115_200)

    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert error.value.hint is not None
    assert hint in error.value.hint


@posix
def test_port_in_use_is_busy(pty_port: tuple[int, str]) -> None:
    """A port that another tinycnn holds is refused at once."""
    port = open_url(pty_port[1], 115_200)

    with pytest.raises(DeviceError, match=r"port /dev/.*: busy") as error:
        open_url(pty_port[1], 115_200)
    port.close()

    assert sys.platform != "linux" or f"(process {os.getpid()})" in str(error.value)
    assert "close the program" in str(error.value.hint)


@posix
def test_port_without_permission(tmp_path: Path) -> None:
    """A port that may not be opened names the group to join."""
    path = tmp_path / "port"
    path.touch(mode=0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(_NOBODY)  # root may open everything

    try:
        with pytest.raises(DeviceError, match="permission denied") as error:
            open_url(str(path), 115_200)
    finally:
        os.seteuid(user)

    assert "dialout" in str(error.value.hint)


def test_touch_drops_dtr() -> None:
    """A board waits for that before it starts its bootloader."""
    link = SerialLink("loop://", 1_200)
    raised = link._port.dtr
    link.hang_up()

    assert (raised, link._port.dtr) == (True, False)
    link.close()


@pytest.mark.parametrize("dtr", [True, False])
def test_dtr_and_rts_are_as_told_before_the_port_opens(
    monkeypatch: pytest.MonkeyPatch, dtr: bool
) -> None:
    """On boards that they hold in reset, a moment is too long."""
    seen = []

    def note(port: serial.SerialBase) -> None:
        seen.append((port.dtr, port.rts))

    monkeypatch.setattr(LoopPort, "open", note)
    open_url("loop://", 115_200, dtr=dtr)

    assert seen == [(dtr, dtr)]


def test_permission_hint_names_the_group() -> None:
    """The system's refusal becomes the advice to join the port's group."""
    refusal = serial.SerialException(errno.EACCES, "could not open port")

    error = serial_link._cannot_open("/dev/ttyACM0", refusal)

    assert str(error) == "port /dev/ttyACM0: permission denied"
    assert "dialout" in str(error.hint)


def test_socket_that_closes_is_an_error() -> None:
    """The end of a connection is an error; silence before it is not."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = open_url(f"socket://127.0.0.1:{server.getsockname()[1]}", 115_200)
        peer, _ = server.accept()
        silence = link.read(0.01)
        peer.sendall(b"abc")
        data = link.read(1.0)
        peer.close()

        with pytest.raises(DeviceError, match="closed by the device"):
            link.read(1.0)
        link.close()

    assert (silence, data) == (b"", b"abc")


def test_pipe_carries_bytes() -> None:
    """A program's standard input and output are a link."""
    link = PipeLink(Child([sys.executable, "-c", ECHO], name="echo"))
    link.write(b"abc")

    assert link.read(10.0) == b"abc"
    assert link.read(0.0) == b""
    link.close()


def test_closed_pipe_has_no_reader() -> None:
    """No reader outlives its pipe: it would read the next file of the same number."""
    before = threading.active_count()
    counts = []
    for _ in range(10):
        link = PipeLink(Child([sys.executable, "-S", "-c", ECHO], name="echo"))
        link.close()
        counts.append(threading.active_count())

    assert counts == [before] * 10


def test_program_that_dies_is_quoted() -> None:
    """F11: what a program says as it dies is the error, in reading and in writing."""
    program = "import sys; sys.exit('fault: stack overflow')"
    link = PipeLink(Child([sys.executable, "-c", program], name="sim"))

    with pytest.raises(DeviceError, match=r"^sim: stack overflow$"):
        link.read(10.0)
    with pytest.raises(DeviceError, match=r"^sim: stack overflow$"):
        link.write(bytes(1_000_000))
    link.close()


def test_simulator_that_dies_is_quoted() -> None:
    """A lost connection to a program is explained by the program."""
    program = (
        "import socket, sys\n"
        "s = socket.create_server(('127.0.0.1', 0))\n"
        "print(s.getsockname()[1], flush=True)\n"
        "s.accept()\n"
        "sys.exit('fault: write at 0x20040000\\nhint: use a smaller model')"
    )
    child = Child([sys.executable, "-c", program], name="sim")
    link = ChildSocketLink(child, SocketLink("127.0.0.1", int(child.first_line(10))))

    with pytest.raises(DeviceError, match=r"^sim: write at 0x20040000$") as error:
        link.read(10.0)
    link.close()

    assert error.value.hint == "use a smaller model"


def test_socket_round_trip_is_short() -> None:
    """200 exchanges take less than 2 s, where Nagle's algorithm would take 8 s."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = open_url(f"socket://127.0.0.1:{server.getsockname()[1]}", 115_200)
        peer, _ = server.accept()

        def echo() -> None:
            while data := peer.recv(99):
                peer.sendall(data)

        thread = threading.Thread(target=echo, daemon=True)
        thread.start()
        started = time.monotonic()
        for _ in range(200):
            link.write(b"ab")
            assert link.read(1.0)
        took_s = time.monotonic() - started
        link.close()
        thread.join(10)
        peer.close()

    assert took_s < 2.0
