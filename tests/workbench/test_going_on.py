"""A run that is stopped, by whatever, goes on and finds what it would have found."""

from __future__ import annotations

import itertools
import json
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from tests.device.fake_board import SHA256, FakeBoard, Line, served
from tests.device.pluggable import Socket, SteadyBoard
from tests.observer import Log
from tests.workbench.test_operations import make_subject
from tinycnn.device import patient
from tinycnn.device.packets import Packet, PacketType
from tinycnn.errors import DeviceError, ProjectError, TinycnnError
from tinycnn.harness import Identity, Profile, Resume, ValidationResult, result_to_json
from tinycnn.reference import Reference, ReferenceIdentity
from tinycnn.workbench import DeviceChoice, Subject, validate

IMAGES = 9
WRONG = 4  # of this image the reference says something else
GOES_ON = "goes on after {} of 9 images; --fresh starts anew"
TIMED = {"seconds", "images_per_second", "counters", "health"}


class Killed(BaseException):
    """Nothing of the program runs any more."""


@dataclass
class Bench:
    """A model whose validations keep a log."""

    log: Path
    found: list[ValidationResult | Profile] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def subject(self) -> Subject:
        """Nine images, of which one differs; the device was given some before."""
        rows = np.random.default_rng(1).integers(-128, 128, (IMAGES, 100), np.int8)

        def run_rows(batch: Sequence[bytes]) -> list[bytes]:
            answers = []
            for row in batch:
                answer = bytearray((byte + 1) & 255 for byte in row[:4]) + bytes(4)
                answer[5] = row == rows[WRONG].tobytes()
                answers.append(bytes(answer))
            return answers

        reference = Reference(ReferenceIdentity("plus one", "1", "none", 1), run_rows)
        made = make_subject(reference, self.found.append)
        labels = np.arange(IMAGES) % 4
        return replace(made, inputs=rows, labels=labels, log=self.log)

    def run(
        self,
        board: FakeBoard | None = None,
        *,
        port: str | None = None,
        subject: Subject | None = None,
        resume: Resume = "if possible",
    ) -> dict[str, Any]:
        """What a validation finds, without what differs from run to run."""
        observer = Log()
        subject = subject or self.subject()
        try:
            if port is None:
                with served(Line(board or SteadyBoard())) as url:
                    choice = DeviceChoice(port=url)
                    result = validate(subject, choice, observer, resume=resume)
            else:
                choice = DeviceChoice(port=port)
                result = validate(subject, choice, observer, resume=resume)
        finally:
            self.notes = observer.notes
        return boil_down(result)


