"""Analysis -> tables of the operators that run row by row, and of what is kept."""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.analysis.chains import NO_OPERATOR, ChainUse, LinkUse
from tinycnn.analysis.fit import Analysis
from tinycnn.report.text import Name, count, shape_text, share_of, tensor_name

__all__ = ["ChainRow", "ChainTable", "list_chain_tables"]


@dataclass(frozen=True, slots=True)
class ChainRow:
    """One operator, or the input that arrives; the last operator's output is whole."""

    index: str
    kind: str
    output: Name
    shape: str
    rows: str
    bytes: str
    percent: str


@dataclass(frozen=True, slots=True)
class ChainTable:
    """One chain."""

    title: str
    kept: str
    whole: str
    rows: tuple[ChainRow, ...]


def list_chain_tables(analysis: Analysis) -> tuple[ChainTable, ...]:
    """A table for each chain; none where all runs layer by layer."""
    return tuple(map(_draw, analysis.chains))


def _draw(chain: ChainUse) -> ChainTable:
    return ChainTable(
        title=_title(chain),
        kept=count(chain.kept_bytes),
        whole=count(chain.whole_bytes),
        rows=tuple(map(_draw_row, (*chain.bands, chain.links[-1]))),
    )


def _title(chain: ChainUse) -> str:
    first, last = chain.links[0].index, chain.links[-1].index
    title = f"Operators {first} to {last}" if last > first else f"Operator {first}"
    return f"{title}, as the input arrives" if chain.arriving else title


def _draw_row(link: LinkUse) -> ChainRow:
    return ChainRow(
        index="" if link.index == NO_OPERATOR else str(link.index),
        kind=link.kind,
        output=tensor_name(link.output),
        shape=shape_text(link.shape),
        rows=link.kept_rows,
        bytes=count(link.kept_bytes),
        percent=f"{100 * share_of(link.rows, link.shape[1]):.1f}",
    )
