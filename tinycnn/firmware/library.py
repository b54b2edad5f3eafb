"""Model sources -> a plain C library folder: model, kernels, headers; nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tinycnn.firmware.folder import swap_in
from tinycnn.firmware.sources import kernel_sources

__all__ = ["write_library"]


def write_library(
    folder: Path, model_sources: Mapping[str, str], kernels: Sequence[str]
) -> None:
    """Write the library, replacing an earlier one in the same folder.

    Args:
        folder: Becomes the library.
        model_sources: The model's C files by name, `model.h` among them.
        kernels: The kernel functions that it calls.

    Raises:
        ProjectError: If the folder holds other files.
        ToolchainError: If a kernel is not known.
    """
    swap_in(folder, "model.h", {**kernel_sources(kernels), **model_sources})
