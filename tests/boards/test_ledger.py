"""The fidelity ledger: complete, and sound before anything runs."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from unittest.mock import Mock

import pytest

from tinycnn.boards.ledger import (
    Cycles,
    ProbeRun,
    cost_rows,
    find_run,
    find_timings,
    load_rows,
    load_simulated,
    read_run,
)
from tinycnn.boards.ledger.run import load_runs
from tinycnn.errors import ProjectError
from tinycnn.probe.table import to_markdown
from tinycnn.simulator.board import NANO_33_BLE
from tinycnn.simulator.bus import Clock
from tinycnn.simulator.cycles import CORTEX_M4, Timings
from tinycnn.simulator.peripherals import build_peripherals
from tools.ledger import DOCUMENT

ROOT = Path(__file__).parents[2]
RULES = {field.name for field in fields(Timings)}


def measured(**changes: object) -> ProbeRun:
    """A run as a real board's."""
    update = {"is_simulated": False, "board_id": "12ab", **changes}
    return load_simulated().model_copy(update=update)


def test_every_timing_rule_has_exactly_one_row() -> None:
    """The cycle model's rules and the ledger's, in both directions."""
    rules = [row.rule for row in load_rows() if row.rule]

    assert sorted(rules) == sorted(RULES)


def test_every_peripheral_has_exactly_one_row() -> None:
    """What is emulated is listed, and what is listed in capitals is emulated."""
    clock = Clock(Mock(cycles=0), NANO_33_BLE)
    emulated = build_peripherals(Mock(), Mock(), clock, NANO_33_BLE, reset=Mock())
    listed = [row.id for row in load_rows() if row.id.isupper()]

    assert sorted(listed) == sorted(peripheral.name for peripheral in emulated)


def test_rows_differ_and_name_what_is_there() -> None:
    """One id a row; each test that is said to check one exists."""
    rows = load_rows()
    tests = {row.checked for row in rows} - {"not checked"}

    assert (
        len({row.id for row in rows}) == len({row.title for row in rows}) == len(rows)
    )
    assert [test for test in tests if not (ROOT / test).is_file()] == []
    beside = {rule for row in rows if row.probe for rule in row.probe.beside}
    assert beside <= RULES


def test_a_rule_that_the_model_charges_is_what_its_row_says() -> None:
    """In whole cycles, by the shipped run of the probe."""
    timings = find_timings(load_simulated())

    assert timings == {name: getattr(CORTEX_M4, name) for name in RULES}


def test_what_is_emulated_is_what_was_run() -> None:
    """Each row with a loop: the number shown is the one that the probe finds."""
    costs = cost_rows(load_simulated())
    shown = {row.id: row.here for row in load_rows() if row.probe and row.id in costs}

    assert len(shown) > 50
    assert {name: float(here) for name, here in shown.items()} == {
        name: costs[name] for name in shown
    }


def test_the_document_is_the_ledger() -> None:
    """docs/fidelity.md was written by tools.ledger from today's rows."""
    text = DOCUMENT.read_text("utf-8")
    (table,) = re.findall(r"-- python -m tools.ledger -->\n(.*)<!-- end", text, re.S)

    assert table == to_markdown(load_runs()), "run python -m tools.ledger"


def test_a_row_costs_what_is_left_of_its_loop() -> None:
    """Words and other instructions are taken away at the price of the same run."""
    usual = {name: Cycles(usual=n.usual) for name, n in load_simulated().cycles.items()}
    usual["data_processing"] = Cycles(usual=1.5)
    usual["load"] = Cycles(usual=4.0)  # a load and an ADDS
    usual["load_multiple"] = Cycles(usual=6.0)  # of four words
    costs = cost_rows(measured(cycles=usual))

    assert (costs["load"], costs["load_multiple"]) == (2.5, 2.0)
    assert costs["flash_wait"] == 3.0 - 1.5 - 2.5


def test_a_row_without_its_rule_is_not_guessed() -> None:
    """Where what is beside it was not measured, neither is it."""
    costs = cost_rows(measured(cycles={"load": Cycles(usual=3.0)}))

    assert "load" not in costs


def test_waits_are_rounded_to_whole_cycles() -> None:
    """And never below none."""
    cycles = dict(load_simulated().cycles)
    cycles["flash_wait"] = Cycles(usual=5.02)
    cycles["table_branch"] = Cycles(usual=0.5)

    timings = find_timings(measured(cycles=cycles))

    assert (timings["flash_wait"], timings["table_branch"]) == (2, 0)


def test_a_projects_own_run_is_found(tmp_path: Path) -> None:
    """That of its board; neither the simulated board's nor another's."""
    file = tmp_path / "probe.json"
    assert find_run("nano33ble", tmp_path) is None
    file.write_text(load_simulated().to_json())
    assert find_run("nano33ble", tmp_path) is None
    file.write_text(measured().to_json())
    assert find_run("nano33ble", tmp_path) == read_run(file)
    assert find_run("nrf5340dk", tmp_path) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "file: expected what tinycnn probe wrote: Invalid JSON"),
        ("[]", "file: expected what tinycnn probe wrote"),
        ('{"kind": "other"}', "kind: expected what tinycnn probe wrote"),
        ('{"kind": "tinycnn probe"}', "tinycnn: expected what tinycnn probe wrote"),
        ("nan", "cycles.load.usual: expected what tinycnn probe wrote"),
    ],
)
def test_a_broken_run_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """By file and key, with what to do."""
    path = tmp_path / "probe.json"
    if text == "nan":
        text = measured().to_json().replace('"usual": 3.0', '"usual": "x"', 1)
    path.write_text(text)

    with pytest.raises(ProjectError, match=r"probe\.json: ") as caught:
        read_run(path)

    assert message in str(caught.value)
    assert "tinycnn probe --port" in str(caught.value.hint)
