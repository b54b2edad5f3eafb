"""`tinycnn validate --replay`: the verdict of an archive, without the device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tinycnn.cli.bench import open_subject
from tinycnn.cli.console import ConsoleObserver, is_project
from tinycnn.cli.verdict import print_verdict

if TYPE_CHECKING:
    from tinycnn.evidence import Evidence
    from tinycnn.harness import ValidationResult

__all__ = ["replay"]


_ENDED = 3  # the run did not reach its end


def replay(
    archive: Path, model: Path, inputs: Path | None, *, is_strict: bool, as_json: bool
) -> int:
    """Print what follows of an archive; the exit code is that of the run it is of.

    Args:
        archive: What --evidence has written.
        model: Whose images were sent, where the archive leaves them out.
        inputs: Of a `.tflite` file.
        is_strict: Whether to forgive no difference.
        as_json: Print the result for a machine.
    """
    from tinycnn.harness import result_to_json

    result = _judge_again(archive, model, inputs, is_strict=is_strict, quiet=as_json)
    if as_json:
        click.echo(result_to_json(result), nl=False)
    else:
        print_verdict(result)
    if result.ended and not result.is_wrong:
        return _ENDED
    return 0 if result.passed and result.is_sound else 1


def _judge_again(
    archive: Path, model: Path, inputs: Path | None, *, is_strict: bool, quiet: bool
) -> ValidationResult:
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
            is_strict=is_strict,
            on_progress=lambda done, total: observer.progress("replay", done, total),
        )


def _is_there(model: Path) -> bool:
    from tinycnn.about import PROJECT_FILE

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
