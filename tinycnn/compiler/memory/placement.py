"""Offsets for blocks of memory, as low as their conditions allow.

In: sizes, and for some two blocks a choice of two conditions on their offsets.
Out: offsets that satisfy one of each, the bytes they need, and a proven lower bound. A
greedy first answer is improved by bisection: whether a number of bytes is enough is
decided by branch and bound over the choices, with windows of possible offsets for
propagation. The search is exact unless `MAX_WORK` ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Constraint", "Placement", "place"]

MAX_WORK = 400_000  # states of the search, times constraints
MAX_CLIMBS = 60  # greedy answers for each order; fewer where there are many constraints


@dataclass(frozen=True, slots=True)
class Constraint:
    """`offset[b] - offset[a] >= up`, or `offset[a] - offset[b] >= down`."""

    a: int
    b: int
    up: int
    down: int


@dataclass(frozen=True, slots=True)
class Placement:
    """Offsets by block.

    Attributes:
        offsets: By block.
        bytes: The end of the last block.
        lower_bound: No placement is smaller.
    """

    offsets: dict[int, int]
    bytes: int
    lower_bound: int


@dataclass(slots=True)
class _State:
    """A node of the search: the window of each block's offset, and the choices made.

    Arcs (a, b, gap) say offset[b] - offset[a] >= gap.
    """

    low: dict[int, int]
    high: dict[int, int]
    arcs: list[tuple[int, int, int]]
    open: list[Constraint]


def place(
    sizes: Mapping[int, int],
    constraints: Sequence[Constraint],
    orders: Iterable[Sequence[int]],
    *,
    lower_bound: int = 0,
    alignment: int = 1,
) -> Placement:
    """Place blocks so that the highest end is as low as possible.

    Args:
        sizes: Bytes of each block.
        constraints: Conditions on the offsets.
        orders: Orders of the blocks for the greedy first answer.
        lower_bound: A number of bytes known to be needed.
        alignment: Offsets are multiples of this many bytes.

    Example:
        >>> apart = Constraint(0, 1, up=8, down=4)
        >>> place({0: 8, 1: 4}, [apart], [(0, 1)]).bytes
        12
    """
    aligned = [
        Constraint(p.a, p.b, _align(p.up, alignment), _align(p.down, alignment))
        for p in constraints
    ]
    goal = max(lower_bound, *sizes.values())
    different = dict.fromkeys(tuple(order) for order in orders)
    answers = (_climb(sizes, aligned, order, goal) for order in different)
    best = min(answers, key=lambda offsets: _end(sizes, offsets))
    low, high, proven = goal, _end(sizes, best), goal
    budget = MAX_WORK // max(len(aligned), 1)
    share = budget // 4
    limit = low
    while low < high and budget > 0:
        offsets, left = _fit(sizes, aligned, limit, alignment, share)
        budget -= share - left
        if offsets is not None:
            best, high = offsets, _end(sizes, offsets)
        else:
            low = limit + 1
            proven = low if left > 0 else proven
        limit = (low + high) // 2
    return Placement(best, high, proven)


def _climb(
    sizes: Mapping[int, int],
    constraints: Sequence[Constraint],
    order: Sequence[int],
    goal: int,
) -> dict[int, int]:
    """The best of several greedy answers: what ends highest is next placed earlier.

    An order that comes again leads to the same answers again, so it ends the climb.
    """
    blocks, gaps = list(order), _list_gaps(sizes, constraints)
    best = _place_greedily(blocks, gaps)
    offsets, seen = best, {tuple(blocks)}
    for _ in range(min(MAX_CLIMBS, MAX_WORK // (16 * len(constraints) + 1))):
        end = _end(sizes, offsets)
        highest = next(b for b in blocks if offsets[b] + sizes[b] == end)
        position = blocks.index(highest)
        if end <= goal or position == 0:
            break
        blocks.insert(position // 2, blocks.pop(position))
        if tuple(blocks) in seen:
            break
        seen.add(tuple(blocks))
        offsets = _place_greedily(blocks, gaps)
        best = min(best, offsets, key=lambda found: _end(sizes, found))
    return best


def _list_gaps(
    sizes: Mapping[int, int], constraints: Sequence[Constraint]
) -> dict[int, list[tuple[int, int, int]]]:
    """For each block the others, and the bytes to keep below and above their start."""
    gaps: dict[int, list[tuple[int, int, int]]] = {block: [] for block in sizes}
    for p in constraints:
        gaps[p.b].append((p.a, p.down, p.up))
        gaps[p.a].append((p.b, p.up, p.down))
    return gaps


def _place_greedily(
    order: Sequence[int], gaps: Mapping[int, list[tuple[int, int, int]]]
) -> dict[int, int]:
    """Each block in turn at the lowest offset that the blocks before it leave."""
    offsets: dict[int, int] = {}
    for block in order:
        taken = sorted(
            (offsets[other] - below, offsets[other] + above)
            for other, below, above in gaps[block]
            if other in offsets
        )
        offset = 0
        for start, end in taken:  # offsets between start and end are forbidden
            if start < offset < end:
                offset = end
        offsets[block] = offset
    return offsets


def _fit(
    sizes: Mapping[int, int],
    constraints: Sequence[Constraint],
    limit: int,
    alignment: int,
    budget: int,
) -> tuple[dict[int, int] | None, int]:
    """Offsets within `limit` bytes, or None, and what is left of the budget.

    None is a proof that there are none, unless nothing is left.
    """
    high = {b: (limit - size) // alignment * alignment for b, size in sizes.items()}
    stack = [_State(dict.fromkeys(sizes, 0), high, [], list(constraints))]
    while stack and budget > 0:
        budget -= 1
        state = stack.pop()
        if not _propagate(state):
            continue
        if not state.open:
            return state.low, budget
        stack += _branch(state)
    return None, budget


def _propagate(state: _State) -> bool:
    """Narrow the windows until nothing changes; False if a block has no place left."""
    low, high = state.low, state.high
    rounds = 0
    while rounds <= len(low) + 1:  # more rounds without a new arc: a cycle
        changed = False
        for a, b, gap in state.arcs:
            if low[a] + gap > low[b]:
                low[b], changed = low[a] + gap, True
            if high[b] - gap < high[a]:
                high[a], changed = high[b] - gap, True
            if low[b] > high[b] or low[a] > high[a]:
                return False
        arcs = len(state.arcs)
        if not _decide(state):
            return False
        rounds = 0 if len(state.arcs) > arcs else rounds + 1
        if not changed and len(state.arcs) == arcs:
            return True
    return False


def _decide(state: _State) -> bool:
    """Turn constraints of one choice left into arcs; False if one has none."""
    low, high, still_open = state.low, state.high, []
    for constraint in state.open:
        a, b = constraint.a, constraint.b
        if low[b] - high[a] >= constraint.up or low[a] - high[b] >= constraint.down:
            continue  # satisfied wherever the two end up
        can_rise = high[b] - low[a] >= constraint.up
        can_sink = high[a] - low[b] >= constraint.down
        if can_rise and can_sink:
            still_open.append(constraint)
        elif can_rise:
            state.arcs.append((a, b, constraint.up))
        elif can_sink:
            state.arcs.append((b, a, constraint.down))
        else:
            return False
    state.open = still_open
    return True


def _branch(state: _State) -> list[_State]:
    """Both choices of the tightest constraint, the looser last: it is tried first."""

    def room(constraint: Constraint) -> tuple[int, int]:
        up = state.high[constraint.b] - state.low[constraint.a] - constraint.up
        down = state.high[constraint.a] - state.low[constraint.b] - constraint.down
        return up, down

    constraint = min(state.open, key=lambda p: max(room(p)))
    up, down = room(constraint)
    choices = [
        (constraint.a, constraint.b, constraint.up),
        (constraint.b, constraint.a, constraint.down),
    ]
    if up > down:
        choices.reverse()
    rest = [p for p in state.open if p is not constraint]
    return [
        _State(dict(state.low), dict(state.high), [*state.arcs, arc], rest)
        for arc in choices
    ]


def _end(sizes: Mapping[int, int], offsets: Mapping[int, int]) -> int:
    return max(offsets[block] + size for block, size in sizes.items())


def _align(size: int, alignment: int) -> int:
    return -(-size // alignment) * alignment
