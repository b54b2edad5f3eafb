"""A build of another project file than today's is told, by what changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import deep_model, image_model
from tests.observer import Log
from tests.pipeline.pretend import pretend_board_image, pretend_build
from tinycnn.compiler import plan_memory, read_tflite, run_passes
from tinycnn.errors import ProjectError, StaleBuildError, TinycnnError
from tinycnn.pipeline import bench_project, open_workspace, report_project
from tinycnn.pipeline.flash import find_flash_job
from tinycnn.pipeline.freshness import (
    check_board_image,
    check_current,
)
from tinycnn.pipeline.sensitivity import analyze_sensitivity
from tinycnn.project import load_project

TOML = """name = "net"
seed = 1
[dataset]
path = "images.npz"
[model]
build = "my_model.py:build"
[training]
epochs = 9
[training.distill]
teacher = "../big"
[quantization]
epochs = 2
[target]
board = "nano33ble"
[budgets]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a model of its own, a teacher and its own images."""
    folder = tmp_path / "net"
    folder.mkdir()
    (folder / "tinycnn.toml").write_text(TOML)
    (folder / "my_model.py").write_text("def build(): ...\n")
    weights = tmp_path / "big" / "build" / "float.npz"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"weights")
    draw_images(folder, seed=1)
    return folder


def draw_images(folder: Path, *, seed: int, count: int = 40) -> None:
    """Images of four classes."""
    images = np.random.default_rng(seed).integers(0, 256, (count, 24, 32, 3), np.uint8)
    np.savez(folder / "images.npz", x=images, y=np.arange(count) % 4)


def edit(folder: Path, old: str, new: str) -> None:
    """Replace a piece of the project file."""
    text = (folder / "tinycnn.toml").read_text()
    assert old in text
    (folder / "tinycnn.toml").write_text(text.replace(old, new))


def complaint(folder: Path) -> str:
    """What is said of the build; empty if it is the project's."""
    try:
        bench_project(open_workspace(folder, observer=Log()))
    except StaleBuildError as error:
        told = error
    else:
        return ""
    assert (told.hint, told.exit_code) == ("run tinycnn build", 2)
    return str(told)


def test_a_build_of_today_is_current(folder: Path) -> None:
    """Nothing changed: nothing is said."""
    pretend_build(folder, image_model(3))

    assert complaint(folder) == ""


SAYS = "tinycnn.toml now says"
TFLM = """engine = "tflm"
toolchain = "arm-none-eabi-gcc"
tflm_library = "lib"
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"nano33ble"', '"pico"', f"target.board: built for nano33ble, {SAYS} pico"),
        (
            "[budgets]",
            'engine = "tflm"\n[budgets]',
            f"target.engine: built for compiled, {SAYS} tflm",
        ),
        (
            "[budgets]",
            'optimize = "ram"\n[budgets]',
            f"target.optimize: built for speed, {SAYS} ram",
        ),
        (
            "[budgets]",
            'toolchain = "arm-none-eabi-gcc"\n[budgets]',
            f"target.toolchain: built for zig, {SAYS} arm-none-eabi-gcc",
        ),
        (
            "[budgets]",
            'framework = "zephyr"\n[budgets]',
            f"target.framework: built for arduino, {SAYS} zephyr",
        ),
        (
            "[budgets]",
            'app = "serial"\n[budgets]',
            f"target.app: built for validate, {SAYS} serial",
        ),
        ('"net"', '"other"', f"name: built with net, {SAYS} other"),
        ("seed = 1", "seed = 2", f"seed: built with 1, {SAYS} 2"),
        (
            "epochs = 9",
            "epochs = 8",
            f"training.epochs: built with 9, {SAYS} 8",
        ),
        (
            "epochs = 2",
            "epochs = 3",
            f"quantization.epochs: built with 2, {SAYS} 3",
        ),
        (
            'build = "my_model.py:build"',
            'name = "lenet5"',
            f"model.name: built without, {SAYS} lenet5",
        ),
    ],
)
def test_a_setting_that_changed_is_named(
    folder: Path, old: str, new: str, expected: str
) -> None:
    """As it was, and as it is: a Nano's build is no longer a pass on a Pico."""
    pretend_build(folder, image_model(3))
    edit(folder, old, new)

    assert complaint(folder) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("epochs = 9", "epochs = 9\ntensorboard = true"),
        ("[budgets]", "[budgets]\naccuracy = 0.9"),
        ("[budgets]", "[budgets]\nlatency_ms = 9"),
        ("[budgets]", "[budgets]\nflash_bytes = 2_000_000"),
        ("[budgets]", "[budgets]\nflash_bytes = 500_000"),
        ("[budgets]", 'frame = {width = 9, height = 9, pixels = "grey"}\n[budgets]'),
    ],
)
def test_what_changes_nothing_is_not_told(folder: Path, old: str, new: str) -> None:
    """A budget counts only if other kernels would be chosen by it."""
    pretend_build(folder, image_model(3))
    edit(folder, old, new)

    assert complaint(folder) == ""


