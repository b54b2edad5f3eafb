"""Build folder -> `Report`: what the stages left, for the page and the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.analysis.fit import Analysis
from tinycnn.analysis.measured import predict_measured
from tinycnn.artifacts import BuildFolder, Curves, Evaluation
from tinycnn.boards import Board
from tinycnn.boards.ledger import ProbeRun, find_run
from tinycnn.compiler import read_tflite
from tinycnn.datasets import Dataset
from tinycnn.harness import Profile
from tinycnn.pipeline.ladder import gather_answers, list_unrun
from tinycnn.pipeline.subject import model_scores
from tinycnn.project import Project
from tinycnn.report.data import AccuracyStep, Agreement, Report, Verdict
from tinycnn.report.verdicts import verdict_of
from tinycnn.tasks import TASKS, class_scores, task_of

__all__ = ["gather_report"]


def gather_report(
    project: Project, dataset: Dataset, board: Board, build: BuildFolder
) -> Report:
    """Everything known of a built project."""
    graph = read_tflite(build.model.read_bytes())
    outputs = build.reference_outputs.read()
    evaluation, linked = build.evaluation.read(), build.linked.read()
    curves, agreement = _read_training(project, build, outputs)
    output = graph.tensors[graph.outputs[0]]
    task = task_of(dataset.test.labels, output.size)
    probe = find_run(board.name, build.project)
    cycles = _correct(evaluation.cycles, linked.analysis, probe)
    return Report(
        name=project.name,
        generator=linked.generator,
        model_sha256=graph.sha256,
        reference=evaluation.reference,
        dataset=dataset.name,
        board=board,
        ladder=_list_steps(curves, evaluation, dataset.test.labels),
        agreement=agreement,
        curves=curves,
        class_names=dataset.class_names,
        images=dataset.test.images,
        labels=dataset.test.labels,
        scores=class_scores(task, model_scores(output, outputs)),
        task=task,
        analysis=linked.analysis,
        flash_bytes=linked.flash_bytes,
        ram_bytes=linked.ram_bytes,
        ram=linked.ram,
        stack_measured_bytes=evaluation.stack_bytes,
        engine=linked.engine,
        latency_ms=cycles / board.clock_hz * 1e3,
        cycles=cycles,
        probed_board=probe.board_id if probe else "",
        verdicts=_list_verdicts(build, graph.sha256),
        profile=_find_profile(build, graph.sha256),
        answers=gather_answers(build),
        unrun=list_unrun(build),
        is_explained=build.explained.exists(),
    )


def _read_training(
    project: Project, build: BuildFolder, outputs: NDArray[np.int8]
) -> tuple[dict[str, Curves], Agreement]:
    """What training left; nothing of a network that came finished."""
    if project.model.is_finished:
        return {}, Agreement(0, 0, 0)
    trained, tuned = build.float_curves.read(), build.twin_curves.read()
    agreement = _compare(build.twin_outputs.read(), outputs)
    return {"float": trained, "fake-quantized": tuned}, agreement


def _correct(cycles: int, analysis: Analysis, probe: ProbeRun | None) -> int:
    """What the simulated board counted, by what was measured on a real one.

    No stage is made of that: a probe.json counts from when it is there.
    """
    usual = sum(analysis.cycles)
    if probe is None or not usual:
        return cycles
    return round(cycles * sum(predict_measured(analysis, probe).cycles) / usual)


def _list_steps(
    curves: Mapping[str, Curves], evaluation: Evaluation, labels: NDArray[Any]
) -> tuple[AccuracyStep, ...]:
    """The accuracy ladder; right answers are whole numbers."""
    total, is_counted = len(labels), TASKS[task_of(labels, 0)].is_counted
    correct = {
        **{phase: curve.test_accuracy * total for phase, curve in curves.items()},
        "int8 reference": evaluation.reference_correct,
        "C on host": evaluation.host_correct,
    }
    return tuple(
        AccuracyStep(label, round(n) if is_counted else n, total)
        for label, n in correct.items()
    )


def _compare(twin: NDArray[Any], outputs: NDArray[Any]) -> Agreement:
    distance = np.abs(twin.astype(np.int64).reshape(outputs.shape) - outputs)
    differing = int(np.sum(distance.any(axis=1)))
    return Agreement(differing, len(outputs), int(distance.max()))


def _list_verdicts(build: BuildFolder, model_sha256: str) -> tuple[Verdict, ...]:
    """The validations of this model, the fullest first."""
    files = (build.results, build.partial_results)
    found = (file.read_if_there() for file in files)
    return tuple(
        verdict_of(one) for one in found if one and one.model_sha256 == model_sha256
    )


def _find_profile(build: BuildFolder, model_sha256: str) -> Profile | None:
    """The last profile, unless it was of another model."""
    found = build.profile.read_if_there()
    return found if found and found.model_sha256 == model_sha256 else None
