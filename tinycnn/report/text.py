"""Text for people: numbers with their units, and names that may be hostile.

Class and tensor names come from folders and model files. Whatever they hold, they
become valid text here, short enough to read; escaping is the template's part.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

__all__ = [
    "Name",
    "clean",
    "count",
    "percent",
    "shape_text",
    "share_of",
    "shorten",
    "tensor_name",
]

_SHORT = 28
_FULL = 400
# Besides control codes: noncharacters, and what could turn the text around it.
_ILLEGAL = frozenset(
    "\ufffe\uffff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as drawn, and as shown by a tooltip."""

    text: str
    full: str


def clean(text: str) -> str:
    r"""The text without control codes, which neither HTML nor XML can hold.

    >>> clean("a\x00b\n")
    'a\ufffdb\ufffd'
    """
    return "".join("\ufffd" if _is_illegal(c) else c for c in text)


def shorten(text: str, limit: int = _SHORT) -> Name:
    """A clean name of at most `limit` characters, cut in its middle.

    >>> shorten("model/conv2d/Relu", 9).text
    'mode…Relu'
    """
    full = clean(text)
    short = full if len(full) <= limit else _cut(full, limit)
    return Name(short, full if len(full) <= _FULL else _cut(full, _FULL))


def count(number: int) -> str:
    """A whole number with its thousands apart.

    >>> count(61706)
    '61,706'
    """
    return f"{number:,}"


def tensor_name(name: str, limit: int = _SHORT) -> Name:
    """A tensor's name; of names that a converter has fused, the first is drawn.

    >>> tensor_name("net/relu/Relu;net/bn/FusedBatchNorm").text
    'net/relu/Relu'
    """
    return Name(shorten(name.partition(";")[0], limit).text, shorten(name).full)


def percent(share: float) -> str:
    """A share, 0 to 1, as per cent.

    >>> percent(0.98333)
    '98.33 %'
    """
    return f"{100 * share:.2f} %"


def share_of(part: float, whole: float) -> float:
    """`part / whole`, and 0 of nothing.

    >>> share_of(1, 4), share_of(0, 0)
    (0.25, 0.0)
    """
    return part / whole if whole else 0.0


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape without its batch of one.

    >>> shape_text((1, 10)), shape_text((10,))
    ('10', '10')
    """
    sizes = shape[1:] if len(shape) > 1 and shape[0] == 1 else shape
    return " \u00d7 ".join(map(str, sizes))


def _cut(text: str, limit: int) -> str:
    tail = (limit - 1) // 2
    return f"{text[: limit - 1 - tail]}…{text[len(text) - tail :]}"


def _is_illegal(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") or character in _ILLEGAL
