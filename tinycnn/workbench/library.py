"""A compiled model as C in a folder, proven here before anybody else builds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tinycnn.choices import Numerics
from tinycnn.compiler import (
    Compilation,
    Objective,
    compile_tflite,
    generate_sources,
)
from tinycnn.firmware import Proof, SelfTest, prove, write_library
from tinycnn.reference import name_reference

__all__ = ["write_c"]


def write_c(
    output: Path,
    model: Path,
    content: bytes,
    *,
    name: str,
    numerics: Numerics,
    objective: Objective | None,
    labels: Sequence[str] = (),
) -> tuple[Compilation, Proof, SelfTest | None]:
    """Compile, build the C here, compare it with the reference, and write the folder.

    Args:
        output: The folder.
        model: The `.tflite` file, for the reference.
        content: Its bytes.
        name: Prefix of all C names.
        numerics: What it is to equal.
        objective: What kernels are chosen by; without, all are portable.
        labels: Names of the classes.

    Returns:
        What was compiled, what was found equal, and by which inputs, where there was
        a reference to ask.

    Raises:
        ModelError: If the file is broken or uses something unsupported.
        ProjectError: If there are not as many labels as classes, or OUTPUT cannot be
            written.
    """
    reference = name_reference(numerics)
    compilation = compile_tflite(
        content,
        name=name,
        numerics=numerics,
        objective=objective,
        reference=reference,
        labels=labels,
    )
    proof, self_test = prove(compilation, model, content)
    sources = generate_sources(
        compilation.program,
        objective,
        proof=str(proof),
        reference=reference,
        labels=labels,
    )
    compilation = replace(compilation, sources=sources)
    write_library(output, compilation, self_test, proof=str(proof))
    return compilation, proof, self_test
