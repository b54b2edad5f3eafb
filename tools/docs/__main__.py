"""Build the documentation: the pages of `docs/`, and a reference made of the code.

Strict: what Sphinx warns of, such as a link to no page, is an error. Run from the
repository's root:

    python -m tools.docs                # into build/docs
    python -m tools.docs -o elsewhere

Exit codes: 0 built, 1 something in a page is wrong, 2 usage.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.docs.pages import gather_pages

__all__ = ["build", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the site; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=Path("build/docs"))
    options = parser.parse_args(arguments)
    code = build(options.output)
    if code == 0:
        print(f"wrote {options.output / 'index.html'}")
    return code


def build(output: Path) -> int:
    """Build the site into `output`; returns Sphinx's exit code."""
    from sphinx.cmd.build import build_main

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "docs"
        gather_pages(source)
        strict = ["--fail-on-warning", "--nitpicky", "--keep-going"]
        options = ["--quiet", "--builder", "dirhtml", *strict]
        return build_main([*options, str(source), str(output)])


if __name__ == "__main__":
    sys.exit(main())
