"""The pytest plugin, in suites as a firmware team would write them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import image_model
from tests.device.fake_board import FakeBoard, Line, served
from tests.device.text.foreign_board import ForeignBoard
from tests.workbench.boards import make_board, plugged, subject_of
from tinycnn.harness.order import as_given
from tinycnn.pytest_plugin import tested
from tinycnn.reference import load_reference
from tinycnn.workbench import DeviceChoice
from tinycnn.workbench.subject import open_device

pytest_plugins = ("pytester",)

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a suite beside the model net.tflite, in a process of its own."""
    # Installed or not, it is loaded once, and by name.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    (pytester.path / "net.tflite").write_bytes(image_model(1))

    def run(
        suite: str, *arguments: str, ini: str = "tinycnn_model = net.tflite"
    ) -> pytest.RunResult:
        pytester.makeini(f"[pytest]\n{ini}\n")
        pytester.makepyfile(test_suite=suite)
        start = ("-p", "tinycnn.pytest_plugin", "-p", "no:cacheprovider", "-rs")
        return pytester.runpytest_subprocess(*start, *arguments)

    return run


DOCS = Path(__file__).parents[2] / "docs/pytest.md"
MISTAKES = """

def test_images_of_ones_own(tinycnn_sim):
    images = np.zeros((2, 24, 32, 1), np.int8)
    assert tinycnn_sim.validate(images).images == 2
    assert "estimated" in tinycnn_sim.profile().method
    assert tinycnn_sim.info.arena_bytes < 10_000

def test_mistakes(tinycnn_sim):
    import pytest
    with pytest.raises(Exception, match="expected an image of 768 bytes, got 5"):
        tinycnn_sim.infer(np.zeros(5, np.int8))
    with pytest.raises(Exception, match="expected at least one, got none"):
        tinycnn_sim.validate(np.zeros((0, 768), np.int8))
"""


@pytest.mark.emulated
def test_a_suite_runs_on_the_simulated_board(run: Run) -> None:
    """The manual's; what needs a board is skipped, with the reason."""
    example = DOCS.read_text("utf-8").split("```python\n")[1].split("```")[0]
    done = run(example + MISTAKES)

    done.assert_outcomes(passed=5, skipped=1)
    done.stdout.fnmatch_lines(["*no board: give its port by --tinycnn-port*"])


BOARD = """
def test_foreign(tinycnn_board):
    result = tinycnn_board.validate(count=2)
    assert result.equal
    assert tinycnn_board.info.foreign is not None
    assert tinycnn_board.info.model == "ic01"
"""


def test_boards_are_ports_each_of_which_is_tested(run: Run, tmp_path: Path) -> None:
    """Here those of somebody else, which speak the text of MLPerf Tiny."""
    path = tmp_path / "net.tflite"
    path.write_bytes(image_model(1))
    reference = load_reference(path)

    def answer(data: bytes) -> list[float]:
        row = reference.run(np.frombuffer(data, np.int8)[None])[0]
        return list((row.astype(np.float32) + 128) / np.float32(256))

    lines = [Line(ForeignBoard(answer)) for _ in range(2)]  # type: ignore[arg-type]
    with served(lines[0]) as one, served(lines[1]) as two:
        ports = ("--tinycnn-port", one, "--tinycnn-port", two)
        done = run(BOARD, *ports, "--tinycnn-dialect", "mlperf", "-v")

    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines([f"*{one}*PASSED*", f"*{two}*PASSED*"])


def test_hard_images_come_first() -> None:
    """Those of the model, in the order in which it is asked; one's own as they are."""
    picked = replace(as_given(40), name="risk", indices=np.array([7, 2, 9]))
    subject = replace(subject_of([]), picked=picked)
    with plugged(make_board(1)) as (port,):
        choice = DeviceChoice(port=port)
        with open_device(subject, choice) as device:
            model = tested.Tested(subject, choice, device)
            found = model.validate(count=2)
            own = model.validate(subject.inputs[:3], count=2)

    assert (found.equal, found.indices.tolist(), found.order) == (True, [7, 2], "risk")
    assert (own.equal, own.indices.tolist(), own.order) == (True, [0, 1], "given")


def test_what_the_ini_file_says_counts_where_nothing_is_asked(run: Run) -> None:
    """A port that is not there is a line with a hint, no traceback."""
    ini = "tinycnn_model = net.tflite\ntinycnn_port =\n  /dev/none1\n  /dev/none2"
    done = run(BOARD, ini=ini)

    done.assert_outcomes(errors=2)
    text = done.stdout.str()
    assert "port /dev/none1: not found\nhint: " in text
    assert "port /dev/none2: not found\nhint: " in text
    assert "Traceback" not in text
    assert "tested.py" not in text


def test_another_model_s_board_is_refused(run: Run) -> None:
    """Before the first test, by digest."""
    with served(Line(FakeBoard())) as url:
        done = run(BOARD, "--tinycnn-port", url)

    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*expected model *, got 00010203*"])


def test_without_a_model_it_says_what_to_set(run: Run) -> None:
    """And a model that is not there by its path."""
    suite = "def test_it(tinycnn_sim):\n    pass\n"
    none, missing = run(suite, ini=""), run(suite, ini="tinycnn_model = x.tflite")

    none.stdout.fnmatch_lines(["tinycnn_model: not set in the ini-file*"])
    missing.stdout.fnmatch_lines(["*x.tflite: *", "hint: *"])


def test_it_imports_nothing_until_a_fixture_is_asked_for() -> None:
    """Whoever has it installed pays for it in every run of pytest."""
    code = (
        "import sys, pytest, json; before = set(sys.modules); "
        "import tinycnn.pytest_plugin; "
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    expected = ["tinycnn", "tinycnn.about", "tinycnn.pytest_plugin"]
    assert json.loads(done.stdout) == expected
