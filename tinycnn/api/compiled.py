"""`tinycnn.compile`: a `.tflite` becomes C, and an object to ask about it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinycnn.analysis.fit import Analysis, Fit, analyze, check_fit, find_objective
from tinycnn.api.inputs import rows_of
from tinycnn.api.progress import Progress, observer_of
from tinycnn.api.results import Profiled, Validated
from tinycnn.boards import Board, load_board
from tinycnn.choices import DeviceKind, Numerics, Optimize
from tinycnn.compiler import Compilation, MemoryPlan, compile_tflite, read_tflite
from tinycnn.compiler.reading.model_file import read_model
from tinycnn.errors import ProjectError
from tinycnn.explorer import exhibit_file
from tinycnn.explorer import explain as explain_exhibit
from tinycnn.files import scratch_folder, write_whole
from tinycnn.rendering import c_identifier
from tinycnn.report.part import frame_page, render_part
from tinycnn.workbench import (
    DeviceChoice,
    Explaining,
    ImageChoice,
    Observer,
    Subject,
    bench_file,
)
from tinycnn.workbench import profile as profile_subject
from tinycnn.workbench import validate as validate_subject
from tinycnn.workbench.library import write_c

__all__ = ["Compiled", "Explained", "choose_device", "compile"]

_PAGE_HEIGHT = 900  # pixels, in a notebook


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Explained:
    """A page in which the model is alive.

    Attributes:
        html: All of it; it needs no network.
    """

    html: str

    def __repr__(self) -> str:
        return f"a page of {len(self.html.encode()):,} bytes"

    def _repr_html_(self) -> str:
        return frame_page(self.html, "The network at work", _PAGE_HEIGHT)

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Keep it as a file; returns its path."""
        write_whole(self.html, Path(path))
        return Path(path)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Compiled:
    """A model that was compiled for a board.

    Attributes:
        tflite: The file's bytes.
        name: Prefix of its C names.
        board: What it was compiled for.
        numerics: The reference that it equals.
        optimize: What its kernels were chosen by.
        compilation: What the compiler made of it.
        analysis: What it needs, operator by operator.
    """

    tflite: bytes
    name: str
    board: Board
    numerics: Numerics
    optimize: Optimize
    compilation: Compilation
    analysis: Analysis

    def __repr__(self) -> str:
        found = self.analysis
        return (
            f"{self.name} for {self.board.title}: {found.macs:,} MACs, "
            f"{found.flash_bytes:,} bytes of flash, arena {self.arena_bytes:,} bytes, "
            f"{'fits' if self.fit().fits else 'does not fit'}"
        )

    def _repr_html_(self) -> str:
        return render_part(self.name, analysis=self.analysis)

    @property
    def sources(self) -> Mapping[str, str]:
        """The C files by name; `write` adds the kernels that they call."""
        return self.compilation.sources

    @property
    def plan(self) -> MemoryPlan:
        """Where each tensor lies in the arena."""
        return self.compilation.plan

    @property
    def arena_bytes(self) -> int:
        """RAM for activations."""
        return self.compilation.plan.arena_bytes

    @property
    def milliseconds(self) -> float | None:
        """Predicted for one inference on its board; None where nothing predicts it."""
        cycles = sum(self.analysis.cycles)
        return cycles / self.board.clock_hz * 1e3 if cycles else None

    def fit(self, board: str | None = None) -> Fit:
        """What is left of a board's memories; of the model's own without a name."""
        return check_fit(self.analysis, load_board(board) if board else self.board)

    def write(self, folder: str | os.PathLike[str], labels: Sequence[str] = ()) -> str:
        """Write C that builds anywhere; returns what was proven of it here.

        Args:
            folder: Where to; made if it is missing.
            labels: Names of the classes.

        Raises:
            TinycnnError: If the folder cannot be written.
        """
        with self._in_file() as model:
            _, proof, _ = write_c(
                Path(folder),
                model,
                self.tflite,
                name=self.name,
                numerics=self.numerics,
                objective=self.compilation.objective,
                labels=labels,
            )
        return str(proof)

    def validate(
        self,
        inputs: ArrayLike | None = None,
        *,
        labels: ArrayLike | None = None,
        device: str = "sim",
        progress: Progress | None = None,
    ) -> Validated:
        """Compare a device's outputs with those of the reference, byte for byte.

        Args:
            inputs: One a row: in the model's own type, as real numbers, or pixels of 0
                to 255; of a model with several inputs a list of arrays. 32 random ones
                without.
            labels: The class of each, for the accuracy.
            device: "sim", the simulated board; "host", "wasm" or "wasm-mvp"; or the
                port of a board that carries this model: "/dev/ttyACM0", "COM3".
            progress: Called as the work proceeds.

        Raises:
            TinycnnError: If inputs do not suit, firmware cannot be built, or the device
                fails.
        """
        observer, choice = observer_of(progress), choose_device(device)
        with self._on_bench(inputs, observer) as subject:
            if labels is not None:
                subject = replace(subject, labels=_check_labels(labels, subject))
            found = validate_subject(
                subject, choice, observer, explaining=Explaining(is_bisected=True)
            )
        return Validated(found)

    def profile(
        self, *, device: str = "sim", progress: Progress | None = None
    ) -> Profiled:
        """Measure each operator on a device; on the simulated board it is estimated.

        Raises:
            TinycnnError: If firmware cannot be built, or the device fails.
        """
        observer = observer_of(progress)
        with self._on_bench(None, observer) as subject:
            found = profile_subject(subject, choose_device(device), observer)
        return Profiled(found)

    def explain(
        self,
        inputs: ArrayLike | None = None,
        *,
        progress: Progress | None = None,
    ) -> Explained:
        """A page that shows the model at work on `inputs`, or on random ones.

        Raises:
            TinycnnError: If inputs do not suit, or its module cannot be built.
        """
        observer = observer_of(progress)
        with self._in_file() as model:
            exhibit = exhibit_file(
                model,
                inputs=self._keep_inputs(inputs, model.parent),
                numerics=self.numerics,
                observer=observer,
            )
            return Explained(explain_exhibit(exhibit, observer))

    @contextmanager
    def _in_file(self) -> Iterator[Path]:
        with scratch_folder() as folder:
            path = folder / f"{self.name}.tflite"
            path.write_bytes(self.tflite)
            yield path

    @contextmanager
    def _on_bench(
        self, inputs: ArrayLike | None, observer: Observer
    ) -> Iterator[Subject]:
        with (
            self._in_file() as model,
            bench_file(
                model,
                inputs=self._keep_inputs(inputs, model.parent),
                images=ImageChoice(order="given"),
                numerics=self.numerics,
                board=self.board.name,
                compilation=self.compilation,
                observer=observer,
            ) as subject,
        ):
            yield subject

    def _keep_inputs(self, inputs: ArrayLike | None, folder: Path) -> Path | None:
        if inputs is None:
            return None
        graph = read_tflite(self.tflite)
        rows: NDArray[Any] = rows_of(inputs, graph)
        if len(graph.inputs) == 1:
            rows = rows.view(graph.tensors[graph.inputs[0]].dtype)
        np.save(folder / "inputs.npy", rows)
        return folder / "inputs.npy"


