from __future__ import annotations

import functools
import hashlib
import http.server
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tinycnn.datasets import cache_dir
from tinycnn.datasets.download import RemoteFile, check_sha256, find_file
from tinycnn.errors import DatasetError

DATA = bytes(range(256)) * 4096


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteFile]:
    """A file of 1 MiB, published by a server on this computer."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    folder = tmp_path / "server"
    folder.mkdir()
    (folder / "a.gz").write_bytes(DATA)
    handler = functools.partial(_QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serve = functools.partial(server.serve_forever, poll_interval=0.01)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/a.gz"
        yield RemoteFile("a.gz", url, len(DATA), hashlib.sha256(DATA).hexdigest())
        server.shutdown()
        thread.join()


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> RemoteFile:
    """A file whose server does not listen."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    digest = hashlib.sha256(DATA).hexdigest()
    return RemoteFile("a.gz", f"http://127.0.0.1:{port}/a.gz", len(DATA), digest)


def _put(folder: Path, data: bytes = DATA) -> Path:
    path = folder / "set" / "a.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    return path


def test_a_local_folder_comes_first(unreachable: RemoteFile, tmp_path: Path) -> None:
    """A file in one of the folders is used, and nothing is downloaded."""
    _put(tmp_path / "cache")
    local = _put(tmp_path / "second")
    folders = [tmp_path / "first", tmp_path / "second"]

    found = find_file("set", unreachable, folders=folders, cache=tmp_path / "cache")

    assert found == local


def test_a_cached_file_is_used(unreachable: RemoteFile, tmp_path: Path) -> None:
    """What was downloaded once is not downloaded again."""
    cached = _put(tmp_path / "cache")

    assert find_file("set", unreachable, cache=tmp_path / "cache") == cached


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """The operating system's reason is in the message."""
    with pytest.raises(DatasetError, match="nothing: No such file or directory"):
        check_sha256(tmp_path / "nothing", "0" * 64)


@pytest.mark.parametrize("place", ["folder", "cache"])
def test_a_changed_file_is_refused(
    unreachable: RemoteFile, tmp_path: Path, place: str
) -> None:
    """A checksum mismatch names the file, what was expected and what was got."""
    path = _put(tmp_path / place, b"other")

    with pytest.raises(DatasetError) as caught:
        find_file(
            "set", unreachable, folders=[tmp_path / "folder"], cache=tmp_path / "cache"
        )

    got = hashlib.sha256(b"other").hexdigest()
    assert str(caught.value) == (
        f"{path}: expected sha256 {unreachable.sha256}, got {got}"
    )
    assert caught.value.hint == "delete it, then run again"


def test_a_download_lands_in_the_cache(remote: RemoteFile, tmp_path: Path) -> None:
    """The file arrives whole, progress counts to its size, nothing else stays."""
    calls: list[tuple[str, int, int]] = []

    path = find_file(
        "set", remote, cache=tmp_path / "cache", progress=lambda *a: calls.append(a)
    )

    assert path.read_bytes() == DATA
    assert calls[-1] == ("a.gz", len(DATA), len(DATA))
    assert calls == sorted(calls)
    assert list(path.parent.iterdir()) == [path]


def test_a_wrong_download_is_refused(remote: RemoteFile, tmp_path: Path) -> None:
    """A server that sends something else leaves nothing in the cache."""
    wrong = replace(remote, sha256="0" * 64)

    with pytest.raises(DatasetError, match=r"/a\.gz: expected sha256 0{64}, got "):
        find_file("set", wrong, cache=tmp_path / "cache")

    assert list((tmp_path / "cache" / "set").iterdir()) == []


def test_a_download_stops_beyond_the_announced_size(
    remote: RemoteFile, tmp_path: Path
) -> None:
    """A server that sends without end is cut off."""
    received: list[int] = []
    small = replace(remote, bytes=1000)

    with pytest.raises(DatasetError, match="expected sha256"):
        find_file(
            "set",
            small,
            cache=tmp_path / "cache",
            progress=lambda name, done, total: received.append(done),
        )

    assert len(received) == 1
    assert received[0] < len(DATA)


def test_no_network_says_where_to_put_the_file(
    unreachable: RemoteFile, tmp_path: Path
) -> None:
    """Without a connection the hint names the folder and TINYCNN_DATA."""
    with pytest.raises(DatasetError) as caught:
        find_file("set", unreachable, cache=tmp_path / "cache")

    assert f"{unreachable.url}: cannot download: " in str(caught.value)
    hint = str(caught.value.hint)
    assert f"put a.gz into {tmp_path / 'cache' / 'set'} by hand" in hint
    assert "a folder set under the folder that TINYCNN_DATA names" in hint


def test_a_missing_page_is_an_error(remote: RemoteFile, tmp_path: Path) -> None:
    """The server's answer is in the message."""
    missing = replace(remote, url=remote.url + "x")

    with pytest.raises(DatasetError, match="cannot download: File not found"):
        find_file("set", missing, cache=tmp_path / "cache")


def test_an_interrupted_download_leaves_nothing(
    remote: RemoteFile, tmp_path: Path
) -> None:
    """Ctrl-C in the middle leaves no partial file."""

    def interrupt(name: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_file("set", remote, cache=tmp_path / "cache", progress=interrupt)

    assert list((tmp_path / "cache" / "set").iterdir()) == []


def test_a_cache_that_cannot_be_made_is_an_error(
    remote: RemoteFile, tmp_path: Path
) -> None:
    """A file in the place of the cache folder is reported, not raised raw."""
    (tmp_path / "cache").write_bytes(b"")

    with pytest.raises(DatasetError, match="cannot download: "):
        find_file("set", remote, cache=tmp_path / "cache")


def test_the_cache_is_the_users() -> None:
    """The default cache is a folder of tinycnn's own."""
    assert "tinycnn" in cache_dir().parts
    assert cache_dir().name == "datasets"