def boil_down(result: ValidationResult) -> dict[str, Any]:
    """What must be equal; the port has a new number each time."""
    value: dict[str, Any] = json.loads(result_to_json(result))
    value["device"].pop("name")
    rest = {name: it for name, it in value.items() if name not in TIMED}
    rows = result.indices, result.outputs, result.cycles, result.micros
    return rest | {"rows": [array.tolist() for array in rows]}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """With a log of its own."""
    return Bench(tmp_path / "run.jsonl")


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a run finds that nobody stops."""
    found = Bench(tmp_path_factory.mktemp("golden") / "run.jsonl").run()
    assert (found["images"], found["different"], found["verdict"]) == (
        9,
        1,
        "different",
    )
    assert len(found["rows"][1]) == IMAGES
    return found


def stopping(at: int, error: Callable[[], BaseException]) -> type[Log]:
    """Observers that stop the run after so many images."""

    class Stopping(Log):
        def progress(self, name: str, done: int, total: int, detail: str = "") -> None:
            if name == "validate" and done == at:
                raise error()

    return Stopping


def kill_at(patch: pytest.MonkeyPatch, number: int, written: float) -> None:
    """Kill the program at a write to the log, when a share of it is written."""
    write, numbers = os.write, itertools.count(1)

    def fail(*_: object) -> None:
        raise Killed

    def write_some(file: int, data: bytes) -> int:
        if next(numbers) == number:
            write(file, data[: round(written * len(data))])
            patch.setattr(os, "fsync", fail)
            patch.setattr(os, "write", fail)
            raise Killed
        return write(file, data)

    patch.setattr(os, "write", write_some)


def run_until_killed(bench: Bench, number: int, written: float) -> None:
    """Run until the program is killed at a write to the log."""
    with pytest.MonkeyPatch.context() as patch:
        kill_at(patch, number, written)
        with pytest.raises(Killed):
            bench.run()


@pytest.mark.parametrize("written", [0, 0.4, 1])
@pytest.mark.parametrize("number", range(1, IMAGES + 2))
def test_a_kill_at_any_write_changes_nothing(
    bench: Bench, golden: dict[str, Any], number: int, written: float
) -> None:
    """Before it, within it, after it; also at the line of the verdict."""
    run_until_killed(bench, number, written)

    known = min(number - (written < 1), IMAGES)
    is_over = number > IMAGES and written == 1
    board = SteadyBoard()
    assert bench.run(board) == golden
    assert board.runs >= (IMAGES if is_over else IMAGES - known)
    if known and not is_over:
        assert bench.notes == [
            f"goes on after {known} of 9 images; --fresh starts anew"
        ]
        assert board.runs <= IMAGES - known + 8 + 16  # a check; the diagnosis
    assert bench.run() == golden
    assert bench.notes == []


@pytest.mark.parametrize("seed", range(8))
def test_any_number_of_kills_changes_nothing(
    bench: Bench, golden: dict[str, Any], seed: int
) -> None:
    """One after the other, each wherever."""
    chance = random.Random(seed)
    for _ in range(chance.randint(2, 5)):
        run_until_killed(bench, chance.randint(1, 3), chance.random())
        if bench.log.stat().st_size and b'"end"' in bench.log.read_bytes():
            break

    assert bench.run() == golden


@pytest.mark.parametrize("seed", range(12))
def test_a_power_cut_loses_no_more_than_the_last_second(
    bench: Bench, golden: dict[str, Any], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what was synced is there, and behind it whatever the disk holds."""
    chance = random.Random(seed)
    synced = [0]
    with monkeypatch.context() as patch:
        patch.setattr("tinycnn.journal._SYNC_EVERY_S", chance.choice([0, 1e-3, 9]))
        patch.setattr(os, "fsync", lambda _: synced.append(bench.log.stat().st_size))
        run_until_killed(bench, chance.randint(1, IMAGES), chance.random())
    written = bench.log.read_bytes()
    rest = len(written) - synced[-1]
    behind = chance.choice([b"", bytes(rest), chance.randbytes(rest) if rest else b""])
    if synced[-1]:
        bench.log.write_bytes(written[: synced[-1]] + behind)
    else:
        bench.log.write_bytes(bytes(chance.choice([0, rest])))

    assert bench.run() == golden


@pytest.mark.parametrize("at", [1, 5, 9])
@pytest.mark.parametrize(
    "error", [KeyboardInterrupt, lambda: DeviceError("gone"), lambda: OSError(5, "io")]
)
def test_a_stop_is_gone_on_from(
    bench: Bench, golden: dict[str, Any], at: int, error: Callable[[], BaseException]
) -> None:
    """What was found until then is a part; the whole is as if nothing had been."""
    with served(Line(SteadyBoard())) as url, pytest.raises(type(error())):
        validate(bench.subject(), DeviceChoice(port=url), stopping(at, error)())
    (part,) = bench.found
    assert isinstance(part, ValidationResult)
    assert part.images == at

    assert bench.run(resume="always") == golden
    assert bench.notes == [GOES_ON.format(at)]


def test_fresh_starts_anew(bench: Bench, golden: dict[str, Any]) -> None:
    """Every image is asked for again."""
    stop_after(bench, 5)
    board = SteadyBoard()

    assert bench.run(board, resume="never") == golden
    assert board.runs >= IMAGES
    assert bench.notes == []


def stop_after(bench: Bench, images: int) -> bytes:
    """Stop a run; what is in the log then."""
    run_until_killed(bench, images, 1)
    return bench.log.read_bytes()


def test_another_board_of_the_kind_goes_on(
    bench: Bench, golden: dict[str, Any]
) -> None:
    """In a later session; who answered what is in the log, and in the results."""
    kept = stop_after(bench, 5)
    found = bench.run(SteadyBoard(board_id=b"\7" * 8), resume="always")

    both = ["0102030405060708", "07" * 8]
    assert found["boards"] == both
    lines = bench.log.read_bytes().splitlines()
    assert b"\n".join(lines[:5]) + b"\n" == kept
    said = [json.loads(line).get("board_id") for line in lines]
    assert said == [both[0]] * 5 + [both[1]] * 4 + [None]
    assert found["rows"] == golden["rows"]


