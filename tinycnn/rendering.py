"""Templates -> text: one jinja2 environment, and the filters that make C safe.

Templates hold layout, never arithmetic; data are only ever values in them. Text from a
model or a user reaches C through `comment` or as a C identifier, never raw.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import jinja2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "C_KEYWORDS",
    "c_array",
    "c_float",
    "c_identifier",
    "c_string",
    "c_value",
    "comment",
    "render",
]

_C_LINE = 88
# What cannot name a model: its name is a prefix in C and an Arduino sketch.
C_KEYWORDS = frozenset(
    """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t
    char32_t class compl const const_cast constexpr continue decltype default delete do
    double dynamic_cast else enum explicit export extern false float for friend goto if
    inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq
    private protected public register reinterpret_cast restrict return short signed
    sizeof static static_assert static_cast struct switch template this thread_local
    throw true try typedef typeid typename union unsigned using virtual void volatile
    wchar_t while xor xor_eq
    """.split()
)


def render(template: str, /, **values: object) -> str:
    """The text of `template`, a path below the package, for `values`."""
    return _ENVIRONMENT.get_template(template).render(**values)


def c_identifier(name: str) -> str:
    """A C identifier as near to `name` as C allows.

    >>> c_identifier("my model-2"), c_identifier("2x"), c_identifier("int")
    ('my_model_2', 'm2x', 'int_')
    """
    identifier = re.sub(r"[^A-Za-z0-9_]", "_", name)[:63]
    if not identifier[:1].isalpha():
        identifier = f"m{identifier}"
    return f"{identifier}_" if identifier in C_KEYWORDS else identifier


def comment(text: str) -> str:
    """Text that is harmless inside a C comment, cut to a readable length.

    >>> comment("conv/1;relu */ ??/")
    'conv/1;relu _/ __/'
    """
    safe = re.sub(r"[^A-Za-z0-9_ .,:;/<>()=+-]", "_", text)
    return safe if len(safe) <= 120 else f"{safe[:117]}..."


def c_array(values: NDArray[np.generic] | Sequence[int]) -> str:
    """The numbers of a C initialiser, wrapped and indented.

    >>> c_array([1, -2])
    '    1, -2,'
    """
    lines, line = [], "   "
    for value in np.asarray(values).reshape(-1).tolist():
        item = f" {value},"
        if len(line) + len(item) > _C_LINE:
            lines.append(line)
            line = "   "
        line += item
    return "\n".join([*lines, line])


def c_float(value: float) -> str:
    """A C literal that is exactly the float32 `value`.

    >>> c_float(0.5), c_float(1.0)
    ('0.5f', '1.0f')
    """
    return f"{np.float32(value).item()!r}f"


def c_string(text: str) -> str:
    r"""A C literal of `text` in UTF-8, whatever it holds.

    >>> print(c_string('a"?'), c_string("\u00fc1"))
    "a\042\077" "\303\2741"
    """
    plain = frozenset(
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 _-.,:+/()"
    )
    codes = text.encode("utf-8")
    return '"' + "".join(chr(c) if c in plain else f"\\{c:03o}" for c in codes) + '"'


def c_value(value: object) -> str:
    """A C initialiser.

    >>> c_value({"a": (1, 2), "b": 0.5})
    '{{1, 2}, 0.5f}'
    """
    if isinstance(value, dict):
        return c_value(tuple(value.values()))
    if isinstance(value, tuple):
        return "{" + ", ".join(map(c_value, value)) + "}"
    return c_float(value) if isinstance(value, float) else str(value)


_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=lambda name: name is not None and name.endswith(".html.j2"),
)
_ENVIRONMENT.filters.update(
    c_array=c_array, c_string=c_string, c_value=c_value, comment=comment
)
