"""`tinycnn validate --replay`: the verdict of an archive, without the device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinycnn.cli.bench import open_subject
from tinycnn.cli.console import ConsoleObserver, is_project

if TYPE_CHECKING:
    from tinycnn.evidence import Evidence
    from tinycnn.harness import ValidationResult

__all__ = ["replay"]


def replay(
    archive: Path, model: Path, *, inputs: Path | None, quiet: bool
) -> ValidationResult:
    """Judge again what the archive holds.

    Args:
        archive: What --evidence has written.
        model: Whose images were sent, where the archive leaves them out.
        inputs: Of a `.tflite` file.
        quiet: Print nothing.
    """
    from tinycnn.evidence import read_evidence, replay_evidence

    with ConsoleObserver(quiet=quiet) as observer:
        observer.stage("replay", is_current=False)
        evidence = read_evidence(archive)
        rows = None
        if evidence.inputs is None and (inputs is not None or _is_there(model)):
            rows = _find_rows(evidence, model, inputs, observer)
        return replay_evidence(
            archive,
            evidence,
            inputs=rows,
            on_progress=lambda done, total: observer.progress("replay", done, total),
        )


def _is_there(model: Path) -> bool:
    from tinycnn import PROJECT_FILE

    return (model / PROJECT_FILE).exists() if is_project(model) else model.exists()


def _find_rows(
    evidence: Evidence, model: Path, inputs: Path | None, observer: ConsoleObserver
) -> Any:
    """The images that the archive leaves out."""
    from tinycnn.workbench import ImageChoice

    with open_subject(
        model,
        observer,
        inputs=None if is_project(model) else inputs,
        images=ImageChoice(None if inputs else evidence.result.total),
        numerics=evidence.numerics,
    ) as subject:
        return subject.inputs.reshape(len(subject.inputs), -1).view("int8")
