"""Projects whose firmware speaks the text dialect: every engine, framework, device."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import image_model
from tests.conftest import require_module
from tests.observer import Log
from tests.pipeline.pretend import pretend_build
from tests.pipeline.test_firmware import files_of, project_of, runner  # noqa: F401
from tinycnn.artifacts import BuildFolder
from tinycnn.device import Device, TextModel, open_host, open_simulated
from tinycnn.errors import DeviceError, ProjectError, StaleBuildError
from tinycnn.pipeline.firmware import make_firmware
from tinycnn.pipeline.freshness import check_current
from tinycnn.pipeline.stages import StageRunner
from tinycnn.project import load_project, parse_project, with_options
from tinycnn.reference import load_reference

OURS = TextModel((), ())  # tells its own
TOML = 'name = "net"\n[dataset]\nname = "digits"\n[model]\nname = "tiny_cnn"\n'


def open_kind(build: BuildFolder, kind: str) -> Device:
    """What a build made for a kind of device."""
    if kind == "host":
        return open_host(build.host_program, text=OURS)
    return open_simulated(build.simulated_image, text=OURS)


@pytest.mark.emulated
def test_text_gives_the_reference_s_bytes(
    runner: StageRunner,  # noqa: F811
) -> None:
    """On the simulated board as on this computer; and each kernel call's cycles."""
    make_firmware(project_of('dialect = "mlperf-pixels"'), runner, "digest")
    build = runner.build
    linked = build.linked.read()
    rows = np.random.default_rng(0).integers(-128, 128, (3, 72)).astype(np.int8)
    expected = load_reference(build.model).run(rows)

    for kind in ("host", "sim"):
        with open_kind(build, kind) as device:
            info = device.info()
            got = np.stack([device.infer(row).output for row in rows])
            steps = device.profile(rows[0])
            with pytest.raises(DeviceError, match="nothing like STATUS"):
                device.status()
        assert np.array_equal(got, expected)
        assert len(steps) == len(linked.analysis.calls)
        assert all(step.cycles > 0 for step in steps) == (kind == "sim")
        assert (info.stack_bytes > 0) == (kind == "sim")
    assert linked.dialect == "mlperf-pixels"


class FirstStage(Log):
    """Lets the first stage run, and no other."""

    def stage(self, name: str, *, is_current: bool) -> None:
        """Stop before the second."""
        if name != "project":
            raise KeyboardInterrupt


def write_project(build: BuildFolder, *target: str) -> set[str]:
    """The files of a project's firmware, which is not linked."""
    with pytest.raises(KeyboardInterrupt):
        make_firmware(project_of(*target), StageRunner(build, FirstStage()), "digest")
    return files_of(build.path)


@pytest.mark.parametrize("engine", ["compiled", "tflm"])
def test_both_frameworks_get_the_dialect(
    runner: StageRunner,  # noqa: F811
    engine: str,
) -> None:
    """A Zephyr application as well, of TFLite Micro as well."""
    if engine == "tflm":
        require_module("tflite_micro")
    lines = ('framework = "zephyr"', f'engine = "{engine}"', 'dialect = "mlperf"')
    files = write_project(runner.build, *lines)

    folder = runner.build.path / "zephyr/net"
    main = (folder / "src/main.c").read_text()
    assert "tcnn_mlperf_init(&net_model, loaded, NET_MLPERF_PIXELS);" in main
    assert "tcnn_mlperf_poll();" in main
    assert "tcnn_harness" not in main
    assert {"zephyr/net/src/net_mlperf.h", "zephyr/net/src/tcnn/tcnn_mlperf.c"} <= files
    built = (folder / "zephyr/CMakeLists.txt").read_text()
    assert "../src/tcnn/tcnn_mlperf.c" in built
    assert "--dialect mlperf" in (folder / "README.md").read_text()


def test_packets_bring_nothing_of_it(
    runner: StageRunner,  # noqa: F811
) -> None:
    """Who does not ask for text gets none of its files."""
    files = write_project(runner.build)

    assert files
    assert not [file for file in files if "mlperf" in file]


def test_a_build_that_was_asked_for_text_is_current(tmp_path: Path) -> None:
    """Until the project file says what it shall speak, and that is another."""
    path = tmp_path / "tinycnn.toml"
    chance = np.random.default_rng(1)
    images = chance.integers(0, 256, (40, 24, 32, 3), np.uint8)
    np.savez(tmp_path / "data.npz", images=images, labels=np.arange(40) % 4)
    text = 'name = "demo"\ndataset.path = "data.npz"\nmodel.name = "tiny_cnn"\n'
    path.write_text(text)
    workspace = pretend_build(tmp_path, image_model(3), dialect="mlperf")

    assert workspace.asked.target.dialect == "mlperf"
    check_current(load_project(tmp_path), workspace.build, workspace.dataset)
    path.write_text(text + 'target.dialect = "mlperf"\n')
    check_current(load_project(tmp_path), workspace.build, workspace.dataset)
    path.write_text(text + 'target.dialect = "mlperf-pixels"\n')
    with pytest.raises(StaleBuildError, match=r"target\.dialect"):
        check_current(load_project(tmp_path), workspace.build, workspace.dataset)


def test_frames_do_not_go_with_text() -> None:
    """In the file, and where the command line asks for either."""
    with pytest.raises(ProjectError, match="expected dialect 'packets' with app"):
        parse_project(TOML + '[target]\napp = "serial"\ndialect = "mlperf"\n')
    with pytest.raises(ProjectError, match="whose frames text cannot carry"):
        with_options(parse_project(TOML), app="serial", dialect="mlperf")
