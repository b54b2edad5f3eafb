"""The files of the C runtime that a set of kernels needs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tinycnn.errors import ToolchainError
from tinycnn.runtime import (
    firmware_dir,
    kernel_functions,
    kernel_headers,
    kernel_sources,
)


def test_a_checkout_uses_the_folder_beside_the_package() -> None:
    """An installed copy is for installed packages only."""
    assert firmware_dir().name == "firmware"
    assert (firmware_dir() / "kernels").is_dir()


def test_every_c_file_of_a_family_is_one_kernel() -> None:
    """So none is left out, and no file brings more than was asked for."""
    files = list(firmware_dir().glob("kernels/*/*.c"))

    assert len(kernel_functions()) == len(files)


def test_names_of_headers_are_unique() -> None:
    """They lie side by side in generated trees."""
    folders = ("include/tcnn/*.h", "kernels/*/*.h")
    names = [path.name for folder in folders for path in firmware_dir().glob(folder)]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("kernel", kernel_functions())
def test_a_kernel_comes_with_every_header_that_is_included(kernel: str) -> None:
    """Those of headers, too; with that of its family, and of its optimization."""
    sources = kernel_sources([kernel])
    included = set(re.findall('#include "(.*)"', "".join(sources.values())))

    assert included | set(kernel_headers([kernel])) <= sources.keys()
    assert {"tcnn.h", "tcnn_version.h", "optimize.h"} <= sources.keys()
    assert sum(name.endswith(".c") for name in sources) == 1


def test_a_depthwise_convolution_alone_compiles(tmp_path: Path) -> None:
    """Its header includes one that the kernel itself does not."""
    for name, text in kernel_sources(["tcnn_depthwise_conv_2d_s8_dsp"]).items():
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "ziglang", "cc", "-c", "depthwise_conv_2d_rows.c"]
    subprocess.run([*command, "-o", "rows.o"], cwd=tmp_path, check=True)


def test_an_unknown_kernel_is_named() -> None:
    """The message says which kernel has no file."""
    with pytest.raises(ToolchainError, match="kernel 'tcnn_x': expected a file"):
        kernel_sources(["tcnn_x"])
