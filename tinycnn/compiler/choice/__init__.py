"""Which kernel computes each operator: the fastest that budgets of memory allow.

The kernels themselves belong to the operators.
"""

from __future__ import annotations

from tinycnn.compiler.choice.choose import (
    Choice,
    Objective,
    Optimize,
    choose_kernels,
)
from tinycnn.compiler.choice.kernels import Offer
from tinycnn.compiler.ir.kernel import Kernel

__all__ = ["Choice", "Kernel", "Objective", "Offer", "Optimize", "choose_kernels"]
