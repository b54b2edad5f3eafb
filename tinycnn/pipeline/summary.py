"""Build folder -> `Report`: what the stages left, for the page and the table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tinycnn import __version__
from tinycnn.analysis.fit import analyze
from tinycnn.boards import Board
from tinycnn.compiler import read_tflite
from tinycnn.datasets import Dataset
from tinycnn.harness import Profile, profile_from_json
from tinycnn.pipeline.firmware import compile_project
from tinycnn.project import Project
from tinycnn.report.data import AccuracyStep, Agreement, Curve, Report, Verdict

__all__ = ["gather_report"]


def gather_report(
    project: Project, dataset: Dataset, board: Board, build: Path
) -> Report:
    """Everything known of a built project."""
    content = (build / "model.tflite").read_bytes()
    compilation = compile_project(project, content)
    graph = compilation.graph
    outputs = np.load(build / "outputs.npy", allow_pickle=False)
    evaluation = _read_json(build / "evaluation.json")
    sizes = _read_json(build / "firmware.json")
    output = graph.tensors[graph.outputs[0]]
    return Report(
        name=project.name,
        generator=f"tinycnn {__version__}",
        model_sha256=graph.sha256,
        reference=evaluation["reference"],
        dataset=dataset.name,
        board=board,
        ladder=_ladder(build, evaluation, dataset),
        agreement=_agreement(build, outputs),
        curves=tuple(
            _curve(build / f"{file}.json", phase)
            for file, phase in (("float", "float"), ("quantized", "fake-quantized"))
        ),
        class_names=dataset.class_names,
        images=dataset.test.images,
        labels=dataset.test.labels,
        scores=(outputs.astype(np.float64) - output.zero_point) * output.scale,
        analysis=analyze(compilation, file=read_tflite(content)),
        flash_bytes=sizes["flash_bytes"],
        ram_bytes=sizes["ram_bytes"],
        engine=sizes["engine"],
        latency_ms=evaluation["latency_ms"],
        cycles=evaluation["cycles"],
        verdicts=_verdicts(build, graph.sha256),
        profile=_profile(build, graph.sha256),
    )


def _read_json(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return value


def _ladder(
    build: Path, evaluation: dict[str, Any], dataset: Dataset
) -> tuple[AccuracyStep, ...]:
    total = len(dataset.test)
    shares = {
        "float": _read_json(build / "float.json")["test_accuracy"],
        "fake-quantized": _read_json(build / "quantized.json")["test_accuracy"],
    }
    correct = {label: round(share * total) for label, share in shares.items()}
    correct["int8 reference"] = evaluation["reference_correct"]
    correct["C on host"] = evaluation["host_correct"]
    return tuple(AccuracyStep(label, n, total) for label, n in correct.items())


def _agreement(build: Path, outputs: np.ndarray[Any, np.dtype[np.int8]]) -> Agreement:
    twin = np.load(build / "quantized.npy", allow_pickle=False).astype(np.int64)
    distance = np.abs(twin.reshape(outputs.shape) - outputs)
    differing = int(np.sum(distance.any(axis=1)))
    return Agreement(differing, len(outputs), int(distance.max()))


def _curve(path: Path, phase: str) -> Curve:
    curve = _read_json(path)
    return Curve(
        phase=phase,
        loss=tuple(curve["loss"]),
        accuracy=tuple(curve["accuracy"]),
        validation_loss=tuple(curve["val_loss"]),
        validation_accuracy=tuple(curve["val_accuracy"]),
    )


def _verdicts(build: Path, model_sha256: str) -> tuple[Verdict, ...]:
    """The last validation, unless it was of another model."""
    results = _read_of_model(build / "results.json", model_sha256)
    if results is None:
        return ()
    return (
        Verdict(
            device=results["device"]["name"],
            equal=results["equal"],
            total=results["images"],
            images_per_second=results["images_per_second"],
        ),
    )


def _profile(build: Path, model_sha256: str) -> Profile | None:
    """The last profile, unless it was of another model."""
    profile = _read_of_model(build / "profile.json", model_sha256)
    return None if profile is None else profile_from_json(profile)


def _read_of_model(path: Path, model_sha256: str) -> dict[str, Any] | None:
    """What a command found of a model; None if it was another one, or never run."""
    try:
        found = _read_json(path)
    except (OSError, ValueError):
        return None
    return found if found.get("model_sha256") == model_sha256 else None
