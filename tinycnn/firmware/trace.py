"""A debug harness: what firmware needs beside its own sources so that it is traced."""

from __future__ import annotations

from tinycnn.about import __version__
from tinycnn.compiler.emission.places import list_places
from tinycnn.compiler.ir.program import Program
from tinycnn.rendering import render_c
from tinycnn.runtime import firmware_dir

__all__ = ["render_trace_header", "trace_runtime", "trace_sources"]

_TEMPLATES = "compiler/emission/templates"


def trace_sources(program: Program) -> dict[str, str]:
    """The C files by path that trace a compiled model."""
    name = program.name
    values = {
        "name": name,
        "generator": f"tinycnn {__version__}",
        "sha256": bytes.fromhex(program.sha256),
        "places": list_places(program),
    }
    files = {
        f"{name}_trace{suffix}": render_c(
            f"{_TEMPLATES}/trace{suffix}.j2",
            title=f"{name}_trace{suffix} - what each operator reads and writes",
            **values,
        )
        for suffix in (".h", ".c")
    }
    return files | trace_runtime()


def render_trace_header(name: str, sha256: str) -> str:
    """The header of a model whose trace is defined elsewhere."""
    return render_c(
        f"{_TEMPLATES}/trace.h.j2",
        title=f"{name}_trace.h - what each operator writes",
        name=name,
        generator=f"tinycnn {__version__}",
        sha256=bytes.fromhex(sha256),
    )


def trace_runtime() -> dict[str, str]:
    """The part that is the same for all models."""
    folder = firmware_dir() / "trace"
    paths = sorted(folder.iterdir())
    return {f"tcnn/{path.name}": path.read_text("utf-8") for path in paths}
