"""The order of the packages: each may import those before it, none after it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tinycnn"
ORDER = (
    "about errors names children rendering files journal tasks runtime boards choices "
    "families frames scaling recipe project datasets models training compiler analysis "
    "reference firmware device harness artifacts evidence workbench probe report "
    "pipeline imports hub search explorer api doctor pytest_plugin cli"
).split()
TENSORFLOW = {"tensorflow", "keras", "tf_keras", "tensorflow_model_optimization"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def dotted_name(path: Path) -> str:
    """`tinycnn.compiler.ir.graph` for its file; that of a package for its __init__."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = frozenset(map(dotted_name, MODULES))


def imported_names(path: Path) -> Iterator[str]:
    """Dotted names of all modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in NAMES else node.module


def package_of(dotted: str) -> str | None:
    """`compiler` for tinycnn.compiler.ir.graph; None for other projects."""
    parts = dotted.split(".")
    return parts[1] if parts[0] == "tinycnn" and len(parts) > 1 else None


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_packages_import_only_those_before_them(path: Path) -> None:
    """No stage reaches back."""
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for package in filter(None, map(package_of, imported_names(path))):
        if own in ORDER and package != own:
            assert ORDER.index(package) < ORDER.index(own), f"{own} imports {package}"


def test_no_modules_import_each_other() -> None:
    """Not by a detour either, nor within a function, nor for a type."""
    graph = {dotted_name(path): set(imported_names(path)) for path in MODULES}

    order = tuple(TopologicalSorter(graph).static_order())  # a circle is a CycleError

    assert set(order) >= NAMES


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_tensorflow_stays_left_of_the_waist(path: Path) -> None:
    """Only models and training import TensorFlow."""
    if path.relative_to(PACKAGE).parts[0] not in ("models", "training"):
        roots = {name.split(".")[0] for name in imported_names(path)}
        assert not roots & TENSORFLOW


def test_the_simulator_is_a_program_of_its_own() -> None:
    """It imports nothing of tinycnn and nothing of tinycnn imports it (GPL-2.0)."""
    for path in MODULES:
        inside = path.is_relative_to(PACKAGE / "simulator")
        for name in imported_names(path):
            if name.startswith("tinycnn"):
                assert name.startswith("tinycnn.simulator") == inside
            assert name.split(".")[0] != "unicorn" or inside


def test_all_packages_have_a_place_in_the_order() -> None:
    """A new package must be put into the order first."""
    entries = {p.relative_to(PACKAGE).parts[0].removesuffix(".py") for p in MODULES}

    assert entries - {"__init__", "__main__", "simulator"} == set(ORDER)
