"""Bugs planted in the kernels for cores: do the equality cases notice?"""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.emulator import build_emulator
from tests.compiler.executor import FIRMWARE
from tests.compiler.kernels.cases import KERNEL_CASES
from tests.compiler.kernels.forced import assert_equal, family_of, force
from tinycnn.runtime import find_kernel

CASES = 300
BUGS = (
    ("tcnn_add_s8_dsp", "mla r9, r11", "mla r9, r10"),
    ("tcnn_add_s8_dsp", "line[2] + *first * line[0]", "line[2] + *first * line[1]"),
    ("tcnn_add_s8_dsp", "tcnn_add_byte_2(0, four)", "tcnn_add_byte_1(0, four)"),
    ("tcnn_add_s8_dsp", "i * b->stride1[0]", "i * b->stride2[0]"),
    ("tcnn_conv_2d_s8_dsp", "smlad r9, r11, lr, r9", "smlad r9, r10, lr, r9"),
    ("tcnn_conv_2d_s8_dsp", "lsl r3, r3, #1", "lsl r3, r3, #2"),
    ("tcnn_conv_2d_s8_dsp", "strbgt r8, [r10", "strbgt r8, [lr"),
    ("tcnn_conv_2d_s8_dsp", "smlad r3, r10, r12, r3", "smlad r3, r11, r12, r3"),
    ("tcnn_conv_2d_s8_dsp", "words] - RUN_BYTES", "words] - 2 * RUN_BYTES"),
    ("tcnn_conv_2d_s8_dsp", "lsl \\\\c, \\\\c, #8", "lsl \\\\c, \\\\c, #7"),
    ("tcnn_conv_2d_s8_dsp", "orr r12, r12, r12, lsl #8", "orr r12, r12, r12, lsl #7"),
    ("tcnn_conv_2d_s8_dsp", "bic r0, r0, #0x80000000", "nop"),
    ("tcnn_conv_2d_s8_dsp", "addeq r8, r8, #4", "addeq r8, r8, #2"),
    ("tcnn_average_pool_2d_s8_dsp", "1 - (n & 1)", "0"),
    ("tcnn_average_pool_2d_s8_dsp", "128 * n + n / 2", "128 * n"),
    ("tcnn_average_pool_2d_s8_dsp", "is_one ? UINT32_MAX", "0 ? UINT32_MAX"),
    ("tcnn_average_pool_2d_s8_dsp", "sums = {EACH, EACH}", "sums = {0, 0}"),
    ("tcnn_average_pool_2d_s8_dsp", "left < 0 || room < 0", "room < 0"),
    ("tcnn_conv_2d_s8_dsp", "params->kept_words, &", "params->kept_words / 2, &"),
    ("tcnn_conv_2d_narrow_s8_dsp", "smlad r3, r11, lr", "smlad r3, r10, lr"),
    ("tcnn_conv_2d_narrow_s8_dsp", "strb.w r3, [r1, r10]", "strb.w r3, [r1, lr]"),
    ("tcnn_conv_2d_narrow_s8_dsp", "job.distance = -1", "job.distance = 0"),
    ("tcnn_conv_2d_narrow_s8_dsp", "p->kept_words, &", "p->kept_words / 2, &"),
    ("tcnn_conv_2d_winograd_s8_dsp", "smmlar r4", "smmla r4"),
    ("tcnn_conv_2d_winograd_s8_dsp", "p->kept_words, &", "p->kept_words / 2, &"),
    ("tcnn_copy_s8_dsp", "[%4, %6]", "[%4, %7]"),
    ("tcnn_copy_s8_dsp", "(size & 7) - 4", "(size & 7) - 3"),
    ("tcnn_copy_s8_dsp", "(size & 8)", "(size & 4)"),
    ("tcnn_conv_2d_windows_s8_dsp", "group * fours * p->size", "group * p->size"),
    ("tcnn_conv_2d_parts_s8_dsp", "x += p->planes", "x++"),
    ("tcnn_conv_2d_parts_s8_dsp", "plane - p->pad_left", "plane"),
    ("tcnn_conv_2d_parts_s8_dsp", "c += depth", "c += p->input_channels"),
    ("tcnn_conv_2d_parts_s8_dsp", "phase->first;", "0;"),
    ("tcnn_conv_2d_parts_s8_dsp", "ky * p->dilation_height", "ky"),
    ("tcnn_conv_2d_parts_s8_dsp", "&weights[part->weights]", "weights"),
    ("tcnn_conv_2d_parts_s8_dsp", "job.shape.step = 0", "0"),
    (
        "tcnn_conv_2d_parts_s8_dsp",
        "(part->count - 1) * part->d",
        "part->count * part->d",
    ),
    ("tcnn_depthwise_conv_2d_planes_s8_dsp", "r9, r3", "r8, r3"),
    ("tcnn_depthwise_conv_2d_planes_s8_dsp", "last >> 16 |", "last |"),
    ("tcnn_depthwise_conv_2d_planes_s8_dsp", "half << 16, halves", "zero, halves"),
    ("tcnn_depthwise_conv_2d_planes_s8_dsp", "span->is_one", "0"),
    ("tcnn_depthwise_conv_2d_planes_s8_dsp", "sub lr, r6, r3", "sub lr, r6, r1"),
    ("tcnn_depthwise_conv_2d_planes_s8_dsp", "smlad r4, \\\\c", "smlad r4, \\\\b"),
    ("tcnn_depthwise_conv_2d_planes_s8_dsp", 'lsl #1\\n"', 'lsl #2\\n"'),
    ("tcnn_depthwise_conv_2d_planes_s8_dsp", "cmp lr, r6", "cmp lr, r9"),
    ("tcnn_depthwise_conv_2d_planes_s8_dsp", "mla lr, r1, r2, r0", "mov lr, r0"),
    ("tcnn_depthwise_conv_2d_planes_s8_dsp", "to - beside", "to"),
    ("tcnn_depthwise_conv_2d_planes_s8_dsp", "p->is_staged && !is_apart", "false"),
    ("tcnn_depthwise_conv_2d_planes_s8_dsp", "channel - is_alone", "channel"),
    ("tcnn_depthwise_conv_2d_quads_s8_dsp", "c += tcnn_high(x0)", "c += tcnn_low(x0)"),
    ("tcnn_depthwise_conv_2d_quads_s8_dsp", "weights += w->unused", "(void)0"),
    ("tcnn_depthwise_conv_2d_quads_s8_dsp", "value + less +", "value +"),
    ("tcnn_depthwise_conv_2d_s8_dsp", "smlatb", "smlabb"),
    ("tcnn_depthwise_conv_2d_s8_dsp", "smmlar", "smmla"),
    ("tcnn_depthwise_conv_2d_s8_dsp", "smmla r12", "smmlar r12"),
    ("tcnn_depthwise_conv_2d_s8_dsp", "tst.w lr, #1", "tst.w lr, #2"),
    ("tcnn_depthwise_conv_2d_stride_2_s8_dsp", "smmlar", "smmla"),
    (
        "tcnn_depthwise_conv_2d_stride_2_s8_dsp",
        "pkhtb r10, r10, r9",
        "pkhtb r10, r10, r8",
    ),
    ("tcnn_fully_connected_rows_s8_dsp", "&starts[c]", "starts"),
    ("tcnn_fully_connected_s8_dsp", "asr r6, r6, #7", "asr r6, r6, #6"),
    (
        "tcnn_fully_connected_s8_dsp",
        "ENTRY(inputs) tcnn_enter_pairs(inputs, 32",
        "ENTRY(inputs) tcnn_enter_pairs(inputs, 16",
    ),
    ("tcnn_fully_connected_wide_s8_dsp", "sxtb16 r12, r12", "sxtb16 r12, lr"),
    ("tcnn_fully_connected_wide_s8_dsp", "lsl r7, r7, #8", "lsl r7, r7, #7"),
    ("tcnn_fully_connected_wide_s8_dsp", r"smmla \\sum", r"smmlar \\sum"),
    ("tcnn_fully_connected_wide_s8_dsp", "< 0 ? TCNN_PAIRS_CONSTANTS", "< 0 ? 0"),
    ("tcnn_max_pool_2d_s8_dsp", "w.runs == 2 && w.pixels == 2", "w.runs == 2"),
    ("tcnn_max_pool_2d_s8_dsp", "&from[last]", "from"),
    ("tcnn_mean_s8_dsp", "tcnn_high(sums.odd));", "tcnn_high(sums.even));"),
    ("tcnn_mean_s8_dsp", "value >> 31 & r->ties", "0"),
    ("tcnn_mean_s8_dsp", "from += 4 * words", "from += words"),
    ("tcnn_reduce_max_s8_dsp", "&input[last]", "input"),
    ("tcnn_reduce_min_s8_dsp", "x += left & ~3", "x += 0"),
    ("tcnn_reduce_max_s8_dsp", "found, first), second", "found, first), first"),
    ("tcnn_maximum_s8_dsp", "second += 4 * step2", "second += 4"),
    ("tcnn_minimum_s8_dsp", "smallest_bytes);", "largest_bytes);"),
    ("tcnn_mul_s8_dsp", "b->stride2[3], &four2", "b->stride1[3], &four2"),
    ("tcnn_mul_s8_dsp", "copies[k * size]", "copies[0]"),
    ("tcnn_mul_s8_dsp", "rows.shape[3] = k * size", "rows.shape[3] = size"),
    ("tcnn_mul_s8_dsp", "r.multiplier, product", "r.multiplier, 0"),
    ("tcnn_mul_s8_dsp", "value += value >> 31", "value += 0"),
    ("tcnn_mul_s8_dsp", "tcnn_add_byte_2(r.zero2", "tcnn_add_byte_2(r.zero1"),
    ("tcnn_pad_s8_dsp", "gap += after[2]", "gap += before[2]"),
    ("tcnn_pad_s8_dsp", "to[1] = b", "to[1] = a"),
    ("tcnn_prelu_s8_dsp", "value += value >> 31", "value += 0"),
    ("tcnn_prelu_lines_s8_dsp", "x >> 31) + 2", "x >> 31) + 4"),
    ("tcnn_prelu_lines_s8_dsp", "asr #20", "asr #19"),
    ("tcnn_prelu_s8_dsp", "b->stride2[3], &four2", "1, &four2"),
    ("tcnn_prelu_s8_dsp", "<< p->right >> 1", "<< p->right >> 2"),
    ("tcnn_quantize_f32_s8_dsp", "divide(value, scale)", "nearest"),
    ("tcnn_quantize_f32_s8_dsp", "+ 1) >> 1", ") >> 1"),
    ("tcnn_resize_bilinear_s8_dsp", "sum + (sum >> 31)", "sum"),
    ("tcnn_resize_bilinear_s8_dsp", "pack_high(c_even", "pack_high(a_even"),
    ("tcnn_resize_nearest_neighbor_s8_dsp", "] == p->rows", "] >= p->rows"),
    ("tcnn_resize_nearest_neighbor_s8_dsp", "output - row_bytes", "output - 4"),
    ("tcnn_softmax_s8_dsp", "four, four >> 8", "four, four >> 16"),
    ("tcnn_softmax_s8_dsp", "(rounded + half)", "rounded"),
    ("tcnn_transpose_conv_windows_s8_dsp", "w.rows + 1", "w.rows"),
    ("tcnn_add_terms_s8_dsp", "(value >> 31)", "0"),
    ("tcnn_add_terms_s8_dsp", "four2 >> 16 & 0xFF", "four2 >> 8 & 0xFF"),
    ("tcnn_arg_extremum_s8_s32_dsp", "sign > 0", "sign < 0"),
    ("tcnn_arg_extremum_s8_s32_dsp", "found << 8 | found >> 24", "found"),
    ("tcnn_arg_extremum_s8_s64_dsp", "value > best ? i", "value >= best ? i"),
    ("tcnn_squared_difference_s8_dsp", "2 * sum * sum", "sum * sum"),
    ("tcnn_squared_difference_s8_dsp", "(uint8_t)*second", "(uint8_t)*first"),
    ("tcnn_add_linear_s8_mul", "*second * factor2", "*second * factor1"),
    ("tcnn_conv_2d_triples_s8_mul", "lsls r7, r7, #10", "lsls r7, r7, #11"),
    ("tcnn_conv_2d_triples_s8_mul", "add r11, r6", "add r11, r5"),
    ("tcnn_conv_2d_triples_s8_mul", "high * (1 << unused)", "high * (1 << 10)"),
    ("tcnn_conv_2d_triples_s8_mul", "totals[1] << 7", "totals[0] << 7"),
    ("tcnn_conv_2d_triples_s8_mul", "w->left[i] >= 0 &&", ""),
    ("tcnn_conv_2d_triples_s8_mul", "((other >> 15) + 1) >> 1", "other >> 16"),
    ("tcnn_depthwise_conv_2d_lines_s8_mul", "adds r0, r0, r7", "adds r0, r0, r6"),
    ("tcnn_depthwise_conv_2d_lines_s8_mul", "line_2, 2, 4, 6", "line_2, 2, 3, 6"),
    ("tcnn_depthwise_conv_2d_lines_s8_mul", "+ OFFSET)", ")"),
    ("tcnn_fully_connected_sixes_s8_mul", "lsrs r5, r5, #30", "lsrs r5, r5, #31"),
    ("tcnn_fully_connected_sixes_s8_mul", "at + 5, lr", "at + 4, lr"),
    ("tcnn_fully_connected_sixes_s8_mul", "total << 7", "total << 6"),
)


