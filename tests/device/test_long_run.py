"""Long runs: neither memory nor open files grow with the images."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from tests.device.fake_board import FakeBoard, Line, served
from tinycnn.device import open_serial
from tinycnn.harness import Lanes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

MIB = 1 << 20


def count_files() -> int:
    """Open files of this process."""
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


def memory_bytes() -> int:
    """What this process has in memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_memory_does_not_grow_with_large_images() -> None:
    """Four boards, 27,648 bytes an image: what is kept of one is its answer."""
    size, warm, count = 27_648, 24, 72
    rows = np.random.default_rng(0).integers(-128, 128, (8, size), np.int8)

    def board() -> Line:
        return Line(FakeBoard(max_payload=1024, input_bytes=size, window=32))

    with ExitStack() as opened:
        urls = [opened.enter_context(served(board())) for _ in range(4)]
        lanes = Lanes([opened.enter_context(open_serial(url)) for url in urls], print)
        lanes.info()
        before = after = 0
        images = ((i, rows[i % len(rows)]) for i in range(count))
        for done, _ in enumerate(lanes.infer_many(images), 1):
            if done in (warm, count):
                before, after = after, memory_bytes()

    assert done == count
    assert after - before < 5 * MIB


def test_64_boards_leave_no_file_open() -> None:
    """Nor does a second time."""
    rows = np.zeros((256, 100), np.int8)
    counts = []
    for _ in range(2):
        with ExitStack() as opened:
            urls = [opened.enter_context(served(Line(FakeBoard()))) for _ in range(64)]
            devices = [opened.enter_context(open_serial(url)) for url in urls]
            lanes = Lanes(devices, print)
            lanes.info()
            found = dict(lanes.infer_many(enumerate(rows)))
        assert found.keys() == set(range(len(rows)))
        counts.append(count_files())

    assert counts[0] == counts[1]
