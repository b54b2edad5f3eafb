"""What operators lose against the best inner loops known, and why.

In: a compilation for a Cortex-M with DSP. Out, of each operator: the cycles that would
be possible, and what keeps a faster kernel from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tinycnn.compiler import Compilation
from tinycnn.compiler.choice import Kernel, Offer
from tinycnn.compiler.ir.chain import Chain
from tinycnn.compiler.ir.graph import Op
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS

__all__ = ["NO_LOSS", "Loss", "find_losses"]

_ABOUT = 1.05  # times the cycles of another are about the same
_SLOW = 1.25  # times what is possible is worth a word


@dataclass(frozen=True, slots=True)
class Loss:
    """Of one operator.

    Attributes:
        possible_cycles: What the best inner loops known would take; 0 where nobody
            counted.
        reason: What keeps a faster kernel from it; empty where nothing does.
    """

    possible_cycles: int = 0
    reason: str = ""

    def times(self, cycles: int) -> float:
        """How many times what is possible these are; 0 where nobody counted."""
        return cycles / self.possible_cycles if self.possible_cycles else 0.0


NO_LOSS = Loss()


def find_losses(compilation: Compilation) -> Iterator[Loss]:
    """Those of all operators, in execution order; none without such an objective."""
    objective = compilation.objective
    for op in compilation.graph.ops:
        is_counted = objective is not None and objective.family == "dsp"
        yield _find_loss(compilation, op) if is_counted else NO_LOSS


def _find_loss(compilation: Compilation, op: Op) -> Loss:
    if isinstance(op.attrs, Chain):
        links = [link.op for link in op.attrs.links]
        possible = sum(_count_possible(compilation, link) for link in links)
        return Loss(possible, "runs row by row, which saves RAM")
    choice, output = compilation.choice, op.outputs[0]
    possible = _count_possible(compilation, op)
    if output not in choice.offers:
        return Loss(possible)
    chosen, offer = choice.kernels[output], choice.offers[output]
    return Loss(possible, _find_reason(chosen, offer, possible))


def _count_possible(compilation: Compilation, op: Op) -> int:
    count = OPERATORS[op.kind].count_possible
    return count(Node(compilation.graph, op)) if count else 0


def _find_reason(chosen: Kernel, offer: Offer, possible: int) -> str:
    """Memory that a faster kernel would take, or why others are not exact."""
    fastest = min(offer.kernels, key=lambda kernel: kernel.cost)
    if chosen.cost > _ABOUT * fastest.cost:
        return _compare(chosen, fastest)
    if chosen.cycles <= _SLOW * possible:
        return ""
    if offer.refusals or chosen is not offer.kernels[0]:
        return "; ".join(offer.refusals)
    return "there is a portable kernel only"


def _compare(chosen: Kernel, fastest: Kernel) -> str:
    needs = (
        (fastest.scratch_bytes - chosen.scratch_bytes, "RAM"),
        (fastest.constant_bytes - chosen.constant_bytes, "flash"),
    )
    more = " and ".join(f"{n:,} bytes more {of}" for n, of in needs if n > 0)
    more = more or f"{fastest.code_bytes:,} bytes of code"
    name = fastest.function
    if name == chosen.function:
        name = "the same with its weights in RAM"
    return f"{name} takes {fastest.cycles:,} cycles, and {more}"
