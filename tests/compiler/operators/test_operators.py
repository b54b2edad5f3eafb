"""An operator owns itself: its names stand in its own place and nowhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tinycnn.compiler.ir.graph import Attrs, Graph, Op, QuantParams, Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS, Operator, supported_kinds
from tinycnn.errors import UnsupportedModelError

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "tinycnn"
HOME = PACKAGE / "compiler/operators"
OTHERS = sorted(
    path
    for folder in ("compiler", "analysis")
    for path in (PACKAGE / folder).rglob("*.py")
    if not path.is_relative_to(HOME)
)
SHARED = "tinycnn.compiler.operators.shared"


def list_strings(path: Path) -> Iterator[str]:
    """Every string of a module but its docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in docstrings:
            yield text


def list_imports(path: Path) -> Iterator[tuple[str, str]]:
    """Module and name of all that a module imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def list_attrs_classes(base: type[Attrs] = Attrs) -> Iterator[type[Attrs]]:
    """All classes of attributes that operators define."""
    for derived in base.__subclasses__():
        if derived.__module__.startswith("tinycnn.compiler.operators"):
            yield derived
        yield from list_attrs_classes(derived)


@pytest.mark.parametrize("path", OTHERS, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_operator_is_named_elsewhere(path: Path) -> None:
    """Passes, planner, choice, verifier and analysis ask the operator."""
    kinds = {word for text in list_strings(path) for word in re.findall(r"\w+", text)}

    assert not kinds & set(OPERATORS)


@pytest.mark.parametrize("path", OTHERS, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_operator_is_imported_elsewhere(path: Path) -> None:
    """Nobody but operators imports their modules or their attributes."""
    attrs = {derived.__name__ for derived in list_attrs_classes()}
    for module, name in list_imports(path):
        outside = module.startswith(("tinycnn.compiler.operators.", SHARED))
        assert not outside or module.startswith(SHARED), module
        assert name not in attrs, name


def test_each_operator_has_one_place() -> None:
    """Its kind is a string of one family only: a file, or the files of a folder."""
    families: dict[str, set[str]] = {kind: set() for kind in OPERATORS}
    # Fused activations have the names of operators.
    activations = HOME / "shared/activation.py"
    for path in {*HOME.rglob("*.py")} - {HOME / "__init__.py", activations}:
        for text in list_strings(path):
            if text in families:
                families[text].add(path.relative_to(HOME).parts[0])

    assert {kind: len(places) for kind, places in families.items()} == dict.fromkeys(
        OPERATORS, 1
    )


def test_what_an_operator_does_not_say_is_safe() -> None:
    """Apart in memory, on all channels, by the portable kernel; and not unchecked."""
    operator, quant = Operator("NEW", 999), QuantParams((0.1,), (0,))
    tensors = tuple(Tensor(i, "t", (1, 2, 2, 3), "int8", quant) for i in range(2))
    op = Op(0, operator.kind, (0,), (1,))
    node = Node(Graph(tensors, (op,), (0,), (1,), "ab" * 32), op)
    known = {0: operator.channels.find_constant(node, {})}
    masks = {i: np.ones(3, np.bool_) for i in range(2)}
    operator.channels.find_needs(node, known)(masks)

    assert (operator.order, operator.fold, operator.kernels) == (None, None, ())
    assert np.isnan(known[0]).all()
    assert not any(mask.any() for mask in masks.values())
    with pytest.raises(UnsupportedModelError, match="expected constants only"):
        operator.check(node)


def test_the_manual_lists_what_a_file_may_have() -> None:
    """The planner's own operator and those on constants are not among them."""
    listed = (ROOT / "docs/tflite.md").read_text("utf-8").split("Operators: ")[1]
    names = listed.split(". Inside")[0].replace("\n", " ").split(", ")

    assert [name.strip() for name in names] == supported_kinds()
