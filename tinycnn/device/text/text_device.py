"""A device that speaks text, used like any other.

What it cannot be asked in text it refuses: raw frames always, and of firmware that is
not ours all but answers and times.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tinycnn.device.client import REPLY_TIMEOUT_S, Client
from tinycnn.device.counters import Counters
from tinycnn.device.deadline import Deadline
from tinycnn.device.device import Device, check_same
from tinycnn.device.hello import DeviceInfo, Foreign, TensorInfo
from tinycnn.device.inference import Inference
from tinycnn.device.link import Link
from tinycnn.device.packets import PacketType
from tinycnn.device.payloads import StepRun
from tinycnn.device.refusals import SessionLostError
from tinycnn.device.requests import Image
from tinycnn.device.text.answers import (
    find_all,
    parse_about,
    parse_laps,
    parse_model,
    parse_numbers,
    parse_raw,
    parse_steps,
)
from tinycnn.device.text.console import Console, GarbledError
from tinycnn.device.text.printed import read_printed
from tinycnn.errors import DeviceError, DeviceTimeoutError, ProtocolError
from tinycnn.frames import FrameFormat

__all__ = ["TextDevice", "TextModel"]

_ATTEMPTS = 8
_COMMAND_S = 2.0  # for what takes a device no time
_SHORTEST_WAIT_S = 0.5
_WAIT_FACTOR = 8.0
_HELLO_S = 8.0  # a board that the opening of its port resets has started by then
_USUAL_BYTES = 31  # of a `db`, as the public runner sends them
_PASSED_ON_BYTES = 26
_PIXELS = 0x80

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class TextModel:
    """What is known beforehand of the model that a device should run.

    Attributes:
        inputs: Its inputs.
        outputs: Its outputs.
        pixels: Whether a firmware that is not ours takes 128 off each byte itself.
    """

    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    pixels: bool = False


class _NoPackets(Client):
    """Refuses what only packets can ask."""

    def hello(self) -> DeviceInfo:
        """Refused."""
        raise self._refused("HELLO")

    def exchange(self, kind: PacketType, payload: bytes) -> bytes:
        """Refused."""
        raise self._refused(kind.name)

    def submit(self, kind: PacketType, payload: bytes, reply_bytes: int) -> None:
        """Refused."""
        raise self._refused(kind.name)

    def _refused(self, name: str) -> DeviceError:
        text = f"{self.name}: the text dialect has nothing like {name}"
        return DeviceError(text, hint='dialect = "packets" in [target], and build')


class TextDevice(Device):
    """A model that runs somewhere and is spoken to in text.

    Args:
        link: Where it is; closed with the device.
        model: What it should run, of which a firmware that is not ours says nothing.
        reply_timeout_s: How long one run may take.
    """

    def __init__(
        self, link: Link, model: TextModel, *, reply_timeout_s: float = REPLY_TIMEOUT_S
    ) -> None:
        super().__init__(link, reply_timeout_s=reply_timeout_s)
        self._client = _NoPackets(link, reply_timeout_s=reply_timeout_s)
        self._model = model
        self._timeout_s = reply_timeout_s
        self._console = Console(link)
        self._part_bytes = _USUAL_BYTES
        self._pixels = model.pixels
        self._usual_s: float | None = None  # of a run
        self._longest_s: float | None = None  # the longest of all else
        self._decimals: int | None = None  # of what was printed so far
        self._slack = 0  # the largest of that

    @property
    def counters(self) -> Counters:
        """What happened on the link so far; a resend is an image sent anew."""
        return self._console.counters

    def info(self) -> DeviceInfo:
        """What the device says of itself now.

        Raises:
            DeviceError: If it does not answer, or is not the device it was before.
        """
        timeout_s = min(max(self._timeout_s / 3, _COMMAND_S), _HELLO_S)
        board = self._console.find_name(timeout_s)
        info = self._try(lambda: self._ask_about(board))
        if self._info is not None:
            check_same(self.name, self._info, replace(info, foreign=self._info.foreign))
        self._info = info
        return self._told(info)

    def frame(self) -> FrameFormat:
        """Refused: the dialect has no raw frames.

        Raises:
            DeviceError: Always.
        """
        text = f"{self.name}: the text dialect has no raw frames"
        raise DeviceError(text, hint='dialect = "packets" in [target], with an app')

    def infer(self, image: Image) -> Inference:
        """Run the model on one image; see `Device.infer`."""
        return self._with_image(image, self._infer)

    def profile(self, image: Image) -> tuple[StepRun, ...]:
        """Run the model on one image step by step; see `Device.profile`."""
        return self._with_image(image, self._profile)

    @property
    def tells_status(self) -> bool:
        """False: the dialect has no STATUS."""
        return False

    def infer_many(
        self, images: Iterable[tuple[int, NDArray[np.int8]]]
    ) -> Iterator[tuple[int, Inference]]:
        """Run the model on images, one by one; see `Device.infer_many`."""
        for index, image in images:
            try:
                inference = self.infer(image)
            except DeviceError as error:
                raise type(error)(f"image {index}: {error}", error.hint) from error
            yield index, inference

    def time(self, image: Image, runs: int, warmups: int = 0) -> float:
        """Microseconds of a run, the mean of `runs` after some that do not count.

        Raises:
            DeviceError: If the device tells no times, as in energy mode, or fails.
        """

        def run(_: Client, info: DeviceInfo, data: bytes) -> int:
            self._load(data)
            lines = self._console.ask(f"infer {runs} {warmups}", self._timeout_s)
            return parse_laps(lines)

        micros = self._with_image(image, run)
        if micros == 0:
            text = f"{self.name}: expected two lines m-lap-us-, got none"
            hint = "energy mode tells times by a pin: build it for performance mode"
            raise DeviceError(text, hint=hint)
        return micros / runs

    def _told(self, info: DeviceInfo) -> DeviceInfo:
        """With what its answers have told since."""
        if info.foreign is None:
            return info
        foreign = replace(info.foreign, decimals=self._decimals, slack=self._slack)
        return replace(info, foreign=foreign)

    def _ask_about(self, board: str) -> DeviceInfo:
        profile, model = parse_model(self._ask("profile"))
        try:
            lines = self._ask("tinycnn")
        except GarbledError as error:
            if "Unknown command" not in str(error):
                raise
            lines = []
        if find_all(lines, "tinycnn-line"):
            info, line, self._pixels = parse_about(lines, model)
            self._part_bytes = (line - len("db ")) // 2
            return info
        self._part_bytes = _PASSED_ON_BYTES if self._passed_on else _USUAL_BYTES
        return DeviceInfo(
            board=board,
            board_id="0" * 16,
            model=model,
            model_sha256="",
            generator="",
            numerics="",
            clock_hz=0,
            arena_bytes=0,
            stack_bytes=0,
            max_payload=self._part_bytes,
            inputs=self._model.inputs,
            outputs=self._model.outputs,
            cache_on=None,
            counts_cycles=False,
            foreign=Foreign(profile),
        )

    @property
    def _passed_on(self) -> bool:
        return self._console.is_passed_on

    def _from_start(
        self,
        info: DeviceInfo,
        data: bytes,
        run: Callable[[Client, DeviceInfo, bytes], _Found],
        *,
        doing: str = "",
    ) -> _Found:
        return self._try(lambda: run(self._client, info, data))

    def _try(self, run: Callable[[], _Found]) -> _Found:
        """What `run` gives, from its start again while the line or a reset spoils it.

        A device that says nothing more has no more than the time of one image.
        """
        deadline = Deadline(self._timeout_s)
        for attempt in range(_ATTEMPTS):
            try:
                return run()
            except SessionLostError as error:
                last: DeviceError = error
            except GarbledError as error:
                self._console.count("crc_errors")
                last = error
            except DeviceTimeoutError as error:
                self._console.count("timeouts")
                last = error
                if deadline.expired:
                    break
            if attempt < _ATTEMPTS - 1:
                self._console.count("resends")
                self._start_again(last, max(deadline.remaining(), _COMMAND_S))
        if isinstance(last, SessionLostError):
            hint = "check power and cable; the firmware may crash"
            raise DeviceError(f"{last}, {_ATTEMPTS} times in a row", hint)
        text = str(last) if self.name in str(last) else f"{self.name}: {last}"
        hint = "check the cable; does it run this model's firmware?"
        raise type(last)(text, last.hint or hint) from last

    def _start_again(self, error: DeviceError, timeout_s: float) -> None:
        """Make sure that the next answer is one to the next command."""
        if isinstance(error, SessionLostError) and self._info is not None:
            self.info()  # another board, or another model, may be there now
        else:
            self._console.get_into_step(min(timeout_s, _HELLO_S))

    def _load(self, data: bytes) -> None:
        """Send an image; all of it must have arrived at its end, not before."""
        if self._pixels:
            data = bytes(byte ^ _PIXELS for byte in data)
        lines = self._ask(f"db load {len(data)}")
        if not any(line.startswith("m-[Expecting") for line in lines):
            said = lines[0][:80] if lines else "nothing"
            raise GarbledError(f"db load {len(data)}: expected 'm-[Expecting', {said}")
        for start in range(0, len(data), self._part_bytes):
            part = data[start : start + self._part_bytes]
            lines = self._ask(f"db {part.hex()}")
            is_last = start + self._part_bytes >= len(data)
            if ("m-load-done" in lines) != is_last:
                text = f"db: at byte {start + len(part)} of {len(data)} "
                raise GarbledError(f"{text}{'not ' * is_last}all were loaded")

    def _ask(self, command: str) -> list[str]:
        """Ask what takes a device no time; waits some times as long as it ever took."""
        deadline = Deadline(_COMMAND_S)
        wait_s = _COMMAND_S
        if self._longest_s is not None:
            wait_s = max(_SHORTEST_WAIT_S, _WAIT_FACTOR * self._longest_s)
        lines = self._console.ask(command, min(wait_s, _COMMAND_S))
        took_s = _COMMAND_S - deadline.remaining()
        self._longest_s = max(self._longest_s or 0.0, took_s)
        return lines

    def _ask_run(self, command: str) -> list[str]:
        """Run the model; waits as long as it usually takes, and then some."""
        deadline = Deadline(self._timeout_s)
        wait_s = self._timeout_s
        if self._usual_s is not None:
            wait_s = min(wait_s, 4 * self._usual_s + _COMMAND_S)
        lines = self._console.ask(command, wait_s)
        took_s = self._timeout_s - deadline.remaining()
        self._usual_s = max(self._usual_s or 0.0, took_s)
        return lines

    def _infer(self, _: Client, info: DeviceInfo, data: bytes) -> Inference:
        self._load(data)
        lines = self._ask_run("infer 1 0")
        find = self._find_printed if info.foreign is not None else self._find_bytes
        inference = find(info, data, lines)
        self._images += 1
        return inference

    def _find_bytes(self, info: DeviceInfo, data: bytes, lines: list[str]) -> Inference:
        """The outputs' bytes, once both ends have the same."""
        raw = self._ask("raw")
        output, loaded, cycles, micros = parse_raw(raw, info.outputs)
        sent = bytes(byte ^ _PIXELS for byte in data) if self._pixels else data
        if loaded != zlib.crc32(sent):
            raise GarbledError("raw: the image that arrived is not the one sent")
        answer = np.frombuffer(output, np.int8)
        return Inference(self._images, answer, cycles, micros, info.board_id)

    def _find_printed(
        self, info: DeviceInfo, data: bytes, lines: list[str]
    ) -> Inference:
        """What the numbers stand for; they are asked for twice, as nothing sums them.

        Raises:
            ProtocolError: If they cannot be the model's.
        """
        numbers = parse_numbers(lines)
        if parse_numbers(self._ask("results")) != numbers:
            raise GarbledError("results: expected the same numbers twice, got others")
        try:
            printed = read_printed(numbers, info.outputs)
        except ProtocolError as error:
            raise ProtocolError(f"{self.name}: {error}", error.hint) from error
        self._slack = max(self._slack, int(printed.slack.max()))
        self._decimals = printed.decimals or 0
        return Inference(
            self._images,
            printed.lowest,
            0,
            parse_laps(lines),
            info.board_id,
            slack=printed.slack,
        )

    def _profile(self, _: Client, info: DeviceInfo, data: bytes) -> tuple[StepRun, ...]:
        if info.foreign is not None:
            text = f"{self.name}: its firmware tells no times of operators"
            raise DeviceError(text, hint="it is timed as a whole")
        self._load(data)
        return parse_steps(self._ask_run("steps"))
