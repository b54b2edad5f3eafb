"""Boards of a labgrid laboratory: a place's name becomes the URL of its serial port.

labgrid's own program is asked, as its Python package and pyserial cannot live in one
environment. The place is acquired, and released however this program ends.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tinycnn.children import run_text
from tinycnn.errors import DeviceError

__all__ = ["find_client", "hold_place", "parse_place"]

_KEEPER = Path(__file__).with_name("place_keeper.py")
_TIMEOUT_S = 60.0
_RELEASE_S = 90.0
_CLIENT = "labgrid-client"
_PORT = "NetworkSerialPort"
# Without it pyserial asks a server for lines of the modem that it may not have.
_RFC2217_OPTIONS = "?ign_set_control&timeout=10"


def find_client(where: str | None) -> str:
    """The path of labgrid's program.

    Args:
        where: The program, or an environment that has it; found on PATH without.

    Raises:
        DeviceError: If it is not there.
    """
    path = Path(where or "")
    tried = [str(path), str(path / "bin" / _CLIENT), str(path / "Scripts" / _CLIENT)]
    for name in tried if where else [_CLIENT]:
        if found := shutil.which(name):
            return found
    raise DeviceError(
        f"{where}: {_CLIENT} is not there" if where else f"{_CLIENT}: not found",
        hint="install labgrid in an environment of its own, and name that in "
        "TINYCNN_LABGRID: python -m venv lab; lab/bin/pip install labgrid",
    )


@contextmanager
def hold_place(
    name: str, client: str, *, coordinator: str | None = None
) -> Iterator[str]:
    """The URL of a place's serial port, which is ours meanwhile.

    Args:
        name: Of the place.
        client: labgrid's program.
        coordinator: HOST:PORT; as labgrid's program finds it without.

    Raises:
        DeviceError: If the place cannot be had, or has no serial port or several.
    """
    command = [client, *(["-x", coordinator] if coordinator else []), "-p", name]
    keeper = subprocess.Popen(
        [sys.executable, "-I", str(_KEEPER), *command],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    with keeper:
        try:
            assert keeper.stdout is not None  # as it was asked for
            told = keeper.stdout.readline().decode("utf-8", "replace").strip()
            code, _, words = told.partition(" ")
            if code != "0":
                words = words.removeprefix(f"{_CLIENT}: ").removeprefix("Error: ")
                raise DeviceError(
                    f"place {name}: cannot be acquired: {words or 'labgrid failed'}",
                    hint=f"{_CLIENT} who tells who has it, {_CLIENT} places which "
                    "there are; --coordinator or LG_COORDINATOR says where",
                )
            yield _find_url(name, command)
        finally:
            if keeper.stdin is not None:
                keeper.stdin.close()
            keeper.wait(_RELEASE_S)


def _find_url(name: str, command: list[str]) -> str:
    try:
        done = run_text([*command, "show"], timeout_s=_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DeviceError(f"place {name}: {_CLIENT} show: {error}") from error
    return parse_place(name, done.stdout)


def parse_place(name: str, shown: str) -> str:
    r"""The URL of the one serial port in what labgrid shows of a place.

    >>> parse_place("b", "Acquired resource 'S' (e/b/S/S):\n  {'cls': "
    ...     "'NetworkSerialPort', 'params': {'host': 'h', 'port': 9, "
    ...     "'protocol': 'raw'}, 'avail': True}")
    'socket://h:9'

    Raises:
        DeviceError: If there is none, or more than one.
    """
    ports = [one for one in _list_resources(shown) if one.get("cls") == _PORT]
    urls = [url for one in ports if (url := _make_url(one)) is not None]
    if len(urls) == 1 and len(ports) == 1:
        return urls[0]
    got = ", ".join(urls) or ("one that is not available" if ports else "none")
    raise DeviceError(
        f"place {name}: expected one serial port, got {got}",
        hint="labgrid-client show tells what the place has; its exporter must run, and "
        "be reached without a proxy",
    )


def _list_resources(shown: str) -> Iterator[dict[str, Any]]:
    """The acquired resources, each a Python dictionary under a line of its own."""
    for part in shown.split("Acquired resource ")[1:]:
        _, _, text = part.partition(":\n")
        body = "".join(line for line in text.splitlines(True) if line[:1].isspace())
        try:
            found = ast.literal_eval(body.strip())
        except (ValueError, SyntaxError):
            continue
        if isinstance(found, dict):
            yield found


def _make_url(resource: dict[str, Any]) -> str | None:
    params = resource.get("params") or {}
    host, port = params.get("host"), params.get("port")
    extra = params.get("extra") or {}
    if not host or not port or extra.get("proxy_required") or not resource.get("avail"):
        return None
    host = f"[{host}]" if ":" in str(host) else host
    if params.get("protocol") == "raw":
        return f"socket://{host}:{port}"
    return f"rfc2217://{host}:{port}{_RFC2217_OPTIONS}"
