"""`Program` -> C sources, as a mapping from file name to text.

    NAME_model.h        the manual: what it computes, its memory, inputs and outputs
    NAME_model.c        constants of the kernels, and one call an operator
    NAME_constants.*    weights, biases, multipliers: data alone

They need the files of `kernel_sources(program.kernels)` in a folder `tcnn` beside them,
nothing else. Same program, same bytes; no line is longer than 88 columns unless the
model's name is longer than 20 characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from tinycnn.about import __version__
from tinycnn.compiler.choice import Objective
from tinycnn.compiler.emission.borders import borders
from tinycnn.compiler.emission.calls import describe_calls
from tinycnn.compiler.ir.program import Program
from tinycnn.errors import ProjectError
from tinycnn.rendering import render_c
from tinycnn.runtime import kernel_headers, runtime_digest

__all__ = ["generate_sources"]

_TEMPLATES = "compiler/emission/templates"
_CORES = MappingProxyType(
    {
        "dsp": "a Cortex-M with DSP instructions",
        "mul": "a core with a fast multiplication and no more",
    }
)
_OPEN = (
    "none when this was written; tinycnn build and tinycnn validate compare a device's "
    "outputs with the reference's"
)
_FILES = {
    "model.h": "a neural network as C code: its manual",
    "model.c": "a neural network, one kernel call an operator",
    "constants.h": "weights and tables of a neural network",
    "constants.c": "weights and tables of a neural network",
}
_REFERENCES = {
    "litert": "LiteRT's reference kernels (BUILTIN_REF)",
    "tflm": "the reference kernels of TFLite Micro",
}


def generate_sources(
    program: Program,
    objective: Objective | None = None,
    *,
    reference: str = "",
    labels: Sequence[str] = (),
    proof: str = "",
) -> dict[str, str]:
    """The C files of `program` by name.

    Args:
        program: What they compute.
        objective: What its kernels were chosen by; without, they are the portable ones.
        reference: Identity of the interpreter with its numerics, if one is at hand.
        labels: Names of the classes, where they are known.
        proof: What was compared with the reference, and found; nothing yet without.

    Raises:
        ProjectError: If there are not as many labels as values of the one output, or
            two of one value.
    """
    _check_labels(program, labels)
    values = {
        "name": program.name,
        "program": program,
        "generator": f"tinycnn {__version__}",
        "runtime_api": f"0x{runtime_digest()}",
        "sha256": bytes.fromhex(program.sha256),
        "manual": _manual(program, objective, reference, proof),
        "labels": labels,
        "headers": _headers(program),
        "calls": describe_calls(program),
        "fed": program.fed,
        "inputs": borders("input", program.inputs),
        "outputs": borders("output", program.outputs),
    }
    return {
        f"{program.name}_{file}": render_c(
            f"{_TEMPLATES}/{file}.j2",
            title=f"{program.name}_{file} - {title}",
            **values,
        )
        for file, title in _FILES.items()
    }


def _check_labels(program: Program, labels: Sequence[str]) -> None:
    sizes = [buffer.tensor.size for buffer in program.outputs]
    is_binary = sizes == [1] and len(labels) == 2  # one value tells two classes apart
    shape = program.outputs[0].tensor.shape
    is_grid = len(shape) == 4 and len(sizes) == 1 and shape[3] == len(labels)
    if labels and not (is_binary or is_grid) and sizes != [len(labels)]:
        raise ProjectError(
            f"labels: expected a name for each of {' + '.join(map(str, sizes))} "
            f"output values, got {len(labels)}",
            hint="name every class once, or none",
        )


def _headers(program: Program) -> list[str]:
    """What NAME_model.c includes beside its manual, in clang-format's order."""
    runtime = {f"tcnn/{header}" for header in kernel_headers(program.kernels)}
    return sorted({f"{program.name}_constants.h", "tcnn/tcnn.h", *runtime})


def _manual(
    program: Program, objective: Objective | None, reference: str, proof: str
) -> dict[str, str]:
    """What NAME_model.h says of the whole model, by a word for each."""
    name, interpreter = program.name, reference or _REFERENCES[program.numerics]
    arena = f"{program.arena_bytes} bytes, aligned to 16"
    if program.scratch_bytes:
        arena += f"; a kernel's scratch memory takes up to {program.scratch_bytes}"
    sides = borders("input", program.inputs), borders("output", program.outputs)
    write, read = (
        " and ".join(f"the values at {name}_{border.name}(arena)" for border in side)
        for side in sides
    )
    use = f"write {write}, call {name}_invoke(arena), read {read}; inputs may be "
    use += "overwritten"
    if program.fed:
        use = f"give the input to {name}_feed, row after row, call "
        use += f"{name}_invoke(arena), read {read}; there is no room for all rows"
    return {
        "Reference": f'{interpreter}, numerics "{program.numerics}": its outputs are '
        "to be equalled, bit for bit",
        "Proof": proof or _OPEN,
        "Kernels": _describe_choice(objective),
        "Arena": arena,
        "Constants": f"{program.constant_bytes} bytes of flash",
        **{border.title: border.text for side in sides for border in side},
        "Use": use,
    }


def _describe_choice(objective: Objective | None) -> str:
    """What chose the kernels."""
    if objective is None:
        return "portable C, as for every board that no others are for"
    board = objective.board or _CORES[objective.family]
    chosen = f'chosen for {board} by optimize = "{objective.optimize}"'
    return f"{chosen}; right on any other board, too"
