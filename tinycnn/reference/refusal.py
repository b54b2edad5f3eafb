"""Why an interpreter refuses a model: what it prints, boiled down to one short line.

In: all that it printed or raised, of several tensors and operators, with the files and
lines of its own sources. Out: the first tensor or operator with what is wrong of it.
"""

from __future__ import annotations

import re

__all__ = ["MAX_CHARACTERS", "boil_down", "shorten"]

MAX_CHARACTERS = 200

_TENSOR = re.compile(r"Tensor (\d+) has invalid quantization parameters")
_OPERATORS = (
    re.compile(r"Node number (?P<index>\d+) \((?P<kind>\w+)\) failed to \w+"),
    re.compile(r"Node (?P<kind>\w+) \(number (?P<index>\d+)f?\) failed to \w+"),
)
_MISSING = re.compile(r"Didn't find op for builtin opcode '(\w+)' version '(\d+)'")
_SOURCE = re.compile(r"\S+\.(?:cc|h|cpp):\d+:? ")
_UNUSED = re.compile(r"Failed to apply the default TensorFlow Lite delegate.*")


def boil_down(text: str) -> str:
    """What is wrong with a file, after the operator or tensor that has it.

    Args:
        text: What the interpreter printed; its lines run into each other.

    >>> boil_down("a/b.cc:7 x was not true.Node number 3 (ADD) failed to prepare.")
    'op 3 (ADD): x was not true'
    """
    text = " ".join(_UNUSED.sub("", text).split())
    tensors = list(_TENSOR.finditer(text))
    if tensors:
        more = f" and {len(tensors) - 1} more" if len(tensors) > 1 else ""
        reason = _last_reason(text[: tensors[0].start()])
        return f"tensor {tensors[0][1]}{more}: {reason}"
    if missing := _MISSING.search(text):
        return f"it has no operator {missing[1]} of version {missing[2]}"
    for pattern in _OPERATORS:
        if found := pattern.search(text):
            reason = _last_reason(text[: found.start()])
            return f"op {found['index']} ({found['kind']}): {reason}"
    return _last_reason(text)


def shorten(text: str) -> str:
    """One line of at most 200 characters."""
    text = " ".join(text.split())
    return text if len(text) <= MAX_CHARACTERS else text[: MAX_CHARACTERS - 3] + "..."


def _last_reason(text: str) -> str:
    """What follows the last place in the interpreter's sources that it names."""
    return _SOURCE.split(text)[-1].strip().removesuffix(".") or "no reason given"
