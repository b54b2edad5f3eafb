"""The course: every command in it can be given, every chapter is listed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tinycnn.cli import cli, load_command

COURSE = Path(__file__).parents[2] / "docs" / "course"
CHAPTERS = sorted(COURSE.glob("[0-9]*.md"))


def commands(chapter: Path) -> list[list[str]]:
    """The words behind `tinycnn`, of each command in a chapter's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", chapter.read_text("utf-8"), re.DOTALL)
    lines = "".join(blocks).splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("tinycnn ")]


def test_there_are_ten_and_all_are_listed() -> None:
    """In their order, by their titles."""
    listed = re.findall(r"\d+\.\s+\[(.+)\]\((.+)\)", (COURSE / "README.md").read_text())
    titles = [path.read_text("utf-8").splitlines()[0][2:] for path in CHAPTERS]
    assert listed == list(zip(titles, [p.name for p in CHAPTERS], strict=True))
    assert len(listed) == 10


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_each_ends_on_the_board(chapter: Path) -> None:
    """With something to try, whose options exist."""
    end = chapter.read_text("utf-8").split("\n## ")[-1]
    assert end.startswith("Try it on the board")
    assert commands(chapter)
    for name, *words in commands(chapter):
        command = load_command(name)
        assert command.make_context(name, words, resilient_parsing=True), name
        assert name in cli.list_commands(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_what_it_names_in_the_page_is_there(chapter: Path) -> None:
    """A click on it leads somewhere."""
    source = COURSE.parents[1] / "web/src"
    text = chapter.read_text("utf-8")
    for kind, listed in (("view", "views.ts"), ("bench", "lab/benches.ts")):
        known = (source / listed).read_text("utf-8")
        for name in re.findall(rf"`explain\.html#\S*\b{kind}=(\w+)", text):
            assert f'id: "{name}"' in known, name
