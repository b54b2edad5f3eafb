"""Commands and answers of the text dialect over a link, and how to get into step again.

A command ends with `%`, an answer with a line `m-ready`. Nothing numbers them: after a
silence or a reset an answer may belong to an earlier command. Then a word that nobody
knows is sent until it is complained of, which tells where the answers stand.

Behind an IO manager (the runner's energy mode isolates a board by one) commands begin
with `dut`, and the board's own lines with `[dut]: `.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import fields

from tinycnn.device.counters import Counters
from tinycnn.device.deadline import Deadline
from tinycnn.device.link import Link
from tinycnn.device.payloads import printable
from tinycnn.device.refusals import SessionLostError
from tinycnn.device.stranger import HEARD_BYTES, recognize
from tinycnn.errors import DeviceError, DeviceTimeoutError, StrangerError

__all__ = ["Console", "GarbledError"]

_READY = "m-ready"
_BANNER = re.compile(r"m-timestamp-mode-|m-init-done$")
_NAME = re.compile(r"m-name-([\w-]+)-\[(.*)\]$")
_FROM_BOARD = "[dut]: "
_ASK_EVERY_S = 1.0
_MOST_LINE = 1 << 20  # bytes, of lines that nobody ends
_SHOWN = 80
_LOOK = "press reset; check that the port is the board's, and --baud"


class GarbledError(DeviceError):
    """An answer is not what the command asks for: perhaps the line damaged either."""


class Console:
    """One end of a line of text.

    Args:
        link: Where the device is.

    Attributes:
        is_passed_on: Whether an IO manager is between.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._rest = b""
        self._lines: list[str] = []
        self._heard = b""
        self._marks = itertools.count(1)
        self._counts = dict.fromkeys((field.name for field in fields(Counters)), 0)
        self.is_passed_on = False

    @property
    def counters(self) -> Counters:
        """What happened so far."""
        return Counters(**self._counts)

    def count(self, what: str) -> None:
        """One more of a field of `Counters`."""
        self._counts[what] += 1

    def find_name(self, timeout_s: float) -> str:
        """Ask who is there until it answers; its name.

        Raises:
            DeviceTimeoutError: If nobody does; a StrangerError if another does.
            DeviceError: If the link is dead.
        """
        deadline = Deadline(timeout_s)
        while True:
            try:
                answer = self._ask("name", min(_ASK_EVERY_S, deadline.remaining()))
            except DeviceTimeoutError:
                answer = []
                self.count("resends")
            found = [match for line in answer if (match := _NAME.match(line))]
            if found and found[-1][1] != "dut" and not self.is_passed_on:
                self.is_passed_on = True
            elif found:
                self.get_into_step(max(deadline.remaining(), _ASK_EVERY_S))
                return printable(found[-1][2].encode())
            elif deadline.expired:
                raise self._nobody(timeout_s)

    def ask(self, command: str, timeout_s: float) -> list[str]:
        """The lines that answer `command`, without the last.

        Raises:
            SessionLostError: If the device was reset meanwhile.
            GarbledError: If it complains: of what it was asked, or of what arrived.
            DeviceTimeoutError: If it does not answer.
            DeviceError: If the link is dead.
        """
        answer = self._ask(command, timeout_s)
        if any(_BANNER.match(line) for line in answer):
            self.count("resets")
            text = f"{self._link.name}: was reset during '{_shorten(command)}'"
            raise SessionLostError(text)
        complaints = [line for line in answer if line.startswith("e-")]
        if complaints:
            said = printable(complaints[0][:_SHOWN].encode())
            text = f"{self._link.name}: refused '{_shorten(command)}': {said}"
            raise GarbledError(text)
        self.count("exchanges")
        return answer

    def get_into_step(self, timeout_s: float) -> None:
        """Skip the answers to all that was sent before.

        Raises:
            DeviceTimeoutError: If there is no end of them.
            DeviceError: If the link is dead.
        """
        deadline = Deadline(timeout_s)
        while True:
            mark = f"sync-{next(self._marks)}"
            try:
                answer = self._ask(mark, min(_ASK_EVERY_S, deadline.remaining()))
                while not any(line.rstrip("]").endswith(mark) for line in answer):
                    answer = self._read_answer(
                        mark, Deadline(min(_ASK_EVERY_S, deadline.remaining()))
                    )
                return
            except DeviceTimeoutError as error:
                if deadline.expired:
                    text = f"no answer from {self._link.name} within {timeout_s:.1f} s"
                    raise DeviceTimeoutError(text, hint=_LOOK) from error

    def _ask(self, command: str, timeout_s: float) -> list[str]:
        prefix = "dut " if self.is_passed_on else ""
        self._link.write(f"{prefix}{command}%".encode())
        return self._read_answer(command, Deadline(timeout_s))

    def _read_answer(self, command: str, deadline: Deadline) -> list[str]:
        """The lines until the board is ready."""
        answer: list[str] = []
        while True:
            while self._lines:
                line = self._lines.pop(0)
                is_board = line.startswith(_FROM_BOARD)
                line = line.removeprefix(_FROM_BOARD)
                if self.is_passed_on and not is_board and not line.startswith("e-"):
                    continue
                if line.endswith(_READY):
                    return answer
                answer.append(line)
            if deadline.expired:
                text = f"{self._link.name}: no answer to '{_shorten(command)}'"
                raise DeviceTimeoutError(text, hint=_LOOK)
            self._take(self._link.read(deadline.remaining()))

    def _take(self, data: bytes) -> None:
        self._heard = (self._heard + data)[-HEARD_BYTES:]
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-_MOST_LINE:]
        texts = (line.decode("ascii", "replace").strip("\r\0 ") for line in lines)
        self._lines += [text for text in texts if text]

    def _nobody(self, timeout_s: float) -> DeviceTimeoutError:
        text = f"no answer from {self._link.name} within {timeout_s:.1f} s to 'name%'"
        if stranger := recognize(self._heard, b"name%"):
            return StrangerError(f"{text}: {stranger.what}", hint=stranger.hint)
        if not self._heard:
            hint = f"{_LOOK}; where firmware speaks packets, leave out --dialect"
            return DeviceTimeoutError(text, hint=hint)
        said = printable(self._heard[-_SHOWN:])
        hint = f"it may run at another baud rate: give its own with --baud; it: {said}"
        return DeviceTimeoutError(f"{text}, only {len(self._heard)} bytes", hint=hint)


def _shorten(command: str) -> str:
    return command if len(command) <= 20 else f"{command[:17]}..."
