"""From images to a microcontroller that is proven, bit for bit, to run your model.

The Python interface; `docs/python.md` is its manual. Names are loaded when they are
used first: `import tinycnn` takes no time, and TensorFlow is needed by `quantize` only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tinycnn.about import PROJECT_FILE, __version__

if TYPE_CHECKING:
    from tinycnn.api import (
        Compiled,
        Explained,
        OpenProject,
        Profiled,
        Quantized,
        Validated,
        compile,
        load_dataset,
        load_project,
        quantize,
    )
    from tinycnn.boards import Board, board_names, load_board
    from tinycnn.datasets import Dataset
    from tinycnn.errors import (
        DatasetError,
        DeviceError,
        ModelError,
        ProjectError,
        TinycnnError,
        ToolchainError,
    )

__all__ = [
    "PROJECT_FILE",
    "Board",
    "Compiled",
    "Dataset",
    "DatasetError",
    "DeviceError",
    "Explained",
    "ModelError",
    "OpenProject",
    "Profiled",
    "ProjectError",
    "Quantized",
    "TinycnnError",
    "ToolchainError",
    "Validated",
    "__version__",
    "board_names",
    "compile",
    "load_board",
    "load_dataset",
    "load_project",
    "quantize",
]


_ROOMS = ("api", "boards", "datasets", "errors")

if not TYPE_CHECKING:  # type checkers know the names from above

    def __getattr__(name: str) -> object:
        """A public name, from the package that has it."""
        if name not in __all__:
            raise AttributeError(f"module 'tinycnn' has no attribute '{name}'")
        from importlib import import_module

        for package in (f"tinycnn.{room}" for room in _ROOMS):
            module = import_module(package)
            if name in module.__all__:
                return getattr(module, name)
        raise AssertionError(f"{name} is public, and nowhere")

    def __dir__() -> list[str]:
        return list(__all__)
