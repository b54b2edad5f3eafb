"""A live device, wherever it runs: asked for inferences, profiles and preprocessing.

A device is asked who it is before its first image, and asked again after every reset:
another board or another model in its place is an error, never a silent continuation.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tinycnn.device.client import REPLY_TIMEOUT_S, Client
from tinycnn.device.counters import Counters
from tinycnn.device.deadline import Clock
from tinycnn.device.hello import DeviceInfo
from tinycnn.device.inference import Inference, Preprocessing
from tinycnn.device.link import Link, SimulatedTime
from tinycnn.device.packets import ErrorCode, PacketType
from tinycnn.device.payloads import StepRun
from tinycnn.device.refusals import RefusedError, SessionLostError
from tinycnn.device.requests import (
    Image,
    Run,
    image_bytes,
    named,
    preprocess_frame,
    profile_image,
    read_place,
    read_places,
    run_frame,
    write_image,
)
from tinycnn.device.status import DeviceStatus, StatusAction, parse_status
from tinycnn.device.stream import MAX_RESETS, Stream, reset_too_often
from tinycnn.device.trace import Checksums
from tinycnn.errors import DeviceError
from tinycnn.frames import FrameFormat

__all__ = ["Device", "check_same"]

_Found = TypeVar("_Found")


class Device:
    """A model that runs somewhere, at the other end of a link.

    Args:
        link: Where it is; closed with the device.
        reply_timeout_s: How long one image may take.
        clock: Tells the time.

    Attributes:
        most_images: That may be on their way to it at a time; None: as many as fit.
    """

    def __init__(
        self,
        link: Link,
        *,
        reply_timeout_s: float = REPLY_TIMEOUT_S,
        clock: Clock = time.monotonic,
    ) -> None:
        self.most_images: int | None = None
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

    def infer(self, image: Image) -> Inference:
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

    def write(self, image: Image) -> None:
        """Give the device an image, on which nothing is run.

        Raises:
            DeviceError: As `infer` does.
        """
        self._with_image(image, write_image)

    def status(self, action: StatusAction = StatusAction.NONE) -> DeviceStatus:
        """What the device watches beside its work.

        Args:
            action: What it does before it answers.

        Raises:
            DeviceError: If it fails.
        """
        info = self._info or self.info()
        request = bytes([action]) if action else b""
        return self._from_start(info, request, _ask_status, doing="STATUS")

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

    def profile(self, image: Image) -> tuple[StepRun, ...]:
        """Run the model on one image step by step; what each kernel call took.

        A model of more steps than fit a reply is run once more for the others.

        Raises:
            DeviceError: As `infer` does.
        """
        return self._with_image(image, profile_image)

    def checksums(self, image: Image) -> Checksums:
        """Run a traced model on one image; the checksums of its places.

        Raises:
            DeviceError: As `infer` does, or if its firmware is not traced.
        """
        return self._with_image(image, read_places)

    def tensor(self, image: Image, place: int, size: int) -> bytes:
        """Run a traced model on one image until a place; its `size` bytes then.

        Raises:
            DeviceError: As `checksums` does.
        """
        return self._with_image(image, partial(read_place, place, size))

    def preprocess(self, frame: bytes) -> Preprocessing:
        """Make the model's input of a raw frame, on the device.

        Raises:
            DeviceError: If it takes no raw frames or others, or fails.
        """
        cycles, micros, image = self._with_frame(frame, preprocess_frame)
        return Preprocessing(np.frombuffer(image, np.int8), cycles, micros)

    def classify(self, frame: bytes) -> Inference:
        """Run the model on a raw frame that the device preprocesses.

        Raises:
            DeviceError: As `preprocess` does.
        """
        return self._inference(self._with_frame(frame, run_frame))

    def _stream(self) -> Stream:
        info = self._info or self.info()
        return Stream(self._client, info, self.info, self.most_images)

    def _answers(
        self, stream: Stream, images: Iterable[tuple[int, Image]]
    ) -> Iterator[tuple[int, Inference]]:
        for number, run in stream.run(images):
            yield number, self._inference(run)

    def _inference(self, run: Run) -> Inference:
        index, board_id = self._images, self._info.board_id if self._info else ""
        self._images += 1
        answer = np.frombuffer(run.output, np.int8)
        return Inference(index, answer, run.cycles, run.micros, board_id)

    def _with_image(
        self,
        image: Image,
        run: Callable[[Client, DeviceInfo, bytes], _Found],
    ) -> _Found:
        """What `run` gives for one image."""
        info = self._info or self.info()
        return self._from_start(info, image_bytes(self.name, info, image), run)

    def _with_frame(
        self, frame: bytes, run: Callable[[Client, DeviceInfo, bytes], _Found]
    ) -> _Found:
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
        run: Callable[[Client, DeviceInfo, bytes], _Found],
        *,
        doing: str = "",
    ) -> _Found:
        """What `run` gives, from its start again after a reset."""
        said = ""
        for _ in range(MAX_RESETS):
            try:
                with named(self.name):
                    return run(self._client, info, data)
            except SessionLostError as error:
                said = error.said
                info = self.info()
        raise reset_too_often(self.name, doing or f"image {self._images}", said)


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


def _ask_status(client: Client, _: DeviceInfo, request: bytes) -> DeviceStatus:
    return parse_status(client.exchange(PacketType.STATUS, request))


def _identity(info: DeviceInfo) -> str:
    return f"board {info.board_id} with model {info.model_sha256[:12]}"
