"""One fault, one run: how it ends, what it says, and whether it can be gone on with.

A validation of some images runs against a board whose line is faulty, ends as a command
does, and is gone on with on a line that is whole. Either it survives, complete and
right, or it ends in one line and a hint with exit code 3, and what follows is complete
and right. All else is wrong.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest

from tests.device.fake_board import FakeBoard, Line
from tests.device.pluggable import Socket
from tests.faults.lines import Crash, Late
from tests.observer import Log
from tinycnn.cli.ends import run_to_its_end
from tinycnn.device import PortOptions, child, patient, serial_link
from tinycnn.device.ports import DetectedPort
from tinycnn.harness import ValidationResult
from tinycnn.workbench import DeviceChoice, Subject, validate

__all__ = ["Bench", "Row", "Scene", "WrongError", "play"]

_Way = TypeVar("_Way")
Ending = Literal["survived", "ended"]
Result = dict[str, Any]
_STOPPED = (129, 130, 143)  # by who plays the table: no row ends so


class WrongError(AssertionError):
    """A run that neither survived nor ended in order."""


@dataclass(frozen=True)
class Bench:
    """A model on boards of one kind.

    Attributes:
        subject: Its images; called with the path of a log.
        new_board: A board that runs it, just started.
        reply_timeout_s: How long a reply may take there.
        images: How many there are.
        messages: That a run sends and receives, each way.
    """

    subject: Callable[[FakeBoard, Path], Subject]
    new_board: Callable[[], Any]
    reply_timeout_s: float
    images: int
    messages: int


@dataclass(frozen=True)
class Row:
    """A fault of the table.

    Attributes:
        name: Its number.
        title: What happens.
        stage: Brings it about in a scene.
        ends: How a run may end.
        says: What it says then, a regular expression.
        boards: On which it can be played.
    """

    name: str
    title: str
    stage: Callable[[Scene], None]
    ends: tuple[Ending, ...]
    says: str
    boards: tuple[str, ...]


@dataclass
class Scene:
    """What a row may change before the run.

    Attributes:
        board: The one that is validated.
        port: Where it is looked for.
        run: Instead of the validation of that port.
        others: Boards that must not get an image.
        check: What holds afterwards, too.
        keeps: What of the device must be as it is without the fault.
        said: What the run tells while it goes on.
        answered: Whether an image was before it ended.
        full_s: The time of a pause, if not in proportion to the timeouts.
    """

    bench: Bench
    folder: Path
    seed: int
    chance: random.Random
    patch: pytest.MonkeyPatch
    board: FakeBoard
    stack: ExitStack
    full_s: float | None = None
    port: str = ""
    baud: int = 115_200
    run: Callable[[], Any] | None = None
    mend: Callable[[], None] | None = None
    before_mending: Callable[[], None] = lambda: None
    others: list[FakeBoard] = field(default_factory=list)
    check: Callable[[], object] = lambda: None
    on_wait: Callable[[], None] = lambda: None
    on_progress: Callable[[int], None] = lambda done: None
    device: Literal["host", "sim"] | None = None
    program: Path | None = None
    is_same_device: bool = True
    listed: list[DetectedPort] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    line: Line | None = None

    def __post_init__(self) -> None:
        self.timeout_s = self.bench.reply_timeout_s
        self.socket = Socket(self.folder / "board")
        self.stack.callback(lambda: self.socket.unplug())
        self.port = str(self.socket.path)
        self.log = self.folder / "run.jsonl"

    def pick(self, ways: Sequence[_Way]) -> _Way:
        """One of several ways; a few repeats see them all."""
        return ways[self.seed % len(ways)]

    def plug(self, kind: type[Line], **more: object) -> Line:
        """Put a line of a kind between host and board; `more` are its attributes."""
        line = kind(self.board, self.chance.randrange(2**32))
        if issubclass(kind, Crash):
            more = {"at": self.chance.randrange(self.bench.images), **more}
        elif issubclass(kind, Late):
            # Those before it are two greetings, of which the first is not waited for.
            more = {"at": self.chance.randrange(2, self.bench.messages), **more}
        for name, value in more.items():
            setattr(line, name, value)
        self.line = line
        self.socket.plug_line(line)
        return line

    def validate(self, port: str | None = None) -> ValidationResult:
        """As the command does it."""
        choice = DeviceChoice(
            kind=self.device or "sim",
            port=None if self.device else port or self.port,
            options=PortOptions(baud=self.baud, reply_timeout_s=self.timeout_s),
            boards=1,
        )
        subject = self.bench.subject(self.board, self.log)
        if (program := self.program) is not None:
            subject = replace(subject, program=lambda kind: program)
        return validate(subject, choice, _Listener(self))


class _Listener(Log):
    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene

    def progress(self, name: str, done: int, total: int, detail: str = "") -> None:
        if name == "validate":
            self._scene.on_progress(done)

    def note(self, name: str, text: str) -> None:
        self._scene.said.append(text)
        if "; waiting" in text:
            self._scene.on_wait()


def play(
    row: Row, seed: int, bench: Bench, folder: Path, *, full_s: float | None = None
) -> Ending:
    """How a run with the row's fault ended.

    Args:
        row: The fault.
        seed: Of all chance.
        bench: Where.
        folder: An empty one.
        full_s: The length of a long pause, if it is not to be scaled down.

    Raises:
        WrongError: If it ended in any other way.
    """
    with _nothing_left(), ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(patient, "_LOOK_EVERY_S", 0.01)
        patch.setattr(patient, "WAIT_S", 0.3)
        patch.setattr(serial_link, "WRITE_TIMEOUT_S", 0.1)
        patch.setattr(child, "_GRACE_S", 0.2)
        chance = random.Random(f"{row.name} {seed}")
        board = bench.new_board()
        scene = Scene(bench, folder, seed, chance, patch, board, stack, full_s)
        stack.callback(lambda: getattr(board, "leave", int)())
        patch.setattr(patient, "detect_ports", lambda: tuple(scene.listed))
        row.stage(scene)
        run = scene.run or scene.validate
        code, result, said = _end(run)
        if code == 0:
            ending: Ending = "survived"
            _check_result(scene, result)
        else:
            ending = "ended"
            _check_line(row, scene, code, said)
            _go_on(scene, run)
        if ending not in row.ends:
            raise WrongError(f"{ending}: {said}")
        if scene.line is not None and scene.line.faults == 0:
            raise WrongError("nothing happened")
        if any(other.runs for other in scene.others):
            raise WrongError("another board got an image")
        scene.check()
    return ending


def _end(run: Callable[[], Any]) -> tuple[int, Any, str]:
    """Exit code, result and standard error of a command."""
    results: list[Any] = []

    def command() -> int:
        results.append(run())
        return 0 if getattr(results[0], "passed", True) else 1

    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        code = run_to_its_end(command)
    if code in _STOPPED:
        raise KeyboardInterrupt
    return code, results[0] if results else None, said.getvalue()


def _check_result(scene: Scene, result: Any) -> None:
    """Complete and right: each image once, each byte the reference's."""
    if not isinstance(result, ValidationResult):
        return
    subject = scene.bench.subject(scene.board, scene.log)
    count = len(subject.inputs)
    if result.indices.tolist() != list(range(count)) or result.is_partial:
        raise WrongError(f"images {result.indices.tolist()}")
    if result.different or result.outputs.tobytes() != subject.expected.tobytes():
        raise WrongError("another output was accepted")
    if not scene.log.exists():
        return
    kept = [json.loads(line) for line in scene.log.read_text("utf-8").splitlines()]
    images = [line["index"] for line in kept if "index" in line]  # one each
    if scene.is_same_device and sorted(images) != list(range(count)):
        raise WrongError(f"the log has images {images}")


