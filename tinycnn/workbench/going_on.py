"""Where a validation that is stopped can go on: its log, if it keeps one."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from tinycnn.about import __version__
from tinycnn.artifacts import hash_path
from tinycnn.device import DeviceInfo
from tinycnn.harness import Answering, Resume, RunKey, RunLog, check_identity
from tinycnn.reference import Reference
from tinycnn.workbench.subject import DeviceChoice, Subject

__all__ = ["open_log"]


def open_log(
    subject: Subject,
    choice: DeviceChoice,
    device: Answering,
    reference: Reference,
    *,
    resume: Resume,
) -> AbstractContextManager[RunLog | None]:
    """The log of a validation; None if the subject keeps none.

    Another device than was built is refused before a line of the log is touched.

    Raises:
        ProjectError: If there is no run to go on with.
        DeviceError: If the device is another than was built, or fails.
        TinycnnError: If the log cannot be written.
    """
    if subject.log is None:
        return nullcontext()
    info, identity = device.info(), subject.identity(choice)
    check_identity(device.name, identity, info)
    key = RunKey(
        tinycnn=__version__,
        model_sha256=identity.model_sha256,
        reference=str(reference.identity),
        firmware=_name_firmware(subject, choice, info),
        board=info.board,
        dataset_sha256=subject.dataset_sha256,
        order=subject.order,
        seed=subject.seed,
        images=len(subject.asked),
    )
    return RunLog(subject.log, key, resume=resume)


def _name_firmware(subject: Subject, choice: DeviceChoice, info: DeviceInfo) -> str:
    """Who wrote it, if it says so; and of a program that was started, its digest."""
    if info.foreign is not None:
        return f"not tinycnn's, model '{info.model}'"
    said = f"{info.generator}, {info.numerics}, arena of {info.arena_bytes:,} bytes"
    if choice.port is not None:
        return said
    return f"{said}, SHA-256 {hash_path(subject.program(choice.kind))}"
