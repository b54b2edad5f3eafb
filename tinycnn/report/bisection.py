"""The first wrong number of a device as a table: the sum behind it, term by term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tinycnn.harness.reasons import Bisection, WrongNumber
from tinycnn.report.data import Verdict
from tinycnn.report.text import clean, count, shorten

__all__ = ["BisectionView", "list_bisections"]

_MOST_TERMS = 300


@dataclass(frozen=True, slots=True)
class BisectionView:
    """What the page shows of a bisection.

    Attributes:
        device: Where.
        headline: What was found.
        hint: What to look at.
        facts: Where the number is and what it is, by a word for each.
        words: How the reference comes to it.
        columns: Of the terms.
        terms: The parts of each.
        rest: What is not shown of them; empty if all is.
        stages: What becomes of the sum.
    """

    device: str
    headline: str
    hint: str
    facts: tuple[tuple[str, str], ...]
    words: str = ""
    columns: tuple[str, ...] = ()
    terms: tuple[tuple[str, ...], ...] = ()
    rest: str = ""
    stages: tuple[tuple[str, str], ...] = ()


def list_bisections(verdicts: Sequence[Verdict]) -> tuple[BisectionView, ...]:
    """Those of all validations that have one."""
    return tuple(
        _show(verdict.device, verdict.bisection)
        for verdict in verdicts
        if verdict.bisection is not None
    )


def _show(device: str, found: Bisection) -> BisectionView:
    headline = clean(f"Image {found.image}: {found.verdict}")
    view = BisectionView(
        shorten(device).text, headline, clean(found.hint), tuple(_list_facts(found))
    )
    number = found.number
    if number is None:
        return view
    terms, most = number.sum.terms, _MOST_TERMS
    rest = f"{count(len(terms) - most)} more terms" if len(terms) > most else ""
    return BisectionView(
        device=view.device,
        headline=view.headline,
        hint=view.hint,
        facts=(*view.facts, *_list_number(number)),
        words=clean(number.sum.words),
        columns=tuple(map(clean, number.sum.columns)),
        terms=tuple(tuple(map(clean, term)) for term in terms[:most]),
        rest=rest,
        stages=tuple((clean(name), count(value)) for name, value in number.sum.stages),
    )


def _list_facts(found: Bisection) -> list[tuple[str, str]]:
    checked = f"{count(found.checked)} tensors"
    if found.unknown:
        checked += f"; {count(found.unknown)} are not known to the reference"
    facts = {
        "Operator": found.op,
        "Kernel": found.function,
        "Source": found.source,
        "Tensor": found.tensor,
        "Compared": checked,
    }
    return [(name, clean(text)) for name, text in facts.items() if text]


def _list_number(number: WrongNumber) -> list[tuple[str, str]]:
    share = f"{count(number.differing)} of {count(number.elements)} numbers"
    facts = {
        "Differ": f"{share}{f', {number.region}' if number.region else ''}",
        "First at": ", ".join(map(str, number.position)),
        "Expected": f"{number.expected:g}",
        "Got": f"{number.got:g}",
        "As if": "; ".join(number.suspects),
    }
    return [(name, clean(text)) for name, text in facts.items() if text]
