"""Images a second through fake boards on pseudo terminals, each a process of its own.

    python -m tools.measure_link --boards 32 --images 10000

Prints images a second in all, and how long an image was on its way: half of them, 99 of
a hundred. A board answers at once, so that this is what the host and its links can do.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np

from tests.device.fake_board import FakeBoard
from tinycnn.device import Device, open_serial
from tinycnn.harness import Lanes

IMAGE_BYTES = 784


def serve(master: int) -> None:
    """A board on one end of a pseudo terminal, until the process is ended."""
    board = FakeBoard(max_payload=1024, input_bytes=IMAGE_BYTES)
    while True:
        for reply in board.receive(os.read(master, 65_536)):
            os.write(master, reply)


def plug_in(opened: ExitStack) -> Device:
    """A new board, and the device at its port."""
    master, slave = os.openpty()
    tty.setraw(slave)
    process = multiprocessing.Process(target=serve, args=(master,), daemon=True)
    process.start()
    opened.callback(process.terminate)
    return opened.enter_context(open_serial(os.ttyname(slave)))


def main() -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boards", type=int, default=32)
    parser.add_argument("--images", type=int, default=10_000, help="For each board.")
    options = parser.parse_args()
    count = options.boards * options.images
    rows = np.random.default_rng(0).integers(-128, 128, (1000, IMAGE_BYTES), np.int8)
    asked = np.zeros(count)
    took = np.zeros(count)

    def images() -> Iterator[tuple[int, np.ndarray]]:
        for number in range(count):
            asked[number] = time.perf_counter()
            yield number, rows[number % len(rows)]

    with ExitStack() as opened:
        lanes = Lanes([plug_in(opened) for _ in range(options.boards)], print)
        lanes.info()
        start, wrong = time.perf_counter(), 0
        seen = np.zeros(count, bool)
        for number, answer in lanes.infer_many(images()):
            took[number] = time.perf_counter() - asked[number]
            row = rows[number % len(rows)]
            wrong += seen[number] or not np.array_equal(answer.output[:4], row[:4] + 1)
            seen[number] = True
        seconds = time.perf_counter() - start
        threads = threading.active_count()
        half, most = np.percentile(took, [50, 99]) * 1000
        print(
            f"{options.boards} boards: {seen.sum():,} of {count:,} images, {wrong} "
            f"wrong, {count / seconds:,.0f} images/s, median {half:.1f} ms, p99 "
            f"{most:.1f} ms, {threads} threads left, {lanes.counters}"
        )


if __name__ == "__main__":
    main()
