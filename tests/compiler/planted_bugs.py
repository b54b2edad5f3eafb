"""Bugs to plant in the kernels, and whether the equality cases catch them.

Run as a program, this module compares one operator with the kernels of a folder; a bug
may kill that process.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.compiler.equality import DIFFERENT, compare_case, list_kernels
from tests.compiler.executor import FIRMWARE, build_executor
from tinycnn.runtime import find_kernel

CASES = 200
DIFFERS = 42  # exit code of the child
FIXED = "include/tcnn/fixed_point.h"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Bug:
    """One change of one file, and the operator whose cases must notice."""

    kind: str
    file: str
    old: str
    new: str


def kernel(kind: str, function: str, old: str, new: str) -> Bug:
    """A bug in the file of a kernel."""
    file = find_kernel(f"tcnn_{function}").relative_to(FIRMWARE)
    return Bug(kind, str(file), old, new)


BUGS = (
    kernel("CONV_2D", "conv_2d_s8", "(bias ? bias[c] : 0)", "(bias ? 0 : 0)"),
    kernel("CONV_2D", "conv_2d_s8", "p->clamp_min, p->clamp_max", "-128, 127"),
    kernel("PAD", "pad_s8", "(int8_t)p->value", "0"),
    kernel("MAX_POOL_2D", "max_pool_2d_s8", "= INT8_MIN", "= 0"),
    Bug(
        "ADD",
        FIXED,
        "(value < 0 ? 1 : 0);\n    return (value >> ",
        "0;\n    return (value >> ",
    ),
    Bug("CONV_2D", FIXED, "(INT64_C(1) << 30)) >> 31", "0) >> 31"),
    Bug("MUL", FIXED, "> threshold ? 1 : 0", ">= threshold ? 1 : 0"),
    Bug("FULLY_CONNECTED", FIXED, "- (product < 0 ? 1 : 0)", ""),
    Bug("QUANTIZE", FIXED, "shift > 0 ? shift : 0", "0"),
    kernel(
        "CONV_2D",
        "conv_2d_s8",
        "y * p->stride_height - p->pad_top",
        "y * p->stride_height",
    ),
    kernel("CONV_2D", "conv_2d_s8", "x * p->stride_width", "x * p->stride_height"),
    kernel("CONV_2D", "conv_2d_s8", "ky * p->dilation_height", "ky"),
    kernel(
        "CONV_2D", "conv_2d_s8", "(input[i] - zero_point)", "(input[i] + zero_point)"
    ),
    kernel("CONV_2D", "conv_2d_s8", "tcnn_max(0, -x)", "0"),
    kernel("CONV_2D", "conv_2d_s8", "p->shift[c]", "p->shift[0]"),
    kernel("CONV_2D", "conv_2d_s8", "y >= p->input_height", "y > p->input_height"),
    kernel(
        "DEPTHWISE_CONV_2D",
        "depthwise_conv_2d_s8",
        "c / depth_multiplier",
        "c % p->input_channels",
    ),
    kernel(
        "DEPTHWISE_CONV_2D",
        "depthwise_conv_2d_s8",
        "(bias ? bias[c] : 0)",
        "(bias ? bias[0] : 0)",
    ),
    kernel(
        "DEPTHWISE_CONV_2D",
        "depthwise_conv_2d_s8",
        "p->multiplier[c]",
        "p->multiplier[0]",
    ),
    kernel(
        "FULLY_CONNECTED", "fully_connected_s8", "p->per_channel ? channel : 0", "0"
    ),
    kernel(
        "FULLY_CONNECTED", "fully_connected_s8", "bias ? bias[c] : 0", "bias ? 0 : 0"
    ),
    kernel(
        "FULLY_CONNECTED", "fully_connected_s8", "p->round_once ?", "!p->round_once ?"
    ),
    kernel(
        "AVERAGE_POOL_2D",
        "average_pool_2d_s8",
        "sum > 0 ? count / 2 : -(count / 2)",
        "count / 2",
    ),
    kernel(
        "AVERAGE_POOL_2D",
        "average_pool_2d_s8",
        "(y_end - y_start) * (x_end - x_start)",
        "p->window_height * p->window_width",
    ),
    kernel(
        "MAX_POOL_2D", "max_pool_2d_s8", "ox * p->stride_width", "ox * p->stride_height"
    ),
    kernel(
        "MEAN",
        "mean_s8",
        "                       p->input_zero_point",
        "                       0",
    ),
    kernel("ADD", "add_s8", "value - term->zero_point", "value + term->zero_point"),
    kernel("ADD", "add_s8", "&p->input2", "&p->input1"),
    kernel("MUL", "mul_s8", "p->input2_zero_point", "p->input1_zero_point"),
    Bug("SOFTMAX", "include/tcnn/fixed_functions.h", "i < 3; i++", "i < 2; i++"),
)
QUICK = BUGS[:5]


def is_caught(bug: Bug, folder: Path) -> bool:
    """Whether the cases fail (or the process dies) with `bug` in the kernels.

    Raises:
        ValueError: If the file no longer holds the text to change, or the child fails.
    """
    firmware = folder / "firmware"
    shutil.rmtree(firmware, ignore_errors=True)
    for part in ("kernels", "include"):
        shutil.copytree(FIRMWARE / part, firmware / part)
    path = firmware / bug.file
    text = path.read_text()
    if bug.old not in text:
        raise ValueError(f"{bug.file}: expected the text {bug.old!r}, found none")
    path.write_text(text.replace(bug.old, bug.new, 1))
    command = [sys.executable, "-m", __name__, str(firmware), bug.kind]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, timeout=300, check=False
    )
    if done.returncode not in (0, DIFFERS) and done.returncode > 0:
        raise ValueError(done.stderr.decode("utf-8", "replace"))
    return done.returncode != 0


def _main(firmware: str, kind: str) -> int:
    folder = Path(firmware)
    kernels = list_kernels(kind, range(CASES))
    # A bug may leave a parameter unused.
    executor = build_executor(folder, folder, kernels, strict=False)
    for seed in range(CASES):
        if compare_case(kind, seed, executor, "litert") == DIFFERENT:
            return DIFFERS
    return 0


if __name__ == "__main__":
    raise SystemExit(_main(*sys.argv[1:]))
