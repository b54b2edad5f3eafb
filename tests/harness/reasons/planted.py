"""Faults to plant in the kernels, and what a bisection says of each.

Run as a program, this module plants all of them and prints what was found.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.compiler.executor import FIRMWARE, Executor, build_executor
from tests.harness.reasons.traced_kernels import (
    TracedKernels,
    chain_model,
    run_litert,
)
from tinycnn.analysis.fit import find_objective
from tinycnn.boards import load_board
from tinycnn.compiler import Compilation, compile_tflite
from tinycnn.harness.reasons import Bisection, bisect, trace_compilation
from tinycnn.runtime import find_kernel

MODEL = chain_model()


def compile_chain(*, is_dsp: bool = False) -> Compilation:
    """With portable kernels, or with those for DSP, whose lanes plain C has, too."""
    objective = find_objective(load_board("nano33ble")) if is_dsp else None
    return compile_tflite(MODEL, name="chain", objective=objective)


@dataclass(frozen=True)
class Fault:
    """A change of a kernel, and what is to be found.

    Attributes:
        name: What is wrong.
        function: The kernel.
        changes: Old and new text of its file.
        kind: The operator to be blamed.
        region: Where the wrong numbers are; empty: all over.
        slip: One of the suspects; empty: none is known.
        file: Where to change it; empty: in the kernel's own.
    """

    name: str
    function: str
    changes: tuple[tuple[str, str], ...]
    kind: str
    region: str = ""
    slip: str = ""
    file: str = ""

    @property
    def is_dsp(self) -> bool:
        """Whether it is of a kernel for DSP."""
        return self.function.endswith("_dsp")


_TRUNCATED = "(int32_t)(((int64_t)sum * p->multiplier[c]) >> (31 - p->shift[c]))"
_REQUANTIZED = "tcnn_requantize(sum, p->multiplier[c], p->shift[c])"
_PADDING = """
static int32_t pad(const tcnn_conv_2d_params_t *p, const int8_t *weights, int32_t top,
                   int32_t left) {
    int32_t sum = 0;
    for (int32_t i = 0; i < p->kernel_height * p->kernel_width; i++) {
        const int32_t y = top + i / p->kernel_width, x = left + i % p->kernel_width;
        if (y < 0 || y >= p->input_height || x < 0 || x >= p->input_width) {
            for (int32_t c = 0; c < p->input_channels; c++) {
                sum -= p->input_zero_point * weights[i * p->input_channels + c];
            }
        }
    }
    return sum;
}

