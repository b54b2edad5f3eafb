"""`Report` -> one HTML page that needs nothing else: no network, scripts or fonts.

Python measures and words, the templates under `templates/` only lay out. The same
report gives the same bytes. Every text is escaped, and the page's own policy forbids
scripts, so that no class or tensor name can run one.
"""

from __future__ import annotations

import numpy as np

from tinycnn.rendering import render
from tinycnn.report.arena import draw_arena
from tinycnn.report.bisection import list_bisections
from tinycnn.report.chains import list_chain_tables
from tinycnn.report.charts import draw_curves
from tinycnn.report.confusion import count_confusion
from tinycnn.report.data import Report
from tinycnn.report.grids import draw_grids
from tinycnn.report.health import list_health
from tinycnn.report.ladder import list_changes, list_steps
from tinycnn.report.operators import list_operators
from tinycnn.report.profile import draw_profile
from tinycnn.report.ratings import draw_scatters, list_ratings
from tinycnn.report.samples import pick_samples
from tinycnn.report.summary import (
    describe_agreement,
    list_figures,
    make_banner,
)
from tinycnn.report.text import Name, count, shorten
from tinycnn.tasks import TASKS, measure_of

__all__ = ["render_report"]

_LINE = 80


def render_report(report: Report) -> str:
    """The report as one self-contained HTML page."""
    tested = len(report.labels) > 0 and report.labels.ndim == 1
    predictions = report.scores.argmax(axis=1).astype(np.int64)
    unsure, wrong = pick_samples(report, predictions) if tested else ((), ())
    changes = list_changes(report)
    return render(
        "report/templates/report.html.j2",
        name=shorten(report.name, _LINE),
        facts=_list_facts(report),
        banner=make_banner(report.verdicts),
        bisections=list_bisections(report.verdicts),
        measure=measure_of(report.labels),
        rungs=list_steps(report),
        flipped={change.label: change.flipped for change in changes},
        unrun=report.unrun,
        is_explained=report.is_explained,
        is_part=not all(one.tried.all() for one in report.answers),
        changes=tuple(change for change in changes if change.summary),
        agreement=describe_agreement(report.agreement),
        figures=list_figures(report),
        charts=draw_curves(report.curves, measure_of(report.labels)),
        confusion=(
            count_confusion(report.labels, predictions, report.class_names)
            if tested
            else None
        ),
        ratings=list_ratings(report),
        scatters=draw_scatters(report),
        grids=draw_grids(report),
        health=list_health(report.verdicts),
        operators=list_operators(report.analysis),
        profile=draw_profile(report.profile) if report.profile else None,
        arena=draw_arena(report.analysis),
        chains=list_chain_tables(report.analysis),
        unchained=count(report.analysis.unchained_bytes),
        unsure=unsure,
        wrong=wrong,
        wrong_total=count(int((predictions != report.labels).sum()) if tested else 0),
        generator=shorten(report.generator, _LINE),
    )


def _list_facts(report: Report) -> tuple[tuple[str, Name], ...]:
    """What the page is about."""
    tested = f"{count(len(report.labels))} test images"
    digest = Name(f"sha256 {report.model_sha256[:12]}", report.model_sha256)
    facts = (
        ("Board", shorten(report.board.title, _LINE)),
        ("Model", digest),
        ("Reference", shorten(report.reference, _LINE)),
        ("Data set", shorten(f"{shorten(report.dataset).full}, {tested}", _LINE)),
    )
    rule = _describe_rule(report)
    return (*facts, (rule[0], shorten(rule[1], _LINE))) if rule else facts


def _describe_rule(report: Report) -> tuple[str, str] | None:
    """What makes scores an answer, where it is not the highest of them."""
    names = tuple(shorten(name).text for name in report.class_names)
    return TASKS[report.task].rule(names)
