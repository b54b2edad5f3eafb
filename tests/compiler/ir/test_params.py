"""Params classes say what the structs of the headers say."""

from __future__ import annotations

import re

import pytest

from tinycnn.compiler.ir.params import CField, Params, c_fields
from tinycnn.compiler.operators import OPERATORS
from tinycnn.runtime import kernel_functions, kernel_sources

HEADERS = "".join(kernel_sources(kernel_functions()).values())
TEXT = re.sub(r"/\*.*?\*/", "", HEADERS, flags=re.DOTALL)
STRUCTS = {
    name: body for body, name in re.findall(r"typedef struct \{([^}]*)\} (\w+);", TEXT)
}
FIELD = re.compile(r"((?:const )?\w+(?: \*|\s))\s*(\w+)(?:\[(\w+)\])?;")
CONSTANTS = dict(re.findall(r"#define (TCNN_\w+) (\d+)", TEXT))
# By ctype: a class with slots is made anew, and may be there twice.
CLASSES = {each.ctype: each for each in Params.__subclasses__()}


def declared(body: str) -> list[tuple[str, str, int]]:
    """Name, type and items of each field of a struct."""
    return [
        (name, ctype.strip(), int(CONSTANTS.get(count, count) or 0))
        for ctype, name, count in FIELD.findall(body)
    ]


def stated(field: CField) -> tuple[str, str, int]:
    """The same of a class."""
    return field.name, field.ctype, field.count


@pytest.mark.parametrize("ctype", sorted(CLASSES))
def test_a_class_is_the_struct_of_the_header(ctype: str) -> None:
    """Names, order, types and the lengths of arrays."""
    assert list(map(stated, c_fields(CLASSES[ctype]))) == declared(STRUCTS[ctype])


def test_every_struct_that_a_kernel_takes_has_a_class() -> None:
    """Nothing is passed that is not checked."""
    taken = re.findall(r"void\s\w+\(const (\w+_t) \*params", TEXT)

    assert OPERATORS  # all are imported
    assert set(taken) <= set(CLASSES)
