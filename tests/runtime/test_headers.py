"""The headers are the manual: every field of every struct says what it holds."""

from __future__ import annotations

import re

import pytest

from tinycnn.runtime import firmware_dir

STRUCT = re.compile(r"typedef struct(?: \w+)? \{\n(.*?)\n\} (\w+);", re.DOTALL)
COMMENT = r"/\*(?:[^*]|\*(?!/))*\*/"
FIELD = re.compile(
    rf"\s*(?P<above>{COMMENT})?\s*(?P<field>[^;/]+);[ ]*(?P<beside>{COMMENT})?"
)
# Whole types, and those that say themselves what they hold.
NUMBER = re.compile(r"(?:u?int\d+_t|uintptr_t|float|bool)\b(?!.*\*)")
RANGE = re.compile(r"\d to -?\w|or more|\babove\b|\bat most\b|\bany\b|\bnever 0|\b1: ")


def fields() -> list[tuple[str, str, str]]:
    """Struct, declaration and comment of each field in all headers."""
    found = []
    for path in sorted(firmware_dir().rglob("*.h")):
        for body, struct in STRUCT.findall(path.read_text("utf-8")):
            for field in FIELD.finditer(body):
                comment = (field["above"] or "") + (field["beside"] or "")
                declaration = " ".join(field["field"].split())
                found.append((struct, declaration, " ".join(comment.split())))
    return found


FIELDS = fields()


def test_all_fields_are_read() -> None:
    """The tests below see every declaration in a struct."""
    texts = [path.read_text("utf-8") for path in firmware_dir().rglob("*.h")]
    bodies = [body for text in texts for body, _ in STRUCT.findall(text)]
    plain = re.sub(COMMENT, "", "".join(bodies))

    assert len(FIELDS) == plain.count(";") > 190
    assert sum(text.count("typedef struct") for text in texts) == len(bodies)


@pytest.mark.parametrize(("struct", "declaration", "comment"), FIELDS)
def test_a_field_says_what_it_holds(
    struct: str, declaration: str, comment: str
) -> None:
    """What it is or counts; numbers their range, pointers what NULL means."""
    assert len(comment) > len("/* */"), f"{struct}: {declaration}"
    if "*" in declaration:
        assert "NULL" in comment, f"{struct}: {declaration}"
    elif NUMBER.match(declaration.removeprefix("volatile ")):
        assert RANGE.search(comment), f"{struct}: {declaration}"
