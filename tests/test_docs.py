"""What the documents say of the tree is so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.test_layering import ORDER
from tinycnn.boards import board_names
from tinycnn.cli import cli, load_command
from tinycnn.errors import DeviceError
from tinycnn.recipe import TrainingSettings
from tools.docs.__main__ import build
from tools.docs.pages import gather_pages

ROOT = Path(__file__).parents[1]
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_every_room_has_its_paragraph_in_the_order_of_imports() -> None:
    """The list of packages is the one that the layering is held by."""
    rooms = ARCHITECTURE.split("## Rooms")[1].split("**simulator**")[0]

    named = re.findall(r"\*\*(\w+)\*\*", rooms)

    assert named == ORDER


def test_every_room_of_the_compiler_is_named() -> None:
    """The table has each folder, and no other."""
    table = ARCHITECTURE.split("### Inside the compiler")[1]
    folders = {p.parent.name for p in (ROOT / "tinycnn/compiler").glob("*/__init__.py")}

    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == folders


def test_every_path_that_is_named_exists() -> None:
    """A promise is held by a test that is there."""
    paths = re.findall(r"`((?:tests|tinycnn|firmware|zoo)/[\w./]*)`", ARCHITECTURE)
    paths += re.findall(r"`?(tests/[\w/]+\.py)", CONTRIBUTING)

    missing = [path for path in paths if not (ROOT / path).exists()]

    assert paths
    assert [p for p in missing if "FAMILY" not in p] == []


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All pages, those of the reference among them."""
    folder = tmp_path_factory.mktemp("pages") / "docs"
    gather_pages(folder)
    return folder


@pytest.mark.filterwarnings("default")  # the site's generator has its own
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    """Links to no page or heading, pages that no list names, levels left out."""
    assert build(tmp_path / "site") == 0

    assert (tmp_path / "site/reference/errors/index.html").exists()


def list_commands(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    """Each command with each of its options."""
    for parameter in command.params:
        for option in parameter.opts:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                yield name, option
    if isinstance(command, click.Group):
        for part, inner in command.commands.items():
            yield from list_commands(inner, f"{name} {part}")


def test_the_reference_has_every_command_and_option(pages: Path) -> None:
    """Under the command's heading."""
    text = (pages / "reference/commands.md").read_text("utf-8")
    sections = re.split(r"^#+ (tinycnn .*)$", text, flags=re.MULTILINE)
    said = dict(zip(sections[1::2], sections[2::2], strict=True))

    for name in cli.commands:
        for path, option in list_commands(load_command(name), f"tinycnn {name}"):
            assert f"`{option}" in said[path], path


def test_the_reference_has_what_the_code_has(pages: Path) -> None:
    """A key with its limits and meaning, a board, an error with its remedy."""
    reference = {p.stem: p.read_text("utf-8") for p in pages.glob("reference/*.md")}

    for key in TrainingSettings.model_fields:
        assert re.search(rf"^\| `{key}` \|", reference["project-file"], re.MULTILINE)
    assert (
        "| `batch_size` | whole number, at least 1, at most 4,096 | `32` | Images "
        in (reference["project-file"])
    )
    assert all(f"`{name}`" in reference["boards"] for name in board_names())
    assert f"## {DeviceError.__name__}" in reference["errors"]
    assert "tinycnn doctor lists all ports" in reference["errors"]
    assert "TCNN_PROTOCOL_VERSION" in reference["protocol"]


def test_a_link_to_no_file_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that leaves the site, which Sphinx does not see."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# A\n\n[b](../tinycnn/nowhere.py)\n")
    monkeypatch.setattr("tools.docs.pages._DOCS", tmp_path / "docs")

    with pytest.raises(FileNotFoundError, match=r"index\.md: no file \.\./tinycnn"):
        gather_pages(tmp_path / "out")
