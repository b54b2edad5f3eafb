"""The device's C with a model whose input is fed: in order, whole, and once a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness.c_build import Build
from tests.harness.test_harness_c import (  # noqa: F401 a fixture
    HELLO,
    INFER,
    PROFILE,
    WRITE,
    RawHost,
    error_of,
    open_raw,
)
from tests.harness.test_mlperf_c import CHECKED, talk_to
from tinycnn.device.packets import ErrorCode
from tinycnn.device.payloads import parse_profile, profile_payload, write_payload

FED = ("-DFED", "-DINPUT_BYTES=6")


@pytest.fixture
def host(
    open_raw: Callable[[Path], RawHost],  # noqa: F811
    build_host: Build,
) -> RawHost:
    """The counting model, of six bytes that are fed, greeted in session 1."""
    raw = open_raw(build_host(*FED, *CHECKED))
    raw.ask(HELLO, 0)
    return raw


def test_parts_that_follow_each_other_are_the_input(host: RawHost) -> None:
    """The run is counted once, and the next input begins at its first byte."""
    for run in (1, 2):
        host.ask(WRITE, 10 * run, write_payload(0, b"\1\2"))
        host.ask(WRITE, 10 * run + 1, write_payload(2, b"\3"))
        reply = host.ask(INFER, 10 * run + 2, write_payload(3, b"\4\5\6"))

        assert reply.payload[8:] == bytes([2, 3, 4, 5, run, 0, 0, 0])


def test_an_input_may_be_begun_again(host: RawHost) -> None:
    """Whatever was fed of another before."""
    host.ask(WRITE, 1, write_payload(0, b"\7\7\7\7"))

    reply = host.ask(INFER, 2, write_payload(0, b"\1\2\3\4\5\6"))

    assert reply.payload[8:12] == b"\2\3\4\5"


@pytest.mark.parametrize(
    ("kind", "offset", "data"),
    [
        (WRITE, 3, b"\4"),  # behind a gap
        (WRITE, 1, b"\3"),  # taken already
        (INFER, 2, b"\3\4\5"),  # a byte is missing
        (INFER, 4, b"\5\6"),  # all that come last, but not those between
    ],
)
def test_what_does_not_follow_is_refused(
    host: RawHost, kind: int, offset: int, data: bytes
) -> None:
    """It changes nothing: the part that follows is still taken."""
    host.ask(WRITE, 1, write_payload(0, b"\1\2"))

    assert (
        error_of(host.ask(kind, 2, write_payload(offset, data)))[0] == ErrorCode.RANGE
    )
    reply = host.ask(INFER, 3, write_payload(2, b"\3\4\5\6"))
    assert reply.payload[8:] == b"\2\3\4\5\1\0\0\0"


def test_a_run_takes_what_was_fed(host: RawHost) -> None:
    """The same bytes are no input a second time."""
    host.ask(INFER, 1, write_payload(0, b"\1\2\3\4\5\6"))

    refused = host.ask(INFER, 2, write_payload(6, b""))

    assert error_of(refused)[0] == ErrorCode.RANGE


def test_a_profile_is_fed_too(host: RawHost) -> None:
    """It tells of all steps, the first of which ran meanwhile."""
    reply = host.ask(PROFILE, 1, profile_payload(0, 0, b"\1\2\3\4\5\6"))

    assert parse_profile(reply.payload)[0] == 2


def test_the_public_runner_feeds_each_run(build_host: Build) -> None:
    """As loaded, in as many parts as it needs."""
    flags = ("-DTCNN_MLPERF_BYTES=100", "-DINPUT_BYTES=100", "-DTCNN_MLPERF_PIXELS=0")
    program = build_host(*flags, "-DFED", *CHECKED)
    data = bytes(range(100)).hex()
    answers = talk_to(program, f"db load 100%db {data}%infer 2 1%raw%steps%")

    assert answers[-2][0] == "m-raw-[0102030403000000]"
    assert len(answers[-1]) == 2
