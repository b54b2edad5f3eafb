"""A stand-in of FIT IoT-LAB: its REST interface, and a node that is a simulated board.

After the client's own requests (iotlabcli 3.3): POST experiments, GET experiments,
experiments/ID and experiments/ID/nodes, POST experiments/ID/nodes/flash, DELETE
experiments/ID, GET sites, nodes and user. What is flashed is run by the simulator,
whose TCP port is the node's serial line.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol, cast

from tests.simulator.conftest import simulator_command

__all__ = ["Testbed", "run_testbed"]

EXPERIMENT = 4711
NODE = "nrf52840dk-1.somewhere.iot-lab.info"


class _Requested(Protocol):
    """The handler's view of its server."""

    testbed: Testbed


class Testbed:
    """What the stand-in was asked for, and its node.

    Attributes:
        requests: Method and path of each request, in order.
        flashed: The firmware files that the node was given.
    """

    __test__ = False  # no test, whatever its name

    def __init__(self, folder: Path) -> None:
        self.requests: list[str] = []
        self.flashed: list[bytes] = []
        self.state = "Terminated"
        self.port = 0
        self.url = ""
        self._folder = folder
        self._node: subprocess.Popen[str] | None = None

    def flash(self, firmware: bytes) -> None:
        """Start the node anew, with other firmware."""
        self.stop()
        self.flashed.append(firmware)
        path = self._folder / "flashed.elf"
        path.write_bytes(firmware)
        command = simulator_command(path, "--stay")
        self._node = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self._node.stdout.readline() if self._node.stdout else ""
        self.port = int(line.rpartition(":")[2])

    def stop(self) -> None:
        """Switch the node off."""
        if self._node is not None:
            self._node.kill()
            self._node.communicate()
        self._node = None

    def answer(self, method: str, path: str, parts: dict[str, bytes]) -> Any:
        """What the interface answers; None: there is no such thing."""
        self.requests.append(f"{method} {path}")
        experiment = f"experiments/{EXPERIMENT}"
        firmware = [data for name, data in parts.items() if name.endswith(".elf")]
        node = {"network_address": NODE, "site": "somewhere", "state": "Alive"}
        match method, path:
            case "POST", "experiments":
                self.flash(*firmware)
                self.state = "Running"
                return {"id": EXPERIMENT}
            case "POST", _ if path == f"{experiment}/nodes/flash":
                self.flash(*firmware)
                return {"0": [NODE]}
            case "DELETE", _ if path == experiment:
                self.stop()
                self.state = "Terminated"
                return {"id": EXPERIMENT, "status": "Delete request registered"}
            case "GET", "experiments":
                return {"items": [{"id": EXPERIMENT, "state": self.state}]}
            case "GET", _ if path == experiment:
                return {"id": EXPERIMENT, "state": self.state}
            case "GET", "nodes" | "experiments/4711/nodes":
                return {"items": [node]}
            case "GET", "sites":
                return {"items": [{"site": "somewhere"}]}
            case "GET", "user":
                return {"login": "LOGIN"}
        return None


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    def _serve(self) -> None:
        testbed = cast(_Requested, self.server).testbed
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.partition("?")[0].removeprefix("/api/")
        value = testbed.answer(self.command, path, self._parts(body))
        reply = json.dumps(value).encode()
        self.send_response(404 if value is None else 200)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def _parts(self, body: bytes) -> dict[str, bytes]:
        """The files of a form, by their names."""
        kind = self.headers.get("Content-Type", "")
        if not kind.startswith("multipart/"):
            return {}
        form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        return {
            part.get_filename() or "": cast(bytes, part.get_payload(decode=True))
            for part in form.walk()
            if not part.is_multipart()
        }

    do_GET = do_POST = do_DELETE = _serve


@contextmanager
def run_testbed(folder: Path) -> Iterator[Testbed]:
    """A testbed that answers at its `url`, switched off in the end."""
    testbed = Testbed(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    cast(_Requested, server).testbed = testbed
    testbed.url = f"http://127.0.0.1:{server.server_address[1]}/api/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield testbed
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        testbed.stop()
