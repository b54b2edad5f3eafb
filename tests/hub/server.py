"""A small hub on this computer: what huggingface_hub asks of one, in memory.

Repositories are created, files uploaded (small ones in the commit, others as objects of
LFS), listed and downloaded. A token is asked for where something is written.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

__all__ = ["TOKEN", "Hub", "serve_hub"]

TOKEN = "hf_of_the_test"


@dataclass
class Hub:
    """What the server holds.

    Attributes:
        repositories: The files of each, by their names.
        objects: Those of LFS, by their digests.
        asked: Method and path of each request.
        url: Where it listens.
    """

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    private: set[str] = field(default_factory=set)
    url: str = ""

    def commit_of(self, name: str) -> str:
        """The revision of a repository: a digest of its files."""
        files = sorted(self.repositories[name].items())
        return hashlib.sha1(repr(files).encode()).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *words: Any) -> None:
        """Stay silent."""

    def _read(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _answer(self, body: Any = b"", status: int = 200, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for key, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(key.replace("_", "-"), value)
        if not isinstance(body, bytes):
            self.send_header("Content-Type", "application/json")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _refuse(self, status: int, code: str, text: str) -> None:
        self._answer({"error": text}, status, X_Error_Code=code, X_Error_Message=text)

    def _is_allowed(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {TOKEN}":
            return True
        self._read()
        self._refuse(401, "", "Invalid username or password.")
        return False

    def do_POST(self) -> None:  # named by the base class
        """Create, ask how to upload, commit."""
        path = urlsplit(self.path).path
        self.hub.asked.append(f"POST {path}")
        if not self._is_allowed():
            return
        body = self._read()
        if path == "/api/repos/create":
            given = json.loads(body)
            name = given["name"]
            owner = given.get("organization")
            name = f"{owner}/{name}" if owner else name
            self.hub.repositories.setdefault(name, {})
            if given.get("private") or given.get("visibility") == "private":
                self.hub.private.add(name)
            self._answer({"url": f"{self.hub.url}/{name}", "name": name})
        elif path == "/api/validate-yaml":
            self._answer({"errors": [], "warnings": []})
        elif "/preupload/" in path:
            files = json.loads(body)["files"]
            modes = [
                {
                    "path": f["path"],
                    "uploadMode": "lfs" if f["path"].endswith(".tflite") else "regular",
                    "shouldIgnore": False,
                }
                for f in files
            ]
            self._answer({"files": modes})
        elif path.endswith("/info/lfs/objects/batch"):
            self._answer(self._place(json.loads(body)))
        elif "/commit/" in path:
            self._commit(path, body)
        else:
            self._refuse(404, "", f"no {path}")

    def _place(self, asked: Any) -> Any:
        objects = [
            {
                **entry,
                "actions": {"upload": {"href": f"{self.hub.url}/lfs/{entry['oid']}"}},
            }
            for entry in asked["objects"]
        ]
        return {"transfer": "basic", "objects": objects}

    def _commit(self, path: str, body: bytes) -> None:
        name = path.removeprefix("/api/models/").partition("/commit/")[0]
        files = self.hub.repositories[name]
        for line in map(json.loads, body.splitlines()):
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.hub.objects[value["oid"]]
        commit = self.hub.commit_of(name)
        url = f"{self.hub.url}/{name}/commit/{commit}"
        self._answer({"success": True, "commitOid": commit, "commitUrl": url})

    def do_PUT(self) -> None:
        """Take an object of LFS."""
        data = self._read()
        self.hub.objects[self.path.rpartition("/")[2]] = data
        self._answer()

    def do_HEAD(self) -> None:
        """The same as GET without its body."""
        self.do_GET()

    def do_GET(self) -> None:
        """List a repository, or give a file."""
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append(f"{self.command} {path}")
        if path.startswith("/api/models/"):
            name, _, rest = path.removeprefix("/api/models/").partition("/revision/")
            name, _, rest = (name, "", rest) if rest else name.partition("/tree/")
        else:
            name, _, rest = path.strip("/").partition("/resolve/")
        files = self.hub.repositories.get(name)
        if files is None:
            self._refuse(404, "RepoNotFound", "Repository not found")
        elif path.startswith("/api/models/") and "/tree/" in path:
            self._answer([self._describe(n, d) for n, d in sorted(files.items())])
        elif path.startswith("/api/models/"):
            siblings = [{"rfilename": file} for file in sorted(files)]
            told = {"id": name, "sha": self.hub.commit_of(name), "siblings": siblings}
            self._answer(told)
        else:
            file = rest.partition("/")[2]
            if file not in files:
                self._refuse(404, "EntryNotFound", "Entry not found")
                return
            data = files[file]
            tag = hashlib.sha256(data).hexdigest()
            self._answer(data, X_Repo_Commit=self.hub.commit_of(name), ETag=f'"{tag}"')

    def _describe(self, name: str, data: bytes) -> Any:
        oid = hashlib.sha1(data).hexdigest()
        return {"type": "file", "path": name, "size": len(data), "oid": oid}


@contextmanager
def serve_hub() -> Iterator[Hub]:
    """A hub that answers while the block runs."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
