"""What compilers make of the kernels."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import require_tool
from tests.runtime.compiling import ZIG, compile_c, write
from tinycnn.runtime import firmware_dir, kernel_sources

GCC = ["arm-none-eabi-gcc", "-mthumb"]


def test_big_endian_processors_are_refused(tmp_path: Path) -> None:
    """Words of packed constants would be read the wrong way round."""
    write(tmp_path, kernel_sources(["tcnn_lookup_s8"]))
    command = ["-c", "lookup_portable.c"]
    big = compile_c(tmp_path, "-target", "powerpc64-linux-musl", *command)
    little = compile_c(tmp_path, "-target", "powerpc64le-linux-musl", *command)

    assert big.returncode != 0
    assert "little-endian processors" in big.stderr
    assert little.returncode == 0


@pytest.mark.external
def test_kernels_are_optimized_where_a_sketch_is_not(tmp_path: Path) -> None:
    """With -Os, GCC would call the roundings for each element; the kernels say -O2."""
    require_tool("arm-none-eabi-gcc")
    write(tmp_path, kernel_sources(["tcnn_add_s8"]))
    gcc = [*GCC, "-mcpu=cortex-m3", "-Os", "-S"]
    calls = []
    for options in ([], ["-DTCNN_OPTIMIZE_H"]):  # with the header, and without
        done = compile_c(tmp_path, *options, "add_portable.c", compiler=gcc)
        assert (done.returncode, done.stderr) == (0, "")
        calls.append((tmp_path / "add_portable.s").read_text().count("\tbl\t"))

    assert calls[0] == 0 < calls[1]


def compile_float(folder: Path, compiler: list[str], *, keep: bool) -> list[bytes]:
    """The object of float SOFTMAX, by default and with `-ffp-contract=off`.

    `keep` the kernel's own word to the compiler, or leave it out.
    """
    sources = kernel_sources(["tcnn_softmax_f32"])
    text = sources["softmax_float.c"]
    sources["softmax_float.c"] = text if keep else re.sub("#pragma .*", "", text)
    write(folder, sources)
    objects = []
    for options in ([], ["-ffp-contract=off"]):
        command = [*options, "-c", "softmax_float.c", "-o", "out.o"]
        done = compile_c(folder, *command, compiler=compiler)
        assert done.returncode == 0, done.stderr
        objects.append((folder / "out.o").read_bytes())
    return objects


def check_rounding(folder: Path, compiler: list[str]) -> None:
    """A Cortex-M7 could round a product and a sum at once: then bits would differ."""
    fused, plain = compile_float(folder, compiler, keep=False)
    assert fused != plain
    by_default, plain = compile_float(folder, compiler, keep=True)
    assert by_default == plain


def test_products_are_rounded_before_sums(tmp_path: Path) -> None:
    """By clang, whatever the options."""
    libc = firmware_dir() / "ports/sim/libc"
    target = ["-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m7+fp_armv8d16"]

    check_rounding(tmp_path, [*ZIG, *target, "-O2", "-g0", "-isystem", str(libc)])


@pytest.mark.external
def test_products_are_rounded_before_sums_by_gcc(tmp_path: Path) -> None:
    """Its default for GNU C is to fuse."""
    require_tool("arm-none-eabi-gcc")
    fpu = ["-mcpu=cortex-m7", "-mfpu=fpv5-d16", "-mfloat-abi=hard", "-O2"]

    check_rounding(tmp_path, [*GCC, *fpu])
