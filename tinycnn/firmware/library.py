"""A compiled model -> a plain C library with CMakeLists, example and self-test.

    README.md, LICENSE, CMakeLists.txt
    sbom.cdx.json                       what is in it, for who must account for that
    NAME_model.*, NAME_constants.*      the model: no name is without its own, so that
                                        several of them go into one program
    NAME_example.c, NAME_self_test.c    programs; the latter checks any compiler and
                                        board without Python
    tcnn/                               what it needs of the C runtime

Same model, same bytes.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

from tinycnn.about import __version__
from tinycnn.compiler import Compilation
from tinycnn.compiler.emission.borders import borders
from tinycnn.firmware.bill import BILL, bill_of_firmware
from tinycnn.firmware.folder import license_text, swap_in
from tinycnn.firmware.self_test import SelfTest
from tinycnn.rendering import render, render_c
from tinycnn.runtime import kernel_sources

__all__ = ["write_library"]

_TEMPLATES = "firmware/templates/library"


def write_library(
    folder: Path,
    compilation: Compilation,
    self_test: SelfTest | None,
    *,
    proof: str = "",
) -> None:
    """Write the library, replacing an earlier one in the same folder.

    Args:
        folder: Becomes the library.
        compilation: The compiled model.
        self_test: None where the reference refuses the model.
        proof: What was compared with the reference; nothing yet without.

    Raises:
        ProjectError: If the folder holds other files.
    """
    program, name = compilation.program, compilation.program.name
    runtime = kernel_sources(program.kernels)
    files = {f"tcnn/{file}": text for file, text in runtime.items()}
    files |= {**compilation.sources, "LICENSE": license_text()}
    values = {
        "name": name,
        "generator": f"tinycnn {__version__}",
        "inputs": borders("input", program.inputs),
        "outputs": borders("output", program.outputs),
        "fed": program.fed,
        "labels": f"{name}_labels" in files[f"{name}_model.h"],
        "has_kernels": bool(program.kernels),
        "sources": sorted(file for file in files if file.endswith(".c")),
        "self_test": self_test,
        "proof": textwrap.fill(f"{proof}.", 88) if proof else "",
    }
    for file in ("README.md", "CMakeLists.txt"):
        files[file] = render(f"{_TEMPLATES}/{file}.j2", **values)
    for kind in ("example", "self_test") if self_test else ("example",):
        files[f"{name}_{kind}.c"] = render_c(f"{_TEMPLATES}/{kind}.c.j2", **values)
    files[BILL] = bill_of_firmware(name, files, model_sha256=program.sha256, needs=())
    swap_in(folder, f"{name}_model.h", files)
