"""A board that may be unplugged while it works: it is waited for.

A board is known by the id that it says in HELLO, not by the port that it is on. Looked
for are the name that it was opened by, which may be a link to another port by now, and
ports that appeared since; those that were there before are others' and left alone. One
that says no id of its own is waited for where it was, as another may be like it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from tinycnn.device.client import REPLY_TIMEOUT_S
from tinycnn.device.counters import Counters
from tinycnn.device.device import Device
from tinycnn.device.hello import DeviceInfo
from tinycnn.device.inference import Inference
from tinycnn.device.link import Link
from tinycnn.device.opening import PortOptions, open_url
from tinycnn.device.ports import detect_ports
from tinycnn.device.status import DeviceStatus, StatusAction
from tinycnn.errors import DeviceError, DeviceTimeoutError, LinkLostError

__all__ = ["WAIT_S", "PatientDevice"]

WAIT_S = 30.0
_LOOK_EVERY_S = 0.25
_MOST_LOSSES = 3  # without an answer in between

_Rows = NDArray[np.int8]


class PatientDevice(Device):
    """The board on a port; one that goes away is waited for.

    Args:
        url: Where it is, as for `open_serial`.
        options: How it is spoken to.
        say: Told when it went away and when it is back.
        wait_s: How long it is waited for; `WAIT_S` without.

    Raises:
        DeviceError: If the port cannot be opened.
    """

    def __init__(
        self,
        url: str,
        options: PortOptions,
        *,
        say: Callable[[str], None],
        wait_s: float | None = None,
    ) -> None:
        self._url, self._options = url, options
        self._say, self._wait_s = say, WAIT_S if wait_s is None else wait_s
        self._past = Counters()
        self._strangers = _list_ports(url)
        timeout_s = options.reply_timeout_s or REPLY_TIMEOUT_S
        super().__init__(self._open(url), reply_timeout_s=timeout_s)

    @property
    def counters(self) -> Counters:
        """What happened so far, on all ports."""
        return self._past + super().counters

    def info(self) -> DeviceInfo:
        """As that of any device; waits for a board that was there before."""
        try:
            return super().info()
        except LinkLostError as error:
            if self._info is None:
                raise
            return self._await_return(self._info, error)

    def status(self, action: StatusAction = StatusAction.NONE) -> DeviceStatus:
        """As that of any device; waits for a board that was there before."""
        try:
            return super().status(action)
        except LinkLostError as error:
            if self._info is None:
                raise
            self._await_return(self._info, error)
            return super().status(action)

    def restart(self) -> bool:
        """As that of any device; one on the USB may be gone before its reply is."""
        try:
            return super().restart()
        except LinkLostError as error:
            if self._info is None:
                raise
            self._await_return(self._info, error)
            return True

    def infer_many(
        self, images: Iterable[tuple[int, _Rows]]
    ) -> Iterator[tuple[int, Inference]]:
        """As that of any device; goes on with a board that came back."""
        rest, losses = iter(images), 0
        waiting: dict[int, _Rows] = {}

        def unanswered() -> Iterator[tuple[int, _Rows]]:
            yield from list(waiting.items())
            for index, image in rest:
                waiting[index] = image
                yield index, image

        while True:
            try:
                for index, inference in super().infer_many(unanswered()):
                    waiting.pop(index)
                    losses = 0
                    yield index, inference
            except LinkLostError as error:
                losses += 1
                if self._info is None or losses > _MOST_LOSSES:
                    raise
                with _at_image(next(iter(waiting), None)):
                    self._await_return(self._info, error)
            else:
                return

    def _await_return(self, before: DeviceInfo, error: LinkLostError) -> DeviceInfo:
        """Be on the port where the board is back; what it says of itself there.

        Raises:
            LinkLostError: If it does not come back.
            DeviceError: If another board is where it was.
        """
        self._link.close()
        text = f"{error}; waiting {self._wait_s:.0f} s for board {before.board_id}"
        self._say(text)
        deadline, others = time.monotonic() + self._wait_s, set[str]()
        has_id = bool(before.board_id.strip("0"))
        while True:
            known = self._strangers | others
            new = _list_ports(self._url) - known if has_id else ()
            for url in (self._url, *new):
                try:
                    found = self._try(url)
                except LookupError:
                    others.add(url)
                else:
                    if found is not None:
                        self._say(f"board {found.board_id} is back on {self.name}")
                        return found
            if time.monotonic() > deadline:
                raise LinkLostError(
                    f"{error}; board {before.board_id} did not come back within "
                    f"{self._wait_s:.0f} s",
                    error.hint,
                )
            time.sleep(_LOOK_EVERY_S)

    def _try(self, url: str) -> DeviceInfo | None:
        """What the board says if it is on `url`; None if nothing answers there.

        Raises:
            LookupError: If another board is on a port that appeared.
            DeviceError: If another board is where it was.
        """
        try:
            link = self._open(url)
        except DeviceError:
            return None
        self._past = self.counters
        self._connect(link)
        try:
            return super().info()
        except (LinkLostError, DeviceTimeoutError):
            link.close()
            return None
        except DeviceError as error:
            link.close()
            if url == self._url:
                raise
            raise LookupError(url) from error

    def _open(self, url: str) -> Link:
        return open_url(url, self._options.baud, dtr=self._options.dtr)


@contextmanager
def _at_image(number: int | None) -> Iterator[None]:
    """Put the image that is waited for before an error that does not name it."""
    try:
        yield
    except DeviceError as error:
        text = f"image {number}: "
        if number is None or str(error).startswith(text):
            raise
        raise type(error)(f"{text}{error}", error.hint) from error


def _list_ports(url: str) -> set[str]:
    """Where a board can come back; only there if it is not on a port of this computer.

    By the names of ports, and without the one that `url` means.
    """
    if "://" in url:
        return set()
    ports = {port.device for port in detect_ports()}
    return ports - {os.path.realpath(url), url}
