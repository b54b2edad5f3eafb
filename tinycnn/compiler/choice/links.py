"""Operators as links of a chain: how each can be computed row by row, and at what cost.

In: a node. Out: its options, a kernel and rows at once each; and from chosen options a
`Chain`, with its bands laid out in scratch memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tinycnn.choices import Family, Numerics
from tinycnn.compiler.choice.kernels import portable
from tinycnn.compiler.choice.over import find_lifts
from tinycnn.compiler.ir.chain import (
    Band,
    Chain,
    Link,
    Rows,
    RowView,
    RowWindow,
    count_band_rows,
    count_moved_bytes,
    list_steps,
)
from tinycnn.compiler.ir.graph import Graph, Op, Tensor
from tinycnn.compiler.ir.kernel import Kernel, KernelRule, try_rule
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import CHAIN, OPERATORS
from tinycnn.compiler.operators.shared.links import lower_link
from tinycnn.compiler.operators.shared.rows import view_rows
from tinycnn.compiler.operators.shared.windows import STACK_BYTES

__all__ = [
    "COUNTER_BYTES",
    "NoLinkError",
    "Option",
    "build_chain",
    "estimate_moves",
    "find_window",
    "list_options",
    "round_up",
]

_AT_ONCE = (1, 2, 4)  # rows
_STEP_CYCLES = 300  # to find the next step and to call its kernel
_MOVE_CYCLES = 0.8  # a byte
COUNTER_BYTES = 8  # of each band
_CODE_BYTES = 1_100


@dataclass(frozen=True, slots=True)
class Option:
    """A way to compute a link.

    Attributes:
        rule: Of its kernel.
        at_once: Rows of a step.
        cycles: Of all its rows, about.
        scratch_bytes: What the kernel works in.
        constant_bytes: Its constants in flash.
    """

    rule: KernelRule
    at_once: int
    cycles: int
    scratch_bytes: int
    constant_bytes: int


class NoLinkError(Exception):
    """An option that does not compute all rows by one call.

    Args:
        number: Of the operator in the chain.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def find_window(node: Node) -> RowWindow | None:
    """The rows that a row of the output needs; None for what cannot be a link."""
    rules, tensors = OPERATORS[node.op.kind].rows, node.graph.tensors
    if rules is None or len(node.op.outputs) != 1:
        return None
    activations = [
        t for t in map(tensors.__getitem__, node.op.inputs) if t.data is None
    ]
    is_int8 = all(t.dtype == "int8" for t in (*activations, node.output()))
    shapes = {len(t.shape) for t in (*activations, node.output())}
    if not is_int8 or shapes != {4} or not 1 <= len(activations) <= 2:
        return None
    return rules.find_window(node)


def list_options(
    node: Node, window: RowWindow, numerics: Numerics, family: Family = "dsp"
) -> list[Option]:
    """The ways that are worth it, fewer rows at once first."""
    found: list[Option] = []

    def plain(node: Node, numerics: Numerics) -> Kernel:
        return portable(node, family)

    for rule in (plain, *OPERATORS[node.op.kind].list_rules(family)):
        best = None
        for at_once in _list_at_once(node, window):
            option = _find_option(node, window, rule, at_once, numerics)
            if option and (best is None or option.cycles < 0.9 * best.cycles):
                best = option
                found.append(option)
    return sorted(found, key=lambda option: (option.at_once, option.cycles))


def _list_at_once(node: Node, window: RowWindow) -> tuple[int, ...]:
    """More than one only where rows share what they read."""
    most = node.output().shape[1] if window.size > 1 else 1
    return tuple(count for count in _AT_ONCE if count <= most)


def _find_option(
    node: Node,
    window: RowWindow,
    rule: KernelRule,
    at_once: int,
    numerics: Numerics,
) -> Option | None:
    """By the view that most steps have."""
    rows = Rows((0, 0), window, node.output().shape[1], at_once)
    counts = _count_views(node, rows)
    pair = _view(node, rule, counts.most_common(1)[0][0], numerics)
    if pair is None:
        return None
    kernel = pair[1]
    cycles = kernel.cycles * rows.height / at_once
    return Option(
        rule,
        at_once,
        int(cycles + _STEP_CYCLES * sum(counts.values())),
        kernel.scratch_bytes,
        kernel.constant_bytes,
    )


def _count_views(node: Node, rows: Rows) -> Counter[RowView]:
    """The views of a link, and how many steps have each."""
    steps = list_steps(node.input().shape[1], [rows])
    return Counter(step.view for step in steps)


def _view(
    node: Node, rule: KernelRule, view: RowView, numerics: Numerics, room: int = 0
) -> tuple[Node, Kernel] | None:
    """A view as a node with scratch memory, and its kernel.

    Kernels that could do with the stack take scratch memory, if there is enough: below
    a chain the stack is not as high.
    """
    rules = OPERATORS[node.op.kind].rows
    assert rules is not None
    seen = view_rows(node, rules, view)
    kernel = try_rule(rule, seen, numerics)
    if kernel is None:
        return None
    if not kernel.scratch_bytes and room < STACK_BYTES:
        return seen, kernel
    scratch = Tensor(len(seen.graph.tensors), "", (kernel.scratch_bytes,), "uint8")
    op = replace(seen.op, scratch=scratch.id)
    graph = replace(seen.graph, tensors=(*seen.graph.tensors, scratch), ops=(op,))
    return Node(graph, op), kernel


