"""A validation -> Markdown for a build server's page: verdict, sizes, differences.

GitHub shows it as a job's summary and in a comment. Names may be hostile: whatever they
hold, they stay text within their cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tinycnn.harness import ValidationResult
from tinycnn.report.summary import make_banner
from tinycnn.report.text import clean, count, percent
from tinycnn.report.verdicts import verdict_of
from tinycnn.workbench import Subject

__all__ = ["escape", "render_summary"]

_SHOWN = 5
_LONGEST_ROW = 60  # characters of a row of output bytes
_SPECIAL = frozenset("\\`*_{}[]<>()#+!|~&")
_MARKS = {"equal": "✅", "different": "❌", "open": "⚠️"}


@dataclass(frozen=True, slots=True)
class _Row:
    """A key figure, and what is allowed."""

    label: str
    value: str
    limit: str = ""
    is_over: bool = False


def render_summary(subject: Subject, result: ValidationResult) -> str:
    """The summary of a validation, ending in a newline.

    Args:
        subject: What was validated, with the budgets of its project.
        result: What was found.
    """
    verdict = verdict_of(result)
    banner = make_banner((verdict,))
    lines = [f"### {_MARKS[banner.state]} {escape(subject.name)}: {banner.headline}"]
    lines += ["", *(f"{escape(line)}  " for line in banner.lines), ""]
    lines += ["| | | allowed | |", "|:--|--:|--:|:--|"]
    for row in _list_rows(subject, result):
        mark = "" if not row.limit else "❌ over" if row.is_over else "✅"
        lines.append(f"| {row.label} | {row.value} | {row.limit} | {mark} |")
    lines += ["", *_list_differences(result)]
    names = (escape(name) for name in (result.reference, result.device.generator))
    told = f"; model `{result.model_sha256[:12]}`; ".join(names)
    lines.append(f"<sub>{told}</sub>")
    return "\n".join(lines) + "\n"


def _list_rows(subject: Subject, result: ValidationResult) -> Iterator[_Row]:
    budgets, board, ram = subject.budgets, subject.board, subject.ram
    most = {key: getattr(budgets, key, None) for key in ("flash_bytes", "ram_bytes")}
    if subject.flash_bytes:
        room = board.flash_bytes - board.core_flash_bytes
        limit = most["flash_bytes"] or room
        yield _memory("Flash", subject.flash_bytes, limit)
    if ram is not None:
        room = board.ram_bytes - board.core_ram_bytes
        yield _memory("RAM", ram.total_bytes, most["ram_bytes"] or room)
    yield _Row("Arena", f"{count(result.device.arena_bytes)} bytes")
    if result.device.stack_bytes:
        yield _Row("Stack used", f"{count(result.device.stack_bytes)} bytes")
    if result.device.counts_cycles:
        yield from _list_times(subject, result)
    for label, value, least in (
        ("on the device", result.device_accuracy, getattr(budgets, "accuracy", None)),
        ("of the reference", result.reference_accuracy, None),
    ):
        if value is not None:
            limit = "" if least is None else f"≥ {percent(least)}"
            is_under = least is not None and value < least
            what = f"{result.measure.capitalize()} {label}"
            yield _Row(what, percent(value), limit, is_under)
    yield _Row("Images", f"{count(result.images)} of {count(result.total or 0)}")
    yield _Row("Different", count(result.different), "0", result.different > 0)
    if result.health is not None:
        failed = len(result.health.failed)
        passed = sum(check.state == "passed" for check in result.health.checks)
        told = f"{count(passed)} passed, {count(failed)} failed"
        yield _Row("Checks of the device", told, "0 failed", failed > 0)


def _list_times(subject: Subject, result: ValidationResult) -> Iterator[_Row]:
    """What an inference takes; the simulated board's cycles are estimated."""
    cycles, clock = int(np.median(result.cycles)), result.device.clock_hz
    note = ", estimated" if result.device.board.startswith("simulated ") else ""
    yield _Row(f"Cycles{note}", count(cycles))
    if clock:
        milliseconds = 1000 * cycles / clock
        most = getattr(subject.budgets, "latency_ms", None)
        limit = "" if most is None else f"{most:,} ms"
        is_over = most is not None and milliseconds > most
        yield _Row(f"Latency{note}", f"{milliseconds:,.2f} ms", limit, is_over)


def _memory(label: str, used: int, limit: int) -> _Row:
    return _Row(label, f"{count(used)} bytes", f"{count(limit)} bytes", used > limit)


def _list_differences(result: ValidationResult) -> Iterator[str]:
    """The first images that differ, folded away."""
    shown = result.differences[:_SHOWN]
    if not shown:
        return
    yield f"<details><summary>The first {len(shown)} that differ</summary>"
    yield ""
    yield from ("| image | expected | got |", "|--:|:--|:--|")
    for one in shown:
        yield f"| {one.index} | {_show(one.expected)} | {_show(one.got)} |"
    yield from ("", "</details>", "")


def _show(row: Sequence[int]) -> str:
    text = " ".join(map(str, row))
    return text if len(text) <= _LONGEST_ROW else f"{text[: _LONGEST_ROW - 1]}…"


def escape(text: str) -> str:
    r"""Text that stands for itself, within a table's cell too; it calls nobody.

    >>> escape("a|b")
    'a\\|b'
    """
    escaped = "".join(f"\\{c}" if c in _SPECIAL else c for c in clean(text))
    return escaped.replace("@", "@\u200b")
