"""What every generated folder has in common: its form, its papers, no trace of us."""

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.compiler.models import (
    conv_model,
    image_model,
    reshape_model,
    residual_model,
    two_sided_model,
)
from tinycnn.analysis.fit import find_objective
from tinycnn.boards import load_board
from tinycnn.compiler import compile_tflite
from tinycnn.files import write_whole
from tinycnn.firmware import (
    make_self_test,
    write_arduino_project,
    write_library,
    write_zephyr_project,
)
from tinycnn.firmware.frames import app_sources
from tinycnn.firmware.tflm import ZEPHYR_RELEASE, make_tflm_engine
from tinycnn.frames import FrameFormat
from tinycnn.reference import TflmArena, load_reference

NAME = "a_name_of_twenty_c_s"
BOARD = load_board("nano33ble")
MODELS: dict[str, Callable[[], bytes]] = {
    "residual": residual_model,
    "conv": conv_model,
    "two_sided": two_sided_model,
    "reshape": reshape_model,
    "image": partial(image_model, 1),
}
LABELS = ("ant", "bee", "cat", "dog")
CLANG_FORMAT = Path(sys.executable).parent / "clang-format"
STYLE = Path(__file__).parents[2] / ".clang-format"


def write_trees(
    folder: Path, model: Callable[[], bytes], labels: Sequence[str] = ()
) -> Path:
    """Every kind of folder with the model compiled, and one with the other engine."""
    path = folder / "model.tflite"
    write_whole(model(), path)
    compilation = compile_tflite(
        model(), name=NAME, objective=find_objective(BOARD), labels=labels
    )
    self_test = make_self_test(compilation, load_reference(path))
    proof = "PROVEN: all bytes equal those of the reference interpreter; " * 2
    write_library(folder / "library", compilation, self_test, proof=proof)
    program, app = compilation.program, {}
    if labels:
        frame = FrameFormat(width=40, height=30, pixels="grey")
        borders = program.inputs[0].tensor, program.outputs[0].tensor
        app = app_sources(
            "camera", NAME, borders, frame=frame, fit="crop", labels=labels
        )
    values: dict[str, Any] = {"name": NAME, "board": BOARD}
    for write in (write_arduino_project, write_zephyr_project):
        sources = {**compilation.sources, **app}
        write(
            folder, model_sources=sources, kernels=program.kernels, **values
        ).folder.rename(folder / write.__name__)
    engine = make_tflm_engine(
        model(), name=NAME, arena=TflmArena(100, 200), release=ZEPHYR_RELEASE
    )
    write_zephyr_project(folder, model_sources=engine.sources, kernels=(), **values)
    path.unlink()
    return folder


@pytest.fixture(scope="module", params=sorted(MODELS))
def trees(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of all folders of a model."""
    labels = LABELS if request.param == "image" else ()
    folder = tmp_path_factory.mktemp("trees")
    return write_trees(folder, MODELS[request.param], labels)


def texts_of(folder: Path) -> dict[str, str]:
    """All files by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_lines_fit(trees: Path) -> None:
    """None is longer than 88 columns, in any kind of file."""
    long = {
        path: line
        for path, text in texts_of(trees).items()
        for line in text.splitlines()
        if len(line) > 88
    }

    assert long == {}


def test_clang_format_has_nothing_to_change(trees: Path) -> None:
    """In no C file that is generated."""
    sources = [
        path
        for pattern in ("*.[ch]", "*.cc")
        for path in trees.rglob(pattern)
        if path.parent.name != "tcnn"
    ]
    done = subprocess.run(
        [CLANG_FORMAT, f"--style=file:{STYLE}", "--dry-run", "--Werror", *sources],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_each_folder_has_a_readme_and_the_licence(trees: Path) -> None:
    """Ten lines or so that say how to build, and what may be done with it."""
    folders = [path.parent for path in trees.rglob("README.md")]

    assert len(folders) == 5
    for folder in folders:
        assert len((folder / "README.md").read_text().splitlines()) <= 20
        assert "Apache License" in (folder / "LICENSE").read_text()


def test_the_one_line_of_the_readme_finds_its_files(trees: Path) -> None:
    """A pattern that nothing matches would reach the compiler as a file's name."""
    library = trees / "library"
    line = re.search("`cc -O2 main.c (.*)`", (library / "README.md").read_text())

    assert line
    assert all(list(library.glob(word)) for word in line[1].split())


def test_nothing_tells_where_and_when_it_was_made(trees: Path) -> None:
    """Same model, same bytes, on any machine and any day."""
    text = "\n".join(texts_of(trees).values())

    assert str(trees) not in text
    assert str(Path(__file__).parents[2]) not in text
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", text.replace("LICENSE", ""))


def test_the_manual_says_what_a_user_has_to_know(trees: Path) -> None:
    """Reference, board, optimize, memory, and each input and output."""
    header = (trees / f"library/{NAME}_model.h").read_text()
    manual = re.sub(r"\s+\*? *", " ", header)

    assert "LiteRT's reference kernels (BUILTIN_REF)" in manual
    assert 'chosen for nano33ble by optimize = "speed"' in manual
    assert re.search(r"Arena \d+ bytes, aligned to 16", manual)
    assert re.search(r"Input( 0)? (u?int8|float32), 1 x", manual)
    assert re.search(r"Output( 0)? (u?int8|float32), 1 x", manual)
    assert re.findall(r"#include .*", header) == ["#include <stdint.h>"]
