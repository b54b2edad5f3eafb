"""Debug firmware of a project, and `validate --bisect` where a kernel is wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.cli.command import tinycnn
from tests.compiler.models import image_model
from tests.observer import Log
from tests.pipeline.pretend import pretend_evaluation, pretend_model, record_of
from tests.pipeline.test_dialect import FirstStage
from tests.pipeline.test_firmware import files_of, project_of, runner  # noqa: F401
from tinycnn.artifacts import BuildFolder
from tinycnn.harness import diagnose
from tinycnn.pipeline import Workspace, open_workspace
from tinycnn.pipeline.bench import bench_project
from tinycnn.pipeline.firmware import make_firmware
from tinycnn.pipeline.stages import StageRunner
from tinycnn.project import Project
from tinycnn.runtime import firmware_dir, runtime_digest
from tinycnn.workbench import diagnosis, explanation

RIGHT = """tcnn_high_multiply((int32_t)doubled, r->multiplier);
    value += value >> 31 & r->ties; /* away from zero */
    return tcnn_saturate_8(((value + r->half) >> r->right) + r->output_zero);"""
WRONG = """(int32_t)((int64_t)(int32_t)doubled * r->multiplier >> 32);
    return tcnn_saturate_8((value >> r->right) + r->output_zero);"""
TOML = 'name = "demo"\ndataset.path = "data.npz"\nmodel.name = "tiny_cnn"\n'


def write_traced(
    project: Project, build: BuildFolder, *, is_traced: bool = True
) -> None:
    """The firmware project alone; nothing is linked."""
    runner = StageRunner(build, FirstStage())  # noqa: F811
    with pytest.raises(KeyboardInterrupt):
        make_firmware(project, runner, "digest", is_traced=is_traced)


@pytest.mark.parametrize("framework", ["arduino", "zephyr"])
def test_a_project_becomes_debug_firmware(
    runner: StageRunner,  # noqa: F811
    framework: str,
) -> None:
    """Its harness takes the trace; without being asked it has none of it."""
    project = project_of(f'framework = "{framework}"')
    found = {}
    for is_traced in (True, False):
        write_traced(project, runner.build, is_traced=is_traced)
        folder = runner.build.path / framework / "net"
        main = folder / ("net.ino" if framework == "arduino" else "src/main.c")
        files = [name for name in files_of(folder) if "trace" in name]
        found[is_traced] = (
            len(files),
            "tcnn_harness_take_trace(net_trace)" in (main.read_text()),
        )

    assert found[True][0] >= 3
    assert found[True][1]
    assert found[False] == (0, False)


@pytest.fixture
def wrong_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The C runtime with a MEAN that does not round."""
    copy = tmp_path / "firmware"
    shutil.copytree(firmware_dir(), copy)
    shutil.copy(firmware_dir().parent / "LICENSE", tmp_path)
    kernel = copy / "kernels/reduce/mean_quads.c"
    text = kernel.read_text()
    assert RIGHT in text
    kernel.write_text(text.replace(RIGHT, WRONG))
    for name, module in list(sys.modules.items()):
        if name.startswith("tinycnn.") and vars(module).get("firmware_dir"):
            monkeypatch.setattr(module, "firmware_dir", lambda: copy)
    runtime_digest.cache_clear()
    yield
    runtime_digest.cache_clear()


def build_project(folder: Path) -> Workspace:
    """Eighty images of noise in four classes, and firmware that was really linked."""
    folder.mkdir()
    chance = np.random.default_rng(1)
    images = chance.integers(0, 256, (80, 24, 32, 3), np.uint8)
    np.savez(folder / "data.npz", images=images, labels=np.arange(80) % 4)
    (folder / "tinycnn.toml").write_text(TOML)
    workspace = open_workspace(folder, observer=Log())
    runner, dataset = workspace.runner, workspace.dataset  # noqa: F811
    pretend_model(runner, workspace.project, dataset, image_model(3))
    digest = record_of(runner, "convert").digest
    make_firmware(
        workspace.project, runner, digest, dataset.class_names, is_traced=True
    )
    pretend_evaluation(runner, dataset)
    return workspace


@pytest.mark.emulated
@pytest.mark.usefixtures("wrong_kernel")
def test_a_wrong_kernel_is_found_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Operator, number and slip: on the terminal, in results.json, on the page."""
    shortly = partial(diagnose, budget_s=0.5)  # others test what it finds
    monkeypatch.setattr(diagnosis, "diagnose", shortly)
    monkeypatch.setattr(explanation, "_variants", lambda *_, **__: nullcontext([]))
    workspace = build_project(tmp_path / "demo")
    build: BuildFolder = workspace.build
    done = tinycnn("validate", "demo", "--bisect", "--boards", "2", cwd=tmp_path)
    said = " ".join(done.stdout.split())

    assert done.returncode == 1, done.stderr + done.stdout
    assert "op 1 MEAN is the first that differs" in said, done.stdout
    assert "rounding left out" in said
    found = json.loads(build.results.path.read_text())
    assert found["bisection"]["function"] == "tcnn_mean_s8_dsp"
    assert found["bisection"]["number"]["suspects"] == ["rounding left out"]
    page = build.report.read_text("utf-8")
    for text in ("tcnn_mean_s8_dsp", "rounding left out", "op 1 MEAN"):
        assert text in page

    workshop = bench_project(workspace).workshop
    assert workshop is not None
    elf = workshop.build(workshop.compile(), "sim", tmp_path / "traced", traced=True)
    with boards_of(elf, 2) as ports:
        many = tinycnn("validate", "demo", "--bisect", *ports, cwd=tmp_path)
        each = ("validate", "demo", "--each", "--bisect", "--health", "--count", "4")
        alone = tinycnn(*each, "--json", *ports, cwd=tmp_path)

    assert many.returncode == 1, many.stderr
    assert "on 2 boards" in many.stdout
    assert "op 1 MEAN is the first that differs" in " ".join(many.stdout.split())
    assert alone.returncode == 1, alone.stderr
    told = [board["result"] for board in json.loads(alone.stdout)["boards"]]
    for result in told:
        assert result["bisection"]["function"] == "tcnn_mean_s8_dsp"
        (restart,) = (
            check
            for check in result["health"]["checks"]
            if check["name"] == "after a restart"
        )
        assert restart["state"] == "passed"
        assert "started by software" in restart["detail"]


@contextmanager
def boards_of(elf: Path, count: int) -> Iterator[list[str]]:
    """Simulated boards with numbers of their own, as options."""
    program = [sys.executable, "-m", "tinycnn.simulator", str(elf), "--stay"]
    boards, ports = [], list[str]()
    try:
        for number in range(count):
            command = [*program, "--id", f"{number + 1:02x}" * 8]
            board = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            boards.append(board)
            assert board.stdout is not None
            ports += ["--port", board.stdout.readline().split()[-1]]
        yield ports
    finally:
        for board in boards:
            board.kill()
            board.communicate()
