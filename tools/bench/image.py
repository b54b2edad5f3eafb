"""A compiled network -> a bare image for the meter, and the bytes that it takes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

import numpy as np
from elftools.elf.elffile import ELFFile
from numpy.typing import NDArray

from tinycnn.choices import Family, Toolchain
from tinycnn.compiler import Compilation
from tinycnn.compiler.emission.borders import borders
from tinycnn.errors import ToolchainError
from tinycnn.firmware import firmware_dir
from tinycnn.runtime import kernel_sources

__all__ = ["COMPILERS", "NAME", "Compiler", "Image", "build_bare_image"]

NAME = "bench"  # prefix of the C names
_GLUE = ("main.c", "link.ld")
_BYTES_C = "const unsigned char bench_bytes[] = {%s};\n"
_INPUT_C = """\
#include <string.h>

#include "bench_model.h"

extern const unsigned char bench_bytes[];

void fill_inputs(void) {
#ifndef BENCH_INPUT_ROW_BYTES
    const unsigned char *from = bench_bytes;
%s#endif
}

void feed_input(void) {
#ifdef BENCH_INPUT_ROW_BYTES
    for (uint32_t i = 0; i < BENCH_INPUT_BYTES; i += BENCH_INPUT_ROW_BYTES) {
        bench_feed(bench_arena, (const int8_t *)&bench_bytes[i], i,
                   BENCH_INPUT_ROW_BYTES);
    }
#endif
}
"""
_COPY = """\
    memcpy(bench_%s(bench_arena), from, BENCH_%s_BYTES);
    from += BENCH_%s_BYTES;
"""

# Those of Arduino's core for the Nano 33 BLE, but for the level of optimization.
_FLAGS = (
    "-std=gnu11 -g0 -Wall -Wextra -ffunction-sections -fdata-sections -funsigned-char "
    "-fomit-frame-pointer -fno-unwind-tables -fno-asynchronous-unwind-tables "
    "-Wl,--gc-sections -Wl,-T,link.ld"
).split()
_ZIG = "-fno-sanitize=undefined -isystem".split()
_GCC = "-mthumb --specs=nano.specs -nostartfiles -Wl,--build-id=none".split()
_ZIG_CORES = MappingProxyType(
    {
        "dsp": "-target thumb-freestanding-eabihf -mcpu=cortex_m4+vfp4d16sp",
        "mul": "-target thumb-freestanding-eabi -mcpu=cortex_m0plus",
    }
)
_GCC_CORES = MappingProxyType(
    {
        "dsp": "-mcpu=cortex-m4 -mfloat-abi=softfp -mfpu=fpv4-sp-d16",
        "mul": "-mcpu=cortex-m0plus -mfloat-abi=soft",
    }
)


@dataclass(frozen=True, slots=True)
class Compiler:
    """A way to build an image, for a Cortex-M4 or the M0+."""

    toolchain: Toolchain
    optimization: str
    family: Family = "dsp"

    def __str__(self) -> str:
        return f"{self.toolchain.rpartition('-')[2]} {self.optimization}"

    @property
    def is_installed(self) -> bool:
        """Whether it can be used."""
        if self.toolchain == "zig":
            return find_spec("ziglang") is not None
        return shutil.which(self.toolchain) is not None

    @property
    def version(self) -> str:
        """What it calls itself."""
        if self.toolchain == "zig":
            command = [sys.executable, "-m", "ziglang", "version"]
        else:
            command = [self.toolchain, "-dumpfullversion"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return f"{self.toolchain} {done.stdout.strip()}"

    @property
    def command(self) -> list[str]:
        """The start of a command line."""
        if self.toolchain == "zig":
            libc = str(firmware_dir() / "ports/sim/libc")
            start = [sys.executable, "-m", "ziglang", "cc", *_ZIG, libc]
            core = _ZIG_CORES[self.family]
        else:
            start = [self.toolchain, *_GCC]
            core = _GCC_CORES[self.family]
        return [*start, *core.split(), *_FLAGS, self.optimization]


COMPILERS = (
    Compiler("zig", "-O2"),
    Compiler("arm-none-eabi-gcc", "-O2"),
    Compiler("arm-none-eabi-gcc", "-Os"),
)


@dataclass(frozen=True, slots=True)
class Image:
    """A linked program.

    Attributes:
        elf: The file.
        table_bytes: Weights, biases and other tables in it.
        code_bytes: Everything else in flash, start-up included.
    """

    elf: Path
    table_bytes: int
    code_bytes: int


def build_bare_image(
    compilation: Compilation,
    compiler: Compiler,
    inputs: NDArray[np.int8],
    folder: Path,
) -> Image:
    """The network, its input and two markers around an inference, in `folder`.

    Raises:
        ToolchainError: If the compiler fails.
    """
    runtime = kernel_sources(compilation.program.kernels)
    sources = {f"tcnn/{name}": text for name, text in runtime.items()}
    sources |= compilation.sources
    names = [border.name for border in borders("input", compilation.program.inputs)]
    copies = "".join(_COPY % (name, name.upper(), name.upper()) for name in names)
    sources["input.c"] = _INPUT_C % copies
    sources["bytes.c"] = _BYTES_C % ",".join(map(str, inputs.view(np.uint8)))
    sources |= {name: Path(__file__).with_name(name).read_text() for name in _GLUE}
    (folder / "tcnn").mkdir()
    for name, text in sources.items():
        (folder / name).write_text(text, encoding="utf-8")
    files = sorted(name for name in sources if name.endswith(".c"))
    command = [*compiler.command, *files, "-o", "bench.elf"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise ToolchainError(
            f"{compiler}: failed with exit code {done.returncode}",
            hint=done.stderr,
            command=command,
            returncode=done.returncode,
            log=done.stderr,
        )
    arrays = [array.name for array in compilation.program.arrays]
    return _measure(folder / "bench.elf", arrays)


def _measure(elf: Path, arrays: Sequence[str]) -> Image:
    with elf.open("rb") as file:
        content = ELFFile(file)
        flash_bytes = sum(
            segment["p_filesz"] for segment in content.iter_segments("PT_LOAD")
        )
        symbols = content.get_section_by_name(".symtab").iter_symbols()
        sizes = {symbol.name: symbol["st_size"] for symbol in symbols}
    table_bytes = sum(sizes.get(name, 0) for name in arrays)
    code_bytes = flash_bytes - table_bytes - sizes[f"{NAME}_bytes"]
    return Image(elf, table_bytes, code_bytes)
