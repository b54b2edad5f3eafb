"""A planted kernel fault is found with its operator, place and slip; no other is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.compiler.executor import Executor
from tests.compiler.random_networks import draw_network
from tests.harness.reasons import planted
from tests.harness.reasons.planted import FAULTS, Fault, find_fault, is_named
from tests.harness.reasons.traced_kernels import TracedKernels, run_litert
from tinycnn.compiler import compile_tflite
from tinycnn.device.trace import Checksums
from tinycnn.errors import DeviceError
from tinycnn.harness.reasons import bisect, trace_compilation

NETWORKS = 12


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_named(fault: Fault, tmp_path: Path) -> None:
    """Operator, kernel, region and slip; the sum ends in the number expected."""
    found = find_fault(fault, tmp_path)

    assert is_named(fault, found), found.lines
    assert found.number is not None
    if found.function:  # nobody's who wrote over what was right
        assert found.function == fault.function
        assert found.number.sum.stages[-1][1] == found.number.expected
    if fault.kind == "CONV_2D":
        file = "pairs" if fault.is_dsp else "portable"
        assert found.source == f"firmware/kernels/conv_2d/{file}.c"
        assert len(found.number.sum.terms) == 27


def test_what_was_overwritten_is_told(tmp_path: Path) -> None:
    """By its reader, and who ran since it was written; no sum is blamed."""
    fault = next(f for f in FAULTS if f.name == "a kernel writes into its input")
    found = find_fault(fault, tmp_path)

    assert found.verdict == (
        "'tensor_7' is no longer what was written when op 4 ADD reads it, after "
        "op 3 AVERAGE_POOL_2D"
    )
    assert found.number is not None
    assert (found.number.differing, found.function) == (1, "")


def test_no_operator_is_blamed_without_a_fault(executor: Executor) -> None:
    """Of random networks, whose operators were merged, moved and made smaller."""
    checked = unknown = 0
    for seed in range(NETWORKS):
        rng = np.random.default_rng([seed, 3])
        model = draw_network(rng)
        compilation = compile_tflite(model, name="net")
        size = sum(b.tensor.bytes for b in compilation.program.inputs)
        row = rng.integers(-128, 128, size, np.int8)
        device = TracedKernels(executor, compilation.program)
        traced = trace_compilation(compilation, model, row, run_litert)
        found = bisect(device, traced, (seed, row))

        assert found.number is None, found.lines
        checked, unknown = checked + found.checked, unknown + found.unknown

    assert checked > 100
    assert unknown < checked / 20


class Stranger(TracedKernels):
    """Debug firmware of another compilation."""

    def checksums(self, row: np.ndarray) -> Checksums:
        """Of a place less."""
        found = super().checksums(row)
        return Checksums(found.table ^ 1, found.values)


def test_other_debug_firmware_is_refused(executor: Executor) -> None:
    """With what to flash instead, before any tensor is compared."""
    compilation = planted.compile_chain()
    row = np.zeros(compilation.program.inputs[0].tensor.bytes, np.int8)
    device = Stranger(executor, compilation.program)
    model = trace_compilation(compilation, planted.MODEL, row, run_litert)
    with pytest.raises(
        DeviceError, match="debug firmware of this compilation"
    ) as error:
        bisect(device, model, (0, row))

    assert "tinycnn build --trace" in str(error.value.hint)