def _check_line(row: Row, scene: Scene, code: int, said: str) -> None:
    """One line that names device, image and cause, and a hint; exit code 3."""
    lines = said.splitlines()
    if code != 3 or len(lines) != 2 or not lines[1].startswith("hint: "):
        raise WrongError(f"exit code {code}: {said}")
    if not re.search(row.says, said):
        raise WrongError(f"expected {row.says}, got {said}")
    if scene.run is not None:
        return
    if scene.device is None and scene.port not in lines[0]:
        raise WrongError(f"expected port {scene.port}, got {said}")
    is_within = 0 < _count_answers(scene) < scene.bench.images
    is_named = row.says.startswith("^") or re.match(r"error: image \d+: ", lines[0])
    if is_within and not is_named:
        raise WrongError(f"expected an image's number, got {said}")


def _go_on(scene: Scene, run: Callable[[], Any]) -> None:
    """Mend what is broken and give the same command again."""
    scene.before_mending()
    if scene.mend is not None:
        scene.mend()
    else:
        scene.socket.unplug()
        scene.board.reset()
        scene.socket.plug_line(Line(scene.board))
        scene.port, scene.baud = str(scene.socket.path), 115_200
        run = scene.validate
    had_answers = _count_answers(scene) > 0
    scene.said.clear()
    scene.timeout_s = scene.bench.reply_timeout_s
    code, result, said = _end(run)
    if code != 0:
        raise WrongError(f"gone on with, exit code {code}: {said}")
    _check_result(scene, result)
    goes_on = any(text.startswith("goes on after ") for text in scene.said)
    if had_answers and scene.is_same_device and not goes_on:
        raise WrongError(f"began anew: {scene.said}")


def _count_answers(scene: Scene) -> int:
    """In the log so far."""
    text = scene.log.read_text("utf-8") if scene.log.exists() else ""
    return text.count('"index"')


@contextmanager
def _nothing_left() -> Iterator[None]:
    """No thread and no open file is left behind."""
    before = threading.active_count(), _count_files()
    yield
    deadline = time.monotonic() + 5
    while (after := (threading.active_count(), _count_files())) > before:
        if time.monotonic() > deadline:
            names = [thread.name for thread in threading.enumerate()]
            raise WrongError(
                f"threads and files before {before}, then {after}: {names}"
            )
        gc.collect()
        time.sleep(0.01)


def _count_files() -> int:
    return len(os.listdir("/proc/self/fd"))
