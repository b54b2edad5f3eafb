"""Kernels for Cortex-M with DSP, and the choice among them for each operator.

One file a kernel: for which nodes it is exact, what it costs, how weights are packed
for it. The C function of the same name is in `firmware/kernels`.
"""

from __future__ import annotations

from tinycnn.compiler.kernels.choose import Optimize, Target, choose_kernels
from tinycnn.compiler.kernels.kernel import Kernel

__all__ = ["Kernel", "Optimize", "Target", "choose_kernels"]
