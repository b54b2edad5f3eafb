"""Where a validation's result goes beside the terminal: evidence, JUnit, a summary."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tinycnn.harness import ValidationResult
    from tinycnn.workbench import DeviceChoice, Subject

__all__ = ["Findings", "findings_options"]

_SUMMARY = "GITHUB_STEP_SUMMARY"


@dataclass(frozen=True, slots=True)
class Findings:
    """Which files are to be written; None where none is."""

    evidence: Path | None
    junit: Path | None
    summary: Path | None

    @property
    def is_asked(self) -> bool:
        """Whether the command line names any."""
        return any((self.evidence, self.junit, self.summary))

    def write(
        self, subject: Subject, choice: DeviceChoice, result: ValidationResult
    ) -> None:
        """Write all of them.

        Raises:
            TinycnnError: If one cannot be written.
        """
        from tinycnn.evidence import write_evidence
        from tinycnn.files import write_whole
        from tinycnn.report import checks_of, render_junit, render_summary, verdict_of
        from tinycnn.workbench import gather_evidence

        if self.junit is not None:
            checks = checks_of([verdict_of(result)])
            write_whole(render_junit(checks, name=subject.name), self.junit)
        if self.summary is not None:
            write_whole(render_summary(subject, result), self.summary)
        elif page := os.environ.get(_SUMMARY):
            _append(render_summary(subject, result), Path(page))
        if self.evidence is not None:
            write_evidence(gather_evidence(subject, choice, result), self.evidence)

    def show(self) -> None:
        """Print which archive was written."""
        if self.evidence is not None:
            size = self.evidence.stat().st_size
            click.echo(f"evidence: {self.evidence} ({size:,} bytes)")


def findings_options(command: Callable[..., object]) -> Callable[..., object]:
    """--evidence, --junit, --summary: `command` gets them as `findings`."""

    @functools.wraps(command)
    def with_findings(
        *,
        evidence: Path | None,
        junit: Path | None,
        summary: Path | None,
        **arguments: Any,
    ) -> object:
        return command(findings=Findings(evidence, junit, summary), **arguments)

    path = click.Path(path_type=Path, dir_okay=False)
    text = "Write all that it takes to judge again, without the device (.zip)."
    add_evidence = click.option("--evidence", type=path, help=text)
    text = "Write the verdict as JUnit XML."
    add_junit = click.option("--junit", type=path, help=text)
    text = f"Write a Markdown table; without, {_SUMMARY} is added to where it is set."
    add_summary = click.option("--summary", type=path, help=text)
    return add_evidence(add_junit(add_summary(with_findings)))


def _append(text: str, page: Path) -> None:
    """Add to a page that earlier commands of the same job may have begun."""
    from tinycnn.files import write_whole

    before = page.read_text("utf-8") if page.is_file() else ""
    write_whole(f"{before}{text}\n", page)
