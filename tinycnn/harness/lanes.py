"""Several devices of one model that share the images, each in a thread of its own.

A device that fails is set aside and named; what it was given and did not answer is done
by the others. The last one's failure is the run's. Answers come in any order, each
image's once. Images are taken from their iterator as devices have room for them.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from tinycnn.device import Counters, Device, DeviceInfo, Inference
from tinycnn.errors import DeviceError
from tinycnn.harness.joined_info import join_infos
from tinycnn.harness.shares import Worker

__all__ = ["Lanes"]

_Image = tuple[int, NDArray[np.int8]]
_Answer = tuple[int, Inference]
_Told = tuple[Device, int, Inference]
_FEW = 8  # devices; of more the host is the bound, and images only wait in line
_END_S = 2.0  # a device that does not answer within this is left alone


class Lanes:
    """Devices that are asked as if they were one.

    Args:
        devices: Which, at least one; open as long as this is used.
        say: Told when one is set aside.
        boards: What each is told apart by; without, they are as good as one.
        absent: Further ones that are to be named, but did not come.
    """

    def __init__(
        self,
        devices: Sequence[Device],
        say: Callable[[str], None],
        boards: Sequence[str] = (),
        absent: Sequence[Worker] = (),
    ) -> None:
        self._devices = list(devices)
        self._working = list(devices)
        self._boards = dict(zip(devices, boards, strict=True)) if boards else {}
        self._absent = tuple(absent)
        self._done: dict[Device, list[int]] = {device: [] for device in devices}
        self._seconds = dict.fromkeys(devices, 0.0)
        self._failures: dict[Device, str] = {}
        self._say = say

    @property
    def name(self) -> str:
        """What to call them in messages."""
        names = list(dict.fromkeys(device.name for device in self._devices))
        count = len(self._devices)
        if self._boards:
            return f"{count} board{'s' * (count > 1)}"
        if count == 1:
            return names[0]
        return f"{count} x {names[0]}" if len(names) == 1 else ", ".join(names)

    @property
    def counters(self) -> Counters:
        """What happened on all their links so far."""
        return reduce(add, (device.counters for device in self._devices))

    @property
    def first(self) -> Device:
        """One that works; the first one if none does."""
        return [*self._working, *self._devices][0]

    @property
    def workers(self) -> tuple[Worker, ...]:
        """What each did so far, where they are told apart."""
        there = (
            Worker(
                board,
                device.name,
                len(self._done[device]),
                self._seconds[device],
                device.counters,
                self._failures.get(device, ""),
            )
            for device, board in self._boards.items()
        )
        return (*there, *self._absent)

    @property
    def members(self) -> dict[str, Device]:
        """Those that work, by what to call them."""
        numbers = {device: i for i, device in enumerate(self._devices, 1)}
        return {
            f"board {self._boards.get(device, numbers[device])}": device
            for device in self._working
        }

    def find(self, board: str) -> Device | None:
        """The device of a board that still works."""
        found = (d for d in self._working if self._boards.get(d) == board)
        return next(found, None)

    def answered_by(self, board: str) -> list[int]:
        """The images that a board has answered, by their numbers."""
        mine = (d for d, name in self._boards.items() if name == board)
        return [number for device in mine for number in self._done[device]]

    def info(self) -> DeviceInfo:
        """What each of them says of itself now, except of its board.

        Raises:
            DeviceError: If the last one fails, or they do not run the same.
        """
        infos: dict[Device, DeviceInfo] = {}
        for device in tuple(self._working or self._devices):
            try:
                infos[device] = device.info()
            except DeviceError as error:
                self._set_aside(device, error, left=len(self._working) - 1)
        return join_infos([(device.name, info) for device, info in infos.items()])

    def ask_each(
        self, images_of: Callable[[str], Iterable[_Image]]
    ) -> Iterator[_Answer]:
        """The answers of each board to its own images, one board after the other.

        Args:
            images_of: What a board is asked for.

        Raises:
            DeviceError: As `infer_many` does.
        """
        for device in tuple(self._working):
            board = self._boards[device]
            try:
                for number, inference in device.infer_many(images_of(board)):
                    yield number, replace(inference, board_id=board)
            except DeviceError as error:
                self._set_aside(device, error, left=len(self._working) - 1)

    def infer_many(self, images: Iterable[_Image]) -> Iterator[_Answer]:
        """Answers in any order, each with the number that its image came with.

        Raises:
            DeviceError: If the last device fails; with the image, by its number.
        """
        for device in self._working if len(self._working) > _FEW else ():
            device.most_images = 2  # one at work, and the next
        work = _Work(images)
        lanes = [_Lane(device, work) for device in self._working]
        started = time.perf_counter()
        try:
            running = len(lanes)
            for lane in lanes:
                lane.start()
            while running:
                found = work.found.get()
                if not isinstance(found, _Lane):
                    device, number, inference = found
                    self._done[device].append(number)
                    self._seconds[device] = time.perf_counter() - started
                    if board := self._boards.get(device):
                        inference = replace(inference, board_id=board)
                    yield number, inference
                    continue
                running -= 1
                if found.error is not None:
                    self._set_aside(found.device, found.error, left=running)
        finally:
            work.stop()
            for lane in lanes:
                lane.join(_END_S)

    def _set_aside(self, device: Device, error: BaseException, *, left: int) -> None:
        """Go on without a device, if another one works."""
        self._failures[device] = str(error)
        if not (isinstance(error, DeviceError) and left > 0):
            raise error
        self._working.remove(device)
        board = self._boards.get(device)
        whose = f"board {board} is " if board else ""
        self._say(f"{whose}set aside, {left} left: {error}")


class _Work:
    """Images that are to be done, and those that somebody works on."""

    def __init__(self, images: Iterable[_Image]) -> None:
        self.found: queue.SimpleQueue[_Told | _Lane] = queue.SimpleQueue()
        self._images = iter(images)
        self._returned: deque[_Image] = deque()
        self._given = 0  # and not answered
        self._is_over = False
        self._changed = threading.Condition()

    def take(self) -> _Image | None:
        """The next image; None if there is none at present."""
        with self._changed:
            if self._is_over:
                return None
            image = self._returned.popleft() if self._returned else None
            image = image or next(self._images, None)
            self._given += image is not None
            return image

    def answer(self, told: _Told) -> None:
        """An image is done."""
        with self._changed:
            self._given -= 1
            self._changed.notify_all()
        self.found.put(told)

    def give_back(self, images: Iterable[_Image]) -> None:
        """Images are to be done by others."""
        with self._changed:
            for image in images:
                self._returned.append(image)
                self._given -= 1
            self._changed.notify_all()

    def await_more(self) -> bool:
        """Wait until there are images to be done; False if all are answered."""
        with self._changed:
            while not self._returned and self._given and not self._is_over:
                self._changed.wait()
            return bool(self._returned) and not self._is_over

    def stop(self) -> None:
        """Nobody wants further answers."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    @property
    def is_over(self) -> bool:
        """Whether further answers are wanted."""
        return self._is_over


class _Lane(threading.Thread):
    """One device at work.

    Attributes:
        device: Which.
        error: Why it stopped; None if there was nothing left to do.
    """

    def __init__(self, device: Device, work: _Work) -> None:
        super().__init__(name=f"lane {device.name}", daemon=True)
        self.device = device
        self.error: BaseException | None = None
        self._work = work
        self._given: dict[int, NDArray[np.int8]] = {}

    def run(self) -> None:
        """Answer images until there are none."""
        try:
            self._answer_all()
        except BaseException as error:  # told to who waits for the answers
            self.error = error
        self._work.give_back(self._given.items())
        self._work.found.put(self)

    def _answer_all(self) -> None:
        is_left = True
        while is_left:
            for number, inference in self.device.infer_many(self._take()):
                self._given.pop(number)
                self._work.answer((self.device, number, inference))
                if self._work.is_over:
                    return
            is_left = self._work.await_more()

    def _take(self) -> Iterator[_Image]:
        while (image := self._work.take()) is not None:
            number, row = image
            self._given[number] = row
            yield image