def test_a_budget_that_would_choose_other_kernels_is_told(folder: Path) -> None:
    """So little flash that the tables of the fastest do not fit."""
    pretend_build(folder, image_model(3))
    edit(folder, "[budgets]", "[budgets]\nflash_bytes = 23_900")

    told = f"budgets.flash_bytes: built without, {SAYS} 23900"
    assert complaint(folder) == told


def test_content_that_changed_is_told(folder: Path) -> None:
    """The images, the user's model, the weights of a teacher."""
    pretend_build(folder, image_model(3))
    (folder / "my_model.py").write_text("def build(): pass\n")
    assert complaint(folder) == "my_model.py: changed since the build"
    pretend_build(folder, image_model(3))
    draw_images(folder, seed=2)
    assert complaint(folder) == "data set: changed since the build"
    draw_images(folder, seed=1, count=44)
    assert complaint(folder) == (
        "data set: changed since the build: it had 40 images, 4 labels, now 44 images, "
        "4 labels"
    )
    pretend_build(folder, image_model(3))
    (folder.parent / "big/build/float.npz").write_bytes(b"others")
    assert complaint(folder) == "weights of ../big: changed since the build"


def test_a_data_set_of_another_place_is_named_by_its_setting(folder: Path) -> None:
    """If its content is another, too."""
    pretend_build(folder, image_model(3))
    shutil.copy(folder / "images.npz", folder / "images_2.npz")
    edit(folder, '"images.npz"', '"images_2.npz"')

    told = f"dataset.path: built with images.npz, {SAYS} images_2.npz"
    assert complaint(folder) == told  # its name is that of the file


def test_a_teacher_that_is_gone_is_learned_from_already(folder: Path) -> None:
    """What it taught is in the build."""
    pretend_build(folder, image_model(3))
    shutil.rmtree(folder.parent / "big")

    assert complaint(folder) == ""


def test_another_library_of_the_engine_is_told(folder: Path) -> None:
    """Its content, and that one is named at all."""
    (folder / "lib").mkdir()
    edit(folder, "[quantization]", "[quantization]\nper_channel_dense = false")
    edit(folder, "[budgets]", f"{TFLM}\n[budgets]")
    pretend_build(folder, image_model(3))
    assert complaint(folder) == ""
    (folder / "lib" / "src.cpp").touch()
    assert complaint(folder) == "target.tflm_library: changed since the build"
    edit(folder, 'tflm_library = "lib"\n', "")
    told = f"target.tflm_library: built for lib, {SAYS} nothing"
    assert complaint(folder) == told


@pytest.mark.parametrize(
    "file", ["model.tflite", "firmware.elf", "host", "firmware.json", "outputs.npy"]
)
def test_files_touched_by_hand_are_told(folder: Path, file: str) -> None:
    """Replaced, then deleted."""
    build = pretend_build(folder, image_model(3)).build.path
    with (build / file).open("ab") as stream:
        stream.write(b"more")
    assert complaint(folder) == f"{build / file}: changed since the build"
    (build / file).unlink()
    assert complaint(folder) == f"{build / file}: deleted since the build"


def test_a_build_that_stopped_half_way_is_told(folder: Path) -> None:
    """Trained and converted anew, but linked of the model before."""
    workspace = pretend_build(folder, image_model(3))
    before = workspace.build.records.read()
    edit(folder, "epochs = 9", "epochs = 8")
    pretend_build(folder, image_model(1))
    now = workspace.build.records.read()
    for stage in ("firmware", "evaluate"):
        now[stage] = before[stage]
    workspace.build.records.write(now)

    told = "firmware.elf: made of an older model.tflite"
    assert complaint(folder) == str(workspace.build.path / told)


def test_a_stage_that_never_ended_is_told(folder: Path) -> None:
    """`build` refused the engine, or the image did not fit."""
    build = pretend_build(folder, image_model(3)).build
    records = build.records.read()
    del records["firmware"], records["evaluate"]
    build.records.write(records)

    workspace = open_workspace(folder, observer=Log())
    with pytest.raises(ProjectError, match="not built yet: stage firmware did not end"):
        bench_project(workspace)


def test_an_app_of_the_command_line_is_not_missing_in_the_file(folder: Path) -> None:
    """It counts as what was asked for until the file says another."""
    pretend_build(folder, image_model(3), app="camera")
    assert complaint(folder) == ""
    edit(folder, "[budgets]", 'app = "camera"\n[budgets]')
    assert complaint(folder) == ""
    edit(folder, '"camera"', '"serial"')
    assert complaint(folder) == f"target.app: built for camera, {SAYS} serial"


