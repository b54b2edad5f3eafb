from pathlib import Path

import pytest

from tests.cli.command import tinycnn, tinycnn_process
from tests.compiler.models import image_model, residual_model

COMMANDS = (
    "init",
    "train",
    "convert",
    "analyze",
    "build",
    "compile",
    "flash",
    "validate",
    "classify",
    "probe",
    "profile",
    "report",
    "models",
    "datasets",
    "boards",
    "doctor",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str, tmp_path: Path) -> None:
    """Every command explains itself."""
    done = tinycnn(command, "--help", cwd=tmp_path)

    assert done.returncode == 0
    assert f"Example:\n    tinycnn {command}" in done.stdout


def test_init_writes_a_project(tmp_path: Path) -> None:
    """A commented tinycnn.toml in a folder of its own."""
    done = tinycnn("init", "demo", "--dataset", "mnist", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    text = (tmp_path / "demo" / "tinycnn.toml").read_text()
    assert 'name = "mnist"' in text
    assert 'name = "lenet5"' in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("init", "demo", "--board", "nano"), "error: board 'nano': not known"),
        (("init", "demo", "--dataset", "mnits"), "error: data set 'mnits': not known"),
        (("init", "demo", "--model", "resnet50"), "error: "),
        (("init", "int"), "error: "),
        (("build", "nowhere"), "error: "),
        (("compile", "missing.tflite", "-o", "out"), "error: missing.tflite: cannot"),
        (("compile", "model.tflite"), "Missing option"),
        (("profile", "missing.tflite"), "error: missing.tflite: cannot be read"),
        (("profile", "m.tflite", "--device", "host"), "'host' is not 'sim'"),
        (("validate", "missing.tflite"), "error: missing.tflite: cannot be read"),
        (("validate", ".", "--inputs", "x.npy"), "--inputs is for a .tflite file"),
        (("validate", "m.tflite", "--frames"), "--frames is for a project"),
        (("build", ".", "--app", "lidar"), "'lidar' is not one of"),
        (("classify", "demo"), "Missing argument 'PICTURES...'"),
        (("unknown",), "No such command"),
    ],
)
def test_wrong_usage_is_exit_code_2(
    arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    """One clear line, no traceback, nothing written."""
    done = tinycnn(*arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_init_does_not_overwrite(tmp_path: Path) -> None:
    """A second init of the same name is refused."""
    tinycnn("init", "demo", cwd=tmp_path)
    done = tinycnn("init", "demo", cwd=tmp_path)

    assert done.returncode == 2
    assert "exists already" in done.stderr


@pytest.mark.parametrize(
    "command", ["validate", "profile", "report", "validate --frames"]
)
def test_commands_after_build_say_that_it_is_missing(
    command: str, tmp_path: Path
) -> None:
    """Before `build` there is nothing to validate or report."""
    tinycnn("init", "demo", cwd=tmp_path)
    done = tinycnn(*command.split(), "demo", cwd=tmp_path)

    assert done.returncode == 2
    assert "not built yet" in done.stderr
    assert "hint: run tinycnn build" in done.stderr


def test_compile_writes_a_library(tmp_path: Path) -> None:
    """The folder holds model, kernels and headers; the summary names the arena."""
    (tmp_path / "net.tflite").write_bytes(residual_model())
    done = tinycnn("compile", "net.tflite", "-o", "net", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "arena" in done.stdout
    assert {"net_model.c", "net_model.h", "tcnn/tcnn.h"} <= {
        p.relative_to(tmp_path / "net").as_posix()
        for p in (tmp_path / "net").rglob("*")
    }


def test_compile_names_the_numerics(tmp_path: Path) -> None:
    """The generated code says which reference it equals."""
    (tmp_path / "net.tflite").write_bytes(residual_model())
    for numerics in ("litert", "tflm"):
        command = ("compile", "net.tflite", "-o", numerics, "--numerics", numerics)
        done = tinycnn(*command, cwd=tmp_path)

        assert done.returncode == 0, done.stderr
        header = (tmp_path / numerics / "net_model.h").read_text()
        assert f'numerics "{numerics}"' in header.replace("\n *           ", "")


def test_compile_takes_the_names_of_the_classes(tmp_path: Path) -> None:
    """One a line; the example prints one of them."""
    (tmp_path / "net.tflite").write_bytes(image_model(1))
    (tmp_path / "names.txt").write_text("ant\nbee\ncat\ndog\n")
    command = ("compile", "net.tflite", "-o", "net", "--labels", "names.txt")
    done = tinycnn(*command, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert '    "cat",\n' in (tmp_path / "net/net_model.c").read_text()
    assert "net_labels[best]" in (tmp_path / "net/net_example.c").read_text()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"ant\nbee\n", "labels: expected a name for each of 4 output values, got 2"),
        (b"\xff\xfe", "names.txt: expected text in UTF-8"),
        (None, "names.txt: cannot be read: No such file or directory"),
    ],
)
def test_names_that_are_not_the_classes_are_refused(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    """In a line that says what is wrong; nothing is written."""
    (tmp_path / "net.tflite").write_bytes(image_model(1))
    if content is not None:
        (tmp_path / "names.txt").write_bytes(content)
    command = ("compile", "net.tflite", "-o", "net", "--labels", "names.txt")
    done = tinycnn(*command, cwd=tmp_path)

    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {message}\nhint: ")
    assert not (tmp_path / "net").exists()


def test_compile_works_without_tensorflow(tmp_path: Path) -> None:
    """Right of the waist nothing imports TensorFlow."""
    (tmp_path / "net.tflite").write_bytes(residual_model())
    (tmp_path / "tensorflow.py").write_text("raise SystemExit('imported')")
    (tmp_path / "keras.py").write_text("raise SystemExit('imported')")
    done = tinycnn_process("compile", "net.tflite", "-o", "net", cwd=tmp_path)

    assert done.returncode == 0, done.stderr


def test_a_broken_model_is_exit_code_3(tmp_path: Path) -> None:
    """A hostile file gets one line that says where it breaks."""
    (tmp_path / "net.tflite").write_bytes(residual_model()[:100])
    done = tinycnn("compile", "net.tflite", "-o", "net", cwd=tmp_path)

    assert done.returncode == 3
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "net").exists()


def test_the_self_test_names_its_reference(tmp_path: Path) -> None:
    """The library's self-test holds outputs of the reference that was asked for."""
    (tmp_path / "net.tflite").write_bytes(residual_model())
    done = tinycnn("compile", "net.tflite", "-o", "net", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "BUILTIN_REF" in (tmp_path / "net" / "net_self_test.c").read_text()


@pytest.mark.parametrize("name", ["con", "NUL", "com9"])
def test_init_refuses_names_that_windows_reserves(tmp_path: Path, name: str) -> None:
    """And makes no folder."""
    done = tinycnn("init", name, cwd=tmp_path)

    assert done.returncode == 2
    assert "Windows" in done.stderr
    assert not list(tmp_path.iterdir())
