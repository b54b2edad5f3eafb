"""`tinycnn validate` with several boards: shared images, or a verdict for each."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.cli.command import tinycnn
from tests.device.fake_board import Leaving, Line
from tests.harness.mistaken import Rows, picture_model, run_reference
from tests.harness.mistaken_board import MistakenBoard
from tests.workbench.boards import plugged
from tinycnn.device import patient
from tinycnn.device.packets import PacketType
from tinycnn.reference import load_reference
from tinycnn.workbench import file

ONE, TWO, THREE = (f"0{n}" * 8 for n in (1, 2, 3))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model; boards are not waited for, and the reference starts at once."""
    monkeypatch.setattr(patient, "WAIT_S", 0.0)
    monkeypatch.setattr(file, "load_isolated_reference", load_reference)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    (tmp_path / "net.tflite").write_bytes(picture_model())
    return tmp_path


def unsigned(row: Rows, runs: int) -> Rows:
    """What a board answers that forgot to subtract 128."""
    return run_reference(picture_model(), "litert", row ^ np.int8(-128))


def board(number: int, *, wrong: bool = False, other: bool = False) -> MistakenBoard:
    """A board with an id of its own."""
    made = MistakenBoard(board_id=bytes([number]) * 8)
    if wrong:
        made.compute = unsigned
    if other:
        made.sha256 = bytes(32)
    return made


def run(
    folder: Path, lines: list[Line], *more: object
) -> tuple[int, list[str], list[str]]:
    """Exit code and lines of a validation of thirty images."""
    with plugged(*lines) as ports:
        named = [word for port in ports for word in ("--port", port)]
        command = ("validate", "net.tflite", "--count", 30, "--order", "given")
        done = tinycnn(*command, *named, *more, cwd=folder)
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def test_boards_that_share_the_images_have_a_table(folder: Path) -> None:
    """One fails, one differs; the verdict names both, and evidence keeps it."""
    lines = [Line(board(1)), Leaving(board(2), 5), Line(board(3, wrong=True))]
    code, said, _ = run(folder, lines, "--evidence", "run.zip", "--junit", "run.xml")

    assert code == 1
    assert said[-1].startswith("evidence: run.zip")
    rows = [line.split() for line in said if line.startswith("0")]
    assert [row[0] for row in rows] == [ONE, TWO, THREE]
    assert sum(int(row[2]) for row in rows) == 30
    assert any(line.startswith(f"only board {THREE} differs: ") for line in said)
    assert any(line.startswith(f"board {TWO} on socket://") for line in said)
    assert any(line.startswith("cause: 128 forgotten") for line in said)
    assert not any("--bisect" in line for line in said)  # it has a cause
    table = said.index(next(line for line in said if line.startswith("board  ")))
    assert max(map(len, said[table : table + 9])) <= 80

    again = tinycnn("validate", "--replay", "run.zip", cwd=folder)
    assert again.returncode == 1, again.stderr
    assert f"only board {THREE} differs: " in again.stdout
    (failure,) = ET.parse(folder / "run.xml").iter("failure")
    assert THREE in failure.attrib["message"]


def test_each_board_has_a_verdict(folder: Path) -> None:
    """One passes, one differs, one leaves, one has another model."""
    lines = [
        Line(board(1)),
        Line(board(2, wrong=True)),
        Leaving(board(3), 9),
        Line(board(4, other=True)),
    ]
    more = "--each --log run.jsonl --evidence e.zip --summary s.md".split()
    more += ["--junit", "run.xml"]
    code, said, errors = run(folder, lines, *more)

    assert (code, errors) == (1, [])
    table = said.index(next(line for line in said if line.startswith("board ")))
    rows = [line.split() for line in said[table + 1 : table + 5]]
    assert [row[0] for row in rows] == [ONE, TWO, THREE, "04" * 8]
    verdicts = [" ".join(row[5 if len(row) > 5 else 2 :]) for row in rows]
    assert verdicts == ["PASS", "FAIL", "STOPPED", "NOT JUDGED"]
    assert said[-4] == "1 of 4 boards pass"
    assert [line.split()[1] for line in said[-3:]] == [
        f"e-{one}.zip" for one in (ONE, TWO, THREE)
    ]
    assert any("04" * 8 in s and "expected model" in s for s in said)
    assert sorted(p.name for p in folder.glob("*.zip")) == [
        f"e-{one}.zip" for one in (ONE, TWO, THREE)
    ]
    assert sorted(p.name for p in folder.glob("*.jsonl")) == [
        f"run-{one}.jsonl" for one in (ONE, TWO, THREE)
    ]
    pages = sorted(folder.glob("*.md"))
    assert [p.name for p in pages] == [f"s-{one}.md" for one in (ONE, TWO, THREE)]
    assert ["✅" in p.read_text("utf-8")[:8] for p in pages] == [True, False, False]
    cases = list(ET.parse(folder / "run.xml").iter("testcase"))
    failed = [case.find("failure") is not None for case in cases]
    assert failed == [False, True, True, True]

    code, said, _ = run(folder, [Line(board(3)), Line(board(1))], *more)
    assert (code, said[-3]) == (0, "2 of 2 boards pass")
    assert any(f"board {THREE}: goes on after " in line for line in said)


