"""Train, quantize, compile and validate the projects of the zoo, and write its table.

A row is a project, `zoo/NAME/tinycnn.toml`, whose budget of accuracy is its goal; what
it gave goes into `zoo/results.json`. Those without a goal only lend to others. Stages
that are done are not run again, and a training that was stopped goes on. Data sets,
also folders of photos, are looked for in the folder that TINYCNN_DATA names. Run from
the repository's root:

    python -m tools.zoo                             # all rows that are still missing
    python -m tools.zoo mnist_lenet5 mnist_small    # these, missing or not
    python -m tools.zoo --table                     # none: only shows the table
    python -m tools.zoo --markdown README.md

Exit codes: 0 done, 1 a goal was missed or a device differs, 2 usage, 3 any other error.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.metadata
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from textwrap import fill

import numpy as np

from tinycnn import __version__
from tinycnn.cli.console import ConsoleObserver, data_folders
from tinycnn.compiler import read_tflite
from tinycnn.compiler.analysis import analyze_tflite, find_target
from tinycnn.errors import ProjectError, TinycnnError
from tinycnn.harness import write_whole
from tinycnn.models.user import user_model_file
from tinycnn.pipeline import (
    Observer,
    Workspace,
    build_project,
    convert_project,
    open_workspace,
    train_float,
    validate_project,
)
from tinycnn.pipeline.evaluation import model_inputs
from tinycnn.pipeline.stages import StageRunner, hash_json, hash_path
from tinycnn.project import (
    PROJECT_FILE,
    Project,
    QuantizationSettings,
    load_project,
)
from tinycnn.reference import load_reference

__all__ = ["Row", "main", "read_results", "run_row", "to_markdown"]

_ROOT = Path(__file__).resolve().parents[1]
_RESULTS = "results.json"
_START, _END = "<!-- python -m tools.zoo -->\n", "<!-- end -->"
_TRAININGS = ("train", "quantize")
_ON_BOARD = 20  # images that the simulated board sees; the C on this computer sees all
_WIDTH = 120
_NOTE = (
    "Accuracies in percent, on the full test set; `!` misses the goal. Int8 is the "
    "compiled C, byte for byte the reference's outputs; PTQ: the same network with "
    "ranges measured after training, without fine-tuning. Flash is the whole firmware "
    "of the simulated board, in brackets weights and tables; the time is estimated by "
    "its model of a Cortex-M4 at the board's clock. Minutes are those of training and "
    "fine-tuning by the clock, in brackets of processor time; where the former are "
    "not about half of the latter, the two cores were shared with other work."
)
_HEADER = (
    *("project", "data set", "model", "parameters", "MACs", "float", "fake-quantized"),
    *("int8", "goal", "PTQ", "flash, kB", "arena, kB", "ms", "minutes", "seed"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """What a project gave.

    Attributes:
        recipe: Digest of its project file: a row of another recipe is no result.
        dataset: Name of its data set.
        images: How many the test set has; all were used.
        parameters: Weights and biases, batch normalization folded into them.
        macs: Multiply-accumulates of one inference.
        float_correct: Test images that the float network gets right.
        twin_correct: Likewise of the fake-quantized twin,
        int8_correct: of the compiled C,
        ptq_correct: and of the network with ranges that were only measured.
        flash_bytes: Of the firmware for the simulated board.
        table_bytes: Weights, biases and other tables in it.
        arena_bytes: Of the compiled network.
        milliseconds: Estimated time of one inference.
        board: Its name.
        validated_images: How many gave the reference's bytes on the simulated board.
        minutes: Training and fine-tuning, by the clock; None if it was not seen.
        cpu_minutes: Likewise, of processor time on all cores together.
        cores: Of the computer.
        seed: Of the project.
        versions: Of what computed all this.
    """

    recipe: str
    dataset: str
    images: int
    parameters: int
    macs: int
    float_correct: int
    twin_correct: int
    int8_correct: int
    ptq_correct: int
    flash_bytes: int
    table_bytes: int
    arena_bytes: int
    milliseconds: float
    board: str
    validated_images: int
    minutes: float | None
    cpu_minutes: float | None
    cores: int
    seed: int
    versions: dict[str, str]


class DifferentError(TinycnnError):
    """The compiled C or the simulated board does not equal the reference."""

    exit_code = 1


class Stopwatch:
    """An observer that also sums up the time of trainings, those that were stopped too.

    Args:
        build: The build folder, where the sums are kept.
        observer: Told everything.
    """

    def __init__(self, build: Path, observer: Observer) -> None:
        self._build, self._observer = build, observer
        self._path = build / "seconds.json"
        self._stage, self._last = "", (0.0, 0.0)
        self.seconds: dict[str, list[float]] = {}  # clock and processor, by stage
        if self._path.exists():
            self.seconds = json.loads(self._path.read_text("utf-8"))

    def stage(self, name: str, *, is_current: bool) -> None:
        """A stage starts, so the one before is over."""
        self.stop()
        if name in _TRAININGS and not is_current:
            self._stage, self._last = name, _now()
            if not any(self._build.glob(f"{name}*.checkpoint")):
                self.seconds[name] = [0.0, 0.0]
        self._observer.stage(name, is_current=is_current)

    def progress(self, name: str, done: int, total: int, detail: str = "") -> None:
        """An epoch is over."""
        self._add()
        self._observer.progress(name, done, total, detail)

    def stop(self) -> None:
        """No stage runs any more."""
        self._add()
        self._stage = ""

    @property
    def minutes(self) -> tuple[float, float] | tuple[None, None]:
        """By the clock and of the processor; None if a training was not seen."""
        if not self.seconds.keys() >= set(_TRAININGS):
            return None, None
        spent = zip(*self.seconds.values(), strict=True)
        clock, cpu = (sum(seconds) / 60 for seconds in spent)
        return round(clock, 2), round(cpu, 2)

    def _add(self) -> None:
        if not self._stage:
            return
        now = _now()
        spent = (new - old for new, old in zip(now, self._last, strict=True))
        sums = self.seconds[self._stage]
        self.seconds[self._stage] = [a + b for a, b in zip(sums, spent, strict=True)]
        self._last = now
        write_whole(json.dumps(self.seconds) + "\n", self._path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run rows and write the table; returns the exit code."""
    options = _parse(arguments)
    folder, exit_code = options.folder, 0
    try:
        recipes = _recipes(folder)
        for name in _chosen(options, recipes):
            print(f"{name}:", flush=True)
            try:
                row = run_row(recipes[name].parent)
            except TinycnnError as error:  # as of data that is not there
                exit_code = max(exit_code, _tell(error))
                continue
            rows = {**read_results(folder), name: row}
            text = json.dumps({n: asdict(rows[n]) for n in sorted(rows)}, indent=1)
            write_whole(f"{text}\n", folder / _RESULTS)
            exit_code = max(exit_code, _misses(row, load_project(recipes[name])))
        _write_table(to_markdown(recipes, read_results(folder)), options.markdown)
    except TinycnnError as error:
        return _tell(error)
    return exit_code


