"""The health of a device on the bench: what it says, and what an examination finds."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pytest

from tests.device.fake_board import FakeBoard, Line, serve, served
from tests.observer import Log
from tests.workbench.test_operations import Found, make_subject, plus_one
from tinycnn.device import PortOptions
from tinycnn.device.packets import Packet, PacketType
from tinycnn.errors import ProjectError
from tinycnn.harness import HealthCheck, Limit, ValidationResult
from tinycnn.workbench import DeviceChoice, Subject, validate


@dataclass
class Steady(FakeBoard):
    """A board whose answer follows from the image alone, and whose clock goes on."""

    seconds: int = 50
    forgetful: bool = False

    def work(self, packet: Packet) -> bytes:
        """Answers without the number of runs; forgets the image once it was reset."""
        reply = super().work(packet)
        if packet.type != PacketType.INFER:
            return reply
        return reply[:-4] + (b"\1\1\1\1" if self.forgetful else b"\0\0\0\0")

    def tell_status(self) -> bytes:
        """Its time is what a test says."""
        told = super().tell_status()
        return told[:26] + (self.seconds * 10**6).to_bytes(8, "little") + told[34:]


@contextmanager
def opened_twice(first: FakeBoard, second: FakeBoard) -> Iterator[DeviceChoice]:
    """A port where one board answers, then the other."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            for board in (first, second):
                serve(Line(board), server)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield DeviceChoice(port=f"socket://127.0.0.1:{server.getsockname()[1]}")
        thread.join(5)
        assert not thread.is_alive()


def subject_of(*limits: Limit) -> Subject:
    """Thirty-five inputs; what is expected does not count here."""
    kept: list[Found] = []
    subject = make_subject(plus_one([]), kept.append)
    return replace(subject, limits=limits, expected=np.zeros((35, 8), np.int8))


def states(result: ValidationResult) -> dict[str, str]:
    """What came of each check, by its name."""
    assert result.health is not None
    return {check.name: check.state for check in result.health.checks}


def check_of(result: ValidationResult, name: str) -> HealthCheck:
    """One check by its name."""
    assert result.health is not None
    return next(check for check in result.health.checks if check.name == name)


def test_a_device_says_how_it_is_before_and_after() -> None:
    """Nothing is tried unless it is asked for."""
    with served(Line(FakeBoard())) as url:
        result = validate(subject_of(), DeviceChoice(port=url), Log())

    assert result.is_sound
    assert states(result) == dict.fromkeys(
        ("guards", "stack", "arena", "start"), "passed"
    )
    assert check_of(result, "stack").detail == "512 bytes of stack used of 4,096"


def test_a_dead_guard_is_told_by_its_place() -> None:
    """And that it was dead before the run."""
    with served(Line(FakeBoard(dead_guards=2))) as url:
        result = validate(subject_of(), DeviceChoice(port=url), Log())

    assert not result.is_sound
    assert check_of(result, "guards").detail == (
        "overwritten behind the arena, before the run"
    )


def test_limits_are_held_against_what_is_measured() -> None:
    """Those of a linker by what it said, the others by what the device says."""
    limits = (
        Limit("stack_bytes", 511, "[budgets]"),
        Limit("arena_bytes", 2048, "[budgets]"),
        Limit("flash_bytes", 1000, "nano33ble", linked=1001),
    )
    with served(Line(FakeBoard())) as url:
        result = validate(subject_of(*limits), DeviceChoice(port=url), Log())

    assert result.health is not None
    assert [(c.name, c.detail) for c in result.health.failed] == [
        ("stack_bytes of [budgets]", "expected at most 511, got 512"),
        ("flash_bytes of nano33ble", "expected at most 1,000, got 1,001"),
    ]
    assert states(result)["arena_bytes of [budgets]"] == "passed"


def test_firmware_that_speaks_text_is_not_examined() -> None:
    """That is said before it is asked for an image."""
    subject = replace(subject_of(), dialect="mlperf")
    with pytest.raises(ProjectError, match="expected firmware that speaks packets"):
        validate(subject, DeviceChoice(port="/dev/nowhere"), Log(), health=True)


def test_an_examination_finds_what_depends_on_earlier_images() -> None:
    """The fake board's answers hold the number of its runs."""
    with opened_twice(FakeBoard(), FakeBoard()) as choice:
        result = validate(subject_of(), choice, Log(), health=True)

    assert check_of(result, "same image twice").state == "failed"
    assert check_of(result, "same image twice").image == 0


def test_a_restarted_device_answers_as_before() -> None:
    """Its clock tells that it was restarted."""
    with opened_twice(Steady(), Steady(seconds=1)) as choice:
        sound = validate(subject_of(), choice, Log(), health=True)
    with opened_twice(Steady(), Steady(seconds=1, forgetful=True)) as choice:
        other = validate(subject_of(), choice, Log(), health=True)

    assert (sound.is_sound, states(sound)["after a restart"]) == (True, "passed")
    assert check_of(other, "after a restart").state == "failed"
    assert check_of(other, "after a restart").image == 0


@dataclass
class Restarting(Steady):
    """A board that restarts when it is asked to, and then is as a test says."""

    restarts: bool = True
    broken: bool = False

    def reset(self) -> None:
        """Its clock begins anew."""
        if PacketType.RESTART in self.requests:
            self.seconds, self.forgetful = 1, self.broken
        super().reset()


@pytest.mark.parametrize("broken", [False, True])
def test_a_board_restarts_itself_where_it_can(broken: bool) -> None:
    """On the port that stays open: nobody else takes it meanwhile."""
    board = Restarting(broken=broken)
    with served(Line(board)) as url:
        result = validate(subject_of(), DeviceChoice(port=url), Log(), health=True)
    found = check_of(result, "after a restart")

    assert board.requests.count(PacketType.RESTART) == 1
    assert found.state == ("failed" if broken else "passed")
    assert result.is_sound != broken


def test_what_cannot_be_tried_is_not_passed() -> None:
    """A board that does not restart, and whose time is real."""
    with opened_twice(Steady(), Steady(seconds=60)) as choice:
        found = states(validate(subject_of(), choice, Log(), health=True))

    assert found["same image twice"] == found["another order"] == "passed"
    assert found["after a restart"] == found["an hour later"] == "not checked"
    assert found["between two runs"] == found["memory never written"] == "not checked"


def test_a_device_that_does_not_come_back_is_not_sound() -> None:
    """What was found before is kept."""
    options = PortOptions(reply_timeout_s=0.5)
    with served(Line(Steady())) as url:
        choice = DeviceChoice(port=url, options=options)
        result = validate(subject_of(), choice, Log(), health=True)

    assert states(result)["another order"] == "passed"
    assert check_of(result, "after a restart").state == "failed"
