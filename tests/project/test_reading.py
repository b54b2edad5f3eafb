"""Project files: found, read, or refused with file and line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.project.texts import FRAME, MINIMAL, problem_of, problems_of
from tinycnn.errors import ProjectError
from tinycnn.project import (
    load_project,
    parse_project,
    project_template,
    with_options,
)


@pytest.mark.parametrize("as_folder", [True, False])
def test_a_project_is_found_by_folder_or_file(tmp_path: Path, as_folder: bool) -> None:
    """The folder of `tinycnn.toml` or the file itself may be given."""
    file = tmp_path / "tinycnn.toml"
    file.write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())

    project = load_project(tmp_path if as_folder else file)

    assert project == parse_project(MINIMAL)


@pytest.mark.parametrize("name", ["tinycnn.toml", "other.toml", "x" * 5000])
def test_no_project_file_says_how_to_get_one(tmp_path: Path, name: str) -> None:
    """The hint is `tinycnn init`."""
    path = tmp_path if name == "tinycnn.toml" else tmp_path / name

    with pytest.raises(ProjectError) as caught:
        load_project(path)

    assert str(caught.value) == f"{tmp_path / name}: no such project file"
    assert "`tinycnn init`" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b'name = "\xff"',
            "tinycnn.toml: expected UTF-8 text, got byte 0xff at offset 8",
        ),
        (b"#\n" * (1 << 20), "tinycnn.toml: expected at most 1,048,576 bytes"),
    ],
)
def test_a_file_that_is_no_project_is_refused(
    tmp_path: Path, data: bytes, message: str
) -> None:
    """Size and encoding are checked before the text is parsed."""
    (tmp_path / "tinycnn.toml").write_bytes(data)

    with pytest.raises(ProjectError) as caught:
        load_project(tmp_path)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = 1\nb = \n", "tinycnn.toml:2:5: invalid value"),
        ("a = 1\n\n[b]\n[b]\n", "tinycnn.toml:4:3: "),
        ('a = 1\nb = """\n\n', "tinycnn.toml:2:8: "),
        ("a = " + "[" * 4000, "tinycnn.toml: nested too deeply"),
        ("a" + ".a" * 4000, "tinycnn.toml:1:4097: expected at most 4,096 "),
    ],
)
def test_a_syntax_error_names_file_line_and_column(text: str, message: str) -> None:
    """The message starts as compilers' messages do, so that editors can jump there."""
    (problem,) = problems_of(text)
    assert problem.startswith(message)


def test_a_number_with_thousands_of_digits_is_refused() -> None:
    """Python's limit on long numbers does not become a traceback."""
    huge = "seed = 0x" + "f" * 4000 + MINIMAL
    expected = "tinycnn.toml: seed: expected less than 4294967296, got a number of "
    assert problem_of(huge) == expected + "16,000 bits"

    message = problem_of(MINIMAL + "width = " + "9" * 4050)
    assert message.startswith("tinycnn.toml: model.width: expected ")
    assert "at most 4,096 characters a line" in problem_of("seed = " + "9" * 5000)


def test_damaged_files_never_raise_anything_else() -> None:
    """300 damaged project files are read or refused."""
    rng = np.random.Generator(np.random.PCG64(6))
    text = project_template("demo", dataset="./photos")
    alphabet = "\"'[]{}=.,#\n\\-+e019_ainft\x00\x7f\ud800ü"
    messages = []

    for _ in range(300):
        mutant = list(text)
        for position in rng.integers(0, len(text), rng.integers(1, 6)).tolist():
            mutant[position] = alphabet[rng.integers(len(alphabet))]
        try:
            parse_project("".join(mutant))
        except ProjectError as error:
            messages.append(str(error))

    assert len(messages) > 100
    lines = [line for message in messages for line in message.splitlines()]
    assert all(line.startswith("tinycnn.toml:") for line in lines)


def test_a_command_chooses_another_app() -> None:
    """The rest of the target stays, and the board must be able to."""
    project = parse_project(f"{MINIMAL}[target]\n{FRAME}")
    pico = parse_project(f'{MINIMAL}[target]\nboard = "pico"')

    assert with_options(project, app="camera").target.app == "camera"
    assert with_options(project, app="serial").target.frame == project.target.frame
    with pytest.raises(ProjectError, match=r"^expected board 'nano33ble' and"):
        with_options(pico, app="camera")
