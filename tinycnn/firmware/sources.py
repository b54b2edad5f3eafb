"""Which files of the C runtime, the harness and a port a firmware project takes."""

from __future__ import annotations

from collections.abc import Container, Sequence

from tinycnn.about import __version__
from tinycnn.analysis.receive import ReceiveBuffer
from tinycnn.firmware.dialect import dialect_header
from tinycnn.rendering import render_c
from tinycnn.runtime import firmware_dir, included_headers, kernel_sources

__all__ = ["runtime_sources", "served_headers", "serving_features"]

# What a program that serves a model includes, those of an app too.
_HEADERS = (
    *("tcnn/harness.h", "tcnn/camera.h"),
    *("{}_model.h", "{}_frames.h", "{}_trace.h", dialect_header("{}")),
)


def runtime_sources(
    kernels: Sequence[str],
    *,
    port: str,
    receive: ReceiveBuffer,
    speaks_text: bool = False,
) -> dict[str, str]:
    """The files of `kernel_sources`, the harness and one port: `tcnn/NAME`.

    Args:
        kernels: Names of C functions.
        port: The folder of the port.
        receive: The buffer for the next image, whose size the port is told.
        speaks_text: With what serves the text dialect.

    Raises:
        ToolchainError: If there is no such kernel.
    """
    root = firmware_dir()
    folders = [root / "harness", root / "ports" / port]
    if speaks_text:
        folders.append(root / "dialects/mlperf")
    paths = (path for folder in folders for path in folder.iterdir())
    serving = {path.name: path.read_text("utf-8") for path in sorted(paths)}
    serving["tcnn_receive.h"] = render_c(
        "firmware/templates/tcnn_receive.h.j2", receive=receive, version=__version__
    )
    headers = included_headers(serving.values())
    files = {**kernel_sources(kernels), **headers, **serving}
    return {f"tcnn/{name}": text for name, text in files.items()}


def served_headers(name: str, sources: Container[str]) -> list[str]:
    """What a program that serves the model `name` includes of its `sources`, sorted."""
    headers = sorted(header.format(name) for header in _HEADERS)
    return [header for header in headers if header in sources]


def serving_features(name: str, sources: Container[str]) -> dict[str, bool]:
    """What firmware for the model `name` can do beside inferences, by its files."""
    return {
        "has_frames": f"{name}_frames.h" in sources,
        "has_trace": f"{name}_trace.h" in sources,
        "speaks_text": dialect_header(name) in sources,
    }