TCNN_SHARED void tcnn_conv_2d_s8("""
_HIGH_PRODUCT = " +\n           (uint32_t)(tcnn_high(x) * tcnn_high(y))"
_SKIP = "output += p->output_channels; continue;"
_LAST = "x == p->output_width - 1"
_X_LOOP = "for (int32_t x = 0; x < p->output_width; x++) {"

FAULTS = (
    Fault(
        "one channel is not rounded",
        "tcnn_conv_2d_s8",
        ((_REQUANTIZED, f"(c == 3 ? {_TRUNCATED} : {_REQUANTIZED})"),),
        "CONV_2D",
        "in channel 3",
        "rounding left out",
    ),
    Fault(
        "padding is 0, not the zero point",
        "tcnn_conv_2d_s8",
        (
            ("TCNN_SHARED void tcnn_conv_2d_s8(", _PADDING),
            (
                "(bias ? bias[c] : 0)",
                "bias[c] + pad(p, &weights[c * filter_size], top, left)",
            ),
        ),
        "CONV_2D",
        "at the border of the image",
        "padding read as 0, not as the zero point",
    ),
    Fault(
        "the last column is not computed",
        "tcnn_conv_2d_s8",
        (
            (
                _X_LOOP,
                f"{_X_LOOP} if ({_LAST}) {{ output += p->output_channels; continue; }}",
            ),
        ),
        "CONV_2D",
        "in the last column",
        "not computed: it keeps what lay there before",
    ),
    Fault(
        "the last column is that before",
        "tcnn_conv_2d_s8",
        (("x * p->stride_width", f"(x - ({_LAST})) * p->stride_width"),),
        "CONV_2D",
        "in the last column",
        "the number of the column before",
    ),
    Fault(
        "bias left out",
        "tcnn_conv_2d_s8",
        (("(bias ? bias[c] : 0)", "0"),),
        "CONV_2D",
        "",
        "bias left out",
    ),
    Fault(
        "two channels have each other's weights",
        "tcnn_depthwise_conv_2d_s8",
        (("&weights[c]", "&weights[c < 2 ? 1 - c : c]"),),
        "DEPTHWISE_CONV_2D",
        "in channels 0 to 1",
        "weights of the other channel of the pair",
    ),
    Fault(
        "all channels have the first one's multiplier",
        "tcnn_depthwise_conv_2d_s8",
        (("p->multiplier[c]", "p->multiplier[0]"),),
        "DEPTHWISE_CONV_2D",
        "",
        "multiplier of the first channel",
    ),
    Fault(
        "the maximum begins with 0",
        "tcnn_max_pool_2d_s8",
        (("= INT8_MIN", "= 0"),),
        "MAX_POOL_2D",
        "",
        "started from 0",
    ),
    Fault(
        "padding counts in the mean",
        "tcnn_average_pool_2d_s8",
        (
            (
                "(y_end - y_start) * (x_end - x_start)",
                "p->window_height * p->window_width",
            ),
        ),
        "AVERAGE_POOL_2D",
        "at the border of the image",
        "padding counted as pixels of 0",
    ),
    Fault(
        "the second input's zero point is left out",
        "tcnn_add_s8",
        (
            (
                "rescale(input2[i], &p->input2)",
                "rescale(input2[i] + p->input2.zero_point, &p->input2)",
            ),
        ),
        "ADD",
        "",
        "second input's zero point left out",
    ),
    Fault(
        "the first input's zero point is left out",
        "tcnn_mul_s8",
        (("- p->input1_zero_point", ""),),
        "MUL",
        "",
        "first input's zero point left out",
    ),
    Fault(
        "the table is read by the unsigned byte",
        "tcnn_lookup_s8",
        (("table[input[i] - INT8_MIN]", "table[(uint8_t)input[i]]"),),
        "LOGISTIC",
        "",
        "table read by the unsigned byte",
    ),
    Fault(
        "the input's zero point is left out of the mean",
        "tcnn_mean_s8",
        (("                       p->input_zero_point", "                       0"),),
        "MEAN",
        "",
        "input zero point left out",
    ),
    Fault(
        "a dense layer is not rounded",
        "tcnn_fully_connected_s8",
        (
            (
                "tcnn_requantize_once(sum, p->multiplier[i], p->shift[i])",
                "(int32_t)(((int64_t)sum * p->multiplier[i]) >> (31 - p->shift[i]))",
            ),
        ),
        "FULLY_CONNECTED",
        "",
        "rounding left out",
    ),
    Fault(
        "the last input of a dense layer is left out",
        "tcnn_fully_connected_s8",
        (("i < p->input_channels; i++", "i < p->input_channels - 1; i++"),),
        "FULLY_CONNECTED",
        "",
        "last input left out",
    ),
    Fault(
        "softmax sums one exponential too few",
        "tcnn_softmax_s8",
        (
            (
                "if (difference < p->table_size) {",
                "if (c + 1 < p->channels && difference < p->table_size) {",
            ),
        ),
        "SOFTMAX",
        "",
        "last value left out of the sum",
    ),
    Fault(
        "a kernel writes into its input",
        "tcnn_average_pool_2d_s8",
        (
            (
                "    const tcnn_pool_params_t *p = params;",
                "    const tcnn_pool_params_t *p = params; ((int8_t *)input)[7] ^= 1;",
            ),
        ),
        "ADD",
        "in the first row",
    ),
    Fault(
        "half-words cross, SMLADX for SMLAD",  # a half that has no partner is stale
        "tcnn_conv_2d_s8_dsp",
        (
            (
                "sum[0] = tcnn_smlad(x[i], v, sum[0]);",
                "const uint32_t e = x + 2 == end ? x[i] : x[i] >> 16 | "
                "x[i] << 16; sum[0] = tcnn_smlad(e, v, sum[0]);",
            ),
            ("tcnn_smlad(x[i], tcnn_even", "tcnn_smlad(e, tcnn_even"),
        ),
        "CONV_2D",
        "",
        "half-words of the products crossed",
        "kernels/conv_2d/pixel_pairs.h",
    ),
    Fault(
        "a high half is cut off, SMMLA for SMMLAR",
        "tcnn_conv_2d_s8_dsp",
        (
            (
                "tcnn_high_multiply(2 * sum, multiplier)",
                "(int32_t)(((int64_t)(2 * sum) * multiplier) >> 32)",
            ),
        ),
        "CONV_2D",
        "",
        "high half of the product cut off, not rounded",
        "kernels/conv_2d/pixel_pairs.h",
    ),
    Fault(
        "a compiler takes SMLABB for SMLAD",
        "tcnn_conv_2d_s8_dsp",
        ((_HIGH_PRODUCT, ""),),
        "CONV_2D",
        "",
        "products of the high half-words left out",
        "include/tcnn/dsp.h",
    ),
    Fault(
        "the loop ends a register too early",
        "tcnn_conv_2d_s8_dsp",
        (
            (
                "const uint32_t v = (uint32_t)*w++;",
                "const uint32_t v = (uint32_t)*w++; if (x + 2 == end) continue;",
            ),
        ),
        "CONV_2D",
        "",
        "last half-words left out",
        "kernels/conv_2d/pixel_pairs.h",
    ),
)


def plant(fault: Fault, folder: Path) -> Path:
    """A copy of the C runtime with the fault.

    Raises:
        ValueError: If a file does not hold the text to change.
    """
    firmware = folder / "firmware"
    shutil.rmtree(firmware, ignore_errors=True)
    for part in ("kernels", "include"):
        shutil.copytree(FIRMWARE / part, firmware / part)
    path = firmware / find_kernel(fault.function).relative_to(FIRMWARE)
    path = firmware / fault.file if fault.file else path
    text = path.read_text()
    for old, new in fault.changes:
        if old not in text:
            raise ValueError(f"{path.name}: expected the text {old!r}, found none")
        text = text.replace(old, new, 1)
    path.write_text(text)
    return firmware


def bisect_kernels(
    executor: Executor, compilation: Compilation, seed: int
) -> Bisection:
    """What is found for one image of random numbers."""
    size = compilation.program.inputs[0].tensor.bytes
    row = np.random.default_rng(seed).integers(-128, 128, size, np.int8)
    device = TracedKernels(executor, compilation.program)
    model = trace_compilation(compilation, MODEL, row, run_litert)
    return bisect(device, model, (seed, row))


def find_fault(fault: Fault, folder: Path) -> Bisection:
    """What a bisection finds of a planted fault."""
    compilation = compile_chain(is_dsp=fault.is_dsp)
    kernels = compilation.program.kernels
    firmware = plant(fault, folder)
    executor = build_executor(folder, firmware, kernels, strict=False)
    found = (bisect_kernels(executor, compilation, seed) for seed in range(1, 100))
    return next(each for each in found if each.number is not None)


def is_named(fault: Fault, found: Bisection) -> bool:
    """Whether operator, region and slip are those planted."""
    number = found.number
    if number is None or found.op.split()[-1] != fault.kind:
        return False
    return fault.region in number.region and fault.slip in " ".join(number.suspects)


def _main(wanted: list[str]) -> int:
    missed = 0
    for fault in FAULTS:
        if wanted and not any(word in fault.name for word in wanted):
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = find_fault(fault, Path(folder))
        named = is_named(fault, found)
        missed += not named
        print(f"\n{'named' if named else 'MISSED'}: {fault.name} ({fault.kind})")
        print("\n".join(f"    {line}" for line in found.lines))
    return missed


if __name__ == "__main__":
    raise SystemExit(_main(sys.argv[1:]))
