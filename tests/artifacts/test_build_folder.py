"""The build folder: its names stand in one place, and its files are what they say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import tinycnn
from tinycnn.artifacts import BuildFolder, Curves, Inputs, Record
from tinycnn.errors import ProjectError, TinycnnError

PACKAGE = Path(tinycnn.__file__).parent
NAMES = {
    place.name
    for place in vars(BuildFolder).values()
    if "." in getattr(place, "name", "")
}
# Sources of the engine TFLite Micro have the names of the C array, too; members of an
# archive of evidence have names of their own, whatever a build folder's are; PlatformIO
# calls what it links firmware.
OTHERS = {
    ("firmware", name) for name in ("model_data.h", "model_data.cc", "firmware.elf")
}
OTHERS |= {
    ("evidence", name) for name in ("model.tflite", "results.json", "firmware.elf")
}


def list_texts(path: Path) -> Iterator[str]:
    """The string constants of a module, without docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in documents:
            yield str(node.value)


def test_no_name_is_spelled_elsewhere() -> None:
    """Who needs a file of the build folder asks `BuildFolder` where it is."""
    spelled = {
        (path.relative_to(PACKAGE).parts[0], name)
        for path in PACKAGE.rglob("*.py")
        if not path.is_relative_to(PACKAGE / "artifacts")
        for text in list_texts(path)
        for name in NAMES
        if text.rpartition("/")[2] == name
    }

    assert {"model.tflite", "firmware.elf", "evaluation.json"} <= NAMES
    assert spelled <= OTHERS


def test_every_file_has_a_name_of_its_own() -> None:
    """No artifact lies on another."""
    places = [p.name for p in vars(BuildFolder).values() if hasattr(p, "name")]

    assert len(places) == len(set(places))


@pytest.mark.parametrize("project", ["", "tinycnn.toml"])
def test_a_project_is_its_folder_or_its_file(tmp_path: Path, project: str) -> None:
    """Both have the same build folder."""
    (tmp_path / "tinycnn.toml").touch()
    build = BuildFolder.of(tmp_path / project)

    assert build.model == tmp_path / "build" / "model.tflite"
    assert build.project == tmp_path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """A dataclass, a mapping of them, an array; the same bytes each time."""
    build = BuildFolder(tmp_path)
    curves = Curves((1.5, 0.25), (0.5, 0.75), (1.0,), (0.5,), 0.125)
    inputs = Inputs(
        settings={"seed": 1, "training.augment.mixup": 0.5}, made_of={"float.npz": "ab"}
    )
    records = {"train": Record("0.1", inputs, {"float.npz": "cd"})}
    for _ in range(2):
        build.float_curves.write(curves)
        build.records.write(records)
        build.twin_outputs.write(np.arange(6, dtype=np.int8).reshape(2, 3))

    assert build.float_curves.read() == curves
    assert build.records.read() == records
    assert build.twin_outputs.read().tolist() == [[0, 1, 2], [3, 4, 5]]
    names = {"float.json", "stages.json", "quantized.npy"}
    assert {path.name for path in tmp_path.iterdir()} == names


def test_a_missing_file_is_a_build_that_is_missing(tmp_path: Path) -> None:
    """Exit code 2: nothing is broken."""
    build = BuildFolder(tmp_path)
    for read in (build.evaluation.read, build.reference_outputs.read):
        with pytest.raises(ProjectError, match="no such file: not built") as caught:
            read()
        assert caught.value.hint == "run tinycnn build"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "expected JSON, got something else or half of it"),
        ('{"loss": [', "expected JSON, got something else or half of it"),
        ("[1]", "expected what this tinycnn writes, but it: input should be"),
        ("{}", "expected what this tinycnn writes, but loss: field required"),
    ],
)
def test_a_broken_file_is_one_line(tmp_path: Path, content: str, message: str) -> None:
    """With its name and what to do; exit code 3."""
    build = BuildFolder(tmp_path)
    build.float_curves.path.write_text(content)
    with pytest.raises(TinycnnError) as caught:
        build.float_curves.read()

    assert str(caught.value).startswith(f"{tmp_path / 'float.json'}: {message}")
    assert "\n" not in str(caught.value)
    assert caught.value.hint == "delete it and run tinycnn build"
    assert caught.value.exit_code == 3
    assert build.float_curves.read_if_there() is None


def test_what_is_no_file_is_one_line(tmp_path: Path) -> None:
    """A folder in its place."""
    build = BuildFolder(tmp_path)
    build.evaluation.path.mkdir()

    with pytest.raises(
        TinycnnError, match=r"evaluation\.json: cannot be read: expected a file, got"
    ) as caught:
        build.evaluation.read()
    assert "\n" not in str(caught.value)


def test_a_broken_array_is_one_line(tmp_path: Path) -> None:
    """Half of one, or something else; never an object that was pickled."""
    build = BuildFolder(tmp_path)
    np.save(build.reference_outputs.path, np.array([{}]), allow_pickle=True)
    with pytest.raises(TinycnnError, match=r"outputs\.npy: expected an array of numpy"):
        build.reference_outputs.read()


def test_findings_belong_to_firmware_that_is_there(tmp_path: Path) -> None:
    """Before another is linked they are forgotten."""
    build = BuildFolder(tmp_path)
    for path in (build.results.path, build.junit, build.model):
        path.touch()
    build.forget_findings()

    assert list(tmp_path.iterdir()) == [build.model]


def test_settings_that_only_explain_decide_nothing() -> None:
    """The same digest whatever they say."""
    one, other = (
        Inputs(files={"data set": "ab"}, told={"dataset.path": path}) for path in "xy"
    )

    assert one.key == other.key
    assert one.key != Inputs(files={"data set": "cd"}).key
