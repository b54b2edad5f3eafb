"""Where the keys of a TOML text stand, for messages that an editor can follow.

A valid TOML text in, the line and column of each key out, both counted from 1. The
parser that checks the text tells no places. What an array holds has no key.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Key", "Place", "find_place", "list_places"]

Key = tuple[str, ...]
Place = tuple[int, int]

_TOKEN = re.compile(
    r"""\#[^\n]*                                                          # comment
      | \"{3}(?:\\[\s\S]|[^\\])*?\"{3,5} | '{3}[\s\S]*?'{3,5}             # long text
      | "(?:\\.|[^"\\\n])*" | '[^'\n]*'
      | [][{}=,.\n]
      | [^][{}=,.\s\#"']+""",
    re.VERBOSE,
)


def list_places(text: str) -> dict[Key, Place]:
    r"""The place of each key of a valid TOML text, and of its tables.

    >>> list_places("[a]\nb.c = 1")
    {('a',): (1, 2), ('a', 'b'): (2, 1), ('a', 'b', 'c'): (2, 3)}
    """
    return _Reader(text).places


def find_place(places: Mapping[Key, Place], key: Sequence[str | int]) -> Place | None:
    """That of a key, or of the innermost table around it that is written down."""
    names = tuple(map(str, key))
    inner = (names[:length] for length in range(len(names), 0, -1))
    return next((places[name] for name in inner if name in places), None)


def _list_tokens(text: str) -> Iterator[tuple[str, Place]]:
    line, start, counted = 1, 0, 0
    for match in _TOKEN.finditer(text):
        breaks = text.count("\n", counted, match.start())
        if breaks:
            line += breaks
            start = text.rindex("\n", 0, match.start()) + 1
        counted = match.start()
        if not match[0].startswith("#"):
            yield match[0], (line, match.start() - start + 1)


class _Reader:
    """Reads a text once, by the grammar of TOML."""

    def __init__(self, text: str) -> None:
        self.places: dict[Key, Place] = {}
        self._tokens = [*_list_tokens(text), ("\n", (0, 0))]
        self._next = 0
        table: Key = ()
        while self._next < len(self._tokens):
            if self._sees("["):
                table = self._read_header()
            elif not self._takes("\n"):
                self._read_pair(table)

    def _sees(self, *signs: str) -> bool:
        return self._tokens[self._next][0] in signs

    def _takes(self, sign: str) -> bool:
        seen = self._sees(sign)
        self._next += seen
        return seen

    def _read_header(self) -> Key:
        while self._takes("["):
            pass
        key = self._read_key(())
        while self._takes("]"):
            pass
        return key

    def _read_key(self, table: Key) -> Key:
        while not self._sees("=", "]"):
            token, place = self._tokens[self._next]
            self._next += 1
            if token != ".":
                table = (*table, _unquote(token))
                self.places.setdefault(table, place)
        return table

    def _read_pair(self, table: Key) -> None:
        key = self._read_key(table)
        self._next += 1  # the equals sign
        if self._takes("{"):
            while not self._takes("}"):
                if not (self._takes(",") or self._takes("\n")):
                    self._read_pair(key)
        else:
            self._skip_value()

    def _skip_value(self) -> None:
        depth = 0
        while depth or not self._sees(",", "}", "\n"):
            depth += self._sees("[", "{") - self._sees("]", "}")
            self._next += 1


def _unquote(token: str) -> str:
    return str(tomllib.loads(f"key = {token}")["key"]) if token[0] in "\"'" else token
