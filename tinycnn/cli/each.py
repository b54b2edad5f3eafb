"""`tinycnn validate --each`: a verdict for every board of a production line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tinycnn.cli.console import print_columns
from tinycnn.cli.findings import Findings
from tinycnn.cli.lines import echo_wrapped
from tinycnn.errors import TinycnnError

if TYPE_CHECKING:
    from tinycnn.harness import ValidationResult
    from tinycnn.report import Check
    from tinycnn.workbench import DeviceChoice, Observer, Subject, Tested

__all__ = ["print_shares", "validate_each"]

_COLUMNS = "board port images differ img/s verdict".split()
_SHARED = "board port images differ img/s retries resets".split()
_LONGEST_PORT = 22
_FAILED = 3  # no board differs, but one could not be judged


def validate_each(
    subject: Subject,
    choice: DeviceChoice,
    observer: Observer,
    validate_one: Callable[[Subject, DeviceChoice, Observer], ValidationResult],
    findings: Findings,
    *,
    as_json: bool,
) -> int:
    """Validate every board; write and print what was found.

    Returns:
        0 if all pass, 1 if one differs, 3 if one could not be judged.

    Raises:
        TinycnnError: If a file cannot be written; what was found is printed.
    """
    from tinycnn import workbench

    found = workbench.validate_each(subject, choice, observer, validate_one)
    written: list[Findings] = []
    try:
        if findings.junit is not None:
            _write_junit(findings.junit, subject.name, found)
        for one in found:
            if one.result is not None:
                its = replace(choice, port=one.port, more_ports=())
                _of_one(findings, one).write(subject, its, one.result)
                written.append(_of_one(findings, one))
    except TinycnnError as error:
        if any(map(_is_wrong, found)):
            error.exit_code = 1  # what cannot be written does not make that right
        raise
    finally:
        if as_json:
            click.echo(json.dumps({"boards": list(map(_to_json, found))}, indent=2))
        else:
            _print(found)
            for kept in written:
                kept.show()
    if any(map(_is_wrong, found)):
        return 1
    return 0 if all(map(_passed, found)) else _FAILED


def print_shares(result: ValidationResult) -> None:
    """Print what each of several boards did."""
    from tinycnn.harness import describe_shares

    if not result.shares:
        return
    rows = [
        (
            _name_board(share.board, share.port),
            _shorten(share.port) or "gone",
            f"{share.images:,}",
            f"{share.different:,}",
            f"{share.images_per_second:,.0f}",
            f"{share.counters.resends:,}",
            f"{share.counters.resets:,}",
        )
        for share in result.shares
    ]
    print_columns(_SHARED, rows, left=(0, 1))
    for line in describe_shares(result.shares):
        echo_wrapped(line)


def _passed(one: Tested) -> bool:
    result = one.result
    return result is not None and result.passed and result.is_sound and not one.error


def _is_wrong(one: Tested) -> bool:
    """Whether a board is known not to be right, as far as it was asked."""
    result = one.result
    if result is None or (result.passed and result.is_sound):
        return False
    return not one.error or not (result.equal and result.is_sound)


def _verdict(one: Tested) -> str:
    if one.result is None:
        return "NOT JUDGED"
    if one.error:
        return "STOPPED"
    return "PASS" if _passed(one) else "FAIL"


def _print(found: Sequence[Tested]) -> None:
    rows = []
    for one in found:
        result = one.result
        numbers = ("", "", "")
        if result is not None:
            pace = f"{result.images_per_second:,.0f}"
            numbers = (f"{result.images:,}", f"{result.different:,}", pace)
        board = _name_board(one.board, one.port)
        rows.append((board, _shorten(one.port), *numbers, _verdict(one)))
    print_columns(_COLUMNS, rows, left=(0, 1, 5))
    for one in found:
        for line in _tell(one):
            echo_wrapped(f"{one.name}: {line}")
    passed = sum(map(_passed, found))
    click.echo(f"{passed} of {len(found)} boards pass")


def _tell(one: Tested) -> Iterator[str]:
    """Why a board does not pass."""
    if one.error:
        yield one.error
    result = one.result
    if result is None:
        return
    for check in result.health.failed if result.health else ():
        yield f"unsound: {check.name}: {check.detail}"
    if result.equal:
        return
    first = result.differences[0]
    yield (
        f"image {first.index}: expected {list(first.expected)}, got {list(first.got)}"
    )
    for part in (result.decision, result.diagnosis, result.reasons, result.bisection):
        if part is not None:
            yield from part.lines


def _name_board(board: str, port: str) -> str:
    """Nothing of one that is told apart by its port."""
    return "-" if board in ("", port) else board


def _shorten(port: str) -> str:
    """The end of a long name, where ports differ."""
    return port if len(port) <= _LONGEST_PORT else f"...{port[3 - _LONGEST_PORT :]}"


def _of_one(findings: Findings, one: Tested) -> Findings:
    """The files of one board; all boards have their JUnit together."""

    def beside(path: Path | None) -> Path | None:
        if path is None:
            return None
        return path.with_name(f"{path.stem}-{one.file_name}{path.suffix}")

    evidence, summary = beside(findings.evidence), beside(findings.summary)
    return Findings(evidence, None, summary)


def _write_junit(path: Path, name: str, found: Sequence[Tested]) -> None:
    from tinycnn.files import write_whole
    from tinycnn.report import render_junit

    write_whole(render_junit(list(map(_check, found)), name=name), path)


def _check(one: Tested) -> Check:
    from tinycnn.report import Check, check_of, verdict_of

    if one.result is None:
        return Check(one.name, False, one.error)
    check = check_of(verdict_of(one.result))
    failed = one.result.health.failed if one.result.health else ()
    unsound = (f"unsound: {each.name}: {each.detail}" for each in failed)
    message = "; ".join([check.message, *unsound])
    passed = check.passed and not failed and not one.error
    if one.error and one.error not in message:
        message = f"{message}; {one.error}"
    return Check(f"{one.name}: {check.name}", passed, message)


def _to_json(one: Tested) -> dict[str, object]:
    from tinycnn.harness import result_to_json

    result = None if one.result is None else json.loads(result_to_json(one.result))
    told = {"board": one.board, "port": one.port, "verdict": _verdict(one).lower()}
    return {**told, "error": one.error, "result": result}
