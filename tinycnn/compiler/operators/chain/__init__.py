"""CHAIN: operators that run together, row by row; no operator of TFLite.

Which operators are chained is chosen with their kernels. The tensors between them are
never whole: `ir/chain.py` says what is kept.
"""

from __future__ import annotations

from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.chain.attrs import chain_of
from tinycnn.compiler.operators.chain.lower import lower
from tinycnn.compiler.operators.chain.memory import ORDER
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing

__all__ = ["OPERATORS"]


def _check(node: Node) -> None:
    node.int8_input()
    node.int8_output()


def _count_macs(node: Node) -> int:
    return chain_of(node).macs


OPERATORS = (
    Operator(
        "CHAIN",
        None,
        read_nothing,
        _check,
        lower,
        count_macs=_count_macs,
        order=ORDER,
    ),
)
