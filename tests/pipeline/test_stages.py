from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.observer import Log
from tinycnn.artifacts import BuildFolder, Inputs
from tinycnn.errors import TinycnnError
from tinycnn.files import move_in
from tinycnn.pipeline import stages
from tinycnn.pipeline.stages import StageRunner


def write_text(text: str) -> Callable[[Any], None]:
    """An action that writes a file and a folder."""

    def action(out: Any) -> None:
        folder = out.path
        (folder / "a.txt").write_text(text)
        (folder / "sub").mkdir()
        (folder / "sub" / "b.txt").write_text(text)

    return action


@pytest.fixture
def log() -> Log:
    """An observer that remembers."""
    return Log()


@pytest.fixture
def runner(tmp_path: Path, log: Log) -> StageRunner:
    """A runner on an empty build folder."""
    return StageRunner(BuildFolder(tmp_path / "build"), log)


def test_what_an_older_tinycnn_wrote_is_made_again(
    runner: StageRunner, log: Log
) -> None:
    """A typed output that can no longer be read makes its stage run."""

    def write_curves(out: Any) -> None:
        (out.path / "float.json").write_text('{"of": "another day"}')

    for _ in range(2):
        runner.run("s", Inputs(), write_curves)

    assert log.stages == [("s", False), ("s", False)]


def test_a_stage_runs_once(runner: StageRunner, log: Log) -> None:
    """Unchanged inputs and outputs: the second time nothing runs."""
    digests = {
        runner.run("s", Inputs(settings={"x": 1}), write_text("one")) for _ in range(2)
    }

    assert log.stages == [("s", False), ("s", True)]
    assert len(digests) == 1


def test_changed_inputs_run_again(runner: StageRunner, log: Log) -> None:
    """Another input replaces the outputs."""
    runner.run("s", Inputs(settings={"x": 1}), write_text("one"))
    runner.run("s", Inputs(settings={"x": 2}), write_text("two"))

    assert log.stages[-1] == ("s", False)
    assert (runner.build.path / "sub" / "b.txt").read_text() == "two"


@pytest.mark.parametrize("damage", ["edit", "remove"])
def test_damaged_outputs_run_again(runner: StageRunner, log: Log, damage: str) -> None:
    """An output that was edited or removed is made anew."""
    runner.run("s", Inputs(), write_text("one"))
    output = runner.build.path / "sub" / "b.txt"
    output.unlink() if damage == "remove" else output.write_text("edited")
    runner.run("s", Inputs(), write_text("one"))

    assert log.stages[-1] == ("s", False)
    assert output.read_text() == "one"


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_stage_leaves_the_old_outputs(
    runner: StageRunner, error: type[BaseException]
) -> None:
    """What was there before is whole; nothing half-written is left."""
    runner.run("s", Inputs(settings={"x": 1}), write_text("one"))

    def interrupted(out: Any) -> None:
        (out.path / "a.txt").write_text("half")
        raise error

    with pytest.raises(error):
        runner.run("s", Inputs(settings={"x": 2}), interrupted)

    assert (runner.build.path / "a.txt").read_text() == "one"
    assert sorted(p.name for p in runner.build.path.iterdir()) == [
        "a.txt",
        "stages.json",
        "sub",
    ]


def test_a_kill_between_two_outputs_costs_a_run(
    runner: StageRunner, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is of the old ones, so that the mixture is never taken for either."""
    runner.run("s", Inputs(settings={"x": 1}), write_text("one"))
    moved: list[str] = []

    def kill(new: Path, place: Path) -> None:
        if moved:
            raise KeyboardInterrupt
        moved.append(place.name)
        move_in(new, place)

    monkeypatch.setattr(stages, "move_in", kill)
    with pytest.raises(KeyboardInterrupt):
        runner.run("s", Inputs(settings={"x": 2}), write_text("two"))
    monkeypatch.undo()
    runner.run("s", Inputs(settings={"x": 1}), write_text("one"))

    assert log.stages[-1] == ("s", False)
    assert (runner.build.path / "a.txt").read_text() == "one"


def test_a_torn_record_is_forgotten(runner: StageRunner, log: Log) -> None:
    """Unreadable records cost a run, never an error."""
    runner.run("s", Inputs(), write_text("one"))
    (runner.build.path / "stages.json").write_text('{"s": ')
    runner.run("s", Inputs(), write_text("one"))

    assert log.stages[-1] == ("s", False)


def test_an_unwritable_folder_is_one_clear_error(tmp_path: Path, log: Log) -> None:
    """The message names the folder and the reason."""
    (tmp_path / "build").write_text("a file")
    with pytest.raises(TinycnnError, match="build: cannot be written"):
        StageRunner(BuildFolder(tmp_path / "build"), log).run(
            "s", Inputs(), write_text("one")
        )
