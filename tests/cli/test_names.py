"""Names: of new projects, and what was meant by those that nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import tinycnn
from tinycnn.project import load_project


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("my-project", "my_project"),
        ("my photos", "my_photos"),
        ("3d", "m3d"),
        ("größe", "gr__e"),
        ("日本", "m__"),
        ("_x", "m_x"),
        ("a/b.c", "b_c"),
        ("x" * 100, "x" * 63),
        (".", "here_there"),
    ],
)
def test_a_new_project_is_named_after_its_folder(
    folder: str, name: str, tmp_path: Path
) -> None:
    """As far as C allows; the folder keeps its own name, and the next step works."""
    home = tmp_path / "here there"
    home.mkdir()

    done = tinycnn("init", folder, cwd=home)

    assert done.returncode == 0, done.stderr
    assert load_project(home / folder).name == name
    assert f"whose firmware is named {name}\nnext: tinycnn build " in done.stdout


@pytest.mark.parametrize(
    ("folder", "problem"),
    [
        ("int", "is a keyword of C or C++"),
        ("CON", "is a device on Windows"),
        ("lpt1", "is a device on Windows"),
        ("aux.project", "is a device on Windows"),
        ("x" * 300, "is longer than 255 bytes"),
        ("ü" * 200, "is longer than 255 bytes"),
        ("a\nb", "has a line break or another control character"),
        ("/".join("x" * 3000), "cannot be written: File name too long"),
    ],
)
def test_a_name_that_no_folder_should_have_is_refused(
    folder: str, problem: str, tmp_path: Path
) -> None:
    """With the reason; nothing is written."""
    done = tinycnn("init", folder, cwd=tmp_path)

    assert done.returncode in (2, 3)
    assert problem in done.stderr
    assert "hint: choose another name" in done.stderr or len(folder) > 4096
    assert "free some space" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "near"),
    [
        ("boards show nano33bel", "nano33ble"),
        ("init demo --board Nano33BLE-Sens", "nano33blesense"),
        ("init demo --dataset fashion_mnits", "fashion-mnist"),
        ("init demo --model efficientnet", "efficientnet_lite"),
        ("init demo --framework zefyr", "zephyr"),
        ("init demo --engine tfml", "tflm"),
        ("datasets show mnits", "mnist"),
        ("datasets show digits --fit corp", "crop"),
        ("models show resnett", "resnet"),
        ("models show resnet --board piko", "pico"),
        ("analyze x.tflite --board picoo", "pico"),
        ("analyze x.tflite --optimize sped", "speed"),
        ("build --app cam", "camera"),
        ("compile x.tflite -o y --numerics lite-rt", "litert"),
        ("validate --device simulator", "sim"),
        ("validate --device wsm", "wasm"),
        ("compile x.tflite -o y --target wsm", "wasm"),
        ("classify demo x.png --device hosts", "host"),
    ],
)
def test_commands_suggest_the_nearest_name(
    command: str, near: str, tmp_path: Path
) -> None:
    """Wherever one of several names is given."""
    done = tinycnn(*command.split(), cwd=tmp_path)

    assert done.returncode == 2
    assert f"did you mean '{near}'?" in done.stderr


def test_every_fault_of_a_project_is_a_line(tmp_path: Path) -> None:
    """An editor can jump to each."""
    (tmp_path / "tinycnn.toml").write_text("seed = -1\nname = 1\n")

    done = tinycnn("build", cwd=tmp_path)

    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert lines[0].startswith("error: tinycnn.toml:1:1: seed: expected greater than")
    assert lines[1] == "error: tinycnn.toml:2:1: name: expected a string, got 1"
    assert all(line.startswith("error: tinycnn.toml") for line in lines)
