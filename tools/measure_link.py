"""Images a second through fake boards on pseudo terminals, each a process of its own.

    python -m tools.measure_link --boards 32 --images 10000
    python -m tools.measure_link --boards 4 --images 1000 --bytes 27648
    python -m tools.measure_link --simulate model.tflite --boards 2 --images 5000

Prints images a second in all, and how long an image was on its way: half of them, 99 of
a hundred. A board answers at once, so that this is what the host and its links can do.
And by how much this process has grown after the first 100 images of each board, the
most that it ever had, and the open files before, meanwhile and afterwards.

With --simulate the boards are simulated and run the firmware of a model. Then processor
seconds are printed too, of all processes: of an image, once all boards are warm, and of
starting them. They depend less than the time does on what else the computer has to do.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from tests.device.fake_board import FakeBoard
from tests.observer import Log
from tinycnn.device import Device, open_serial, open_simulated
from tinycnn.harness import Lanes
from tinycnn.workbench import bench_file

IMAGE_BYTES = 784
WARM_IMAGES = 100


def serve(master: int, image_bytes: int) -> None:
    """A board on one end of a pseudo terminal, until the process is ended."""
    board = FakeBoard(max_payload=1024, input_bytes=image_bytes, window=32)
    while True:
        for reply in board.receive(os.read(master, 65_536)):
            os.write(master, reply)


def plug_in(opened: ExitStack, image_bytes: int) -> Device:
    """A new board, and the device at its port."""
    master, slave = os.openpty()
    tty.setraw(slave)
    process = multiprocessing.Process(
        target=serve, args=(master, image_bytes), daemon=True
    )
    process.start()
    opened.callback(unplug, process)
    device = opened.enter_context(open_serial(os.ttyname(slave)))
    for end in (master, slave):
        opened.callback(os.close, end)
    return device


def unplug(process: multiprocessing.Process) -> None:
    """End a board, and let go of the pipes that told of its end."""
    process.terminate()
    process.join()
    process.close()


def simulate(model: Path, boards: int, images: int) -> None:
    """Run `images` on simulated boards, and an eighth of them before that."""
    with bench_file(model, observer=Log()) as subject:
        elf = subject.program("sim")
        spent = [_run_simulated(elf, boards, n) for n in (images // 8, images)]
    few, many = spent
    more = images - images // 8
    per_image = (sum(many[:2]) - sum(few[:2])) / more
    print(
        f"{boards} simulated boards, {images:,} images: {images / many[2]:,.0f} "
        f"images/s; {1000 * per_image:.2f} ms of processor an image, of it "
        f"{1000 * (many[0] - few[0]) / more:.2f} ms in the host; start "
        f"{sum(few[:2]) - per_image * (images // 8):.1f} s"
    )


def _run_simulated(elf: Path, boards: int, images: int) -> tuple[float, float, float]:
    """Processor seconds of the host and of the boards, and seconds."""
    host, children = _processor_s(resource.RUSAGE_SELF), resource.RUSAGE_CHILDREN
    before, start = _processor_s(children), time.perf_counter()
    with ExitStack() as opened:
        devices = [opened.enter_context(open_simulated(elf)) for _ in range(boards)]
        lanes = Lanes(devices, print)
        size = lanes.info().input_bytes
        rng = np.random.default_rng(0)
        rows = rng.integers(-128, 128, (1000, size), np.int8)
        for _ in lanes.infer_many((i, rows[i % len(rows)]) for i in range(images)):
            pass
        seconds = time.perf_counter() - start
    spent = _processor_s(resource.RUSAGE_SELF) - host
    return spent, _processor_s(children) - before, seconds


def _processor_s(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boards", type=int, default=32)
    parser.add_argument("--images", type=int, default=10_000, help="For each board.")
    parser.add_argument("--bytes", type=int, default=IMAGE_BYTES, help="Of an image.")
    parser.add_argument("--simulate", type=Path, help="Run this model instead.")
    options = parser.parse_args()
    if options.simulate:
        simulate(options.simulate, options.boards, options.images)
        return
    count = options.boards * options.images
    rows = np.random.default_rng(0).integers(-128, 128, (1000, options.bytes), np.int8)
    asked = np.zeros(count)
    took = np.zeros(count)

    def images() -> Iterator[tuple[int, np.ndarray]]:
        for number in range(count):
            asked[number] = time.perf_counter()
            yield number, rows[number % len(rows)]

    files = [count_files()]
    with ExitStack() as opened:
        devices = [plug_in(opened, options.bytes) for _ in range(options.boards)]
        lanes = Lanes(devices, print)
        lanes.info()
        start, wrong, warm_bytes = time.perf_counter(), 0, 0
        seen = np.zeros(count, bool)
        for done, (number, answer) in enumerate(lanes.infer_many(images()), 1):
            took[number] = time.perf_counter() - asked[number]
            row = rows[number % len(rows)]
            wrong += seen[number] or not np.array_equal(answer.output[:4], row[:4] + 1)
            seen[number] = True
            if done == min(options.boards * WARM_IMAGES, count // 2):
                warm_bytes = memory_bytes()
        seconds = time.perf_counter() - start
        grown = (memory_bytes() - warm_bytes) / 2**20
        files.append(count_files())
        threads = threading.active_count()
        half, most = np.percentile(took, [50, 99]) * 1000
        print(
            f"{options.boards} boards: {seen.sum():,} of {count:,} images, {wrong} "
            f"wrong, {count / seconds:,.0f} images/s, median {half:.1f} ms, p99 "
            f"{most:.1f} ms, {threads} threads left, {lanes.counters}"
        )
    files.append(count_files())
    most_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    print(f"memory grown by {grown:.1f} MiB, {most_mib:.0f} MiB at most; files {files}")


def count_files() -> int:
    """Open files of this process."""
    return len(os.listdir("/proc/self/fd"))


def memory_bytes() -> int:
    """What this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
