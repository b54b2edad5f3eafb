"""The operators of a `.tflite` that are compiled, and what runs each."""

from __future__ import annotations

from tinycnn.compiler.operators import OPERATORS, supported_kinds
from tools.docs.markdown import code, table

__all__ = ["render"]

_HEAD = """# Operators

Each has a kernel in portable C, which any processor runs. Where the table has more,
cores with the DSP instructions (Cortex-M4, M7, M33) or with a fast multiplication (M0+,
RV32IMC) have faster ones beside it, of which the compiler takes the fastest that fits.
*Row by row*: it can be a link of a [chain](../streaming.md). *Taken apart*: the
[explorer](../explorer.md) and `--bisect` show each term of one number.
"""


def render() -> str:
    """The page."""
    rows = []
    for kind in supported_kinds():
        operator = OPERATORS[kind]
        fast = [len(operator.kernels), len(operator.mul_kernels)]
        marks = [operator.rows is not None, operator.break_down is not None]
        numbers = [str(n) if n else "" for n in fast]
        rows.append((code(kind), str(operator.code), *numbers, *map(_yes, marks)))
    heads = ("operator", "code", "kernels, DSP", "kernels, M0+ and RV32IMC")
    return f"{_HEAD}\n{table((*heads, 'row by row', 'taken apart'), rows)}"


def _yes(value: bool) -> str:
    return "yes" if value else ""
