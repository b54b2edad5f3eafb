"""The report: one HTML page for people, JUnit for build servers."""

from __future__ import annotations

from tinycnn.report.data import AccuracyStep, Agreement, Report, Verdict
from tinycnn.report.junit import Check, render_junit
from tinycnn.report.markdown import render_summary
from tinycnn.report.page import render_report
from tinycnn.report.verdicts import check_of, checks_of, verdict_of

__all__ = [
    "AccuracyStep",
    "Agreement",
    "Check",
    "Report",
    "Verdict",
    "check_of",
    "checks_of",
    "render_junit",
    "render_report",
    "render_summary",
    "verdict_of",
]