@pytest.mark.parametrize(("wrong", "expected"), [(False, 3), (True, 1)])
def test_a_file_that_cannot_be_written_hides_no_verdict(
    folder: Path, wrong: bool, expected: int
) -> None:
    """The table is printed, and a board that differs stays wrong."""
    lines = [Line(board(1)), Line(board(2, wrong=wrong))]
    more = ("--each", "--evidence", "net.tflite/e.zip")
    code, said, errors = run(folder, lines, *more)

    assert code == expected
    assert said[-1] == f"{1 if wrong else 2} of 2 boards pass"
    assert errors[0].startswith(f"error: net.tflite/e-{ONE}.zip: cannot be written: ")


@dataclass
class Restarting(MistakenBoard):
    """A board that starts anew when it is asked to; its clock begins with it."""

    restarts: bool = True
    forgets: bool = False  # to subtract 128, from then on

    def reset(self) -> None:
        """As any; perhaps the first one."""
        if PacketType.RESTART in self.requests:
            self.runs = 0
            if self.forgets:
                self.compute = unsigned
        super().reset()


def test_each_board_is_examined(folder: Path) -> None:
    """And restarted; one is another one then, which is told of it alone."""
    boards = [
        Restarting(board_id=bytes([n]) * 8, forgets=n == 2, runs=50) for n in (1, 2)
    ]
    code, said, errors = run(folder, list(map(Line, boards)), "--each", "--health")

    assert (code, errors) == (1, [])
    verdicts = [line.split()[-1] for line in said if line.startswith("0")]
    assert verdicts == ["PASS", "FAIL"]
    unsound = [line for line in said if "unsound" in line]
    assert len(unsound) == 1
    assert unsound[0].startswith(f"board {TWO}: unsound: after a restart: image 0 ")
    assert [b.requests.count(PacketType.RESTART) for b in boards] == [1, 1]
    assert said[-1] == "1 of 2 boards pass"


def test_each_in_json(folder: Path) -> None:
    """Nothing else is printed; a board that fails alone is no difference."""
    lines = [Line(board(1)), Line(board(2, other=True))]
    code, said, _ = run(folder, lines, "--each", "--json")

    found = json.loads("\n".join(said))["boards"]
    assert code == 3
    assert [one["verdict"] for one in found] == ["pass", "not judged"]
    assert found[0]["result"]["images"] == 30
    assert found[1]["result"] is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--each", "--each needs boards: --port, --place or --all"),
        ("--all --port a", "--all finds the boards: without --port or --place"),
        ("--coordinator a:1", "--coordinator is for a --place"),
        ("--boards 2 --all", "--boards is for simulated boards"),
        ("--port a --port b --health", "--health of several boards needs --each"),
        ("--port a --each --log l --resume", "--each goes on by itself"),
    ],
)
def test_options_that_have_no_meaning_together(
    folder: Path, words: str, message: str
) -> None:
    """Are refused in one line."""
    done = tinycnn("validate", "net.tflite", *words.split(), cwd=folder)

    assert done.returncode == 2
    assert f"Error: {message}" in done.stderr


@pytest.mark.parametrize("command", ["profile", "classify", "flash", "doctor"])
def test_other_commands_take_one_port(folder: Path, command: str) -> None:
    """Of two the last one would win, and nobody know."""
    names = {"classify": ["a", "b"], "doctor": []}.get(command, ["a"])
    done = tinycnn(command, *names, "--port", "a", "--port", "b", cwd=folder)

    assert done.returncode == 2
    assert "--port: expected one, got 2; validate takes several" in done.stderr


def test_no_board_of_the_model_is_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to do."""
    monkeypatch.setattr("tinycnn.workbench.crew.detect_ports", tuple)
    done = tinycnn("validate", "net.tflite", "--count", 3, "--all", cwd=folder)

    assert done.returncode == 3
    assert done.stderr.startswith("error: --all: expected boards with model ")
