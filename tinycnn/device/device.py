"""A live device, wherever it runs: asked for inferences, profiles and preprocessing.

A device is asked who it is before its first image, and asked again after every reset:
another board or another model in its place is an error, never a silent continuation.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tinycnn.device.client import (
    REPLY_TIMEOUT_S,
    Client,
    Counters,
    RefusedError,
    SessionLostError,
)
from tinycnn.device.deadline import Clock
from tinycnn.device.hello import DeviceInfo
from tinycnn.device.inference import Inference
from tinycnn.device.link import Link, SimulatedTime
from tinycnn.device.packets import MAX_PAYLOAD_BYTES, ErrorCode, PacketType
from tinycnn.device.payloads import (
    FIRST_INPUT_BYTES,
    FIRST_STEP_BYTES,
    OFFSET_BYTES,
    StepRun,
    frame_payload,
    parse_frame,
    parse_inference,
    parse_profile,
    profile_payload,
    read_payload,
    write_payload,
)
from tinycnn.device.status import DeviceStatus, StatusAction, parse_status
from tinycnn.device.stream import (
    MAX_RESETS,
    Stream,
    checked_part,
    image_bytes,
    named,
    parts_of,
    reset_too_often,
)
from tinycnn.device.trace import Checksums, read_checksums, read_tensor
from tinycnn.errors import DeviceError
from tinycnn.frames import FrameFormat

__all__ = ["Device", "Inference", "Preprocessing", "check_same"]

_Run = TypeVar("_Run")


@dataclass(frozen=True, slots=True, eq=False)
class Preprocessing:
    """What a device made of one raw frame.

    Attributes:
        input: The bytes of the model's input; read-only.
        cycles: Processor cycles it took; 0 when the device has no counter.
        micros: Microseconds, by the device's clock.
    """

    input: NDArray[np.int8]
    cycles: int
    micros: int


class Device:
    """A model that runs somewhere, at the other end of a link.

    Args:
        link: Where it is; closed with the device.
        reply_timeout_s: How long one image may take.
        clock: Tells the time.
    """

    def __init__(
        self,
        link: Link,
        *,
        reply_timeout_s: float = REPLY_TIMEOUT_S,
        clock: Clock = time.monotonic,
    ) -> None:
        self._reply_timeout_s, self._clock = reply_timeout_s, clock
        self._info: DeviceInfo | None = None
        self._images = 0
        self._connect(link)

    def _connect(self, link: Link) -> None:
        """Speak over `link` from now on."""
        self._link = link
        timeout_s = self._reply_timeout_s
        self._client = Client(link, reply_timeout_s=timeout_s, clock=self._clock)

    def __enter__(self) -> Device:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the device go."""
        self._link.close()

    @property
    def name(self) -> str:
        """What to call the device in messages."""
        return self._link.name

    @property
    def counters(self) -> Counters:
        """What happened on the link so far."""
        return self._client.counters

    def info(self) -> DeviceInfo:
        """What the device says of itself now; starts a new session.

        Raises:
            DeviceError: If it does not answer, or is not the device it was before.
        """
        with named(self.name):
            info = self._client.hello()
        if self._info is not None:
            check_same(self.name, self._info, info)
        self._info = info
        return info

    def frame(self) -> FrameFormat:
        """What a raw frame is to the device.

        Raises:
            DeviceError: If it takes none.
        """
        info = self._info or self.info()
        if info.frame is None:
            text = f"{self.name}: its firmware takes no raw frames"
            raise DeviceError(text, hint="tinycnn build --app serial, or camera")
        return info.frame

    def infer(self, image: bytes | NDArray[np.int8]) -> Inference:
        """Run the model on one image: the bytes of all inputs, laid end to end.

        Raises:
            DeviceError: If the image has another size than the input, or the device
                fails.
        """
        ((_, inference),) = self._answers(self._stream(), [(self._images, image)])
        return inference

    def infer_many(
        self, images: Iterable[tuple[int, NDArray[np.int8]]]
    ) -> Iterator[tuple[int, Inference]]:
        """Run the model on images as they are taken; each comes with a number of yours.

        The next ones are on their way while the device works, as many as it allows.
        Nothing else may be asked of it before the last answer is taken, or the iterator
        closed.

        Raises:
            DeviceError: As `infer` does; it says which image it was, by its number.
        """
        stream = self._stream()
        try:
            yield from self._answers(stream, images)
        except DeviceError as error:
            text = f"image {stream.number}: {error}"
            raise type(error)(text, error.hint) from error

    @property
    def tells_status(self) -> bool:
        """Whether the device can be asked for its status."""
        return True

    def write(self, image: bytes | NDArray[np.int8]) -> None:
        """Give the device an image, on which nothing is run.

        Raises:
            DeviceError: As `infer` does.
        """
        self._with_image(image, self._write)

    def status(self, action: StatusAction = StatusAction.NONE) -> DeviceStatus:
        """What the device watches beside its work.

        Args:
            action: What it does before it answers.

        Raises:
            DeviceError: If it fails.
        """
        info = self._info or self.info()
        request = bytes([action]) if action else b""
        return self._from_start(
            info, request, lambda _, data: self._status(data), doing="STATUS"
        )

    def restart(self) -> bool:
        """Let the device start anew; False where it cannot by itself.

        It is gone for a moment then, and whatever is asked of it next waits for it.

        Raises:
            DeviceError: If it fails.
        """
        self._info = self._info or self.info()
        try:
            self._client.exchange(PacketType.RESTART, b"")
        except RefusedError as refused:
            if refused.code == ErrorCode.TYPE:
                return False
            raise
        except SessionLostError:
            pass  # it has, but its reply was lost
        return True

    def pass_time(self, seconds: float) -> bool:
        """Let simulated time pass, soon; False where time cannot be made to pass."""
        if not isinstance(self._link, SimulatedTime):
            return False
        self._link.pass_time(seconds)
        return True

    def profile(self, image: bytes | NDArray[np.int8]) -> tuple[StepRun, ...]:
        """Run the model on one image step by step; what each kernel call took.

        A model of more steps than fit a reply is run once more for the others.

        Raises:
            DeviceError: As `infer` does.
        """
        return self._with_image(image, self._profile)

    def checksums(self, image: bytes | NDArray[np.int8]) -> Checksums:
        """Run a traced model on one image; the checksums of its places.

        Raises:
            DeviceError: As `infer` does, or if its firmware is not traced.
        """
        return self._with_image(image, self._checksums)

    def tensor(self, image: bytes | NDArray[np.int8], place: int, size: int) -> bytes:
        """Run a traced model on one image until a place; its `size` bytes then.

        Raises:
            DeviceError: As `checksums` does.
        """
        return self._with_image(image, partial(self._tensor, place, size))

    def preprocess(self, frame: bytes) -> Preprocessing:
        """Make the model's input of a raw frame, on the device.

        Raises:
            DeviceError: If it takes no raw frames or others, or fails.
        """
        return self._with_frame(frame, self._preprocess)

    def classify(self, frame: bytes) -> Inference:
        """Run the model on a raw frame that the device preprocesses.

        Raises:
            DeviceError: As `preprocess` does.
        """
        return self._with_frame(frame, self._classify)

    def _stream(self) -> Stream:
        return Stream(self._client, self._info or self.info(), self.info)

    def _answers(
        self, stream: Stream, images: Iterable[tuple[int, bytes | NDArray[np.int8]]]
    ) -> Iterator[tuple[int, Inference]]:
        for number, run in stream.run(images):
            yield number, self._inference(*run)

    def _inference(self, cycles: int, micros: int, output: bytes) -> Inference:
        index, board_id = self._images, self._info.board_id if self._info else ""
        self._images += 1
        answer = np.frombuffer(output, np.int8)
        return Inference(index, answer, cycles, micros, board_id)

    def _with_image(
        self,
        image: bytes | NDArray[np.int8],
        run: Callable[[DeviceInfo, bytes], _Run],
    ) -> _Run:
        """What `run` gives for one image."""
        info = self._info or self.info()
        return self._from_start(info, image_bytes(self.name, info, image), run)

    def _with_frame(
        self, frame: bytes, run: Callable[[DeviceInfo, bytes], _Run]
    ) -> _Run:
        """What `run` gives for one frame."""
        expected = self.frame().bytes
        if len(frame) != expected:
            text = f"{self.name}: expected a frame of {expected} bytes, "
            raise DeviceError(f"{text}got {len(frame)}", hint="see target.frame")
        return self._from_start(self._info or self.info(), frame, run)

    def _from_start(
        self,
        info: DeviceInfo,
        data: bytes,
        run: Callable[[DeviceInfo, bytes], _Run],
        *,
        doing: str = "",
    ) -> _Run:
        """What `run` gives, from its start again after a reset."""
        said = ""
        for _ in range(MAX_RESETS):
            try:
                return run(info, data)
            except SessionLostError as error:
                said = error.said
                info = self.info()
        raise reset_too_often(self.name, doing or f"image {self._images}", said)

    def _preprocess(self, info: DeviceInfo, frame: bytes) -> Preprocessing:
        cycles, micros, image = self._send_frame(info, frame)
        while len(image) < info.input_bytes:
            request = frame_payload(len(image), len(frame), b"")
            reply = self._client.exchange(PacketType.FRAME, request)
            with named(self.name):
                left = info.replied_bytes(info.input_bytes - len(image))
                image += parse_frame(reply, left)[2]
        return Preprocessing(np.frombuffer(image, np.int8), cycles, micros)

    def _classify(self, info: DeviceInfo, frame: bytes) -> Inference:
        self._send_frame(info, frame)
        reply = self._client.exchange(PacketType.INFER, write_payload(0, b""))
        with named(self.name):
            replied = info.replied_bytes(info.output_bytes)
            cycles, micros, output = parse_inference(reply, replied)
            for offset, size in parts_of(len(output), info.output_bytes, info):
                output += self._read(offset, size)
        return self._inference(cycles, micros, output)

    def _send_frame(self, info: DeviceInfo, frame: bytes) -> tuple[int, int, bytes]:
        """Times of preprocessing, and the first bytes of the model's input."""
        most = min(info.max_payload, MAX_PAYLOAD_BYTES)
        part_bytes = most - FIRST_INPUT_BYTES - OFFSET_BYTES
        reply = b""
        for offset in range(0, len(frame), part_bytes):
            part = frame[offset : offset + part_bytes]
            request = frame_payload(0, offset, part)
            reply = self._client.exchange(PacketType.FRAME, request)
        with named(self.name):
            return parse_frame(reply, info.replied_bytes(info.input_bytes))

    def _write(self, info: DeviceInfo, data: bytes) -> None:
        last = self._write_start(info, data, OFFSET_BYTES)
        self._client.exchange(PacketType.WRITE, write_payload(last, data[last:]))

    def _status(self, request: bytes) -> DeviceStatus:
        with named(self.name):
            return parse_status(self._client.exchange(PacketType.STATUS, request))

    def _profile(self, info: DeviceInfo, data: bytes) -> tuple[StepRun, ...]:
        steps: tuple[StepRun, ...] = ()
        while True:
            last = self._write_start(info, data, FIRST_STEP_BYTES + OFFSET_BYTES)
            request = profile_payload(len(steps), last, data[last:])
            reply = self._client.exchange(PacketType.PROFILE, request)
            with named(self.name):
                total, more = parse_profile(reply)
            steps += more
            if not more or len(steps) >= total:
                return steps

    def _checksums(self, info: DeviceInfo, data: bytes) -> Checksums:
        run = partial(self._run_traced, PacketType.CHECKSUM, info, data)
        with named(self.name):
            return read_checksums(run)

    def _tensor(self, place: int, size: int, info: DeviceInfo, data: bytes) -> bytes:
        run = partial(self._run_traced, PacketType.TENSOR, info, data)
        go_on = partial(self._client.exchange, PacketType.TENSOR)
        with named(self.name):
            return read_tensor(place, size, run, go_on)

    def _run_traced(
        self, kind: PacketType, info: DeviceInfo, data: bytes, head: bytes
    ) -> bytes:
        last = self._write_start(info, data, len(head) + OFFSET_BYTES)
        request = head + write_payload(last, data[last:])
        return self._client.exchange(kind, request)

    def _write_start(self, info: DeviceInfo, data: bytes, head_bytes: int) -> int:
        """Send all of the image but its last part, which begins where it is said."""
        part_bytes = min(info.max_payload, MAX_PAYLOAD_BYTES) - head_bytes
        last = (len(data) - 1) // part_bytes * part_bytes
        for offset in range(0, last, part_bytes):
            part = data[offset : offset + part_bytes]
            self._client.exchange(PacketType.WRITE, write_payload(offset, part))
        return last

    def _read(self, offset: int, size: int) -> bytes:
        """Bytes of the outputs that did not fit the INFER reply."""
        payload = read_payload(offset, size)
        return checked_part(self._client.exchange(PacketType.READ, payload), size)


def check_same(name: str, before: DeviceInfo, now: DeviceInfo) -> None:
    """Do nothing if a device is what it was before.

    Args:
        name: What to call it.
        before: What it said of itself.
        now: What it says.

    Raises:
        DeviceError: If another device is in its place.
    """
    if replace(now, stack_bytes=before.stack_bytes) != before:
        text = f"{name}: expected {_identity(before)}, got {_identity(now)}"
        raise DeviceError(text, hint="another device took its place: connect the first")


def _identity(info: DeviceInfo) -> str:
    return f"board {info.board_id} with model {info.model_sha256[:12]}"
