"""Boards behind a serial server: RFC 2217, and what is said when it is not there."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import socket
import threading
import tty
from collections.abc import Iterator

import pytest
import serial
import serial.rfc2217

from tests.device.fake_board import FakeBoard
from tinycnn.device import PortOptions, open_serial
from tinycnn.errors import DeviceError

# pyserial's, where it starts its thread.
pytestmark = pytest.mark.filterwarnings("ignore:set(Daemon|Name)")


class Pseudo(serial.Serial):  # type: ignore[misc]
    """A pseudo terminal, which has no lines of a modem."""

    cts = dsr = ri = cd = True

    def _update_rts_state(self) -> None: ...

    def _update_dtr_state(self) -> None: ...


@contextlib.contextmanager
def served_rfc2217(board: FakeBoard) -> Iterator[str]:
    """The URL of a board behind pyserial's own half of a serial server."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            if select.select([master], [], [], 0.02)[0]:
                for reply in board.receive(os.read(master, 65536)):
                    os.write(master, reply)

    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, Pseudo(os.ttyname(slave), timeout=0) as port:
            manager = serial.rfc2217.PortManager(port, Writer(connection))
            while not ended.is_set():
                ready = select.select([connection, port.fileno()], [], [], 0.02)[0]
                if connection in ready:
                    data = connection.recv(4096)
                    if not data:
                        return
                    port.write(b"".join(manager.filter(data)))
                if port.fileno() in ready:
                    data = port.read(4096)
                    connection.sendall(b"".join(manager.escape(data)))

    class Writer:
        def __init__(self, connection: socket.socket) -> None:
            self.write = connection.sendall

    with socket.create_server(("127.0.0.1", 0)) as server:
        threads = [threading.Thread(target=work, daemon=True)]
        threads.append(threading.Thread(target=serve, args=(server,), daemon=True))
        for thread in threads:
            thread.start()
        try:
            yield f"rfc2217://127.0.0.1:{server.getsockname()[1]}?ign_set_control"
        finally:
            ended.set()
            for thread in threads:
                thread.join(5)
            os.close(master)
            os.close(slave)


def test_a_board_behind_a_serial_server() -> None:
    """All values of bytes pass, those that Telnet escapes too."""
    images = [(n, [(n * 31 + i) % 256 - 128 for i in range(100)]) for n in range(8)]
    with served_rfc2217(FakeBoard()) as url, open_serial(url) as device:
        device.info()
        for number, image in images:
            data = bytes(value & 255 for value in image)
            output = device.infer(data).output[:4].tobytes()
            assert output == bytes((byte + 1) & 255 for byte in data[:4]), number


@pytest.mark.parametrize("scheme", ["rfc2217", "socket"])
@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("127.0.0.1:1", "cannot connect: .*[Cc]onnection refused"),
        ("127.0.0.1", "expected {}://HOST:PORT"),
        ("127.0.0.1:x", "expected {}://HOST:PORT"),
    ],
)
def test_a_server_that_is_not_there(scheme: str, where: str, text: str) -> None:
    """The hint speaks of servers, not of this computer's ports."""
    with pytest.raises(DeviceError, match=text.format(scheme)) as raised:
        open_serial(f"{scheme}://{where}", PortOptions())

    assert "serial port" not in (raised.value.hint or "")
    assert str(raised.value).count("127.0.0.1") == 1
