"""A `.tflite` file without a project: compiled, and built where that is needed.

Firmware is built in a scratch folder and gone afterwards; a port leads to a board that
carries the model already. The inputs are random bytes, or those of a `.npy` file.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.about import __version__
from tinycnn.analysis.fit import Analysis, analyze, find_objective
from tinycnn.artifacts import LinkedFirmware
from tinycnn.boards import Board, load_board
from tinycnn.choices import DeviceKind, Dialect, Numerics, Optimize
from tinycnn.compiler import Compilation, compile_tflite, read_tflite
from tinycnn.compiler.ir.program import Program
from tinycnn.compiler.reading.model_file import read_model
from tinycnn.errors import ProjectError, RefusedModelError
from tinycnn.files import read_whole, scratch_folder
from tinycnn.firmware import (
    Pattern,
    dialect_sources,
    find_alternative,
    make_input,
)
from tinycnn.harness import Identity
from tinycnn.reference import load_isolated_reference
from tinycnn.rendering import c_identifier
from tinycnn.workbench.images import guess_task, pick_images
from tinycnn.workbench.observer import Observer
from tinycnn.workbench.subject import DeviceChoice, ImageChoice, Subject
from tinycnn.workbench.tensors import describe_tensor
from tinycnn.workbench.workshop import Workshop

__all__ = ["FoundModel", "bench_file"]

_BOARD = "nano33ble"
_INPUTS = 32
_USUAL = ImageChoice()


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A `.tflite` and where it is from.

    Attributes:
        content: The bytes of the file.
        origin: What the file says: a path, or an architecture that was not trained.
        board: The board that a project names; None without a project.
        parameters: Those of a Keras model that was not trained, as Keras counts them.
        analysis: Of the compilation that the project's firmware is, or would be.
        linked: That firmware, if it is there.
        stack_measured_bytes: Most stack that its inference used; 0 if not known.
        analyze_as: Analyzes a project's model with other keys in [target].
    """

    content: bytes
    origin: str
    board: str | None = None
    parameters: int | None = None
    analysis: Analysis | None = None
    linked: LinkedFirmware | None = None
    stack_measured_bytes: int = 0
    analyze_as: Callable[[Mapping[str, str]], Analysis] | None = None


@contextmanager
def bench_file(
    path: Path,
    *,
    inputs: Path | None = None,
    images: ImageChoice = _USUAL,
    numerics: Numerics = "litert",
    dialect: Dialect = "packets",
    board: str = _BOARD,
    optimize: Optimize = "speed",
    compilation: Compilation | None = None,
    observer: Observer,
) -> Iterator[Subject]:
    """The model in the file `path`, to be validated and profiled.

    Args:
        path: A `.tflite` file.
        inputs: A `.npy` file with an input a row; rows of random bytes without.
        images: Which inputs are asked for: of a file, if no order was chosen and there
            is a choice, those first that the reference is least sure of; of random
            ones so many are made, 32 without a count.
        numerics: The reference that it is to equal.
        dialect: What its programs are to speak.
        board: What it is compiled for, by its name.
        optimize: What its kernels are chosen by.
        compilation: What it was compiled to, for that board, if it was.
        observer: Told how the work proceeds.

    Raises:
        ProjectError: If a file cannot be read, or the inputs are not the model's.
        ModelError: If the model is broken, uses something unsupported or is refused by
            its reference.
    """
    content, kind = read_model(path), load_board(board)
    observer.stage("compile", is_current=compilation is not None)
    name = c_identifier(path.stem)
    if compilation is None:
        objective = find_objective(kind, optimize)
        compilation = compile_tflite(
            content, name=name, objective=objective, numerics=numerics
        )
    program, graph = compilation.program, read_tflite(content)
    workshop = Workshop(content, name, kind, compilation.objective, numerics)
    rows = _find_inputs(inputs, program, images.count)
    with scratch_folder() as folder, _offering(path, content, numerics):
        subject = Subject(
            inputs=rows,
            reference=lambda: load_isolated_reference(path, numerics),
            analysis=analyze(compilation, file=graph),
            board=kind,
            program=cache(
                partial(_build, workshop, compilation, dialect, folder, observer)
            ),
            identity=partial(_identify, compilation, kind),
            model=path,
            name=name,
            numerics=numerics,
            dialect=dialect,
            workshop=workshop,
        )
        output = describe_tensor(graph.tensors[graph.outputs[0]])
        yield pick_images(
            subject,
            _settle(images, len(rows), is_random=inputs is None),
            observer,
            output=output,
            task=guess_task(output),
        )


