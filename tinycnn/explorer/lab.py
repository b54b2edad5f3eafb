"""The kernels that the page's lab computes with, without a model: WebAssembly.

They are the portable ones that models are compiled with, so that what a student tries
on a picture is what a board would compute. The page fills the memory; the names of a
kernel's parameters, in the order in which they lie there, go with the module.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from tinycnn.compiler.ir.params import c_fields
from tinycnn.compiler.operators.shared.convolution import ConvolutionParams
from tinycnn.explorer.page import pack_json
from tinycnn.files import scratch_folder
from tinycnn.firmware import compile_wasm
from tinycnn.runtime import firmware_dir, kernel_sources

__all__ = ["build_lab", "gather_lab"]

_KERNEL = "tcnn_conv_2d_s8"
_PORTS = (
    "lab/lab_module.c",
    "wasm/wasm_module.h",
    "wasm/wasm_string.c",
    "wasm/string.h",
)
_MEMORY = f"-Wl,--initial-memory={1 << 22}"  # bytes: for pictures up to 256 x 256


def gather_lab() -> dict[str, bytes]:
    """The pieces of the lab, for any page.

    Raises:
        ToolchainError: If the compiler is missing or fails.
    """
    names = [field.name for field in c_fields(ConvolutionParams)]
    return {"lab": pack_json({"params": names}), "lab-module": build_lab()}


@lru_cache
def build_lab() -> bytes:
    """The module, for any processor: a picture is small.

    Raises:
        ToolchainError: If the compiler is missing or fails.
    """
    with scratch_folder() as work:
        for name, text in _sources().items():
            (work / name).write_text(text, "utf-8", newline="\n")
        output = work / "lab.wasm"
        compile_wasm(work, ["."], output=output, variant="mvp", options=[_MEMORY])
        return output.read_bytes()


def _sources() -> dict[str, str]:
    """All C files, side by side, by name."""
    paths = [firmware_dir() / "ports" / name for name in _PORTS]
    port = {Path(path).name: path.read_text("utf-8") for path in paths}
    return {**kernel_sources([_KERNEL]), **port}
