"""Whether a library was found equal to its reference here: never claimed unchecked.

In: a compiled model, its file, its numerics. Out: a `Proof`, and the self-test that it
is of. The library is written to a scratch folder, built with a compiler of this
computer, and its self-test is run; whatever is missing on that way makes it UNPROVEN,
with the reason.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from tinycnn.children import run_text
from tinycnn.compiler import Compilation, Numerics, compile_tflite
from tinycnn.errors import ModelError, RefusedModelError, TinycnnError, ToolchainError
from tinycnn.files import scratch_folder
from tinycnn.firmware.compilers import in_folder, run_compiler, zig
from tinycnn.firmware.library import write_library
from tinycnn.firmware.self_test import Pattern, SelfTest, make_input, make_self_test
from tinycnn.reference import load_isolated_reference, name_reference

__all__ = ["Proof", "Verdict", "find_alternative", "prove"]

Verdict = Literal["PROVEN", "UNPROVEN", "WRONG"]

_RESULT = re.compile(r"(?:PASS|FAIL): (\d+) of (\d+) output bytes differ")
_MOST_SECONDS = 60
_FLAGS = ["-O2", "-std=c99", "-I."]


@dataclass(frozen=True, slots=True)
class Proof:
    """What was compared with the reference, or why nothing was.

    Attributes:
        reference: Identity of the interpreter; empty where it gave no outputs.
        vectors: Inputs whose outputs were compared.
        output_bytes: Bytes that were compared.
        different: Of these, the bytes that differ.
        compiler: What built the C that was run; empty where none was.
        reason: Why nothing was compared, in one line; empty otherwise.
        alternative: Other numerics whose reference was tried and takes the model.
    """

    reference: str = ""
    vectors: int = 0
    output_bytes: int = 0
    different: int = 0
    compiler: str = ""
    reason: str = ""
    alternative: Numerics | None = None

    @property
    def verdict(self) -> Verdict:
        """PROVEN only if the C was run, and every byte was equal."""
        if self.reason:
            return "UNPROVEN"
        return "WRONG" if self.different else "PROVEN"

    def __str__(self) -> str:
        if self.reason:
            return f"UNPROVEN: {self.reason}"
        equal = f"{self.output_bytes - self.different:,} of {self.output_bytes:,}"
        return (
            f"{self.verdict}: {equal} output bytes of {self.vectors} inputs equal "
            f"{self.reference}; the C was built with {self.compiler} and run here"
        )

    @property
    def hint(self) -> str | None:
        """What to do about it; None where nothing is to be done."""
        if self.alternative is not None:
            who = name_reference(self.alternative)
            return f"--numerics {self.alternative}: {who}, takes it (tried here)"
        return None


def prove(
    compilation: Compilation, model: Path, content: bytes
) -> tuple[Proof, SelfTest | None]:
    """Build the compiled model's self-test, run it, and tell what it found.

    Args:
        compilation: The compiled model.
        model: Its file, for the reference.
        content: The bytes of that file.
    """
    numerics = compilation.program.numerics
    try:
        reference = load_isolated_reference(model, numerics)
        self_test = make_self_test(compilation, reference)
    except (RefusedModelError, ToolchainError) as error:
        other = find_alternative(model, content, numerics)
        return Proof(reason=_one_line(error), alternative=other), None
    return _run_here(compilation, self_test), self_test


def find_alternative(
    model: Path, content: bytes, numerics: Numerics
) -> Numerics | None:
    """Numerics beside those whose reference takes the model; found by trying.

    Args:
        model: The file.
        content: Its bytes.
        numerics: Those whose reference does not.
    """
    for other in get_args(Numerics):
        if other == numerics:
            continue
        try:
            program = compile_tflite(content, name="model", numerics=other).program
            row = make_input(program, Pattern(seed=1))
            load_isolated_reference(model, other).run(row[None])
        except (ModelError, ToolchainError):
            continue
        found: Numerics = other
        return found
    return None


def _run_here(compilation: Compilation, self_test: SelfTest) -> Proof:
    """The self-test as a program of this computer."""
    with scratch_folder() as scratch:
        work = scratch / "library"
        try:
            write_library(work, compilation, self_test)
            compiler, command = _find_compiler()
            printed = _build_and_run(command, work, compilation.program.name)
        except (TinycnnError, OSError, subprocess.SubprocessError) as error:
            return Proof(reason=f"not run here: {_one_line(error)}")
    found = _RESULT.fullmatch(printed.strip())
    if found is None:
        return Proof(reason="not run here: the self-test ended without a result")
    return Proof(
        reference=self_test.reference,
        vectors=len(self_test.patterns),
        output_bytes=int(found[2]),
        different=int(found[1]),
        compiler=compiler,
    )


def _build_and_run(compiler: list[str], work: Path, name: str) -> str:
    """What the self-test prints."""
    sources = [*in_folder(work, ".", "*.c"), *in_folder(work, "tcnn", "*.c")]
    sources.remove(f"./{name}_example.c")
    run_compiler([*compiler, *_FLAGS, *sources, "-o", "self_test"], work)
    return run_text([str(work / "self_test")], timeout_s=_MOST_SECONDS).stdout


def _find_compiler() -> tuple[str, list[str]]:
    """The name and the command of a C compiler for this computer.

    Raises:
        ToolchainError: If there is none.
    """
    try:
        return "zig cc", [*zig(), "-mcpu=baseline", "-fno-sanitize=undefined"]
    except ToolchainError as error:
        for name in ("cc", "gcc", "clang"):
            if path := shutil.which(name):
                return name, [path]
        raise ToolchainError(
            "no C compiler: expected zig, cc, gcc or clang", hint=error.hint
        ) from error


def _one_line(error: Exception) -> str:
    """What went wrong, and with what it can be mended."""
    hint = error.hint if isinstance(error, TinycnnError) else None
    text = " ".join(str(error).split())
    return f"{text}; {hint}" if hint else text