def test_an_older_tinycnn_built_it_all_the_same(folder: Path) -> None:
    """Another version would build again, but what is there is the project's."""
    build = pretend_build(folder, image_model(3)).build
    text = build.records.path.read_text()
    build.records.path.write_text(text.replace('"tinycnn": "', '"tinycnn": "0.'))

    assert complaint(folder) == ""


@pytest.mark.parametrize("content", ["{", '{"train": {"inputs": "0a1b"}}', "[]"])
def test_broken_records_are_one_line(folder: Path, content: str) -> None:
    """With the file's name and what to do; `build` makes them again."""
    build = pretend_build(folder, image_model(3)).build
    build.records.path.write_text(content)
    workspace = open_workspace(folder, observer=Log())
    with pytest.raises(TinycnnError, match=r"stages\.json: expected ") as caught:
        bench_project(workspace)

    assert caught.value.exit_code == 3
    assert caught.value.hint == "delete it and run tinycnn build"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[:40], "expected JSON, got something else or half of it"),
        (
            lambda text: text.replace('"cycles"', '"ticks"'),
            "expected what this tinycnn writes, but cycles: field required",
        ),
    ],
)
def test_an_artifact_of_another_shape_is_one_line(
    folder: Path, change: Callable[[str], str], message: str
) -> None:
    """Torn, or of another tinycnn's schema."""
    build = pretend_build(folder, image_model(3)).build
    text = build.evaluation.path.read_text()
    build.evaluation.path.write_text(change(text))
    with pytest.raises(TinycnnError) as caught:
        build.evaluation.read()

    assert str(caught.value) == f"{build.evaluation.path}: {message}"


def test_the_report_shows_what_was_linked(folder: Path) -> None:
    """Its arena is the firmware's, with the kernels' scratch memory."""
    workspace = pretend_build(folder, deep_model())
    report = report_project(workspace)
    linked = workspace.build.linked.read()

    assert report.analysis == linked.analysis
    least = plan_memory(run_passes(read_tflite(deep_model()))).arena_bytes
    assert linked.analysis.plan.arena_bytes > least
    page = workspace.build.report.read_text("utf-8")
    assert "scratch of op 1" in page
    assert f"{linked.analysis.plan.arena_bytes:,}" in page
    edit(folder, "[budgets]", "[budgets]\nflash_bytes = 500_000")
    again = report_project(open_workspace(folder, observer=Log()))
    assert again.analysis == linked.analysis


def test_without_the_data_set_its_settings_are_compared(folder: Path) -> None:
    """A computer that only flashes need not have the images."""
    workspace = pretend_build(folder, image_model(3))
    pretend_board_image(workspace, bytes(64))
    (folder / "images.npz").unlink()
    find_flash_job(folder)
    edit(folder, '"images.npz"', '"others.npz"')

    with pytest.raises(StaleBuildError, match=r"dataset\.path: built with images\.npz"):
        find_flash_job(folder)


def test_flash_looks_at_images_that_are_there(folder: Path) -> None:
    """And at the sources that the image was made of."""
    workspace = pretend_build(folder, image_model(3))
    pretend_board_image(workspace, bytes(64))
    sketch = workspace.build.firmware_project("arduino", "net")
    job, identity = find_flash_job(folder)
    assert job.model_sha256 == identity.model_sha256
    (sketch / "sketch.ino").write_text("edited")
    with pytest.raises(StaleBuildError, match="made of other sources than"):
        check_board_image(workspace.project, workspace.build)
    draw_images(folder, seed=2)
    with pytest.raises(StaleBuildError, match="data set: changed since the build"):
        find_flash_job(folder)


def test_a_model_can_be_current_where_the_firmware_is_not(folder: Path) -> None:
    """For `analyze`: another board does not make another model, another seed does."""
    build = pretend_build(folder, image_model(3)).build
    edit(folder, '"nano33ble"', '"pico"')
    check_current(load_project(folder), build, through="convert")
    edit(folder, "seed = 1", "seed = 2")
    with pytest.raises(StaleBuildError, match="seed: built with 1"):
        check_current(load_project(folder), build, through="convert")


def test_sensitivity_is_that_of_today_s_recipe(folder: Path) -> None:
    """The weights of another one would tell of another network."""
    pretend_build(folder, image_model(3))
    edit(folder, "epochs = 2", "epochs = 3")
    workspace = open_workspace(folder, observer=Log())

    with pytest.raises(StaleBuildError, match=r"quantization\.epochs: built with 2"):
        analyze_sensitivity(workspace)
