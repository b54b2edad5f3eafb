"""What an image takes on the simulated board, without host and link: the floor.

    python -m tools.measure_simulator model.tflite --images 1000

Requests are fed to the emulated UART as fast as it takes them, in this process. Prints
milliseconds an image, least and median: as the board is, and without counting cycles.
What is left then is what the emulator makes of the instructions; it bounds images a
second from above, whatever else is made faster. The least is that of a quiet moment.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from unittest import mock

import numpy as np

from tests.observer import Log
from tinycnn.device.packets import Packet, PacketType, encode_packet
from tinycnn.device.payloads import write_payload
from tinycnn.simulator import machine
from tinycnn.simulator.counter import Counter
from tinycnn.simulator.image import Image, read_image
from tinycnn.workbench import bench_file

WARM_IMAGES = 20
NO_LIMIT = 2**64 - 1


class Feeder:
    """A link whose requests are all there, and when each was taken."""

    def __init__(self, size: int, images: int) -> None:
        rows = np.random.default_rng(0).integers(-128, 128, (100, size), np.int8)
        self._requests = [encode_packet(Packet(PacketType.HELLO, 1, 0))]
        for number in range(images):
            payload = write_payload(0, rows[number % len(rows)].tobytes())
            packet = Packet(PacketType.INFER, 1, number + 1, payload)
            self._requests.append(encode_packet(packet))
        self._requests.reverse()
        self._left = b""
        self.closed = False
        self.taken: list[float] = []

    def receive(self, size: int, wait_s: float) -> bytes:
        """The next bytes; the client goes when there are none."""
        if not self._left:
            if not self._requests:
                self.closed = True
                return b""
            self._left = self._requests.pop()
            self.taken.append(time.perf_counter())
        data, self._left = self._left[:size], self._left[size:]
        return data

    def send(self, data: bytes) -> None:
        """Nobody reads it."""


def run(image: Image, size: int, images: int, *, counts: bool) -> str:
    """What an image takes, and the instructions and cycles of one."""
    feeder = Feeder(size, images)
    board = machine.Machine(image, feeder)
    fault = board.run()
    if fault is not None:
        raise SystemExit(f"{fault.message}; {fault.hint}")
    took = 1000 * np.diff(feeder.taken[WARM_IMAGES:])
    text = f"{took.min():.2f} ms an image at least, {np.median(took):.2f} in the middle"
    if counts:
        counter = board.counter
        text += f"; {counter.instructions / images:,.0f} instructions, "
        text += f"{counter.cycles / images:,.0f} cycles with those of the link"
    return text


def main() -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="of at most 1,000 bytes of input")
    parser.add_argument("--images", type=int, default=1000)
    options = parser.parse_args()
    with bench_file(options.model, observer=Log()) as subject:
        image, size = read_image(subject.program("sim")), subject.inputs.shape[1]
    print(f"as it is: {run(image, size, options.images, counts=True)}")
    counter = Counter(limit_cycles=NO_LIMIT)
    with mock.patch.object(machine, "attach_counter", return_value=counter):
        print(f"not counted: {run(image, size, options.images, counts=False)}")


if __name__ == "__main__":
    main()