def run_row(folder: Path) -> Row:
    """Bring the project in `folder`, and those that it learns from, up to date.

    Raises:
        TinycnnError: If a stage fails, or what was built differs from the reference.
    """
    project = load_project(folder)
    with ConsoleObserver() as console:
        for lender in _lenders(project):
            watch = Stopwatch(folder / lender / "build", console)
            train_float(_open(folder / lender, watch))
            watch.stop()
        watch = Stopwatch(folder / "build", console)
        workspace = _open(folder, watch)
        report = build_project(workspace)
        on_board = validate_project(workspace, count=_ON_BOARD)
        ptq_correct = _count_ptq(workspace, console)
    build, board = workspace.build, workspace.board
    evaluation = json.loads((build / "evaluation.json").read_text("utf-8"))
    if evaluation["host_different"] or on_board.different:
        raise DifferentError(f"{build}: outputs differ from the reference's")
    target = find_target(board, project.target.optimize)
    analysis = analyze_tflite((build / "model.tflite").read_bytes(), target)
    correct = [step.correct for step in report.ladder]
    minutes, cpu_minutes = watch.minutes
    return Row(
        recipe=_digest(folder / PROJECT_FILE),
        dataset=report.dataset,
        images=report.ladder[0].total,
        parameters=analysis.parameters,
        macs=analysis.macs,
        float_correct=correct[0],
        twin_correct=correct[1],
        int8_correct=correct[3],
        ptq_correct=ptq_correct,
        flash_bytes=report.flash_bytes,
        table_bytes=analysis.table_bytes,
        arena_bytes=analysis.plan.arena_bytes,
        milliseconds=round(report.latency_ms, 2),
        board=report.board.name,
        validated_images=on_board.images,
        minutes=minutes,
        cpu_minutes=cpu_minutes,
        cores=os.cpu_count() or 1,
        seed=project.seed,
        versions={
            "tinycnn": __version__,
            "reference": report.reference,
            "keras": importlib.metadata.version("keras"),
        },
    )


def read_results(folder: Path) -> dict[str, Row]:
    """The rows that were run so far, by project."""
    path = folder / _RESULTS
    rows = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return {name: Row(**row) for name, row in rows.items()}


def to_markdown(recipes: Mapping[str, Path], rows: Mapping[str, Row]) -> str:
    """The table, with a line for each recipe whether it was run or not."""
    lines = [_HEADER, ["---"] * 3 + ["---:"] * (len(_HEADER) - 3)]
    missing = _missing(recipes, rows)
    for name, path in recipes.items():
        row = None if name in missing else rows[name]
        lines.append(_cells(name, load_project(path), row))
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{table}\n\n{fill(_NOTE, _WIDTH)}\n"


def _recipes(folder: Path) -> dict[str, Path]:
    """The projects that have a goal, by name."""
    paths = sorted(folder.glob(f"*/{PROJECT_FILE}"))
    goals = {path: load_project(path).budgets.accuracy for path in paths}
    return {path.parent.name: path for path, goal in goals.items() if goal}


