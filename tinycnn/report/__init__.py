"""The report: one HTML page for people, JUnit for build servers."""

from __future__ import annotations

from tinycnn.report.data import AccuracyStep, Agreement, Report, Verdict
from tinycnn.report.junit import Check, render_junit
from tinycnn.report.page import render_report

__all__ = [
    "AccuracyStep",
    "Agreement",
    "Check",
    "Report",
    "Verdict",
    "render_junit",
    "render_report",
]
