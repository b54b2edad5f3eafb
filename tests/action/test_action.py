"""The action for GitHub: its steps are run as the runner runs them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.action.runner import (
    ACTION,
    ROOT,
    Runner,
    add_program,
    make_runner,
    read_action,
)
from tests.conftest import require_module, require_tool
from tests.harness.mistaken import picture_model
from tinycnn.cli import load_command

PULL_REQUEST = {"pull_request": {"number": 7}}


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """With our tinycnn, a pip that only notes what it should install, and a gh."""
    require_tool("bash")
    made = make_runner(tmp_path, model="net.tflite")
    (tmp_path / "net.tflite").write_bytes(picture_model())
    return made


def pretend(runner: Runner, *, build: int = 0, validate: int = 0) -> None:
    """A tinycnn that only ends with these codes."""
    add_program(
        runner.programs,
        "tinycnn",
        f"""
import sys
from pathlib import Path
if sys.argv[1] == "build":
    print("note: built", file=sys.stderr)
    if {build} == 1:
        print("budget exceeded: flash_bytes: expected 1, got 2", file=sys.stderr)
    sys.exit({build})
if sys.argv[1] == "validate":
    for option in ("--evidence", "--junit", "--summary"):
        Path(sys.argv[sys.argv.index(option) + 1]).write_text(f"{{option}}\\n")
    sys.exit({validate})
""",
    )


def comments(runner: Runner) -> list[dict[str, Any]]:
    """Those of the pull request."""
    path = runner.folder / "comments.json"
    found = json.loads(path.read_text()) if path.exists() else []
    assert isinstance(found, list)
    return found


@pytest.mark.emulated
def test_a_model_is_proven_and_a_pull_request_told(runner: Runner) -> None:
    """From a lone file to outputs, a page, a comment, and evidence that holds."""
    runner.inputs["count"] = "2"
    runner.event = PULL_REQUEST
    code, outputs = runner.run()

    assert code == 0, runner.log
    assert runner.ran.keys() == {"install", "build", "validate", "comment", "verdict"}
    assert outputs["verdict"] == "passed"
    assert "PASS: 2 of 2 images equal" in runner.log
    assert 'failures="0"' in Path(outputs["junit"]).read_text("utf-8")
    table = Path(outputs["summary"]).read_text("utf-8")
    assert table.startswith("### ✅ net: ")
    assert runner.page.count("### ✅ net: ") == 1
    (comment,) = comments(runner)
    assert comment["body"] == f"<!-- tinycnn: net.tflite -->\n{table}"
    command = [sys.executable, "-m", "tinycnn", "validate", "--replay"]
    replay = [*command, outputs["evidence"]]
    done = subprocess.run(replay, cwd=runner.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


CODES = [
    # build, validate, inputs -> exit code; whether it validates, whether it comments
    (0, 0, {}, 0, True),
    (1, 0, {}, 1, True),
    (1, 0, {"budgets": "false"}, 0, True),
    (0, 1, {}, 1, True),
    (1, 1, {"budgets": "false"}, 1, True),
    (0, 3, {}, 3, True),
    (3, 0, {}, 3, False),
    (2, 0, {"budgets": "false"}, 2, False),
]


@pytest.mark.parametrize(("build", "validate", "inputs", "code", "is_told"), CODES)
def test_the_action_ends_as_its_commands(
    runner: Runner,
    build: int,
    validate: int,
    inputs: dict[str, str],
    code: int,
    is_told: bool,
) -> None:
    """A budget that is exceeded is validated all the same; a fault is not."""
    pretend(runner, build=build, validate=validate)
    runner.inputs = {"model": "demo", **inputs}
    runner.event = PULL_REQUEST
    ended, outputs = runner.run()

    assert ended == code, runner.log
    assert outputs["verdict"] == ("passed" if code == 0 else "failed")
    assert ("validate" in runner.ran) == is_told
    assert len(comments(runner)) == is_told
    error = "::error title=budget exceeded::flash_bytes: expected 1, got 2"
    assert (error in runner.log) == (build == 1)


def test_a_later_run_replaces_its_comment(runner: Runner) -> None:
    """Its own of the same model, not another's that pretends, nor another model's."""
    pretend(runner)
    forged = {"id": 1, "user": "User", "body": "<!-- tinycnn: net.tflite -->\nevil"}
    (runner.folder / "comments.json").write_text(json.dumps([forged]))
    runner.event = PULL_REQUEST
    for model in ("net.tflite", "other.tflite", "net.tflite"):
        runner.inputs["model"] = model
        code, _ = runner.run()
        assert code == 0, runner.log

    assert [one["id"] for one in comments(runner)] == [1, 101, 102]
    assert comments(runner)[0] == forged


@pytest.mark.parametrize(
    ("inputs", "event"),
    [({}, {}), ({}, {"push": {}}), ({"comment": "false"}, PULL_REQUEST)],
)
def test_only_pull_requests_are_told(
    runner: Runner, inputs: dict[str, str], event: dict[str, Any]
) -> None:
    """And only if that is wanted."""
    pretend(runner)
    runner.inputs |= inputs
    runner.event = event

    assert runner.run()[0] == 0
    assert "comment" not in runner.ran
    assert comments(runner) == []


def test_a_token_that_cannot_write_is_a_warning(runner: Runner) -> None:
    """As that of a fork."""
    pretend(runner)
    runner.event = PULL_REQUEST
    runner.inputs["token"] = "read-only"
    code, _ = runner.run()

    assert code == 0
    assert "::warning::tinycnn could not comment" in runner.log


@pytest.mark.parametrize(
    ("inputs", "wanted"),
    [
        ({"model": "net.tflite"}, "{action}/..[sim]"),
        ({"model": "demo"}, "{action}/..[all]"),
        ({"model": "demo", "install": "tinycnn[all]==1"}, "tinycnn[all]==1"),
    ],
)
def test_what_the_model_needs_is_installed(
    runner: Runner, inputs: dict[str, str], wanted: str
) -> None:
    """TensorFlow only for a project; the tinycnn is the action's own."""
    pretend(runner)
    runner.inputs = inputs
    runner.run()
    installed = json.loads((runner.folder / "pip.json").read_text())

    assert installed == ["install", "--quiet", wanted.format(action=ACTION.parent)]
    extra = re.search(r"\.\.\[(\w+)\]$", wanted)
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert extra is None or f"\n{extra[1]} = [" in project


