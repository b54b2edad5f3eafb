"""JUnit XML, as build servers read it."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from tinycnn.report import Check, render_junit


def test_one_case_a_check() -> None:
    """The suite counts its cases; a failed check has a failure with its message."""
    checks = [Check("equal on sim", True, "9 of 9"), Check("flash", False, "too large")]
    suite = ET.fromstring(render_junit(checks, name="kws"))
    passed, failed = suite.findall("testcase")

    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == (
        "kws",
        "2",
        "1",
    )
    assert (passed.get("name"), passed.find("failure")) == ("equal on sim", None)
    assert passed.findtext("system-out") == "9 of 9"
    assert failed.find("failure").get("message") == "too large"


def test_hostile_text_stays_text() -> None:
    """Markup and control codes in a message do not break the file."""
    check = Check('"><x/>', False, "a\x00<b>\ud800\uffff")
    suite = ET.fromstring(render_junit([check], name="<&>").encode("utf-8"))

    assert suite.get("name") == "<&>"
    assert suite.find("testcase").get("name") == '"><x/>'
    assert suite.find("testcase/failure").get("message") == "a\ufffd<b>\ufffd\ufffd"


def test_no_checks_is_an_empty_suite() -> None:
    """Nothing checked is nothing failed."""
    suite = ET.fromstring(render_junit([], name="kws"))

    assert (suite.get("tests"), suite.get("failures"), len(suite)) == ("0", "0", 0)