def _chosen(options: argparse.Namespace, recipes: Mapping[str, Path]) -> Sequence[str]:
    """The projects to run."""
    for name in options.projects:
        if name not in recipes:
            raise ProjectError(
                f"project '{name}': not in {options.folder}",
                hint=f"projects: {', '.join(recipes)}",
            )
    if options.table:
        return ()
    return options.projects or _missing(recipes, read_results(options.folder))


def _tell(error: TinycnnError) -> int:
    """Print an error; returns its exit code."""
    hint = f"\nhint: {error.hint}" if error.hint else ""
    print(f"error: {error}{hint}", file=sys.stderr)
    return error.exit_code


def _missing(recipes: Mapping[str, Path], rows: Mapping[str, Row]) -> list[str]:
    """The projects without a row, or with one of another recipe."""
    return [
        name
        for name, path in recipes.items()
        if name not in rows or rows[name].recipe != _digest(path)
    ]


def _cells(name: str, project: Project, row: Row | None) -> list[str]:
    knobs = [f"{key} {value}" for key, value in project.model.knobs.items()]
    data = project.dataset.name or str(project.dataset.path)
    known = [f"`{name}`", data, ", ".join([project.model.label, *knobs])]
    goal = project.budgets.accuracy
    goal_cell = f">= {100 * (goal or 0):.1f}"
    if row is None:
        unknown = [*[""] * 4, "not run yet", goal_cell, *[""] * 5]
        return [*known, *unknown, str(project.seed)]

    def share(correct: int) -> str:
        return f"{100 * correct / row.images:.2f}"

    return [
        *known,
        f"{row.parameters:,}",
        f"{row.macs:,}",
        share(row.float_correct),
        share(row.twin_correct),
        share(row.int8_correct) + ("!" if _misses(row, project) else ""),
        goal_cell,
        share(row.ptq_correct),
        f"{row.flash_bytes / 1e3:.1f} ({row.table_bytes / 1e3:.1f})",
        f"{row.arena_bytes / 1e3:.1f}",
        f"{row.milliseconds:.1f}",
        f"{row.minutes:.1f} ({row.cpu_minutes:.1f})" if row.minutes else "",
        str(row.seed),
    ]


def _misses(row: Row, project: Project) -> bool:
    """Whether a row stays below the goal of its project."""
    return row.int8_correct < row.images * (project.budgets.accuracy or 0)


def _digest(path: Path) -> str:
    """Of what a project file means, its model, and those that it learns from."""
    project = load_project(path)
    meant = project.model_dump(exclude_unset=True)
    own = user_model_file(project.model, path.parent)
    if own is not None:
        meant[own.name] = hash_path(own)
    for lender in _lenders(project):
        meant[lender] = _digest(path.parent / lender / PROJECT_FILE)
    return hash_json(meant)


def _now() -> tuple[float, float]:
    return time.monotonic(), time.process_time()


def _open(folder: Path, observer: Observer) -> Workspace:
    return open_workspace(folder, observer=observer, data_folders=data_folders())


def _lenders(project: Project) -> list[str]:
    """The projects that `project` learns from, relative to its folder."""
    transfer, distill = project.training.transfer, project.training.distill
    sources = [transfer.source] if transfer else []
    teachers = [distill.teacher] if distill else []
    return [name for name in sources + teachers if name != "imagenet"]


def _count_ptq(workspace: Workspace, observer: Observer) -> int:
    """Test images that are right when the float network's ranges are only measured."""
    build = workspace.build.parent / "ptq"
    build.mkdir(exist_ok=True)
    for name in ("float.npz", "float.json", "stages.json"):
        (build / name).write_bytes((workspace.build / name).read_bytes())
    settings = {**workspace.project.quantization.model_dump(), "method": "ptq"}
    changes = {"quantization": QuantizationSettings(**settings)}
    measured = dataclasses.replace(
        workspace,
        project=workspace.project.model_copy(update=changes),
        build=build,
        runner=StageRunner(build, observer),
    )
    convert_project(measured)
    path, test = build / "model.tflite", workspace.dataset.test
    graph = read_tflite(path.read_bytes())
    inputs = model_inputs(graph.tensors[graph.inputs[0]], test.images)
    outputs = load_reference(path, measured.project.target.numerics).run(inputs)
    return int(np.sum(outputs.argmax(axis=1) == test.labels))


def _write_table(text: str, document: Path | None) -> None:
    """Print the table, or put it between its marks in a document."""
    if document is None:
        print(text, end="")
        return
    before, start, rest = document.read_text(encoding="utf-8").partition(_START)
    _, end, after = rest.partition(_END)
    if not end:
        raise ProjectError(f"{document}: expected the lines {_START.strip()}")
    write_whole(before + start + text + end + after, document)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.zoo",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("projects", nargs="*", help="default: all")
    add("--folder", type=Path, default=_ROOT / "zoo", help="of the projects")
    add("--table", action="store_true", help="train nothing")
    add("--markdown", type=Path, metavar="FILE", help="renew the table in FILE")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
