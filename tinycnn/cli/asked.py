"""What `tinycnn validate` was asked, and which of its options go together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tinycnn.choices import Dialect, Numerics
from tinycnn.cli.console import is_project
from tinycnn.cli.findings import Findings
from tinycnn.cli.many import Many

if TYPE_CHECKING:
    from tinycnn.harness import Resume
    from tinycnn.workbench import DeviceChoice, ImageChoice

__all__ = ["Asked"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The options, by their names; None where nothing was said.

    Attributes:
        model: A project that was built, or a `.tflite` file.
        choice: The device.
        many: Others beside it.
        dialect: What it speaks.
        images: Which inputs are asked for.
        inputs: Those of a file.
        numerics: What a file is to equal.
        frames: Whether raw frames are sent instead of inputs.
        health: Whether the device is examined, too.
        log: Where each answer is kept.
        resume: Whether to go on with a run that broke off.
        findings: Where else the result goes.
        archive: What is judged again, without a device.
        is_bisected: Whether the first wrong operator is looked for.
        is_strict: Whether no difference is forgiven.
        as_json: Whether a machine reads what is printed.
    """

    model: Path
    choice: DeviceChoice
    many: Many
    dialect: Dialect | None
    images: ImageChoice
    inputs: Path | None
    numerics: Numerics | None
    frames: bool
    health: bool
    log: Path | None
    resume: Resume
    findings: Findings
    archive: Path | None
    is_bisected: bool
    is_strict: bool
    as_json: bool

    def check(self) -> None:
        """Do nothing if the options go together.

        Raises:
            UsageError: Of click, if they do not.
        """
        for is_wrong, text in self._list_conflicts():
            if is_wrong:
                raise click.UsageError(text)

    def _list_conflicts(self) -> Iterator[tuple[bool, str]]:
        """What must not be, with what is to be said of it."""
        frames, is_each, file = (
            self.frames,
            self.many.is_each,
            not is_project(self.model),
        )
        yield frames and file, "--frames is for a project"
        one = "--frames" if frames else "--replay"
        is_other = frames or self.archive is not None
        text = f"{one} writes no evidence, JUnit or summary"
        yield is_other and self.findings.is_asked, text
        if self.archive is not None:
            return  # the others are of a run
        yield self.inputs is not None and not file, "--inputs is for a .tflite file"
        text = "a project's is target.numerics in its tinycnn.toml"
        text = f"--numerics is for a .tflite file: {text}"
        yield self.numerics is not None and not file, text
        text = "--resume of a .tflite file's run needs its --log"
        yield self.resume == "always" and self.log is None and file, text
        boards = self.many.count(self.choice)
        text = "--frames is for one board, on a --port"
        yield frames and (boards > 1 or is_each or bool(self.many.places)), text
        text = "--health of several boards needs --each"
        yield self.health and boards > 1 and not is_each, text
        text = "--each goes on by itself, not by --resume"
        yield is_each and self.resume == "always", text
        yield frames and self.health, "--health is for images, not for --frames"
        has_dialect = self.dialect is not None
        yield self.health and has_dialect, "--health needs packets, not --dialect"
        is_kept = self.log is not None or self.resume != "if possible"
        yield frames and is_kept, "--frames keeps no log"
        yield frames and has_dialect, "--frames needs packets, not --dialect"
        text = "--bisect is for a model's outputs, not for --frames"
        yield frames and self.is_bisected, text
        from tinycnn.workbench import ImageChoice

        text = "--frames are random: of the images only --count counts"
        yield frames and self.images != ImageChoice(self.images.count), text
