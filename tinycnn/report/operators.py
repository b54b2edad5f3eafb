"""Costs -> rows of the per-operator table, with each operator's share of the whole."""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.analysis.fit import Analysis
from tinycnn.report.text import Name, count, shape_text, share_of, tensor_name

__all__ = ["Amount", "Row", "Table", "list_operators"]


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and its share of the column, in per cent, as text."""

    text: str
    percent: str


@dataclass(frozen=True, slots=True)
class Row:
    """One operator."""

    index: int
    kind: str
    output: Name
    input_shape: str
    output_shape: str
    amounts: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """All operators; `totals` has None where a sum means nothing."""

    rows: tuple[Row, ...]
    totals: tuple[str, ...]


def list_operators(analysis: Analysis) -> Table:
    """The table; amounts are parameters, MACs, weight bytes, activation bytes."""
    amounts = [
        (cost.parameters, cost.macs, cost.constant_bytes, cost.activation_bytes)
        for cost in analysis.costs
    ]
    totals = [sum(column) for column in zip(*amounts, strict=True)]
    largest = max((row[3] for row in amounts), default=0)
    wholes = (*totals[:3], largest)  # activations are not all there at once
    rows = tuple(
        Row(
            index=cost.index,
            kind=cost.kind,
            output=tensor_name(output),
            input_shape=shape_text(cost.input_shape),
            output_shape=shape_text(cost.output_shape),
            amounts=tuple(map(_measure, row, wholes)),
        )
        for cost, output, row in zip(
            analysis.costs, analysis.outputs, amounts, strict=True
        )
    )
    return Table(rows, (*map(count, totals[:3]), f"largest {count(largest)}"))


def _measure(number: int, whole: int) -> Amount:
    return Amount(count(number), f"{100 * share_of(number, whole):.1f}")
