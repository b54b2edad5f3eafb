"""`Report` -> one HTML page that needs nothing else: no network, scripts or fonts.

Python measures and words, the templates under `templates/` only lay out. The same
report gives the same bytes. Every text is escaped, and the page's own policy forbids
scripts, so that no class or tensor name can run one.
"""

from __future__ import annotations

import numpy as np

from tinycnn.rendering import render
from tinycnn.report.arena import draw_arena
from tinycnn.report.charts import draw_curves
from tinycnn.report.confusion import count_confusion
from tinycnn.report.data import Report
from tinycnn.report.operators import list_operators
from tinycnn.report.samples import pick_samples
from tinycnn.report.summary import (
    describe_agreement,
    list_figures,
    list_rungs,
    make_banner,
)
from tinycnn.report.text import clean, count, shorten

__all__ = ["render_report"]


def render_report(report: Report) -> str:
    """The report as one self-contained HTML page."""
    predictions = report.scores.argmax(axis=1).astype(np.int64)
    tested = len(report.labels) > 0
    unsure, wrong = pick_samples(report, predictions) if tested else ((), ())
    return render(
        "report/templates/report.html.j2",
        name=shorten(report.name, 80),
        facts=_list_facts(report),
        banner=make_banner(report.verdicts),
        rungs=list_rungs(report.ladder),
        agreement=describe_agreement(report.agreement),
        figures=list_figures(report),
        charts=draw_curves(report.curves),
        confusion=(
            count_confusion(report.labels, predictions, report.class_names)
            if tested
            else None
        ),
        operators=list_operators(report.graph, report.costs),
        arena=draw_arena(report.graph, report.plan),
        unsure=unsure,
        wrong=wrong,
        wrong_total=count(int((predictions != report.labels).sum())),
        generator=clean(report.generator),
    )


def _list_facts(report: Report) -> tuple[tuple[str, str, str], ...]:
    """Label, text and tooltip of what the page is about."""
    board, tested = report.board, count(len(report.labels))
    return (
        ("Board", clean(board.title), clean(board.name)),
        ("Model", f"sha256 {report.model_sha256[:12]}", report.model_sha256),
        ("Reference", clean(report.reference), "every output is compared with its own"),
        ("Data set", f"{clean(report.dataset)}, {tested} test images", ""),
    )
