"""The main job as the README tells it: digits from images to a validated firmware."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tinycnn
from tests.action.runner import make_runner
from tests.conftest import require_tool

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
pytestmark = [pytest.mark.train, pytest.mark.emulated]


def readme_commands() -> list[str]:
    """The tinycnn lines that the README says `make demo` stands for."""
    block = README.split("stands for these lines")[1].split("```")[1]
    return re.findall(r"^\.venv/bin/tinycnn (.*)$", block, re.MULTILINE)


def run(arguments: str, folder: Path) -> str:
    """Standard output of one command, which must succeed."""
    command = [sys.executable, "-m", "tinycnn", *arguments.split()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder in which the README's commands were run, with what they printed."""
    folder = tmp_path_factory.mktemp("readme")
    return folder, {line: run(line, folder) for line in readme_commands()}


def test_make_demo_is_what_the_readme_says() -> None:
    """The Makefile runs the very same commands."""
    makefile = (ROOT / "Makefile").read_text("utf-8")

    assert re.findall(r"\$\(BIN\)/tinycnn (.*)", makefile) == readme_commands()


def test_every_test_image_is_equal_on_the_simulated_board(
    workplace: tuple[Path, dict[str, str]],
) -> None:
    """The verdict of the main job."""
    _, printed = workplace

    assert "PASS: 359 of 359 images equal" in printed["validate demo"]


def test_digits_reach_98_percent_in_int8(
    workplace: tuple[Path, dict[str, str]],
) -> None:
    """The int8 reference and the generated C classify at least 98 % correctly."""
    folder, _ = workplace
    found = json.loads(run("build demo --json", folder))

    assert found["accuracy"]["int8 reference"] >= 0.98
    assert found["accuracy"]["C on host"] == found["accuracy"]["int8 reference"]


def test_a_profile_is_kept_and_shown(workplace: tuple[Path, dict[str, str]]) -> None:
    """Each operator's cycles sum up to a run's; the report draws them."""
    folder, _ = workplace
    profile = json.loads(run("profile demo --json", folder))
    build = folder / "demo" / "build"
    evaluated = json.loads((build / "evaluation.json").read_text("utf-8"))

    assert profile == json.loads((build / "profile.json").read_text("utf-8"))
    assert profile["inference_cycles"] == evaluated["cycles"]
    assert abs(profile["cycles"] / evaluated["cycles"] - 1) < 0.01
    assert "<h2>Profile</h2>" in (build / "report.html").read_text("utf-8")


def test_python_finds_what_the_commands_left(
    workplace: tuple[Path, dict[str, str]],
) -> None:
    """The same model; and what it finds is kept, too."""
    folder, _ = workplace
    project = tinycnn.load_project(folder / "demo")
    found = project.validate(count=20, device="host")

    assert found
    assert found.images == 20
    assert project.tflite == (folder / "demo/build/model.tflite").read_bytes()
    assert project.compiled().name == "demo"
    assert project.report.exists()


def test_a_second_build_runs_nothing(workplace: tuple[Path, dict[str, str]]) -> None:
    """Every stage says that it is up to date."""
    folder, _ = workplace
    stages = re.findall(
        r"^(\w+) +(running|up to date)$", run("build demo", folder), re.M
    )

    assert len(stages) == 8
    assert {state for _, state in stages} == {"up to date"}


def test_a_live_sketch_is_built_and_its_preprocessing_is_equal(
    workplace: tuple[Path, dict[str, str]],
) -> None:
    """The camera's, without training again; on the simulated board."""
    folder, _ = workplace
    shutil.copytree(folder / "demo", folder / "live")
    printed = run("build live --app camera", folder)
    sketch = folder / "live/build/arduino/demo"

    assert re.search(r"^convert +up to date$", printed, re.MULTILINE)
    assert "tcnn_camera_poll" in (sketch / "demo.ino").read_text("utf-8")
    assert "PASS: 12 of 12 frames (160x120, grey) preprocessed alike" in run(
        "validate live --frames --count 1", folder
    )


def test_another_target_does_not_train_again(
    workplace: tuple[Path, dict[str, str]],
) -> None:
    """Touching only the target leaves the model as it is."""
    folder, _ = workplace
    project = folder / "demo" / "tinycnn.toml"
    text = project.read_text("utf-8")
    model = (folder / "demo" / "build" / "model.tflite").read_bytes()
    project.write_text(f"{text}\nflash_bytes = 900_000\n", "utf-8")
    printed = run("build demo", folder)

    assert re.search(r"^train +up to date$", printed, re.MULTILINE)
    assert model == (folder / "demo" / "build" / "model.tflite").read_bytes()


def test_the_action_tells_a_pull_request_of_it(
    workplace: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    """Equal outputs, but a budget that is exceeded: page and comment say both."""
    require_tool("bash")
    shutil.copytree(workplace[0] / "demo", tmp_path / "demo")
    with (tmp_path / "demo/tinycnn.toml").open("a") as file:
        file.write("accuracy = 1.0\n")  # the last table is [budgets]
    runner = make_runner(tmp_path, model="demo", count="5")
    runner.event = {"pull_request": {"number": 7}}
    code, outputs = runner.run()

    assert (code, outputs["verdict"]) == (1, "failed"), runner.log
    assert "::error title=budget exceeded::accuracy: expected at least" in runner.log
    assert "PASS: 5 of 5 images equal" in runner.log
    assert re.search(r"\| Flash \| [\d,]+ bytes \| [\d,]+ bytes \| ✅", runner.page)
    assert "demo: Only 5 of 359 outputs were compared; all equal" in runner.page
    (comment,) = json.loads((tmp_path / "comments.json").read_text("utf-8"))
    assert comment["body"].startswith("<!-- tinycnn: demo -->\n### ")
    run(f"validate --replay {outputs['evidence']}", tmp_path)
