"""The ledger as rows of text: what is emulated, what is documented, what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tinycnn.boards.ledger import ProbeRun, Row, cost_rows, load_rows

__all__ = ["COLUMNS", "NOT_MEASURED", "compare", "list_ledger", "to_markdown"]

COLUMNS = ("what", "simulated", "documents", "board")
NOT_MEASURED = ""

_TOLERANCE = 0.05  # of a cycle, and of any other figure the same part


def list_ledger(run: ProbeRun | None = None) -> Iterator[tuple[str, ...]]:
    """A line for each row, in COLUMNS, with what a run found on a board."""
    found = cost_rows(run) if run else {}
    for row in load_rows():
        yield row.title, row.here, row.documents, show(row, found)


def compare(simulated: ProbeRun, run: ProbeRun) -> Iterator[tuple[str, ...]]:
    """What two runs found, a line for each row that `run` has.

    The columns are what it is, the first run, the second, the second with the
    instruction cache off, and how much more it is than the first.
    """
    theirs, ours = cost_rows(run), cost_rows(simulated)
    uncached = cost_rows(run, uncached=True)
    for row in load_rows():
        if row.id in theirs:
            yield (
                row.title,
                show(row, ours),
                show(row, theirs),
                show(row, uncached) if row.probe else "",
                _difference(row, ours, theirs),
            )


def show(row: Row, found: Mapping[str, float]) -> str:
    """What was found of a row, with its unit if that is not cycles."""
    if row.id not in found:
        return NOT_MEASURED
    if row.unit == "cycles":
        return f"{found[row.id]:.2f}".removesuffix(".00")
    value = found[row.id]
    return f"{value:,.0f} {row.unit}" if value >= 100 else f"{value:,.1f} {row.unit}"


def _difference(
    row: Row, ours: Mapping[str, float], theirs: Mapping[str, float]
) -> str:
    if row.id not in ours or row.unit != "cycles":
        return ""
    more = theirs[row.id] - ours[row.id]
    return "=" if abs(more) <= _TOLERANCE else f"{more:+.2f}"


def to_markdown(runs: Sequence[ProbeRun] = ()) -> str:
    """The whole ledger as a table, with a column for each board that was measured."""
    boards = [run.title for run in runs] or ["board"]
    head = ("what", "rule", "simulated", "documents", "source", "checked by", *boards)
    found = [cost_rows(run) for run in runs] or [{}]
    lines = [_line(head), _line(["---"] * len(head))]
    notes: list[str] = []
    for row in load_rows():
        mark = ""
        if row.note:
            notes.append(f"{len(notes) + 1}. {row.title}: {row.note}")
            mark = f" ({len(notes)})"
        cells = (row.title + mark, row.rule or "", row.here, row.documents)
        checked = (
            f"`{row.checked}`" if row.checked.startswith("tests/") else row.checked
        )
        measured = (show(row, one) or "not measured" for one in found)
        lines.append(
            _line(
                [
                    *cells,
                    row.source,
                    checked,
                    *(measured if row.unit else [""] * len(found)),
                ]
            )
        )
    return "\n".join([*lines, "", *notes]) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
