"""`profile` and `validate` of a bare `.tflite` file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.cli.command import tinycnn
from tests.compiler.models import (
    conv_model,
    image_model,
    residual_model,
    two_sided_model,
)
from tests.harness.test_results import INFO
from tests.pipeline.pretend import pretend_build
from tinycnn.analysis.losses import Loss
from tinycnn.boards.ledger import Cycles, load_simulated
from tinycnn.cli.console import print_start_up
from tinycnn.cli.profile import print_profile
from tinycnn.compiler import read_tflite
from tinycnn.harness import OpProfile, Profile
from tinycnn.harness.node_data import node_data_to_json
from tinycnn.pipeline.budgets import check_budgets
from tinycnn.pipeline.summary import gather_report
from tinycnn.project import Budgets

CONV = OpProfile(1, "CONV_2D", "tcnn_conv_2d_s8", 600, 1200, 1000, 96)
POOL = OpProfile(3, "MAX_POOL_2D", "tcnn_max_pool_2d_s8", 0, 300, None, 40)


@pytest.fixture
def net(tmp_path: Path) -> Path:
    """A model with float input and output."""
    path = tmp_path / "net.tflite"
    path.write_bytes(residual_model())
    return path


def show(
    capsys: pytest.CaptureFixture[str],
    *operators: OpProfile,
    clock_hz: int = 64_000_000,
    cache_on: bool | None = True,
) -> list[str]:
    """What is printed of a profile, line by line."""
    print_profile(Profile("", "sim", "estimated", clock_hz, cache_on, operators, 1510))
    printed = capsys.readouterr()
    return (printed.out + printed.err).splitlines()


def test_the_table_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    """A row an operator, then all of them; empty where there is nothing to tell."""
    lines = show(capsys, CONV, POOL)

    assert [line.split() for line in lines[:4]] == [
        "op kind kernel cycles predicted MACs cycles/MAC share stack".split(),
        "1 CONV_2D tcnn_conv_2d_s8 1,200 1,000 600 2.00 80.0% 96".split(),
        "3 MAX_POOL_2D tcnn_max_pool_2d_s8 300 20.0% 40".split(),
        "all 1,500 1,000 600 2.50 100.0% 96".split(),
    ]
    assert lines[4:] == ["sim: estimated", "one inference: 0.02 ms at 64 MHz"]


def test_losses_are_told_with_their_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """How many times what is possible, and below the table why."""
    loss = Loss(possible_cycles=400, reason="shift 24 in channel 7")
    lines = show(capsys, replace(CONV, loss=loss), POOL)

    assert lines[0].split()[5] == "loss"
    assert lines[1].split()[5] == "3.0x"
    assert "op 1 (CONV_2D) loses 800: shift 24 in channel 7" in lines


def test_columns_without_a_value_are_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No prediction, no such column; no clock, no time."""
    lines = show(capsys, POOL, clock_hz=0)

    assert "predicted" not in lines[0]
    assert lines[-1] == "sim: estimated"


