"""The log of a validation: every answer as it comes, so that a run can go on.

One line of JSON an image, appended as soon as the device has answered. Each says of
itself what it belongs to, and ends in a checksum: a line that was damaged is left out,
never judged. What a device answered is kept, not whether it was right, which the
reference says again when the run goes on. The last line of a run is its verdict's.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from tinycnn.device import Inference
from tinycnn.errors import ProjectError
from tinycnn.harness.order import begins_alike
from tinycnn.journal import Journal

__all__ = ["Resume", "RunKey", "RunLog"]

Resume = Literal["if possible", "always", "never"]
"""Whether to go on with a run that broke off; `always` is an error without one."""

_CHECKSUM = re.compile(rb'(.+),"crc32":"([0-9a-f]{8})"}')
_NAMED = 3
_DIGEST = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")  # of which twelve are shown
_START = b'{"tinycnn":"'
_WRITER = re.compile(_START + rb'([0-9A-Za-z.+-]{1,40})"')
_MOST_BYTES = 1 << 26  # of a log that runs are kept in that another may go on with


@dataclass(frozen=True, slots=True)
class RunKey:
    """What two runs have in common if one can go on with the other.

    Attributes:
        tinycnn: The version.
        model_sha256: Of the `.tflite` file.
        reference: Name and version of what the outputs are compared with.
        firmware: What wrote the code, and the program's digest where that is known.
        board: The kind of device, as it calls itself.
        dataset_sha256: Of all images and labels.
        order: By what the order of images was chosen.
        seed: What chance began with, where it had a part in it.
        images: How many are asked for.
    """

    tinycnn: str
    model_sha256: str
    reference: str
    firmware: str
    board: str
    dataset_sha256: str
    order: str
    seed: int | None
    images: int

    def differs(self, other: RunKey) -> str:
        """The first thing in which another run differs; empty if there is none."""
        for one in fields(self):
            mine, its = getattr(self, one.name), getattr(other, one.name)
            if mine != its:
                name = _WORDS.get(one.name, one.name)
                return _DIGEST.sub(r"\1", f"expected {name} {mine}, got {its}")
        return ""

    def is_part_of(self, other: RunKey) -> bool:
        """Whether another run asks for these images first, then for more."""
        same = replace(self, images=other.images) == other
        alike = begins_alike(self.order, self.images, other.images)
        return same and alike and self.images < other.images

    def is_of_same_model(self, other: RunKey) -> bool:
        """Whether another run, too, may be gone on with, if only on another board."""
        return self.model_sha256 == other.model_sha256 and self.tinycnn == other.tinycnn


_WORDS = {
    "tinycnn": "tinycnn version",
    "model_sha256": "model SHA-256",
    "dataset_sha256": "data set SHA-256",
    "images": "number of images",
}


@dataclass(slots=True)
class _Run:
    """A run in the log that came to no verdict."""

    answers: dict[int, Inference] = field(default_factory=dict)
    seconds: float = 0.0


class RunLog:
    """The log that a run writes, and what an earlier part of the run left there.

    Args:
        path: Where it is; made if it is missing.
        key: What this run is.
        resume: Whether it goes on with one that broke off.

    Attributes:
        answers: Of the earlier part, by image.
        seconds: That it took.
        notes: What is to be told of it.

    Raises:
        ProjectError: If there is no run to go on with, or the file is no log.
        TinycnnError: If another process has it, or it cannot be written.
    """

    def __init__(
        self, path: Path, key: RunKey, *, resume: Resume = "if possible"
    ) -> None:
        self.key = key
        self.notes: list[str] = []
        self._head = _dump(asdict(key))[:-1]
        self._journal = Journal(path)
        try:
            run = self._begin(resume)
        except BaseException:
            self._journal.close()
            raise
        self.answers, self.seconds = run.answers, run.seconds

    def __enter__(self) -> RunLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._journal.path

    def append(self, index: int, answer: Inference, *, seconds: float) -> None:
        """Keep an answer.

        Args:
            index: The image.
            answer: What a device made of it.
            seconds: That the run has taken so far, all its parts together.

        Raises:
            TinycnnError: If it cannot be written; the lines before it stay.
        """
        self._write(
            f',"board_id":{json.dumps(answer.board_id)},"index":{index},'
            f'"output":"{answer.output.tobytes().hex()}","cycles":{answer.cycles},'
            f'"micros":{answer.micros},"seconds":{seconds:.6f}{_name_slack(answer)}'
        )

    def finish(self) -> None:
        """Say that the run came to its verdict: nothing is left to go on with.

        Raises:
            TinycnnError: If it cannot be written.
        """
        self._write(',"end":"verdict"')

    def close(self) -> None:
        """Bring all to the disk, and let others have the log."""
        self._journal.close()

    def _write(self, rest: str) -> None:
        line = (self._head + rest).encode()
        self._journal.append(b'%s,"crc32":"%08x"}' % (line, crc32(line)))

    def _begin(self, resume: Resume) -> _Run:
        """What there is to go on with; the log is ready for the next line."""
        runs = self._read()
        run = runs.pop(self.key, None)
        if resume != "never" and (run := run or self._take_over(runs)) is not None:
            count = f"{len(run.answers):,} of {self.key.images:,} images"
            self.notes.append(f"goes on after {count}; --fresh starts anew")
            return run
        differs = self.key.differs(list(runs)[-1]) if runs else ""
        if resume == "always":
            text = f"cannot resume the run there: {differs}"
            raise ProjectError(
                f"{self.path}: {text if runs else 'no run that broke off'}",
                hint="ask for the same as then, or run it without --resume"
                if runs
                else "run it without --resume",
            )
        if differs and run is None and resume != "never":
            self.notes.append(f"starts anew: of the run that broke off, {differs}")
        if not any(map(self.key.is_of_same_model, runs)) or self._is_large():
            self._journal.clear()
        elif run is not None:
            self._write(',"end":"given up"')
        return _Run()

    def _take_over(self, runs: dict[RunKey, _Run]) -> _Run | None:
        """What a run of another number of images has found, as a part of this one."""
        key = next((k for k in reversed(list(runs)) if k.is_part_of(self.key)), None)
        if key is None:
            return None
        for index, answer in runs[key].answers.items():
            self.append(index, answer, seconds=runs[key].seconds)
        return runs[key]

    def _is_large(self) -> bool:
        return self._journal.size > _MOST_BYTES

    def _read(self) -> dict[RunKey, _Run]:
        """The runs that came to no verdict, the last one last."""
        runs: dict[RunKey, _Run] = {}
        damaged, known = [], 0
        for number, line in enumerate(self._journal.lines(), 1):
            try:
                _take(line, runs)
                known += 1
            except (ValueError, KeyError, TypeError):
                damaged.append(number)
        if not known and (damaged or not self._is_torn_start()):
            raise ProjectError(
                f"{self.path}: expected the log of a validation, got {self._name()}",
                hint="delete it, or give --log another file",
            )
        if damaged:
            lines = ", ".join(map(str, damaged[:_NAMED]))
            more = len(damaged) - _NAMED
            lines += f" and {more:,} more" if more > 0 else ""
            text = f"{self.path}: damaged, and left out: line {lines}"
            self.notes.append(text)
        return runs

    def _name(self) -> str:
        """What a file without a line that is understood may be."""
        found = _WRITER.match(next(self._journal.lines(), b""))
        version = found[1].decode() if found else self.key.tinycnn
        is_ours = version == self.key.tinycnn
        return "something else" if is_ours else f"that of tinycnn {version}"

    def _is_torn_start(self) -> bool:
        """Whether what follows the last whole line is what a kill or a cut leaves."""
        tail = self._journal.tail(len(_START))
        return _START.startswith(tail) or not tail.strip(b"\0")


def _take(line: bytes, runs: dict[RunKey, _Run]) -> None:
    """Add what a line says to `runs`."""
    found = _CHECKSUM.fullmatch(line)
    if found is None or crc32(found[1]) != int(found[2], 16):
        raise ValueError("no record")
    record: dict[str, Any] = json.loads(found[1] + b"}")
    key = RunKey(**{one.name: record[one.name] for one in fields(RunKey)})
    if "end" in record:
        runs.pop(key, None)
        return
    run = runs.pop(key, None) or _Run()
    runs[key] = run
    run.answers[record["index"]] = Inference(
        index=len(run.answers),
        output=np.frombuffer(bytes.fromhex(record["output"]), np.int8),
        cycles=record["cycles"],
        micros=record["micros"],
        board_id=record["board_id"],
        slack=_read_slack(record),
    )
    run.seconds = max(run.seconds, record["seconds"])


def _name_slack(answer: Inference) -> str:
    """What a device left open that prints rounded numbers; nothing of others."""
    if answer.slack is None:
        return ""
    return f',"slack":"{answer.slack.tobytes().hex()}"'


def _read_slack(record: dict[str, Any]) -> NDArray[np.uint8] | None:
    if "slack" not in record:
        return None
    return np.frombuffer(bytes.fromhex(record["slack"]), np.uint8)


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))