def test_another_model_is_refused_and_the_log_stays(bench: Bench) -> None:
    """Nor does it make a log where none is."""
    other = SteadyBoard(sha256=bytes(32))
    with pytest.raises(DeviceError, match="expected model"):
        bench.run(other)
    assert not bench.log.exists()
    kept = stop_after(bench, 5)
    for resume in get_args(Resume):
        with pytest.raises(DeviceError, match="expected model"):
            bench.run(other, resume=resume)

    assert bench.log.read_bytes() == kept


@dataclass
class Reflashed(SteadyBoard):
    """The same model by other firmware, which has one image wrong."""

    wrong: int = 0

    def work(self, packet: Packet) -> bytes:
        """As the right one, but for one image."""
        reply = super().work(packet)
        is_it = self.input[:4] == self.wrong_image()
        if packet.type == PacketType.INFER and is_it:
            return reply[:-1] + b"\1"
        return reply

    def wrong_image(self) -> bytes:
        """The beginning of that."""
        rows = np.random.default_rng(1).integers(-128, 128, (IMAGES, 100), np.int8)
        return rows[self.wrong, :4].tobytes()


@pytest.mark.parametrize("wrong", range(6))
def test_changed_firmware_does_not_go_on(bench: Bench, wrong: int) -> None:
    """A board that says the same of itself answers an image otherwise."""
    kept = stop_after(bench, 6)
    named = rf"image {wrong}: .*run\.jsonl, got another: byte 7 was 0, is 1$"
    with pytest.raises(DeviceError, match=named) as caught:
        bench.run(Reflashed(wrong=wrong))

    assert bench.log.read_bytes() == kept
    assert str(caught.value.hint).startswith("--fresh starts anew")
    found = bench.run(Reflashed(wrong=wrong), resume="never")
    assert found["different"] == (1 if wrong == WRONG else 2)


def changed(subject: Subject, what: str) -> Subject:
    """The subject with another data set, or for other firmware."""
    if what == "image":
        inputs = subject.inputs.copy()
        inputs[8, 99] ^= 1
        return replace(subject, inputs=inputs)
    if what == "label":
        labels = np.arange(IMAGES) % 3
        return replace(subject, labels=labels)
    identity = Identity(SHA256.hex())
    reference = Reference(ReferenceIdentity("plus one", "2", "none", 1), lambda r: [])
    return replace(subject, identity=lambda _: identity, reference=lambda: reference)


@pytest.mark.parametrize(
    ("what", "named"),
    [
        ("image", "data set SHA-256"),
        ("label", "data set SHA-256"),
        ("reference", "reference plus one 2"),
    ],
)
def test_what_changed_between_is_named(bench: Bench, what: str, named: str) -> None:
    """The log of the other run stays for who insists on it."""
    kept = stop_after(bench, 5)
    subject = changed(bench.subject(), what)
    with pytest.raises(ProjectError, match=f"cannot resume .*: expected {named}"):
        bench.run(subject=subject, resume="always")

    assert bench.log.read_bytes() == kept


def test_a_port_that_is_gone_at_once_is_an_error(bench: Bench, tmp_path: Path) -> None:
    """Before its first word nobody knows which board to wait for."""
    socket = Socket(tmp_path / "board")
    socket.plug(SteadyBoard(), replies=0)
    with pytest.raises(DeviceError, match="lost"):
        bench.run(port=str(socket.path))

    assert not bench.log.exists()


def test_two_validations_do_not_share_a_log(bench: Bench) -> None:
    """The second one is refused before it gets an answer."""
    board = SteadyBoard()

    def collide() -> BaseException:
        with pytest.raises(TinycnnError, match="in use by another process"):
            bench.run(board)
        return KeyboardInterrupt()

    with served(Line(SteadyBoard())) as url, pytest.raises(KeyboardInterrupt):
        validate(bench.subject(), DeviceChoice(port=url), stopping(3, collide)())
    assert board.runs == 0


@pytest.mark.parametrize("replies", [1, 2, 8, 9, 19, 20])
def test_a_cable_that_is_pulled_changes_nothing(
    bench: Bench,
    golden: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    replies: int,
) -> None:
    """The board comes back on another node, within the same run."""
    monkeypatch.setattr(patient, "_LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(patient, "WAIT_S", 5)
    socket, board = Socket(tmp_path / "board"), SteadyBoard()
    socket.plug(board, replies=replies)

    class Plugging(Log):
        def note(self, name: str, text: str) -> None:
            super().note(name, text)
            if "; waiting" in text:
                socket.plug(board)

    observer = Plugging()
    choice = DeviceChoice(port=str(socket.path))
    found = boil_down(validate(bench.subject(), choice, observer))
    socket.unplug()

    assert found == golden
    assert len(observer.notes) == 2
