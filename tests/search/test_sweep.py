"""What networks would need, against what they need once they are there."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import tinycnn
from tinycnn.project.editing import with_values

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of digits, whose flash has a limit."""
    home = tmp_path_factory.mktemp("swept")
    tinycnn("init", "demo", "--model", "resnet", cwd=home)
    file = home / "demo/tinycnn.toml"
    changes: dict[str, dict[str, Any]] = {
        "model": {"width": 0.5},
        "budgets": {"flash_bytes": 60_000},
    }
    file.write_text(with_values(file.read_text(), changes))
    return home


def test_what_is_told_is_what_is_then_built(folder: Path) -> None:
    """To the byte and the cycle; all that is changed is the one knob."""
    told = tinycnn("analyze", "demo", "--sweep", "width,depth", "--json", cwd=folder)
    sweeps = json.loads(told.stdout)
    text = (folder / "demo/tinycnn.toml").read_text()

    for knob, place in (("width", 1), ("depth", 1)):
        point = sweeps[knob][place]
        made = folder / f"{knob}_made"
        made.mkdir()
        value = int(point["value"]) if knob == "depth" else point["value"]
        changes: dict[str, dict[str, Any]] = {
            "model": {knob: value},
            "budgets": {"flash_bytes": None},
        }
        (made / "tinycnn.toml").write_text(with_values(text, changes))
        needs = json.loads(tinycnn("analyze", made, "--json", cwd=folder).stdout)
        cost = point["cost"]
        assert needs["macs"] == cost["macs"]
        assert needs["arena_bytes"] == cost["arena_bytes"]
        assert needs["estimated_flash_bytes"] == cost["flash_bytes"]


def test_the_table_and_the_picture_have_each_value(folder: Path) -> None:
    """Its own is marked, and what is over a limit."""
    done = tinycnn(
        *("analyze", "demo", "--sweep", "depth,input", "--picture", "a.svg"), cwd=folder
    )

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines if line.startswith(">")] == [">", ">"]
    assert any(line.endswith("%") and " flash_bytes +" in line for line in lines)
    picture = ET.parse(folder / "a.svg").getroot()
    panels = picture.findall(".//{*}text[@class='name']")
    assert [panel.text for panel in panels][:2] == [
        "flash, bytes by depth",
        "RAM, bytes by depth",
    ]
    assert len(panels) == 6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--sweep", "colour"), "--sweep: expected width, depth, halvings, input, "),
        (("--sweep", "halvings"), "--sweep halvings: model 'resnet' has no such knob"),
        (("--picture", "a.svg"), "--picture: expected --sweep, whose result it draws"),
    ],
)
def test_what_there_is_not_is_told(
    options: tuple[str, ...], message: str, folder: Path
) -> None:
    """In a line."""
    done = tinycnn("analyze", "demo", *options, cwd=folder)

    assert done.returncode == 2
    assert message in done.stderr
