"""Templates -> text: one jinja2 environment, and the filters that make C safe.

Templates hold layout, never arithmetic; data are only ever values in them. Text from a
model or a user reaches C through `comment` or as a C identifier, never raw.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "C_KEYWORDS",
    "WINDOWS_DEVICES",
    "c_array",
    "c_comment",
    "c_entry",
    "c_float",
    "c_identifier",
    "c_positional",
    "c_string",
    "c_value",
    "comment",
    "render",
    "render_c",
]

_C_LINE = 88
_COMMENT = 76
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
# What cannot name a folder on Windows, in any case: devices have these names.
WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)]
)


def render(template: str, /, **values: object) -> str:
    """The text of `template`, a path below the package, for `values`."""
    return _ENVIRONMENT.get_template(template).render(**values)


def render_c(template: str, /, **values: object) -> str:
    """The same of a template of C, its code broken where a line is too long."""
    lines = render(template, **values).splitlines()
    return "".join(f"{_fit(line)}\n" for line in lines)


def _fit(line: str) -> str:
    """A statement or declaration, broken as clang-format does.

    >>> print(_fit("void " + "f" * 60 + "(int first, int second);"))
    void ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff(int first,
                                                                      int second);
    """
    code = line.lstrip()
    if len(line) <= _C_LINE or code.startswith(("#", "*", "/*")):
        return line
    indent = line.removesuffix(code)
    before, equals, value = line.partition("= ")
    if value.startswith("{."):
        return _stack(f"{before}= {{", re.split(r", (?=\.)", value[1:]), 1)
    start, brace, bytes_ = line.partition("{0x")
    if brace:
        items = f"0x{bytes_}".split(", ")
        rows = math.ceil(len(items) / ((_C_LINE - len(start) - 1) // len("0x00, ")))
        return _stack(f"{start}{{", items, math.ceil(len(items) / rows))
    if equals:
        return f"{before}=\n{indent}    {value}"
    function, bracket, arguments = line.partition("(")
    if ", " in arguments:
        return _fill(function + bracket, arguments.split(", "))
    declared = re.match(r"(.*[ *])(\w+[(\[].*)", line)
    return f"{declared[1].rstrip()}\n{indent}{declared[2]}" if declared else line


def _stack(start: str, items: Sequence[str], columns: int) -> str:
    """The items behind `start`, as many on each line as told."""
    rows = range(0, len(items), columns)
    lines = (", ".join(items[row : row + columns]) for row in rows)
    return start + f",\n{' ' * len(start)}".join(lines)


def _fill(start: str, items: Sequence[str]) -> str:
    """The items behind `start`, as many on each line as fit."""
    words = [f"{item}," for item in items[:-1]] + [items[-1]]
    lines, line = [], start + words[0]
    for word in words[1:]:
        if len(f"{line} {word}") > _C_LINE:
            lines.append(line)
            line = " " * (len(start) - 1)
        line += f" {word}"
    return "\n".join([*lines, line])


def c_identifier(name: str) -> str:
    """A C identifier as near to `name` as C allows; it can name a folder, too.

    >>> c_identifier("my model-2"), c_identifier("2x"), c_identifier("int")
    ('my_model_2', 'm2x', 'int_')
    >>> c_identifier("AUX")
    'AUX_'
    """
    identifier = re.sub(r"[^A-Za-z0-9_]", "_", name)[:63]
    if not identifier[:1].isalpha():
        identifier = f"m{identifier}"
    is_taken = identifier in C_KEYWORDS or identifier.lower() in WINDOWS_DEVICES
    return f"{identifier}_" if is_taken else identifier


def comment(text: str) -> str:
    """Text that is harmless inside a C comment, cut to a readable length.

    >>> comment("conv/1;relu */ ??/")
    'conv/1;relu _/ __/'
    """
    safe = re.sub(r"[^A-Za-z0-9_ .,:;/<>()=+-]", "_", text)
    return safe if len(safe) <= _COMMENT else f"{safe[: _COMMENT - 3]}..."


def c_comment(text: str, indent: int = 0) -> str:
    r"""A C comment of harmless text, wrapped; its own line breaks stay.

    >>> print(c_comment("one\ntwo"))
    /* one
     * two */
    """
    start = " " * indent
    width = _C_LINE - indent - len("/*  */")
    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, width)]
    return f"{start}/* " + f"\n{start} * ".join(lines) + " */"


def c_entry(text: str, word: str) -> str:
    """A line of a manual inside a C comment, wrapped: what `word` is.

    >>> c_entry("int8, 1 x 4 */", "Input")
    ' * Input      int8, 1 x 4 _'
    """
    return textwrap.fill(
        re.sub(r"\*/|/\*|\?\?|\\|[^ -~]", "_", text),
        _C_LINE,
        initial_indent=f" * {word:<11}",
        subsequent_indent=f" * {'':<11}",
    )


def c_positional(fields: Mapping[str, object], indent: int) -> str:
    """A C++ initialiser's values, one a line, named by comments.

    >>> print(c_positional({"rank": 2, "shape": (1, 4)}, 4))
        2,      /* rank */
        {1, 4}, /* shape */
    """
    values = {field: f"{c_value(value)}," for field, value in fields.items()}
    width = max(map(len, values.values()))
    return "\n".join(
        f"{'':{indent}}{value:<{width}} /* {field} */"
        for field, value in values.items()
    )


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

    >>> c_float(0.1), c_float(1.0)
    ('0.1f', '1.0f')
    """
    return f"{np.float32(value)!s}f"


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
    '{.a = {1, 2}, .b = 0.5f}'
    """
    if isinstance(value, dict):
        fields = (f".{field} = {c_value(item)}" for field, item in value.items())
        return "{" + ", ".join(fields) + "}"
    if isinstance(value, bytes):
        return "{" + ", ".join(f"0x{byte:02x}" for byte in value) + "}"
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
    c_array=c_array,
    c_comment=c_comment,
    c_entry=c_entry,
    c_positional=c_positional,
    c_float=c_float,
    c_string=c_string,
    c_value=c_value,
    comment=comment,
)
