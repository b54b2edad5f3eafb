"""The memory plan, as data."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Lifetime", "MemoryPlan"]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Steps (positions in `graph.ops`) at which a tensor must be in memory.

    The graph's input is live from step 0, its output until the last step.
    """

    first_time_used: int
    last_time_used: int

    def overlaps(self, other: Lifetime) -> bool:
        """Whether both are in memory at some step.

        >>> Lifetime(0, 1).overlaps(Lifetime(1, 2))
        True
        """
        return (
            self.first_time_used <= other.last_time_used
            and other.first_time_used <= self.last_time_used
        )


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """Where each activation lies.

    Attributes:
        arena_bytes: Size of the arena.
        lower_bound_bytes: No plan for these operators in this order is smaller.
        offsets: Byte offset by tensor id.
        lifetimes: By tensor id.
        peak_step: The operator that needs the most memory, by its step.
        peak_bytes: The least that it needs; an arena is larger where the places that
            suit one operator do not suit the next.
    """

    arena_bytes: int
    lower_bound_bytes: int
    offsets: dict[int, int]
    lifetimes: dict[int, Lifetime]
    peak_step: int = 0
    peak_bytes: int = 0

    @property
    def is_optimal(self) -> bool:
        """Whether no smaller plan exists."""
        return self.arena_bytes == self.lower_bound_bytes
