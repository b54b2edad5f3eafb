"""The page at an address: for this computer alone, and to a board and back."""

from __future__ import annotations

import http.client
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.explorer.exhibits import lenet_model
from tinycnn.device import Link
from tinycnn.errors import DeviceError, LinkLostError, TinycnnError
from tinycnn.explorer.serve import PageServer

POLICY = "default-src 'none'; connect-src 'self'"


class Echo:
    """A link that gives back what it is sent; `gone` ends it."""

    name = "echo"

    def __init__(self) -> None:
        self.bytes: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.is_closed = False

    def write(self, data: bytes) -> None:
        """Send, and let it come back."""
        if data == b"gone":
            raise LinkLostError("echo: lost", "check the cable")
        self.bytes.put(data)

    def read(self, timeout_s: float) -> bytes:
        """What was sent."""
        try:
            return self.bytes.get(timeout=timeout_s)
        except queue.Empty:
            return b""

    def close(self) -> None:
        """End it."""
        self.is_closed = True


class Shelf:
    """Opens echoes, and remembers them; `is_empty` makes it fail."""

    def __init__(self) -> None:
        self.links: list[Echo] = []
        self.is_empty = False

    def open(self) -> Link:
        """Another one."""
        if self.is_empty:
            raise DeviceError("no board", hint="buy one")
        self.links.append(Echo())
        return self.links[-1]


@contextmanager
def serving(shelf: Shelf | None = None) -> Iterator[PageServer]:
    """A server at work."""
    board = shelf.open if shelf else None
    server = PageServer("<p>page</p>", POLICY, open_board=board)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join(5)
        assert not thread.is_alive()


def ask(
    server: PageServer,
    method: str,
    place: str,
    body: bytes | None = None,
    **headers: str,
) -> tuple[int, bytes, http.client.HTTPMessage]:
    """Status, content and headers of an answer; `place` is behind the secret."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    path = place if place.startswith("/") else f"/{server.secret}/{place}"
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    found = answer.status, answer.read(), answer.headers
    connection.close()
    return found


def test_the_page_comes_with_its_policy() -> None:
    """By its secret only, under both names of this host."""
    with serving() as server:
        status, content, headers = ask(server, "GET", "")
        assert (status, content) == (200, b"<p>page</p>")
        assert headers["Content-Security-Policy"].startswith(POLICY)
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
        local = f"localhost:{server.port}"
        assert ask(server, "GET", "", Host=local, Origin=f"http://{local}")[0] == 200
        assert ask(server, "POST", "board/open", b"")[0] == 404  # there is no board


@pytest.mark.parametrize(
    ("place", "headers", "status"),
    [
        ("/", {}, 404),
        ("/explain.html", {}, 404),
        ("/%00/", {}, 404),
        ("secret.txt", {}, 404),
        ("", {"Host": "evil.example"}, 403),
        ("", {"Host": "127.0.0.1:1"}, 403),
        ("", {"Origin": "http://evil.example"}, 403),
        ("", {"Origin": "null"}, 403),
        ("board/open", {"Content-Length": "99999999"}, 413),
    ],
)
def test_strangers_are_refused(
    place: str, headers: dict[str, str], status: int
) -> None:
    """Another path, another host's name, another page, a body without end."""
    shelf = Shelf()
    method = "POST" if "Content-Length" in headers else "GET"
    with serving(shelf) as server:
        assert ask(server, method, place, None, **headers)[0] == status
        assert shelf.links == []


def test_bytes_go_to_a_board_and_back() -> None:
    """Who opens it last has it; what goes wrong is one line."""
    shelf = Shelf()
    with serving(shelf) as server:
        assert ask(server, "POST", "board/open", b"")[:2] == (200, b"1")
        data = bytes(range(256)) * 50
        assert ask(server, "POST", "board/1", data)[0] == 200
        assert ask(server, "GET", "board/1")[:2] == (200, data)
        assert ask(server, "POST", "board/open", b"")[1] == b"2"
        assert [link.is_closed for link in shelf.links] == [True, False]
        assert ask(server, "POST", "board/1", b"x")[0] == 410
        status, text, _ = ask(server, "POST", "board/2", b"gone")
        assert (status, text) == (410, b"echo: lost")
        assert ask(server, "POST", "board/close", b"")[0] == 200
        assert ask(server, "GET", "board/2")[0] == 410
        shelf.is_empty = True
        status, text, _ = ask(server, "POST", "board/open", b"")
        assert (status, text) == (503, b"no board: buy one")
    assert all(link.is_closed for link in shelf.links)


def test_a_port_that_is_taken_is_told() -> None:
    """In one line, with what to do."""
    with serving() as server, pytest.raises(TinycnnError, match=r"^port \d+: cannot"):
        PageServer("", POLICY, port=server.port)


# The page itself has tests of its own; what goes into it takes long to compile.
WITHOUT_PIECES = """\
import runpy, sys
import tinycnn.explorer.serve as serve
serve.gather_pieces = lambda *_: {}
sys.argv[0] = "tinycnn"
runpy.run_module("tinycnn", run_name="__main__")
"""


def test_ctrl_c_ends_it_in_order(tmp_path: Path) -> None:
    """Exit code 0, and the page was there until then."""
    model = tmp_path / "net.tflite"
    model.write_bytes(lenet_model())
    command = [sys.executable, "-c", WITHOUT_PIECES, "explain", str(model)]
    with subprocess.Popen(
        [*command, "--serve", "--no-open"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as child:
        assert child.stdout is not None
        try:
            lines = iter(child.stdout.readline, "")
            url = next(line.split()[1] for line in lines if line.startswith("serving "))
            host, secret = url.removeprefix("http://").rstrip("/").split("/")
            connection = http.client.HTTPConnection(host, timeout=10)
            connection.request("GET", f"/{secret}/")
            page = connection.getresponse().read().decode()
            assert "connect-src &#39;self&#39;" in page
            assert 'id="served"' in page
            connection.close()
            child.send_signal(signal.SIGINT)
            assert child.wait(20) == 0
            assert "Traceback" not in child.stdout.read()
        finally:
            child.kill()
