"""How soon `tinycnn` answers, and what it knows before a command is called."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import tinycnn.cli
from tinycnn.cli import cli, load_command

SLOW = "jinja2 numpy PIL pydantic rich serial tinycnn.boards tinycnn.compiler".split()
LIMIT_S = 0.25
TRIES = 5


def cpu_seconds(*arguments: str) -> float:
    """Least processor time of a few runs: other programs only ever add to it."""
    resource = pytest.importorskip("resource")

    def measure() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "tinycnn", *arguments]
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return float(sum(after[:2]) - sum(before[:2]))  # user and system

    return min(measure() for _ in range(TRIES))


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_tinycnn_answers_at_once(option: str) -> None:
    """A quarter of a second of processor time, with starting Python."""
    assert cpu_seconds(option) <= LIMIT_S


def test_no_command_imports_what_is_slow_before_it_works() -> None:
    """So that its help comes at once, too, and shells can complete its options."""
    script = """
import sys
from tinycnn.cli import cli, load_command
for name in cli.commands:
    load_command(name)
print(*sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )

    assert not set(SLOW) & set(done.stdout.split())


def test_every_command_has_a_summary_and_a_module() -> None:
    """The list in `tinycnn --help` is complete, and its names are those of commands."""
    folder = Path(tinycnn.cli.__file__).parent
    modules = {
        path.stem
        for path in folder.glob("[a-z]*.py")
        if re.search(r"^@click\.(command|group)\(", path.read_text("utf-8"), re.M)
    }

    assert modules == set(cli.commands)
    assert {load_command(name).name for name in cli.commands} == set(cli.commands)
    assert all(command.short_help for command in cli.commands.values())


def test_options_come_in_groups(capsys: pytest.CaptureFixture[str]) -> None:
    """Each option is listed once, under its title or with the others at the end."""
    validate = load_command("validate")
    validate.main(["--help"], standalone_mode=False)
    page = capsys.readouterr().out.partition("\nDevice:")[2]

    listed = re.findall(r"^  (?:-\w, )?(--[\w-]+)", page, re.MULTILINE)
    titles = re.findall(r"^(\w.*):$", page, re.MULTILINE)
    options = {max(param.opts, key=len) for param in validate.params[1:]}
    assert sorted(listed) == sorted({*options, "--help"})
    assert (titles[0], titles[-1]) == ("Images", "Options")
