"""What the main program of a port is told of the project that it serves."""

from __future__ import annotations

import shutil
from pathlib import Path

from tinycnn.firmware.compilers import copy_folder
from tinycnn.firmware.dialect import dialect_header
from tinycnn.firmware.folder import FirmwareProject
from tinycnn.runtime import firmware_dir

__all__ = ["copy_port", "serving_macros"]


def copy_port(port: str, work: Path) -> None:
    """The C of a port with such a main program, in the new folder `work`/`port`."""
    ports = firmware_dir() / "ports"
    copy_folder(ports / port, work / port)
    shutil.copyfile(ports / "serving.h", work / port / "serving.h")


def serving_macros(project: FirmwareProject) -> list[str]:
    """The compiler's options that `serving.h` describes, by the project's files."""
    name, sources = project.name, project.folder / "src"
    options = [f"-DTCNN_MODEL={name}_model"]
    if (sources / f"{name}_frames.h").exists():
        options.append(f"-DTCNN_PREPROCESS={name}_preprocess")
    if (sources / dialect_header(name)).exists():
        options += _text_macros(name)
    if (sources / f"{name}_trace.h").exists():
        options.append(f"-DTCNN_TRACE={name}_trace")
    return options


def _text_macros(name: str) -> list[str]:
    values = (
        f"-DTCNN_MLPERF_{k}={name.upper()}_MLPERF_{k}" for k in ("BYTES", "PIXELS")
    )
    return ["-include", f"src/{dialect_header(name)}", *values]
