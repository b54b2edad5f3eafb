"""The probe as firmware: the ledger's loops as the steps of what the harness serves.

It is generated like any model, from the same sources for a sketch, for Zephyr and for
the simulated board.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tinycnn.about import __version__
from tinycnn.boards import Board
from tinycnn.boards.ledger import Row, load_rows
from tinycnn.choices import Framework
from tinycnn.errors import ToolchainError
from tinycnn.firmware import FirmwareProject
from tinycnn.firmware.frameworks import WRITERS
from tinycnn.rendering import render, render_c

__all__ = ["LINK_BYTES", "NAME", "loop_rows", "probe_digest", "write_probe"]

NAME = "probe"
LINK_BYTES = 8_192  # travel each way when the link is measured

_TEMPLATES = "probe/templates"
_GUARDS = {"": "", "dsp": "defined(__ARM_FEATURE_DSP)", "fpu": "defined(__ARM_FP)"}
_CORE_REGISTERS = ("r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory")
_FLOAT_REGISTERS = ("s0", "s1", "s2", "s3")
_WITHOUT_COUNTER = ("cortex-m0plus", "rv32imc", "rv32imac", "xtensa-lx6", "xtensa-lx7")


@dataclass(frozen=True, slots=True)
class _Rendered:
    """A row as the template takes it."""

    row: Row
    guard: str
    start: tuple[str, ...]
    clobbers: str


def loop_rows() -> tuple[Row, ...]:
    """The rows that have a loop: the probe's steps, in order."""
    return tuple(row for row in load_rows() if row.probe is not None)


def probe_digest() -> str:
    """SHA-256 of the loops, in hexadecimal: what a probe says in the model's place."""
    text = "\n".join(
        row.model_dump_json(include={"id", "probe"}) for row in loop_rows()
    )
    template = render(f"{_TEMPLATES}/probe_model.c.j2", **_values(bytes(32), "tinycnn"))
    return hashlib.sha256((text + template).encode()).hexdigest()


def write_probe(
    folder: Path, board: Board, framework: Framework = "arduino"
) -> FirmwareProject:
    """The probe's sketch or application for `board`, in `folder`/probe.

    Raises:
        ToolchainError: If the board's core has no counter of cycles.
        ProjectError: If the folder holds other files, or the framework lacks
            the board.
    """
    if board.core in _WITHOUT_COUNTER:
        text = f"board {board.name}: expected a core that counts cycles for the probe"
        hint = "cortex-m3, m4, m7 and m33 do: tinycnn boards"
        raise ToolchainError(f"{text}, got {board.core}", hint=hint)
    digest = probe_digest()
    values = _values(bytes.fromhex(digest), f"tinycnn {__version__}")
    sources = {
        f"{NAME}_model.{end}": render_c(f"{_TEMPLATES}/{NAME}_model.{end}.j2", **values)
        for end in ("h", "c")
    }
    return WRITERS[framework](
        folder,
        name=NAME,
        model_sources=sources,
        kernels=(),
        board=board,
        model_sha256=digest,
    )


def _values(sha256: bytes, generator: str) -> dict[str, object]:
    return {
        "loops": [_describe(row) for row in loop_rows()],
        "link_bytes": LINK_BYTES,
        "generator": generator,
        "sha256": sha256,
    }


def _describe(row: Row) -> _Rendered:
    loop = row.probe
    if loop is None:
        raise ValueError(f"row {row.id} has no loop")
    is_float = loop.needs == "fpu"
    registers = _CORE_REGISTERS + (_FLOAT_REGISTERS if is_float else ())
    start = [f"vmov.f32 {name}, #1.0" for name in _FLOAT_REGISTERS if is_float]
    clobbers = ", ".join(f'"{name}"' for name in registers)
    return _Rendered(row, _GUARDS[loop.needs], (*start, *loop.setup), clobbers)
