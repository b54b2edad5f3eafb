"""Checks -> JUnit XML, the form in which build servers show what passed."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass

from tinycnn.report.text import clean

__all__ = ["Check", "render_junit"]


@dataclass(frozen=True, slots=True)
class Check:
    """Something that was checked, such as the outputs on one device.

    Attributes:
        name: What was checked.
        passed: Whether it holds.
        message: What was found, in one line.
    """

    name: str
    passed: bool
    message: str


def render_junit(checks: Sequence[Check], *, name: str) -> str:
    """One test suite called `name` with one test case a check.

    >>> print(render_junit([Check("sim", False, "1 of 9 outputs differs")], name="kws"))
    <?xml version="1.0" encoding="utf-8"?>
    <testsuite name="kws" tests="1" failures="1" errors="0" skipped="0">
      <testcase classname="kws" name="sim">
        <failure message="1 of 9 outputs differs" />
      </testcase>
    </testsuite>
    <BLANKLINE>
    """
    failures = sum(not check.passed for check in checks)
    counts = {"tests": len(checks), "failures": failures, "errors": 0, "skipped": 0}
    suite = ET.Element("testsuite", name=clean(name))
    suite.attrib.update({key: str(value) for key, value in counts.items()})
    for check in checks:
        case = ET.SubElement(
            suite, "testcase", classname=clean(name), name=clean(check.name)
        )
        if check.passed:
            ET.SubElement(case, "system-out").text = clean(check.message)
        else:
            ET.SubElement(case, "failure", message=clean(check.message))
    ET.indent(suite)
    body = ET.tostring(suite, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'
