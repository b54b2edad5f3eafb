"""A board of tests that runs the small model of pictures, with a mistake."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.device.fake_board import FakeBoard
from tests.harness.mistaken import Rows, picture_model, run_reference
from tinycnn.device.packets import Packet, PacketType

__all__ = ["MistakenBoard"]


@dataclass
class MistakenBoard(FakeBoard):
    """Answers what `compute` makes of one row, and of the number of runs before it."""

    compute: Callable[[Rows, int], Rows] = lambda row, runs: run_reference(
        picture_model(), "litert", row
    )
    input_bytes: int = 192
    max_payload: int = 256
    sha256: bytes = hashlib.sha256(picture_model()).digest()

    def work(self, packet: Packet) -> bytes:
        """Runs the model where the fake board counts."""
        reply = super().work(packet)
        if packet.type != PacketType.INFER:
            return reply
        row = np.frombuffer(bytes(self.input), np.int8)[None]
        return reply[:8] + self.compute(row, self.runs - 1).tobytes()

    def hello(self) -> bytes:
        """Six outputs, and the numerics that the model should have."""
        said = super().hello().replace(b"\x05tests\x04none", b"\x05tests\x06litert")
        eight, six = (struct.pack("<BBI", 0, 1, n) for n in (8, 6))
        return said.replace(eight, six)
