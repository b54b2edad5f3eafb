"""What a validation will take: bytes on the link and seconds.

That is told before it starts; what is left again, once the first images have shown how
fast it is. The line and the processor work at the same time where the device takes
requests ahead, one after the other where it does not. A device that makes its host wait
is on a link without a baud rate: USB, a pipe, a socket.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tinycnn.device import DeviceInfo

__all__ = ["Forecast", "Pace", "forecast_run", "say_duration"]

_BITS_A_BYTE = 10  # with start and stop
_PACKET_BYTES = 12 + 4 + 2  # header, CRC, one COBS byte and the delimiter
_COBS_RUN_BYTES = 254
_OFFSET_BYTES, _TIMES_BYTES = 4, 8
_MINUTE_S = 60.0
_WARM_UP_IMAGES = 16  # slower than the rest, on the simulated board
_MEASURED_S, _MEASURED_IMAGES = 3.0, 16  # at least, for a rate
_LIKE = 1.3  # two durations that differ by less are the same to people


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run will take.

    Attributes:
        images: Images there are.
        link_bytes: Bytes that they and their answers are on the link, both ways.
        seconds: About so long; None where the processor's share is not known.
        baud: The rate of the line; None where it has none.
    """

    images: int
    link_bytes: int
    seconds: float | None
    baud: int | None

    @property
    def text(self) -> str:
        """One line for people."""
        text = f"{self.images:,} images, {self.link_bytes / 1e6:,.1f} MB on the link"
        if self.seconds is None:
            return text
        text += f", about {say_duration(self.seconds)}"
        if self.baud is not None:
            text += f" at {self.baud:,} baud"
        if self.seconds > 2 * _MINUTE_S:
            count = max(1, int(self.images * _MINUTE_S / self.seconds))
            text += f"; --count {count}: a minute"
        return text


class Pace:
    """How fast a run is, once it is warm.

    Args:
        foretold_s: What was told that it would take; None if nothing was.
        clock: Tells the time, in seconds.
    """

    def __init__(
        self, foretold_s: float | None, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._foretold_s = foretold_s
        self._clock = clock
        self._first: int | None = None
        self._began = 0.0
        self._is_known = False

    def see(self, done: int, total: int) -> float | None:
        """Seconds that are left, once, as soon as they are known and were not told.

        Args:
            done: Images done.
            total: Images in all.
        """
        now = self._clock()
        if self._first is None:
            self._first = done + _WARM_UP_IMAGES
        if done <= self._first:
            self._began = now
        took_s, images = now - self._began, done - self._first
        if self._is_known or took_s < _MEASURED_S or images < _MEASURED_IMAGES:
            return None
        self._is_known = True
        left_s = took_s / images * (total - done)
        told_s = self._foretold_s
        if told_s is not None and 1 / _LIKE < (took_s + left_s) / told_s < _LIKE:
            return None
        return left_s


def forecast_run(
    info: DeviceInfo, images: int, *, baud: int, cycles: int, hz: float = 0
) -> Forecast:
    """What `images` on a device will take.

    Args:
        info: What the device says of itself.
        images: Images that it is asked for.
        baud: Bits per second of its line, if it has a rate.
        cycles: Of one run, predicted; 0 where it cannot be.
        hz: Cycles per second, if not those of the device's clock.
    """
    up, down = _count_up(info), _count_down(info)
    hz = hz or info.clock_hz
    run_s = cycles / hz if cycles and hz else None
    has_rate = not info.window.is_paced
    line_s = up * _BITS_A_BYTE / baud if has_rate else 0.0
    seconds = None if run_s is None and not has_rate else line_s
    if seconds is not None and run_s is not None:
        back_s = down * _BITS_A_BYTE / baud if has_rate else 0.0
        is_ahead = info.window.receive_bytes > up
        seconds = max(line_s, run_s) if is_ahead else line_s + run_s + back_s
    return Forecast(
        images=images,
        link_bytes=images * (up + down),
        seconds=None if seconds is None else images * seconds,
        baud=baud if has_rate else None,
    )


def _count_up(info: DeviceInfo) -> int:
    """Bytes of the requests for one image."""
    part_bytes = info.max_payload - _OFFSET_BYTES
    parts = -(-info.input_bytes // part_bytes)
    return _encoded(info.input_bytes + parts * _OFFSET_BYTES, parts)


def _count_down(info: DeviceInfo) -> int:
    """Bytes of the replies for one image."""
    parts = -(-info.input_bytes // (info.max_payload - _OFFSET_BYTES))
    return _encoded(info.output_bytes + _TIMES_BYTES, parts)


def _encoded(payload_bytes: int, packets: int) -> int:
    return payload_bytes + payload_bytes // _COBS_RUN_BYTES + packets * _PACKET_BYTES


def say_duration(seconds: float) -> str:
    """In the unit that people would use."""
    if seconds < 2 * _MINUTE_S:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / _MINUTE_S)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"