def test_a_cache_that_is_off_comes_with_advice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Not where it is on, nor where nothing is known of it."""
    hints = [show(capsys, POOL, cache_on=state)[-1] for state in (False, True, None)]

    assert hints[0].startswith("hint: the instruction cache is off; build and flash")
    assert hints[1] == hints[2] == "one inference: 0.00 ms at 64 MHz"


@pytest.mark.parametrize(
    ("cache_on", "counts_cycles", "printed"),
    [
        (True, True, "start-up: instruction cache on, cycle counter runs"),
        (None, True, "start-up: instruction cache unknown, cycle counter runs"),
        (None, False, ""),
    ],
)
def test_start_up_is_what_the_registers_say(
    capsys: pytest.CaptureFixture[str],
    cache_on: bool | None,
    counts_cycles: bool,
    printed: str,
) -> None:
    """A program of this computer has neither and says nothing."""
    print_start_up(replace(INFO, cache_on=cache_on, counts_cycles=counts_cycles))

    assert capsys.readouterr().out.strip() == printed


@pytest.mark.emulated
def test_profile_of_a_file_needs_no_project(net: Path, tmp_path: Path) -> None:
    """Firmware is built out of sight, run on the simulated board and left nowhere."""
    done = tinycnn("profile", net.name, "--json", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["device"] == "simulated nano33ble"
    assert found["method"] == "estimated (Cortex-M4 cycle model)"
    assert [op["index"] for op in found["operators"]] == [0, 2, 3, 4, 5, 6, 7, 8]
    calls = found["cycles"] - found["inference_cycles"]  # one by one, by number
    assert 0 < calls < 50 * len(found["operators"])
    assert 0 < found["stack_bytes"] <= 1024
    assert list(tmp_path.iterdir()) == [net]


def test_cycles_are_node_data_of_model_explorer(net: Path, tmp_path: Path) -> None:
    """By the name of what an operator writes; 0 where no kernel is called."""
    found = tinycnn(
        "profile", net, "--node-data", "cycles.json", "--json", cwd=tmp_path
    )

    assert found.returncode == 0, found.stderr
    took = {op["index"]: op["cycles"] for op in json.loads(found.stdout)["operators"]}
    (data,) = json.loads((tmp_path / "cycles.json").read_text("utf-8")).values()
    graph = read_tflite(net.read_bytes())
    assert data["results"] == {
        graph.tensors[op.outputs[0]].name: {"value": took.get(op.index, 0)}
        for op in graph.ops
    }
    assert [stop["stop"] for stop in data["gradient"]] == [0, 0.5, 1]


def test_tensors_of_one_name_are_told_apart_by_number() -> None:
    """Model Explorer finds an operator by that, too."""
    model = residual_model()
    names = {t.name for t in read_tflite(model).tensors if t.data is None}
    for name in names:
        model = model.replace(name.encode(), b"x" * len(name))
    profile = Profile("", "sim", "estimated", 0, None, (CONV, POOL), 1510)

    (data,) = json.loads(node_data_to_json(profile, model)).values()

    assert data["results"]["1"] == {"value": 1200}


def test_a_dialect_without_operators_has_no_node_data(
    net: Path, tmp_path: Path
) -> None:
    """Rather than an empty file."""
    found = tinycnn(
        *("profile", net, "--port", "/dev/x", "--dialect", "mlperf"),
        *("--node-data", "cycles.json"),
        cwd=tmp_path,
    )

    assert found.returncode == 2
    assert "--dialect mlperf times no operators for --node-data" in found.stderr


def test_cycles_that_cannot_be_estimated_are_not_guessed(
    net: Path, tmp_path: Path
) -> None:
    """A project for a board of another core is profiled on that board only."""
    tinycnn("init", "demo", "--board", "pico", cwd=tmp_path)
    pretend_build(tmp_path / "demo", conv_model())
    done = tinycnn("profile", "demo", cwd=tmp_path)

    assert done.returncode == 2
    assert "estimated, got cortex-m0plus\nhint: measure on the board" in done.stderr


@pytest.mark.emulated
def test_validate_of_a_file_says_how_the_board_started(
    net: Path, tmp_path: Path
) -> None:
    """Random inputs, the reference's outputs, and what the registers said."""
    done = tinycnn("validate", net.name, "--count", "3", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert "PASS: 3 of 3 images equal on simulated nano33ble" in done.stdout
    assert "start-up: instruction cache on, cycle counter runs" in done.stdout
    assert list(tmp_path.iterdir()) == [net]


def test_validate_of_a_file_on_given_inputs(net: Path, tmp_path: Path) -> None:
    """As many rows as the array has, on the program for this computer."""
    rows = np.random.default_rng(0).uniform(0, 1, (5, 9, 7, 3)).astype(np.float32)
    np.save(tmp_path / "x.npy", rows)
    command = ("validate", net.name, "--device", "host", "--inputs", "x.npy", "--json")
    done = tinycnn(*command, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout[done.stdout.index("{") :])
    assert (result["images"], result["verdict"]) == (5, "equal")
    assert result["device"]["cache_on"] is None


@pytest.mark.parametrize(
    ("rows", "got"),
    [
        (np.zeros((2, 9, 7, 3)), "float64 of shape (2, 9, 7, 3)"),
        (np.zeros((2, 9, 7), np.float32), "float32 of shape (2, 9, 7)"),
        (np.zeros((0, 189), np.float32), "float32 of shape (0, 189)"),
        (np.zeros((), np.float32), "float32 of shape ()"),
    ],
)
def test_inputs_of_another_model_are_refused(
    net: Path, tmp_path: Path, rows: np.ndarray, got: str
) -> None:
    """Type and size of a row must be those of the model's input."""
    np.save(tmp_path / "x.npy", rows)
    done = tinycnn("validate", net.name, "--inputs", "x.npy", cwd=tmp_path)

    assert done.returncode == 2
    assert (
        f"error: x.npy: expected rows of float32, 756 bytes each, got {got}\n"
        "hint: net_model.h of tinycnn compile tells" in done.stderr
    )


def test_inputs_of_several_tensors_are_bytes(tmp_path: Path) -> None:
    """All inputs of a run laid end to end; a file that is no array is refused."""
    (tmp_path / "net.tflite").write_bytes(two_sided_model())
    (tmp_path / "x.npy").write_bytes(b"no array")
    done = tinycnn("validate", "net.tflite", "--inputs", "x.npy", cwd=tmp_path)
    np.save(tmp_path / "x.npy", np.zeros((1, 1600), np.int8))
    other = tinycnn("validate", "net.tflite", "--inputs", "x.npy", cwd=tmp_path)

    np.save(tmp_path / "x.npy", np.zeros((2, 3200), np.int8))
    words = ("validate", "net.tflite", "--device", "host", "--inputs", "x.npy")
    right = tinycnn(*words, cwd=tmp_path)

    assert (done.returncode, other.returncode, right.returncode) == (2, 2, 0)
    assert "error: x.npy: cannot be read" in done.stderr
    assert "expected rows of int8 or uint8, 3,200 bytes each" in other.stderr
    assert "2 of 2 images equal" in right.stdout


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    """What a probe would find on a Nano that waits two cycles for data from flash."""
    run = load_simulated()
    cycles = {**run.cycles, "flash_wait": Cycles(usual=5.0)}
    changes = {"cycles": cycles, "is_simulated": False, "board_id": "12ab"}
    path = tmp_path / "found.json"
    path.write_text(run.model_copy(update=changes).to_json())
    return path


@pytest.mark.emulated
def test_a_boards_own_probe_counts(tmp_path: Path, waiting: Path) -> None:
    """Simulated and predicted cycles both; the table says by which board."""
    (tmp_path / "net.tflite").write_bytes(image_model(3))
    usual, slower = (
        json.loads(tinycnn("profile", "net.tflite", *more, cwd=tmp_path).stdout)
        for more in (["--json"], ["--json", "--probe", waiting.name])
    )

    method = "estimated (Cortex-M4 cycle model with the probe of board 12ab)"
    assert slower["method"] == method
    pairs = list(zip(usual["operators"], slower["operators"], strict=True))
    assert all(one["cycles"] < other["cycles"] for one, other in pairs)
    predicted = [
        sum(op["predicted_cycles"] or 0 for op in found["operators"])
        for found in (usual, slower)
    ]
    measured = slower["cycles"] / usual["cycles"]
    assert measured == pytest.approx(predicted[1] / predicted[0], rel=0.1)


def test_analyze_predicts_by_a_boards_own_probe(tmp_path: Path, waiting: Path) -> None:
    """And says by which; another board's, or the simulated one's, is refused."""
    (tmp_path / "net.tflite").write_bytes(conv_model())
    (tmp_path / "simulated.json").write_text(load_simulated().to_json())
    plain = tinycnn("analyze", "net.tflite", cwd=tmp_path)
    probed = tinycnn("analyze", "net.tflite", "--probe", waiting, cwd=tmp_path)
    given = ("analyze", "net.tflite", "--probe")
    simulated = tinycnn(*given, "simulated.json", cwd=tmp_path)
    other = tinycnn(*given, waiting, "--board", "nrf52840dk", cwd=tmp_path)

    assert "Sense (predicted)\n" in plain.stdout
    assert "Sense (predicted with the probe of board 12ab)\n" in probed.stdout
    assert (simulated.returncode, other.returncode) == (2, 2)
    assert "on a nano33ble, got a simulated board's" in simulated.stderr
    assert "on a nrf52840dk, got a nano33ble's" in other.stderr


def test_a_projects_own_probe_is_taken(tmp_path: Path, waiting: Path) -> None:
    """probe.json beside its tinycnn.toml, if it is of the project's board."""
    tinycnn("init", "demo", "--dataset", "digits", cwd=tmp_path)
    built = pretend_build(tmp_path / "demo", conv_model())
    given = built.project, built.dataset, built.board, built.build
    plain, page = gather_report(*given), built.build.report
    waiting.rename(tmp_path / "demo/probe.json")
    project = tinycnn("analyze", "demo", cwd=tmp_path)
    shown = tinycnn("report", "demo", cwd=tmp_path)
    report = gather_report(*given)
    (tmp_path / "demo/probe.json").write_text("{")
    broken = tinycnn("analyze", "demo", cwd=tmp_path)

    assert (plain.probed_board, report.probed_board) == ("", "12ab")
    assert report.cycles > plain.cycles > 0
    assert report.latency_ms == report.cycles / plain.board.clock_hz * 1e3
    (late,) = check_budgets(Budgets(latency_ms=plain.latency_ms), report)
    assert late.startswith("latency_ms: expected at most")
    assert shown.returncode == 0, shown.stderr  # no stage was made of it
    assert "with the probe of board 12ab" in page.read_text("utf-8")
    assert "with the probe of board 12ab" in project.stdout, project.stderr
    assert broken.returncode == 2
    assert "probe.json: file: expected what tinycnn probe wrote" in broken.stderr
