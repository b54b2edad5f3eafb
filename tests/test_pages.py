"""Commands in the documentation are commands, and the README leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from tests.pages import list_commands
from tinycnn.cli import cli, load_command

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted({*ROOT.glob("*.md"), *DOCS.rglob("*.md")} - {ROOT / "CHANGELOG.md"})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_have_the_options_that_pages_give_them(page: Path) -> None:
    """Also those that need a board."""
    for words in list_commands(page):
        command: click.Command = cli
        while isinstance(command, click.Group) and words[:1]:
            if words[0].startswith("-"):
                break
            name, *words = words
            assert name in command.commands, (page, name)
            command = load_command(name) if command is cli else command.commands[name]
        context = click.Context(command, info_name=command.name)
        command.make_parser(context).parse_args(list(words))


def test_the_readme_is_short_and_its_links_lead_somewhere() -> None:
    """Files and pictures, as who reads the repository finds them."""
    text = (ROOT / "README.md").read_text("utf-8")
    links = re.findall(r"\]\(([^)#\s]+)|(?:src|srcset)=\"([^\"]+)\"", text)

    assert len(text.splitlines()) <= 150
    assert len(links) > 40
    for link in map("".join, links):
        assert link.startswith("https:") or (ROOT / link).exists(), link
