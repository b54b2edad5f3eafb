"""Images through a device, several on their way: bytes in, times and outputs out.

An image is a chain of requests: the parts of its input, of which the last runs the
model, then the parts of the outputs that did not fit that reply. Chains follow each
other without a pause, as many as the device allows. After a reset those whose answer is
missing are sent again from their start.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from tinycnn.device.client import Client
from tinycnn.device.hello import DeviceInfo
from tinycnn.device.packets import PacketType
from tinycnn.device.payloads import (
    OFFSET_BYTES,
    TIMES_BYTES,
    parse_inference,
    read_payload,
    write_payload,
)
from tinycnn.device.refusals import SessionLostError
from tinycnn.device.requests import (
    Image,
    Run,
    checked_part,
    image_bytes,
    named,
    part_bytes,
    parts_of,
)
from tinycnn.errors import DeviceError, LinkLostError

__all__ = ["MAX_RESETS", "Stream", "reset_too_often"]

MAX_RESETS = 3  # without an answer between them


class Stream:
    """Images on their way through one device.

    Args:
        client: The device's.
        info: What the device says of itself.
        renew: Starts a new session after a reset; what the device says then.
        most: Images that may be on their way at a time; None: as many as fit.

    Attributes:
        number: Of the image that is waited for, or was the last to be looked at.
    """

    def __init__(
        self,
        client: Client,
        info: DeviceInfo,
        renew: Callable[[], DeviceInfo],
        most: int | None = None,
    ) -> None:
        self._client, self._info, self._renew = client, info, renew
        self._most = most
        self._jobs: deque[tuple[int, bytes]] = deque()
        self._resets = 0
        self.number = 0

    def run(self, images: Iterable[tuple[int, Image]]) -> Iterator[tuple[int, Run]]:
        """What each image's run took and gave, with the image's number, in order.

        Raises:
            DeviceError: If an image has another size than the input, or the device
                fails.
        """
        coming = iter(images)
        try:
            while self._fill(coming):
                if (run := self._collect(coming)) is not None:
                    self._jobs.popleft()
                    yield self.number, run
        finally:
            self._client.forget()

    def _fill(self, coming: Iterator[tuple[int, Image]]) -> bool:
        """Let images be on their way; False if none is left."""
        while not self._jobs or (self._client.has_room and self._may_take):
            item = next(coming, None)
            if item is None:
                break
            self.number = item[0]
            data = image_bytes(self._client.name, self._info, item[1])
            self._jobs.append((self.number, data))
            self._submit(data)
            try:
                self._client.push()
            except LinkLostError:
                break  # raised again by who reads, after what was answered before
        if not self._jobs:
            return False
        self.number, _ = self._jobs[0]
        return True

    @property
    def _may_take(self) -> bool:
        return self._most is None or len(self._jobs) < self._most

    def _submit(self, data: bytes) -> None:
        """Ask for a run of one image."""
        info, client = self._info, self._client
        replied = info.replied_bytes(info.output_bytes)
        most = part_bytes(info, OFFSET_BYTES)
        last = (len(data) - 1) // most * most
        if info.window.receive_bytes and not _keeps_two(info):
            last = len(data)  # the input travels while the run before it goes on
        for offset in range(0, last, most):
            part = data[offset : min(offset + most, last)]
            client.submit(PacketType.WRITE, write_payload(offset, part), 0)
        run = write_payload(last, data[last:])
        client.submit(PacketType.INFER, run, TIMES_BYTES + replied)
        for offset, size in parts_of(replied, info.output_bytes, info):
            client.submit(PacketType.READ, read_payload(offset, size), size)
        self._written = -(-last // most)

    def _collect(self, coming: Iterator[tuple[int, Image]]) -> Run | None:
        """What the oldest image's run took and gave; None if it began anew.

        Its last part may leave room for the first ones of the next image.
        """
        info, client = self._info, self._client
        try:
            for _ in range(self._written):
                client.next_reply()
                self._fill(coming)
            reply = client.next_reply()
            with named(client.name):
                replied = info.replied_bytes(info.output_bytes)
                cycles, micros, output = parse_inference(reply, replied)
                for _, size in parts_of(replied, info.output_bytes, info):
                    output += checked_part(client.next_reply(), size)
        except SessionLostError as error:
            self._begin_anew(error)
            return None
        self._resets = 0
        return Run(cycles, micros, output)

    def _begin_anew(self, error: SessionLostError) -> None:
        """Send again what has no answer, after a reset."""
        self._resets += 1
        self._info = self._renew()
        if self._resets == MAX_RESETS:
            doing = f"image {self.number}"
            raise reset_too_often(self._client.name, doing, error.said)
        for _, data in self._jobs:
            self._submit(data)


def reset_too_often(name: str, doing: str, said: str = "") -> DeviceError:
    """The error of a device that is reset again and again.

    Args:
        name: Of the device.
        doing: What it was asked.
        said: What it said of a crash.
    """
    text = f"{name}: was reset {MAX_RESETS} times during {doing}"
    if said:
        hint = "build and flash again; a model that needs less RAM may help"
        return DeviceError(f"{text}: its firmware crashes: {said}", hint)
    return DeviceError(text, hint="check power and cable; the firmware may crash")


def _keeps_two(info: DeviceInfo) -> bool:
    """Whether the device keeps its answers to two images."""
    replied = TIMES_BYTES + info.replied_bytes(info.output_bytes)
    return info.window.keeps(2, 2 * replied, replied)
