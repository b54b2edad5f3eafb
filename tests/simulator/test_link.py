import socket
import subprocess
from pathlib import Path

import pytest

from tests.simulator.conftest import run_board, simulator_command
from tinycnn.simulator.link import Link

pytestmark = pytest.mark.emulated


def test_no_byte_is_lost_however_fast_the_client_sends(faults: Path) -> None:
    """More than both receive buffers hold at once arrives whole and in order."""
    request = bytes(ord("A") + i % 20 for i in range(5000)).replace(b"F", b"G")

    with run_board(faults) as board:
        reply = board.ask(request, len(request))

    assert reply == bytes(byte + 1 for byte in request)


def test_the_client_leaving_ends_the_simulator(faults: Path) -> None:
    """Hanging up is the normal end, with exit code 0 and nothing to say."""
    with run_board(faults) as board:
        assert board.ask(b"A", 1) == b"B"
        board.link.close()

        assert board.end() == (0, "")


def test_a_client_that_never_comes_is_not_waited_for(faults: Path) -> None:
    """The simulator gives up after --timeout."""
    command = simulator_command(faults, "--timeout", "0.1")
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert done.stdout.startswith("listening socket://127.0.0.1:")
    assert done.stderr == (
        "fault: no client within 0.1 s\n"
        "hint: connect to the address on the first line\n"
    )


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:", "127.0.0.1:x"])
def test_a_wrong_address_is_a_usage_error(faults: Path, address: str) -> None:
    """--listen takes HOST:PORT only."""
    command = simulator_command(faults, "--listen", address)
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert f"expected HOST:PORT, got '{address}'" in done.stderr


def test_a_client_seen_to_have_gone_stays_gone() -> None:
    """Its last bytes, read as the watch sees the end, do not call it back."""
    host, board = socket.socketpair()

    class Watched:
        """The board's end, whose watch sees the client go during each receipt."""

        def fileno(self) -> int:
            return board.fileno()

        def setsockopt(self, *_: int) -> None:
            pass

        def recv(self, size: int) -> bytes:
            link.closed = True
            return board.recv(size)

    link = Link(Watched())  # type: ignore[arg-type]
    with host, board:
        host.sendall(b"last")

        assert link.receive(9, 1.0) == b"last"
    assert link.closed
