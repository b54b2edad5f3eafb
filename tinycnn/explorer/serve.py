"""A page on this computer's own address, and its way to a simulated board.

A browser asks for a camera and for serial ports only where a page has an address, and a
page reaches a program only by HTTP. Nobody else is answered: it listens on 127.0.0.1,
all paths begin with a secret, and a request must name this very host, which a page from
elsewhere that leads its own name here does not.

    GET  /SECRET/             the page
    POST /SECRET/board/open   starts the board; its number
    POST /SECRET/board/N      the bytes of the body go to board N
    GET  /SECRET/board/N      bytes that came from it; none: it has been silent so long
    POST /SECRET/board/close  ends it

What goes wrong with a board is one line of text: status 503, or 410 where the board is
gone.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tinycnn.device import Link
from tinycnn.errors import DeviceError, TinycnnError
from tinycnn.explorer.bridge import Bridge
from tinycnn.explorer.exhibit import Exhibit
from tinycnn.explorer.explain import gather_pieces
from tinycnn.explorer.page import make_policy, pack_json, render_page
from tinycnn.workbench import Observer

__all__ = ["PageServer", "render_served"]

HOST = "127.0.0.1"
_MOST_BYTES = 1 << 20  # of a request's body
_HTML = "text/html; charset=utf-8"
_TEXT, _BYTES = "text/plain; charset=utf-8", "application/octet-stream"
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class PageServer:
    """Serves one page until it is closed.

    Args:
        page: As HTML.
        policy: What the page may do, as its header says again.
        port: Where; 0: any that is free.
        open_board: Starts a board; None: there is none.

    Attributes:
        url: Of the page, secret included.

    Raises:
        TinycnnError: If the port is taken.
    """

    def __init__(
        self,
        page: str,
        policy: str,
        *,
        port: int = 0,
        open_board: Callable[[], Link] | None = None,
    ) -> None:
        self.page = page.encode()
        self.policy = f"{policy}; frame-ancestors 'none'"
        self.bridge = None if open_board is None else Bridge(open_board)
        self.secret = secrets.token_urlsafe(16)
        try:
            self._server = _Server((HOST, port), _Handler)
        except (OSError, OverflowError) as error:
            text = f"port {port}: cannot serve there: {error}"
            raise TinycnnError(text, hint="another --port, or 0 for any") from error
        self._server.owner = self
        self.port = self._server.server_address[1]
        self.url = f"http://{HOST}:{self.port}/{self.secret}/"

    @property
    def hosts(self) -> tuple[str, str]:
        """What a request may call this host."""
        return f"{HOST}:{self.port}", f"localhost:{self.port}"

    def serve(self) -> None:
        """Answer until `close` is called, or this thread is interrupted."""
        self._server.serve_forever(poll_interval=0.1)

    def close(self) -> None:
        """Let the port and the board go."""
        self._server.shutdown()
        self.end()

    def end(self) -> None:
        """The same, where nothing is being served any more."""
        if self.bridge is not None:
            self.bridge.close()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # one may wait for a board's bytes
    block_on_close = False
    owner: PageServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    server_version = "tinycnn"
    sys_version = ""

    def log_message(self, format: str, *args: object) -> None:
        """Requests are nobody's business."""

    def do_GET(self) -> None:
        """The page, or what came from a board."""
        place = self._find_place()
        if place == "":
            self._answer(HTTPStatus.OK, self.server.owner.page, _HTML)
        elif place is not None:
            self._use_board(lambda bridge, number: bridge.read(number), place)

    def do_POST(self) -> None:
        """A board is started, ended or written to."""
        body = self._take_body()
        place = self._find_place() if body is not None else None
        if place is None or body is None:
            return
        if place == "board/open":
            self._use_board(lambda bridge, _: str(bridge.open()).encode(), "board/0")
        elif place == "board/close":
            self._use_board(lambda bridge, _: bridge.close(), "board/0")
        else:
            self._use_board(lambda bridge, number: bridge.write(number, body), place)

    def _find_place(self) -> str | None:
        """The path behind the secret; None, and answered, where there is none."""
        owner = self.server.owner
        if self.headers.get("Host") not in owner.hosts or not self._is_own():
            self._refuse(HTTPStatus.FORBIDDEN, "this page is for this computer only")
            return None
        start, _, place = self.path[1:].partition("/")
        is_secret = secrets.compare_digest(start.encode(), owner.secret.encode())
        if not is_secret or (place and not place.startswith("board/")):
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here")
            return None
        return place

    def _is_own(self) -> bool:
        """Whether the page that asks, if it says which it is, is ours."""
        origin, hosts = self.headers.get("Origin"), self.server.owner.hosts
        return origin is None or origin.removeprefix("http://") in hosts

    def _take_body(self) -> bytes | None:
        """The body; None, and answered, where it is too long or has no length."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _MOST_BYTES:
            self.close_connection = True
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "expected a short body")
            return None
        return self.rfile.read(int(length))

    def _use_board(
        self, use: Callable[[Bridge, int], bytes | None], place: str
    ) -> None:
        """Answer with what `use` makes of the board with the number in `place`."""
        bridge, number = self.server.owner.bridge, place.removeprefix("board/")
        if bridge is None or not number.isdecimal():
            self._refuse(HTTPStatus.NOT_FOUND, "there is no board here")
            return
        try:
            self._answer(HTTPStatus.OK, use(bridge, int(number)) or b"", _BYTES)
        except KeyError:
            self._refuse(HTTPStatus.GONE, "another page has the board now")
        except DeviceError as error:
            if number != "0":  # hints are for who gave a command: a page has a button
                self._refuse(HTTPStatus.GONE, str(error))
                return
            text = ": ".join(filter(None, (str(error), error.hint)))
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, text)

    def _refuse(self, status: HTTPStatus, text: str) -> None:
        self._answer(status, text.encode(), _TEXT)

    def _answer(self, status: HTTPStatus, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", self.server.owner.policy)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(content)


def render_served(
    exhibit: Exhibit, observer: Observer, *, has_board: bool
) -> tuple[str, str]:
    """The page of an exhibit for a server, and what it may do.

    Args:
        exhibit: What it is of.
        observer: Told of stages.
        has_board: Whether the server starts a simulated board.

    Raises:
        ModelError: If the model cannot be compiled.
        ToolchainError: If the compiler for WebAssembly is missing or fails.
    """
    pieces = gather_pieces(exhibit, observer)
    pieces["served"] = pack_json({"board": has_board})
    page = render_page(exhibit.title, pieces, is_served=True)
    return page, make_policy(is_served=True)