def estimate_moves(node: Node, window: RowWindow, at_once: int) -> int:
    """Cycles in which rows that are read again move up: once for each step."""
    again = max(window.size - window.stride, 0)
    steps = node.output().shape[1] / at_once
    row_bytes = node.input().bytes / node.input().shape[1]
    return int(_MOVE_CYCLES * again * steps * row_bytes)


def build_chain(
    graph: Graph,
    ops: Sequence[Op],
    options: Sequence[Option],
    numerics: Numerics,
    *,
    arrives: bool = False,
) -> tuple[Op, Kernel]:
    """One operator for many, and what computes it.

    Args:
        graph: Whose operators they are.
        ops: Neighbours, in its order.
        options: How each is computed.
        numerics: The reference to equal.
        arrives: Whether what they read does, row by row.

    Raises:
        NoLinkError: If an option is none after all.
    """
    nodes = [Node(graph, op) for op in ops]
    (source,) = {
        t for op in ops for t in op.inputs if t >= 0 and graph.tensors[t].data is None
    } - {t for op in ops for t in op.outputs}
    numbers = {source: 0} | {op.outputs[0]: n for n, op in enumerate(ops, 1)}
    rows = [
        _find_rows(node, option, numbers)
        for node, option in zip(nodes, options, strict=True)
    ]
    height = graph.tensors[source].shape[1]
    steps = list(list_steps(height, rows, arrives=arrives))
    tensors = [graph.tensors[t] for t in numbers]
    lifts = find_lifts(nodes, rows, arrives=arrives)
    kept = count_band_rows(height, rows, steps, lifts)
    below = {rows[number].inputs[0]: lift for number, lift in lifts.items()}
    bands, end = _lay_out(tensors, kept, below, arrives=arrives)
    for number, lift in lifts.items():
        bands[number + 1] = replace(bands[number + 1], offset=lift)
    room = max(option.scratch_bytes for option in options)
    links = []
    for number, (node, option) in enumerate(zip(nodes, options, strict=True)):
        counts = Counter(step.view for step in steps if step.link == number)
        pairs = {v: _view(node, option.rule, v, numerics, room) for v in counts}
        views = {v: pair for v, pair in pairs.items() if pair}
        if len(views) < len(pairs) or lower_link(views, "m", numerics) is None:
            raise NoLinkError(number)
        links.append(Link(node.op, rows[number], views))
    macs = sum(
        OPERATORS[op.kind].count_macs(node) for op, node in zip(ops, nodes, strict=True)
    )
    chain = Chain(tuple(links), tuple(bands), end, macs, arrives)
    constants = (t for op in ops for t in op.inputs[1:] if t >= 0 and t not in numbers)
    inputs = (source, *dict.fromkeys(constants))
    op = Op(ops[0].index, CHAIN, inputs, ops[-1].outputs, chain)
    moved = (
        count_moved_bytes(rows, steps, bands, lifts) + bands[0].tensor.bytes * arrives
    )
    kernel = Kernel(
        function="tcnn_chain_feed_s8" if arrives else "tcnn_chain_s8",
        cycles=int(sum(o.cycles for o in options) + _MOVE_CYCLES * moved),
        constant_bytes=sum(option.constant_bytes for option in options),
        scratch_bytes=end + room,
        lower=OPERATORS[CHAIN].lower,
        code_bytes=_CODE_BYTES,
    )
    return op, kernel


def _find_rows(node: Node, option: Option, numbers: Mapping[int, int]) -> Rows:
    window = find_window(node)
    assert window is not None
    read = [numbers[t] for t in node.op.inputs if t in numbers]
    inputs = (read[0], read[-1])
    return Rows(inputs, window, node.output().shape[1], option.at_once)


def _lay_out(
    tensors: Sequence[Tensor],
    kept: Sequence[int],
    below: Mapping[int, int],
    *,
    arrives: bool,
) -> tuple[list[Band], int]:
    """Bands side by side, with some bytes `below` some, and where they end."""
    end, bands = COUNTER_BYTES * len(tensors), []
    outside = {len(tensors) - 1} if arrives else {0, len(tensors) - 1}
    for number, (tensor, rows) in enumerate(zip(tensors, kept, strict=True)):
        is_outside = number in outside
        end += 0 if is_outside else round_up(below.get(number, 0))
        bands.append(Band(tensor, rows, 0 if is_outside else end))
        if not is_outside:
            end += round_up(rows * bands[-1].row_bytes)
    return bands, end


def round_up(size: int) -> int:
    """To whole words."""
    return -(-size // 4) * 4