@pytest.mark.parametrize("name", ["a b", "$(touch hacked)", "`touch hacked`", "'\"; x"])
def test_an_input_is_never_run(runner: Runner, name: str) -> None:
    """Whatever a model is called."""
    pretend(runner)
    runner.inputs["model"] = f"{name}.tflite"
    runner.event = PULL_REQUEST

    assert runner.run()[0] == 0, runner.log
    assert not (runner.folder / "hacked").exists()
    assert comments(runner)[0]["body"].startswith(f"<!-- tinycnn: {name}.tflite -->")


def test_the_options_are_those_of_the_command() -> None:
    """What the action gives `tinycnn validate` is there."""
    used = set(re.findall(r"(?<=[ (])--[a-z]+", str(read_action()["runs"]["steps"][3])))
    known = {opt for one in load_command("validate").params for opt in one.opts}

    assert {"--device", "--evidence", "--junit", "--summary", "--count"} == used & known
    assert used <= known


def test_the_action_is_valid() -> None:
    """By GitHub's schema; what it uses is pinned to a commit."""
    require_module("check_jsonschema")
    command = [sys.executable, "-m", "check_jsonschema"]
    command += ["--builtin-schema", "vendor.github-actions", str(ACTION)]
    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout
    for step in read_action()["runs"]["steps"]:
        assert re.fullmatch(
            r"[\w-]+/[\w-]+@[0-9a-f]{40}", step.get("uses", "a/b@" + 40 * "0")
        )


def test_the_action_lets_nobody_in() -> None:
    """No input reaches a shell as text, no action is taken unpinned."""
    place = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    zizmor = shutil.which("zizmor", path=place) or require_tool("zizmor")
    command = [zizmor, "--offline", "--strict-collection", "--persona=pedantic"]
    done = subprocess.run([*command, str(ACTION)], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
