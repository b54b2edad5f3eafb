"""`tinycnn doctor`: what is here, what is missing, what is in the way."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tinycnn.cli.console import json_option, port_options, print_json

if TYPE_CHECKING:
    from tinycnn.device import PortOptions
    from tinycnn.doctor import Finding

__all__ = ["doctor"]

_COLORS = {"ok": "green", "warning": "yellow", "problem": "red"}


@click.command()
@port_options
@json_option
def doctor(port: str | None, options: PortOptions, as_json: bool) -> int:
    """Look at all that tinycnn needs, from Python to the boards that are connected.

    With --port only that port is looked at, whatever it is. Every finding comes with
    its fix. The exit code is 1 when there is a problem.

    \b
    Example:
      tinycnn doctor
      tinycnn doctor --port /dev/ttyACM0
    """
    from tinycnn.doctor import check_computer, gather_facts

    findings = check_computer(gather_facts(port, options))
    problems = sum(finding.level == "problem" for finding in findings)
    if as_json:
        print_json({"problems": problems, "findings": [asdict(f) for f in findings]})
    else:
        _print_findings(findings)
    return 1 if problems else 0


def _print_findings(findings: tuple[Finding, ...]) -> None:
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        level = click.style(f"{finding.level:<8}", fg=_COLORS[finding.level])
        click.echo(f"{level} {finding.subject:<{width}}  {finding.text}")
        if finding.fix and finding.level != "ok":
            click.echo(f"{'':<8} {'':<{width}}  fix: {finding.fix}")
