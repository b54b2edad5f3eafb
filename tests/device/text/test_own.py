"""Our own firmware in text mode: bytes with sums, so that a bad line changes none."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from tests.harness.c_build import Build
from tests.harness.conftest import build_host  # noqa: F401  # a fixture
from tests.observer import Log
from tests.workbench.test_operations import make_subject, plus_one
from tinycnn.device import DeviceInfo, TensorInfo, TextDevice, TextModel, open_host
from tinycnn.device.child import Child
from tinycnn.device.child_link import PipeLink
from tinycnn.device.link import Link
from tinycnn.errors import DeviceError, StrangerError
from tinycnn.harness import Identity, check_identity
from tinycnn.workbench import DeviceChoice
from tinycnn.workbench.bisection import bisect_image
from tinycnn.workbench.workshop import Workshop

NOTHING = TensorInfo("int8", (1, 1), 1.0, 0, 1)
MODEL = TextModel((NOTHING,), (NOTHING,))  # ours tells its own
NO_WORKSHOP = cast(Workshop, object())
IMAGES = np.random.default_rng(2).integers(-128, 128, (20, 700)).astype(np.int8)


class BadLine:
    """A link that damages characters, in both directions, by chance."""

    def __init__(self, link: Link, share: float, seed: int) -> None:
        self.name = link.name
        self.faults = 0
        self._link = link
        self._share = share
        self._chance = random.Random(seed)

    def _damage(self, data: bytes) -> bytes:
        damaged = bytearray()
        for byte in data:
            if self._chance.random() >= self._share:
                damaged.append(byte)
                continue
            self.faults += 1
            kind = self._chance.randrange(3)
            if kind == 0:  # another character
                damaged.append(byte ^ 1 << self._chance.randrange(7))
            elif kind == 1:  # twice the same
                damaged += bytes([byte, byte])
        return bytes(damaged)

    def write(self, data: bytes) -> None:
        """Send what is left of it."""
        self._link.write(self._damage(data))

    def read(self, timeout_s: float) -> bytes:
        """What is left of what has arrived."""
        return self._damage(self._link.read(timeout_s))

    def close(self) -> None:
        """Let the device go."""
        self._link.close()


@pytest.fixture(scope="module")
def program(build_host: Build) -> Path:  # noqa: F811
    """The counting model's program, of 700 bytes, which takes pixels."""
    flags = ("-DTCNN_MLPERF_BYTES=700", "-DTCNN_MLPERF_PIXELS=true")
    return build_host("-DINPUT_BYTES=700", *flags)


@contextmanager
def opened(program: Path, share: float = 0.0, seed: int = 0) -> Iterator[TextDevice]:
    """The program behind a line that damages a share of the characters."""
    child = Child([str(program)], name="program")
    link = BadLine(PipeLink(child), share, seed)
    with TextDevice(link, MODEL, reply_timeout_s=3.0) as device:
        assert isinstance(device, TextDevice)
        yield device


def test_bytes_are_those_of_the_packets(
    program: Path,
    build_host: Build,  # noqa: F811
) -> None:
    """And so is all that the firmware says of itself."""
    packets = build_host("-DINPUT_BYTES=700")
    with opened(program) as device, open_host(packets) as other:
        info, said = device.info(), other.info()
        found = [device.infer(image).output for image in IMAGES]
        expected = [other.infer(image).output for image in IMAGES]
        steps = device.profile(IMAGES[0])

    assert np.array_equal(found, expected)
    assert len(steps) == 2
    assert _facts(info) == _facts(said)
    assert info.foreign is None
    check_identity("program", Identity(said.model_sha256, "none", "tests"), info)


def _facts(info: DeviceInfo) -> tuple[object, ...]:
    return (
        *(info.board, info.board_id, info.model, info.model_sha256, info.generator),
        *(info.numerics, info.clock_hz, info.arena_bytes, info.inputs, info.outputs),
        *(info.cache_on, info.counts_cycles),
    )


@pytest.mark.parametrize("seed", range(5))
def test_no_fault_of_the_line_becomes_an_answer(program: Path, seed: int) -> None:
    """Damaged, lost and doubled characters cost time; sums find those that fit."""
    with opened(program, 0.0002, seed) as device:
        found = [device.infer(image).output[:4].tolist() for image in IMAGES]
        counters = device.counters

    wanted = [[(int(v) + 129) % 256 - 128 for v in image[:4]] for image in IMAGES]
    assert found == wanted
    assert counters.resends > 0


def test_a_line_that_is_too_bad_is_an_error(program: Path) -> None:
    """One line with a next step, within the time of an image."""
    with opened(program, 0.05) as device, pytest.raises(DeviceError) as caught:
        device.infer(IMAGES[0])

    assert caught.value.hint


def test_who_speaks_packets_to_it_is_told(program: Path) -> None:
    """By its banner, which is the runner's."""
    with (
        open_host(program, reply_timeout_s=1.0) as device,
        pytest.raises(StrangerError, match="MLPerf Tiny") as caught,
    ):
        device.info()

    assert "--dialect mlperf" in str(caught.value.hint)


def test_frames_are_refused(program: Path) -> None:
    """The dialect has none."""
    with opened(program) as device, pytest.raises(DeviceError) as caught:
        device.preprocess(b"")

    assert "has no raw frames" in str(caught.value)


def test_it_is_not_bisected_on_a_port(program: Path) -> None:
    """Text tells outputs alone; what to build instead is said."""
    subject = replace(make_subject(plus_one([]), lambda _: None), workshop=NO_WORKSHOP)
    with opened(program) as device:
        found = bisect_image(subject, DeviceChoice(port="p"), 3, Log(), device)

    assert found.lines == (
        "bisect: image 3: not possible: firmware that speaks text tells its outputs "
        "only",
        "hint: build the project with --trace --dialect packets, flash that, and "
        "validate --bisect --dialect packets",
    )
