"""The top of the page: verdict, accuracy ladder and key figures, as rows of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tinycnn.analysis.ram import itemize_ram
from tinycnn.report.data import AccuracyStep, Agreement, Report, Verdict
from tinycnn.report.text import clean, count, percent, share_of, shorten
from tinycnn.tasks import TASKS, Task

__all__ = [
    "Banner",
    "Bar",
    "Figure",
    "Rung",
    "describe_agreement",
    "list_figures",
    "list_rungs",
    "make_banner",
]


@dataclass(frozen=True, slots=True)
class Banner:
    """The verdict in one sentence, and a line a device."""

    state: Literal["equal", "different", "open"]
    headline: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """One row of the accuracy ladder."""

    label: str
    answers: str
    accuracy: str
    difference: str


@dataclass(frozen=True, slots=True)
class Bar:
    """How full a memory is; `percent` is for the drawing and at most 100."""

    percent: str
    label: str
    fits: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure."""

    label: str
    value: str
    unit: str
    note: str
    bar: Bar | None = None


def make_banner(verdicts: tuple[Verdict, ...]) -> Banner:
    """What all validations together say."""
    done = [v for v in verdicts if v.total]
    lines = tuple(line for verdict in done for line in _list_lines(verdict))
    if not done:
        return Banner("open", "Not yet validated on a device", lines)
    different = sum(v.total - v.equal for v in done)
    is_sound = all(v.health is None or v.health.is_sound for v in done)
    if different:
        text = f"{count(different)} of {count(sum(v.total for v in done))} outputs"
        if not all(v.is_explained for v in done if v.equal < v.total):
            return Banner("different", f"{text} differ from the reference", lines)
        text += " differ, as another reference rounds"
        if is_sound:
            return Banner("open", text, lines)
        return Banner("different", f"{text}; a device is not sound", lines)
    if not is_sound:
        text = "Every output equals the reference, but a device is not sound"
        if all(v.left_out or v.ended for v in done):
            part = _describe_part(max(done, key=lambda v: v.total))
            text = f"{part}, but a device is not sound"
        return Banner("different", text, lines)
    if all(v.left_out or v.ended for v in done):
        return Banner("open", _describe_part(max(done, key=lambda v: v.total)), lines)
    return Banner("equal", "Every output equals the reference, bit for bit", lines)


def _describe_part(most: Verdict) -> str:
    """What is known where not all outputs were compared, and all of them are equal."""
    of_all = f"{count(most.total)} of {count(most.total + most.left_out)}"
    if most.decision is None or most.decision.verdict != "pass":
        return f"Only {of_all} outputs were compared; all equal"
    return f"{of_all} outputs were compared, enough to stop; all equal"


def _list_lines(verdict: Verdict) -> tuple[str, ...]:
    """How many outputs are equal on a device, and why the others are not."""
    agreement = verdict.decision.lines if verdict.decision else ()
    failed = verdict.health.failed if verdict.health else ()
    unsound = (clean(f"unsound: {check.name}: {check.detail}") for check in failed)
    causes = (clean(cause) for cause in verdict.causes)
    boards = map(clean, verdict.boards)
    return (_describe_verdict(verdict), *boards, *agreement, *causes, *unsound)


def _describe_verdict(verdict: Verdict) -> str:
    text = (
        f"{shorten(verdict.device).text}: {count(verdict.equal)} of "
        f"{count(verdict.total)} outputs equal, "
        f"{verdict.images_per_second:,.1f} images/s"
    )
    if verdict.left_out:
        text += f"; partial: {count(verdict.left_out)} images were not compared"
    return f"{text} ({shorten(verdict.ended).text})" if verdict.ended else text


def list_rungs(
    ladder: tuple[AccuracyStep, ...], task: Task = "categorical"
) -> tuple[Rung, ...]:
    """The accuracy ladder, each step against the one before."""
    steps = [step for step in ladder if step.total]
    return tuple(
        Rung(
            label=shorten(step.label).text,
            answers=_count_answers(step, task),
            accuracy=percent(step.accuracy),
            difference=_compare(steps[i - 1], step) if i else "",
        )
        for i, step in enumerate(steps)
    )


def describe_agreement(agreement: Agreement) -> str:
    """How often and how far the twin and the converted model differ; '' if unknown."""
    if not agreement.total:
        return ""
    share = percent(agreement.differing_images / agreement.total)
    return (
        f"share of test images with any differing output {share} "
        f"({count(agreement.differing_images)} of {count(agreement.total)}), "
        f"largest difference {agreement.largest_lsb} LSB"
    )


def list_figures(report: Report) -> tuple[Figure, ...]:
    """Size and speed on the board; memories against what its core leaves free."""
    board = report.board
    flash = board.flash_bytes - board.core_flash_bytes
    ram, use = board.ram_bytes - board.core_ram_bytes, report.ram
    analysis, plan = report.analysis, report.analysis.plan
    macs, lower_bound = analysis.macs, count(plan.lower_bound_bytes)
    rows = itemize_ram(use, board, report.stack_measured_bytes)
    items = (f"{name.removeprefix('RAM, ')}: {row}" for name, row in rows.items())
    return (
        _memory("Flash", report.flash_bytes, flash, "firmware image"),
        Figure(
            "RAM",
            count(use.static_bytes),
            "bytes",
            "; ".join(items),
            _fill(ram - use.count_free(board), ram),
        ),
        _memory("Arena", plan.arena_bytes, ram, f"lower bound {lower_bound} bytes"),
        Figure("Parameters", count(analysis.parameters), "", "weights and biases"),
        Figure("MACs", count(macs), "", "multiply-accumulates of one inference"),
        *_list_times(report, macs),
    )


def _list_times(report: Report, macs: int) -> tuple[Figure, Figure]:
    if not report.cycles:
        reason = f"there is no cycle model of a {report.board.core}"
        return (
            Figure("Latency, estimated", "not known", "", reason),
            Figure("Cycles, estimated", "not known", "", reason),
        )
    clock = f"at {report.board.clock_hz / 1e6:g} MHz"
    rate = f"{share_of(1000, report.latency_ms):,.1f} inferences/s {clock}"
    if report.probed_board:
        rate += f", with the probe of board {report.probed_board}"
    pace = f"{share_of(report.cycles, macs):.1f} cycles a MAC"
    return (
        Figure("Latency, estimated", f"{report.latency_ms:,.2f}", "ms", rate),
        Figure("Cycles, estimated", count(report.cycles), "", pace),
    )


def _memory(label: str, used: int, free: int, note: str) -> Figure:
    return Figure(label, count(used), "bytes", note, _fill(used, free))


def _fill(used: int, free: int) -> Bar:
    share = share_of(used, free)
    label = f"{100 * share:.1f} % of {count(free)} bytes free"
    return Bar(f"{min(100 * share, 100):.2f}", label, used <= free)


def _count_answers(step: AccuracyStep, task: Task) -> str:
    if not TASKS[task].is_counted:
        return "\u2013"  # no number is right or wrong
    return f"{count(round(step.correct))} / {count(step.total)}"


def _compare(before: AccuracyStep, step: AccuracyStep) -> str:
    points = 100 * (step.accuracy - before.accuracy)
    text = f"{points:+.2f}".replace("-", "\u2212")  # a minus, not a hyphen
    return "same" if round(points, 2) == 0 else text
