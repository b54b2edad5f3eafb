"""Train, quantize, compile and validate the projects of the zoo, and write its table.

A row is a project, `zoo/NAME/tinycnn.toml`, whose budget of accuracy is its goal; what
it gave goes into `zoo/results.json`. Those without a goal only lend to others. Stages
that are done are not run again, and a training that was stopped goes on. Data sets,
also folders of photos, are looked for in the folder that TINYCNN_DATA names. Run from
the repository's root:

    python -m tools.zoo                             # all rows that are still missing
    python -m tools.zoo mnist_lenet5 mnist_small    # these, missing or not
    python -m tools.zoo --table                     # none: only shows the table
    python -m tools.zoo --markdown docs/results.md

Exit codes: 0 done, 1 a goal was missed or a device differs, 2 usage, 3 any other error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tinycnn.errors import ProjectError, TinycnnError
from tinycnn.project import load_project
from tools.document import document_of, write_tables
from tools.zoo.recipes import find_recipes
from tools.zoo.row import read_results, run_row, write_result
from tools.zoo.table import is_missed, missing, to_markdown

__all__ = ["main"]

_ROOT = Path(__file__).resolve().parents[2]
_TOOL = "tools.zoo"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run rows and write the table; returns the exit code."""
    options = _parse(arguments)
    folder, exit_code = options.folder, 0
    try:
        recipes = find_recipes(folder)
        for name in _chosen(options, recipes):
            print(f"{name}:", flush=True)
            try:
                row = run_row(recipes[name].parent)
            except TinycnnError as error:  # as of data that is not there
                exit_code = max(exit_code, _tell(error))
                continue
            write_result(folder, name, row)
            exit_code = max(exit_code, is_missed(row, load_project(recipes[name])))
        table = to_markdown(recipes, read_results(folder))
        write_tables(table, _TOOL, options.markdown)
    except TinycnnError as error:
        return _tell(error)
    return exit_code


def _chosen(options: argparse.Namespace, recipes: Mapping[str, Path]) -> Sequence[str]:
    """The projects to run."""
    for name in options.projects:
        if name not in recipes:
            raise ProjectError(
                f"project '{name}': not in {options.folder}",
                hint=f"projects: {', '.join(recipes)}",
            )
    if options.table:
        return ()
    return options.projects or missing(recipes, read_results(options.folder))


def _tell(error: TinycnnError) -> int:
    """Print an error; returns its exit code."""
    hint = f"\nhint: {error.hint}" if error.hint else ""
    print(f"error: {error}{hint}", file=sys.stderr)
    return error.exit_code


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"python -m {_TOOL}",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("projects", nargs="*", help="default: all")
    add("--folder", type=Path, default=_ROOT / "zoo", help="of the projects")
    add("--table", action="store_true", help="train nothing")
    document = document_of(_TOOL)
    add("--markdown", type=document, metavar="FILE", help="renew the table in FILE")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