def compile(  # as `tinycnn compile`
    tflite: bytes | str | os.PathLike[str],
    *,
    board: str = "nano33ble",
    optimize: Optimize = "speed",
    numerics: Numerics = "litert",
    name: str | None = None,
) -> Compiled:
    """Compile an int8 `.tflite` to C.

    Args:
        tflite: The file's bytes, or its path.
        board: The board whose memory and core kernels are chosen for.
        optimize: What they are chosen by: "speed", "size" or "ram".
        numerics: The reference to equal: "litert", or "tflm", TFLite Micro.
        name: Prefix of all C names; the file's without, or "model".

    Raises:
        ModelError: If the file is broken or uses something unsupported.
        ProjectError: If it cannot be read, or there is no such board.
    """
    for value, known in (
        (optimize, get_args(Optimize)),
        (numerics, get_args(Numerics)),
    ):
        if value not in known:
            raise ProjectError(f"expected one of {', '.join(known)}, got '{value}'")
    path = None if isinstance(tflite, bytes) else Path(tflite)
    content = tflite if isinstance(tflite, bytes) else read_model(Path(tflite))
    kind = load_board(board)
    prefix = c_identifier(name or (path.stem if path else "model"))
    compilation = compile_tflite(
        content,
        name=prefix,
        numerics=numerics,
        objective=find_objective(kind, optimize),
    )
    return Compiled(
        content,
        prefix,
        kind,
        numerics,
        optimize,
        compilation,
        analyze(compilation, file=read_tflite(content)),
    )


def choose_device(device: str) -> DeviceChoice:
    """A kind of device that is started here, or else a port.

    >>> choose_device("host").kind, choose_device("/dev/ttyACM0").port
    ('host', '/dev/ttyACM0')
    """
    for kind in get_args(DeviceKind):
        if device == kind:
            return DeviceChoice(kind)
    return DeviceChoice(port=device)


def _check_labels(labels: ArrayLike, subject: Subject) -> NDArray[Any]:
    array = np.asarray(labels)
    if len(array) != len(subject.inputs):
        raise ProjectError(
            f"labels: expected one for each of {len(subject.inputs)} inputs, got "
            f"{len(array)}"
        )
    return array
