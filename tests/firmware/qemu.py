"""QEMU's machines: an image in, the terminal of its serial port out."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import require_tool

__all__ = ["run_in_qemu"]


@contextmanager
def run_in_qemu(machine: str, elf: Path) -> Iterator[str]:
    """QEMU's machine running `elf`; the terminal of its serial port."""
    command = [require_tool("qemu-system-arm"), "-M", machine, "-kernel", str(elf)]
    command += ["-display", "none", "-monitor", "none", "-serial", "pty"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process.stdout.readline().split()[4]
        finally:
            process.kill()
