"""The boards on several ports: each is met, and told apart from the others.

A port that does not answer is set aside and named; one with another model is an error,
before any image is sent. Where two boards say the same id, their places on the USB bus
tell them apart; without these it may be one board twice, which is an error.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial

from tinycnn.device import Device, DeviceInfo
from tinycnn.device.ports import detect_ports, find_port
from tinycnn.errors import DeviceError
from tinycnn.harness import Worker, check_identity
from tinycnn.workbench.observer import Observer
from tinycnn.workbench.subject import DeviceChoice, Subject, open_device

__all__ = ["Crew", "Met", "find_boards", "meet", "open_crew", "tell_apart"]

_TWICE = "name each board once: by its port, or by a link to that"


@dataclass(frozen=True, slots=True)
class Met:
    """A board that has said who it is.

    Attributes:
        port: Where it was asked.
        info: What it said; None if it did not.
        error: Why not, or why it is not the one that is wanted.
        is_other: Whether it answered, and is another than was built.
    """

    port: str
    info: DeviceInfo | None = None
    error: DeviceError | None = None
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class Crew:
    """The boards that share the images.

    Attributes:
        devices: Each by what it is told apart by.
        absent: Ports that did not answer.
    """

    devices: dict[str, Device]
    absent: tuple[Worker, ...]


@contextmanager
def open_crew(
    subject: Subject, choice: DeviceChoice, observer: Observer
) -> Iterator[Crew]:
    """The boards on the ports of `choice`.

    Raises:
        DeviceError: If one runs another model, if none answers, or if two may be the
            same board.
    """
    with ExitStack() as opened:
        devices: list[Device] = []
        found: list[Met] = []
        _refuse_same_port(choice.ports)
        for port in choice.ports:
            one = replace(choice, port=port, more_ports=())
            device, met = _open(opened, subject, one, observer)
            if device is None and not met.is_other:
                observer.note("validate", f"{port} is set aside: {met.error}")
            if met.is_other and met.error is not None:
                raise met.error
            if device is not None:
                devices.append(device)
            found.append(met)
        there = [met for met in found if met.info is not None]
        if not there:
            raise found[-1].error or DeviceError("no port was named")
        yield Crew(
            devices=dict(zip(tell_apart(there), devices, strict=True)),
            absent=tuple(
                Worker("", met.port, failure=str(met.error))
                for met in found
                if met.info is None
            ),
        )


def meet(
    subject: Subject, choice: DeviceChoice, ports: Sequence[str]
) -> tuple[Met, ...]:
    """Who is on each of the ports; none of them stays open."""
    found = []
    _refuse_same_port(ports)
    for port in ports:
        with ExitStack() as opened:
            one = replace(choice, port=port, more_ports=())
            found.append(_open(opened, subject, one, None)[1])
    return tuple(found)


def find_boards(
    subject: Subject, choice: DeviceChoice, observer: Observer
) -> DeviceChoice:
    """The choice of all boards of this computer that run the model.

    Ports of which the board table knows nothing are not asked: they are others'.

    Raises:
        DeviceError: If there is none.
    """
    asked = []
    for port in detect_ports():
        if port.mode == "application":
            asked.append(port.device)
        elif port.vid is not None:
            waits = port.mode == "bootloader"
            what = "a bootloader" if waits else "no board of the table"
            observer.note("boards", f"{port.device} is left alone: {what}")
    found = meet(subject, choice, asked)
    for one in found:
        if one.error is not None:
            observer.note("boards", f"{one.port} is left alone: {one.error}")
    ports = [one.port for one in found if one.error is None]
    if not ports:
        model = subject.identity(replace(choice, port="")).model_sha256[:12]
        raise DeviceError(
            f"--all: expected boards with model {model}, found none",
            hint="tinycnn flash puts it on a board; tinycnn doctor lists all ports; "
            "--port names a board that the table does not know",
        )
    return replace(choice, port=ports[0], more_ports=tuple(ports[1:]))


def tell_apart(boards: Sequence[Met]) -> list[str]:
    """A name for each board: its id, with its place where several say the same id.

    Raises:
        DeviceError: If two may be the same board.
    """
    ids = [board.info.board_id if board.info else "" for board in boards]
    alike = {one for one, count in Counter(ids).items() if count > 1}
    names: dict[str, str] = {}
    for board, one in zip(boards, ids, strict=True):
        place = _find_place(board.port)
        is_told = bool(one.strip("0"))
        name = one
        if one in alike:
            where = place or board.port
            name = f"{one}@{where}" if is_told else where
        is_known = place is not None or not is_told
        if name in names or (one in alike and not is_known):
            first = next(b.port for b, i in zip(boards, ids, strict=True) if i == one)
            other = names.get(name, first if first != board.port else boards[-1].port)
            raise DeviceError(
                f"{board.port} and {other}: expected two boards, both say id {one}",
                hint="one board is there twice, or two cannot be told apart: "
                "name each once",
            )
        names[name] = board.port
    return list(names)


def _refuse_same_port(ports: Iterable[str]) -> None:
    real: dict[str, str] = {}
    for port in ports:
        path = port if "://" in port else os.path.realpath(port)
        if path in real:
            text = f"{port}: expected another board than on {real[path]}, got the same"
            raise DeviceError(text, hint=_TWICE)
        real[path] = port


def _find_place(port: str) -> str | None:
    """Where a port is on the USB bus, whichever of a device's interfaces it is."""
    location = find_port(port, detect_ports()).location
    return location.partition(":")[0] if location else None


def _open(
    opened: ExitStack,
    subject: Subject,
    choice: DeviceChoice,
    observer: Observer | None,
) -> tuple[Device | None, Met]:
    """The board on a port, open if it is one that was built for."""
    port = choice.port or ""
    say = partial(observer.note, "validate") if observer is not None else None
    with ExitStack() as stack:
        try:
            device = stack.enter_context(open_device(subject, choice, say=say))
            info = device.info()
        except DeviceError as error:
            return None, Met(port, error=error)
        try:
            check_identity(device.name, subject.identity(choice), info)
        except DeviceError as error:
            return None, Met(port, info, error, is_other=True)
        opened.push(stack.pop_all())
    return device, Met(port, info)
