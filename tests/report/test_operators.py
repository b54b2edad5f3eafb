"""The per-operator table."""

from __future__ import annotations

from tinycnn.report import Report
from tinycnn.report.operators import Amount, list_operators


def test_rows_follow_the_file(report: Report) -> None:
    """A row has the operator's number, shapes and the name of its output."""
    rows = list_operators(report.analysis).rows

    assert [row.index for row in rows] == [1, 2, 3, 4]
    assert rows[0].kind == "CONV_2D"
    assert rows[0].output.text == "net/relu/Relu"
    assert rows[0].output.full == "net/relu/Relu;net/conv/BiasAdd"
    assert rows[0].input_shape == "8 \u00d7 8 \u00d7 1"
    assert rows[0].output_shape == "4 \u00d7 4 \u00d7 4"


def test_amounts_have_shares(report: Report) -> None:
    """Bars are shares of the sum; activations, never live together, of the largest."""
    table = list_operators(report.analysis)

    assert table.rows[0].amounts == (
        Amount("36", "15.8"),
        Amount("576", "75.0"),
        Amount("36", "15.8"),
        Amount("128", "100.0"),
    )
    assert table.rows[1].amounts[1] == Amount("0", "0.0")
    assert table.totals == ("228", "768", "228", "largest 128")