def plant(folder: Path, function: str, old: str, new: str) -> Path:
    """A copy of the firmware with one bug."""
    copy = folder / "firmware"
    for part in ("kernels", "include"):
        shutil.copytree(FIRMWARE / part, copy / part)
    kernel = find_kernel(function, root=copy)
    # Its assembly or its loop may be in a header of its family, or one that many share.
    headers = (kernel.parent.glob("*.h"), (copy / "include/tcnn").glob("*.h"))
    files = (kernel, *(file for folder in headers for file in sorted(folder)))
    file = next(file for file in files if old in file.read_text("utf-8"))
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
    return copy


def is_caught(firmware: Path, function: str, cases: int, folder: Path) -> bool:
    """Whether a random layer differs, or crashes, with the kernel of `firmware`.

    It alone is compiled, so layers that need another kernel too are left out.
    """
    emulator = build_emulator(
        folder, firmware=firmware, kernels=[function], family=family_of(function)
    )
    draw = next(draw for name, draw, _ in KERNEL_CASES if name == function)
    ran = 0
    for seed in range(cases):
        rng = np.random.default_rng([seed, 9])
        model = draw(rng)
        program = force(model, function)
        if program is not None and set(program.kernels) == {function}:
            try:
                assert_equal(model, program, rng, [emulator])
            except Exception:
                return True
            ran += 1
    assert ran, f"{function} was in none of {cases} layers"
    return False


@pytest.mark.emulated
@pytest.mark.parametrize(("function", "old", "new"), BUGS)
def test_a_bug_in_a_kernel_is_caught(
    function: str, old: str, new: str, tmp_path: Path
) -> None:
    """Some random layer differs on the emulated processor."""
    firmware = plant(tmp_path, function, old, new)

    assert is_caught(firmware, function, CASES, tmp_path / "build")


@pytest.mark.emulated
@pytest.mark.parametrize(
    "function", ["tcnn_conv_2d_s8_dsp", "tcnn_conv_2d_triples_s8_mul"]
)
def test_without_a_bug_nothing_is_caught(function: str, tmp_path: Path) -> None:
    """What fails the layers is the bug, not the way it is planted."""
    assert not is_caught(FIRMWARE, function, 8, tmp_path / "build")