def _find_inputs(
    path: Path | None, program: Program, count: int | None
) -> NDArray[np.int8]:
    """The rows of a file, or so many of random bytes."""
    if path is not None:
        return _read_inputs(path, program)
    numbers = range(count or _INPUTS)
    return np.stack([make_input(program, Pattern(n)) for n in numbers])


@contextmanager
def _offering(path: Path, content: bytes, numerics: Numerics) -> Iterator[None]:
    """Where the reference refuses the model, name another one that was tried."""
    try:
        yield
    except RefusedModelError as error:
        other = find_alternative(path, content, numerics)
        hint = f"--numerics {other}: its reference takes it (tried here)"
        raise RefusedModelError(str(error), hint if other else error.hint) from error


def _settle(images: ImageChoice, total: int, *, is_random: bool) -> ImageChoice:
    """The choice, with an order that suits the inputs if none was chosen.

    Of random bytes none is riskier than another; and where all inputs are asked for,
    nothing is gained by knowing beforehand what the reference says.
    """
    if images.order is not None:
        return images
    if images.rule is not None:
        return replace(images, order="random" if is_random else "risk")
    has_choice = not is_random and (images.count or total) < total
    return replace(images, order="risk" if has_choice else "given")


def _build(
    workshop: Workshop,
    compilation: Compilation,
    dialect: Dialect,
    folder: Path,
    observer: Observer,
    kind: DeviceKind,
) -> Path:
    """The program of a kind of device, newly built in `folder`."""
    observer.stage("build", is_current=False)
    program = compilation.program
    inputs = [buffer.tensor for buffer in program.inputs]
    more = dialect_sources(dialect, program.name, inputs)
    return workshop.build(compilation, kind, folder, more=more)


def _identify(compilation: Compilation, board: Board, choice: DeviceChoice) -> Identity:
    """Of what is on a port, only the model and what its outputs equal are known."""
    program = compilation.program
    if choice.port is not None:
        return Identity(program.sha256, program.numerics)
    return Identity(
        program.sha256,
        program.numerics,
        generator=f"tinycnn {__version__}",
        arena_bytes=program.arena_bytes,
        board=board if choice.kind == "sim" else None,
    )


def _read_inputs(path: Path, program: Program) -> NDArray[np.int8]:
    """The rows of a `.npy` file as bytes, checked against the model's input.

    Those of a model with several inputs are bytes, all inputs laid end to end.
    """
    hint = "save an array with numpy.save"
    content = io.BytesIO(read_whole(path, hint=hint))
    try:
        array = np.lib.format.read_array(content, allow_pickle=False)
    except (ValueError, EOFError, MemoryError) as error:
        text = "expected a whole .npy file of numbers, got something else"
        raise ProjectError(f"{path}: cannot be read: {text}", hint=hint) from error
    tensors = [buffer.tensor for buffer in program.inputs]
    dtypes = [tensors[0].dtype] if len(tensors) == 1 else ["int8", "uint8"]
    row_bytes = sum(tensor.bytes for tensor in tensors)
    rows = len(array) if array.ndim else 0
    if array.dtype not in dtypes or rows == 0 or array.nbytes != rows * row_bytes:
        got = f"{array.dtype} of shape {array.shape}"
        expected = f"rows of {' or '.join(dtypes)}, {row_bytes:,} bytes each"
        if len(tensors) > 1:
            names = ", ".join(f"'{tensor.name}'" for tensor in tensors)
            expected += f", those of the inputs {names} end to end"
        raise ProjectError(
            f"{path}: expected {expected}, got {got}",
            hint=f"{program.name}_model.h of tinycnn compile tells what the inputs are",
        )
    return np.ascontiguousarray(array).reshape(rows, -1).view(np.int8)
