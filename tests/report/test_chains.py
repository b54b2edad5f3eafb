"""Which rows are kept, in the report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tinycnn.analysis.chains import ChainUse, LinkUse
from tinycnn.report import Report, render_report
from tinycnn.report.chains import list_chain_tables


@pytest.fixture
def chained(report: Report) -> Report:
    """A report of a network of which two operators run row by row."""
    links = (
        LinkUse(0, "CONV_2D", "k", "a;b", (1, 40, 8, 4), 3, 1, 96, 1280),
        LinkUse(2, "MAX_POOL_2D", "k", "c", (1, 20, 4, 4), 20, 1, 320, 320),
    )
    chains = (ChainUse(0, links, 1000),)
    analysis = replace(report.analysis, chains=chains, unchained_bytes=4321)
    return replace(report, analysis=analysis)


def test_a_chain_is_a_table(chained: Report) -> None:
    """A row an operator; what is kept is of the tensors between them."""
    (table,) = list_chain_tables(chained.analysis)

    assert table.title == "Operators 0 to 2"
    assert (table.kept, table.whole) == ("96", "1,280")
    assert [row.rows for row in table.rows] == ["3 of 40", "20 of 20"]
    assert [row.percent for row in table.rows] == ["7.5", "100.0"]
    assert table.rows[0].output.text == "a"


def test_the_page_has_it_where_there_are_chains(
    report: Report, chained: Report
) -> None:
    """And says what the arena would be without."""
    assert "Row by row" not in render_report(report)
    page = render_report(chained)

    assert "<h2>Row by row</h2>" in page
    assert "4,321 bytes" in page
    assert "3 of 40" in page
