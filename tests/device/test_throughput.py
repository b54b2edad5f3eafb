"""A slow line is used to the full and its receiver never overrun, in virtual time.

The line carries 11,520 bytes a second each way; the board computes 10 ms an image and
keeps, while it does, as many bytes as it says.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.device.fake_board import FakeBoard, Line, messages_of
from tests.device.virtual_link import VirtualLink
from tinycnn.device.device import Device

IMAGES, IMAGE_BYTES, ANSWER_BYTES = 200, 784, 8
BYTES_A_SECOND = 11_520
RUN_S = 0.010


class PacedLink(VirtualLink):
    """A line at 115,200 baud."""

    def __init__(self, board: FakeBoard, rate: int, run_s: float) -> None:
        super().__init__(Line(board))
        self._rate, self._run_s = rate, run_s
        self._runs: list[tuple[float, float]] = []  # from when to when it computed
        self._board = board
        self._up_free = self._board_free = self._down_free = 0.0
        self._sent: list[tuple[float, int]] = []  # when the last byte arrives, bytes

    def write(self, data: bytes) -> None:
        """Send `data`, one byte after the other."""
        for message in messages_of(data):
            self._up_free = max(self.now, self._up_free) + len(message) / self._rate
            self._sent.append((self._up_free, len(message)))
            begins = max(self._up_free, self._board_free)
            runs = self._board.runs
            replies = list(self._board.receive(message))
            self._board_free = begins + self._run_s * (self._board.runs - runs)
            for reply in replies:
                start = max(self._board_free, self._down_free)
                self._down_free = start + len(reply) / self._rate
                self._arriving.append((self._down_free, reply))
            self._runs.append((begins, self._board_free))

    @property
    def most_waiting(self) -> int:
        """Most bytes that arrived while the board computed."""
        return max(
            int(sum(self._arrived(begin, end, sent) for sent in self._sent))
            for begin, end in self._runs
        )

    def _arrived(self, begin: float, end: float, sent: tuple[float, int]) -> float:
        """Bytes of a message that arrived in a time."""
        last, size = sent
        first = last - size / self._rate
        return max(0.0, min(end, last) - max(begin, first)) * self._rate


def run(receive_bytes: int) -> tuple[float, PacedLink]:
    """The share of what the line could carry that was images, and the line."""
    board = FakeBoard(
        max_payload=1024, input_bytes=IMAGE_BYTES, receive_bytes=receive_bytes
    )
    link = PacedLink(board, BYTES_A_SECOND, RUN_S)
    rows = np.random.default_rng(0).integers(-128, 128, (IMAGES, IMAGE_BYTES), np.int8)
    with Device(link, clock=link.clock) as device:
        device.info()
        start = link.now
        answers = list(device.infer_many(enumerate(rows)))
        took_s = link.now - start
    assert [number for number, _ in answers] == list(range(IMAGES))
    assert device.counters.resends == 0
    assert board.runs == IMAGES
    return IMAGES * IMAGE_BYTES / (took_s * BYTES_A_SECOND), link


def test_a_line_of_115200_baud_is_used_to_the_full() -> None:
    """At least 90 % of its bytes are images' where a ring of 2 kB takes them ahead."""
    share, _ = run(2048)

    assert share > 0.94


def test_a_board_without_a_ring_is_asked_one_by_one() -> None:
    """Nothing arrives while it computes, and the line rests meanwhile."""
    share, link = run(0)

    assert 0.7 < share < 0.9
    assert link.most_waiting == 0


@pytest.mark.parametrize("receive_bytes", [500, 900, 2048, 4096])
def test_a_receiver_is_never_overrun(receive_bytes: int) -> None:
    """No more bytes arrive ahead than the board says it keeps."""
    _, link = run(receive_bytes)

    assert link.most_waiting <= receive_bytes
    assert link.most_waiting > 0 or receive_bytes < 800  # an image does not fit ahead


@pytest.mark.parametrize(
    ("receive_bytes", "rate"), [(28_480, 5.5), (14_240, 3.9), (0, 3.2)]
)
def test_a_large_image_travels_while_the_board_computes(
    receive_bytes: int, rate: float
) -> None:
    """Images of 96x96x3 a second: 200,000 bytes a second and 170 ms, at once or not."""
    size, count, run_s = 27_648, 12, 0.170
    board = FakeBoard(
        max_payload=1024, input_bytes=size, receive_bytes=receive_bytes, window=32
    )
    link = PacedLink(board, 200_000, run_s)
    rows = np.random.default_rng(0).integers(-128, 128, (count, size), np.int8)
    with Device(link, clock=link.clock) as device:
        device.info()
        start = link.now
        answers = list(device.infer_many(enumerate(rows)))
        took_s = link.now - start

    assert [number for number, _ in answers] == list(range(count))
    assert device.counters.resends == 0
    assert link.most_waiting <= receive_bytes
    assert count / took_s == pytest.approx(rate, rel=0.05)
