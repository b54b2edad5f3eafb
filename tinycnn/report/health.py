"""Health of the devices of a report, as tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tinycnn.report.data import Verdict
from tinycnn.report.text import clean, shorten

__all__ = ["HealthRow", "HealthTable", "list_health"]


@dataclass(frozen=True, slots=True)
class HealthRow:
    """A check: its name, what came of it, and what was seen."""

    name: str
    state: str
    detail: str


@dataclass(frozen=True, slots=True)
class HealthTable:
    """The checks of one device."""

    name: str
    rows: tuple[HealthRow, ...]


def list_health(verdicts: Iterable[Verdict]) -> tuple[HealthTable, ...]:
    """A table for each device that was asked how it is."""
    return tuple(
        HealthTable(
            shorten(verdict.device).text,
            tuple(
                HealthRow(
                    clean(check.name),
                    check.state,
                    clean(check.detail)
                    + ("" if check.image is None else f"; first image {check.image}"),
                )
                for check in verdict.health.checks
            ),
        )
        for verdict in verdicts
        if verdict.health is not None and verdict.health.checks
    )
