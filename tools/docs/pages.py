"""All pages of the site in one folder: those of `docs/`, and the reference.

Pages name files of the repository by relative links, for who reads them there. The site
does not have these files: such a link is checked, and its text is left.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tools.docs.reference import PAGES

__all__ = ["gather_pages", "list_pages"]

_ROOT = Path(__file__).resolve().parents[2]
_DOCS = _ROOT / "docs"
_LINK = re.compile(r"\[([^\]\n]*)\]\(((?:\.\./)+[^)\s#]*)(#[^)\s]*)?\)")


def list_pages() -> list[Path]:
    """The pages by hand."""
    return sorted(_DOCS.rglob("*.md"))


def gather_pages(folder: Path) -> None:
    """Put all pages, pictures and settings of the site in a folder that is new.

    Raises:
        FileNotFoundError: If a page links to a file that is not there.
    """
    shutil.copytree(_DOCS, folder)
    for page in list_pages():
        text = _unlink(page, page.read_text("utf-8"))
        (folder / page.relative_to(_DOCS)).write_text(text, "utf-8")
    _list_the_others(folder / "index.md")
    reference = folder / "reference"
    reference.mkdir(exist_ok=True)
    for name, render in PAGES.items():
        (reference / f"{name}.md").write_text(render(), "utf-8")


def _list_the_others(index: Path) -> None:
    """Put pages that the index does not name in a list of their own."""
    text = index.read_text("utf-8")
    names = [
        page.relative_to(_DOCS).with_suffix("").as_posix() for page in list_pages()
    ]
    known = {"index", *text.split()}
    others = [n for n in names if n not in known and not n.startswith("course/")]
    if others:
        lines = ["```{toctree}", ":hidden:", ":caption: More", "", *others, "```"]
        index.write_text(f"{text}\n" + "\n".join(lines) + "\n", "utf-8")


def _unlink(page: Path, text: str) -> str:
    """The text of a page, without links to what is outside of the site."""

    def replace(match: re.Match[str]) -> str:
        target = (page.parent / match[2]).resolve()
        if target.is_relative_to(_DOCS):
            return match[0]
        if not target.exists():
            raise FileNotFoundError(f"{page}: no file {match[2]}")
        return match[1]

    return _LINK.sub(replace, text)
