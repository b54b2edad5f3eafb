"""What lies on the bench: a model, its inputs, its reference, and what runs it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.analysis.fit import Analysis
from tinycnn.analysis.ram import RamUse
from tinycnn.boards import Board
from tinycnn.choices import DeviceKind, Dialect, ImageOrder, Numerics
from tinycnn.compiler import read_tflite
from tinycnn.device import (
    USUAL_OPTIONS,
    Device,
    PatientDevice,
    PortOptions,
    TextModel,
    open_host,
    open_serial,
    open_simulated,
    open_wasm,
)
from tinycnn.errors import ProjectError
from tinycnn.harness import Identity, Limit, Profile, ValidationResult
from tinycnn.harness.order import Order, as_given
from tinycnn.harness.stopping import StopRule
from tinycnn.reference import Reference
from tinycnn.workbench.tensors import describe_tensor
from tinycnn.workbench.workshop import Workshop

if TYPE_CHECKING:
    from tinycnn.project import Budgets

__all__ = ["DeviceChoice", "ImageChoice", "Subject", "open_device"]


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """Which device is to run a model.

    Attributes:
        kind: What to start; it does not count when there is a port.
        port: Where a board is, as a pyserial URL.
        options: How the board there is spoken to; of them only the reply's timeout
            counts without a port.
        dialect: What it speaks; None: what the model's programs were built for.
        boards: Simulated ones that share the images; as many as pay off, without.
        more_ports: Where further boards are, which share the images.
    """

    kind: DeviceKind = "sim"
    port: str | None = None
    options: PortOptions = USUAL_OPTIONS
    boards: int | None = None
    dialect: Dialect | None = None
    more_ports: tuple[str, ...] = ()

    @property
    def ports(self) -> tuple[str, ...]:
        """Where all boards are; none of devices that are started."""
        return () if self.port is None else (self.port, *self.more_ports)


@dataclass(frozen=True, slots=True)
class ImageChoice:
    """Which of a model's inputs a device is asked for, and in what order.

    Attributes:
        count: So many; all without.
        order: What leads; what suits the inputs without.
        seed: Of what chance decides.
        rule: What is to be known before they may be fewer.
    """

    count: int | None = None
    order: ImageOrder | None = None
    seed: int = 0
    rule: StopRule | None = None


def _forget(found: ValidationResult | Profile) -> None:
    """Keep nothing of what was found."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A model that can be validated and profiled.

    Attributes:
        inputs: One row of input bytes an image, all there are.
        reference: Opens the interpreter that gives the expected outputs.
        analysis: Of the compilation that its programs were built of.
        board: The kind of board that they were built for.
        program: The file that runs it on a kind of device; built when it is asked for.
        identity: What a chosen device must say of itself.
        labels: Those of the inputs, where they are known.
        ram: Of the linked firmware; None where there is none yet.
        picked: Which of the inputs are asked for, in what order; all without.
        rule: When fewer are enough; none without.
        expected: What the reference makes of all inputs, where that is known already.
        keep: Keeps what was found.
        model: The `.tflite` file, to find out why a device differs.
        limits: What its firmware may take.
        log: Where a validation keeps each answer, so that it can go on; None: nowhere.
        name: Of the model.
        numerics: The reference that its outputs are to equal.
        board_image: What was built for a real board, if it was.
        flash_bytes: Of the linked firmware; 0 where there is none yet.
        budgets: What a project allows.
        dialect: What its programs speak.
        workshop: Builds its firmware otherwise, to find out more; None if it cannot.
    """

    inputs: NDArray[np.int8]
    reference: Callable[[], Reference]
    analysis: Analysis
    board: Board
    program: Callable[[DeviceKind], Path]
    identity: Callable[[DeviceChoice], Identity]
    labels: NDArray[Any] | None = None
    ram: RamUse | None = None
    picked: Order | None = None
    rule: StopRule | None = None
    expected: NDArray[np.int8] | None = None
    keep: Callable[[ValidationResult | Profile], None] = _forget
    model: Path | None = None
    log: Path | None = None
    name: str = "model"
    numerics: Numerics = "litert"
    board_image: Path | None = None
    flash_bytes: int = 0
    budgets: Budgets | None = None
    dialect: Dialect = "packets"
    workshop: Workshop | None = None
    limits: tuple[Limit, ...] = ()

    @property
    def asking(self) -> Order:
        """The inputs that are asked for, and their order."""
        return self.picked or as_given(len(self.inputs))

    @property
    def asked(self) -> NDArray[np.int64]:
        """The inputs that are asked for, by their places."""
        return self.asking.indices

    @property
    def order(self) -> str:
        """By what that order was chosen, in a word."""
        return self.asking.name

    @property
    def seed(self) -> int | None:
        """What chance began with, where it had a part in it."""
        return self.asking.seed

    @property
    def dataset_sha256(self) -> str:
        """Of all inputs and labels."""
        digest = hashlib.sha256()
        for array in (self.inputs, self.labels):
            if array is not None:
                digest.update(f"{array.dtype} {array.shape}\n".encode())
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def open_device(
    subject: Subject,
    choice: DeviceChoice,
    *,
    say: Callable[[str], None] | None = None,
    timings: Mapping[str, int] | None = None,
) -> Device:
    """The device that runs the model.

    Args:
        subject: The model.
        choice: The device.
        say: Told if a board on a port goes away; with it such a board is waited for,
            unless it speaks text.
        timings: Cycles by rule that the simulated board is to count with; its own
            without.

    Raises:
        ProjectError: If it should speak another dialect than was built.
        ToolchainError: If its firmware cannot be built or does not fit the board.
        DeviceError: If it cannot be opened.
    """
    text = _text_model(subject, choice.dialect or subject.dialect)
    if choice.port is not None and say is not None and text is None:
        return PatientDevice(choice.port, choice.options, say=say)
    if choice.port is not None:
        return open_serial(choice.port, choice.options, text=text)
    if choice.dialect not in (None, subject.dialect):
        raise ProjectError(
            f"dialect: expected '{subject.dialect}', which was built, "
            f"got '{choice.dialect}'",
            hint=f"tinycnn build --dialect {choice.dialect}, or a board with --port",
        )
    program, timeout_s = subject.program(choice.kind), choice.options.reply_timeout_s
    if choice.kind == "host":
        return open_host(program, reply_timeout_s=timeout_s, text=text)
    if choice.kind != "sim":
        return open_wasm(program, reply_timeout_s=timeout_s, text=text)
    return open_simulated(
        program,
        subject.board.name,
        reply_timeout_s=timeout_s,
        text=text,
        timings=timings,
    )


def _text_model(subject: Subject, dialect: Dialect) -> TextModel | None:
    """What a device that speaks text should run; None where it speaks packets."""
    if dialect == "packets" or subject.model is None:
        return None
    graph = read_tflite(subject.model.read_bytes())
    inputs, outputs = (
        tuple(describe_tensor(graph.tensors[i]) for i in ids)
        for ids in (graph.inputs, graph.outputs)
    )
    return TextModel(inputs, outputs, pixels=dialect == "mlperf-pixels")
