"""An exhibit becomes a page: each part of it adds what it needs to be shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from tinycnn.about import __version__
from tinycnn.explorer.beside import gather_beside
from tinycnn.explorer.compile import compile_for_explorer
from tinycnn.explorer.examples import describe_examples
from tinycnn.explorer.exhibit import Exhibit
from tinycnn.explorer.fair import gather_fair
from tinycnn.explorer.lab import gather_lab
from tinycnn.explorer.learned import gather_learned
from tinycnn.explorer.page import pack_json, render_page
from tinycnn.explorer.preprocess import gather_preprocess
from tinycnn.explorer.zoo import describe_zoo
from tinycnn.workbench import Observer

__all__ = ["explain", "explain_zoo", "gather_pieces"]

Pieces: TypeAlias = Mapping[str, bytes]


def explain(exhibit: Exhibit, observer: Observer) -> str:
    """The page of an exhibit, as HTML.

    Raises:
        ModelError: If the model cannot be compiled.
        ToolchainError: If the compiler for WebAssembly is missing or fails.
    """
    return render_page(exhibit.title, gather_pieces(exhibit, observer))


def explain_zoo() -> str:
    """The page of no model: the architectures side by side, and the ideas."""
    facts = _facts("The architectures", None)
    return render_page("The architectures", {**facts, **_gather_zoo(), **gather_lab()})


def gather_pieces(exhibit: Exhibit, observer: Observer) -> dict[str, bytes]:
    """All that the page unpacks, by id."""
    pieces: dict[str, bytes] = {}
    for name, gather in _PARTS.items():
        observer.stage(name, is_current=False)
        pieces |= gather(exhibit, observer)
    return pieces


def _gather_facts(exhibit: Exhibit) -> Pieces:
    return _facts(exhibit.title, exhibit.made.board.title if exhibit.made else None)


def _facts(title: str, board: str | None) -> Pieces:
    generator = f"tinycnn {__version__}"
    return {
        "facts": pack_json({"title": title, "generator": generator, "board": board})
    }


def _gather_model(exhibit: Exhibit) -> Pieces:
    model = compile_for_explorer(exhibit.content, numerics=exhibit.numerics)
    modules = {f"module-{variant}": data for variant, data in model.modules.items()}
    return {"model": pack_json(model.document), **modules}


def _gather_examples(exhibit: Exhibit) -> Pieces:
    examples = exhibit.examples
    return {
        "examples": pack_json(describe_examples(examples)),
        "example-inputs": np.ascontiguousarray(examples.inputs).tobytes(),
        "example-outputs": np.ascontiguousarray(examples.outputs).tobytes(),
    }


def _gather_zoo() -> Pieces:
    return {"zoo": pack_json(describe_zoo())}


# What the page shows of a model, part by part: what each adds is named after it.
_PARTS: Mapping[str, Callable[[Exhibit, Observer], Pieces]] = {
    "facts": lambda exhibit, _: _gather_facts(exhibit),
    "module": lambda exhibit, _: _gather_model(exhibit),
    "examples": lambda exhibit, _: _gather_examples(exhibit),
    "lab": lambda *_: gather_lab(),
    "preprocess": lambda exhibit, _: gather_preprocess(exhibit),
    "zoo": lambda *_: _gather_zoo(),
    "learned": gather_learned,
    "fair": lambda exhibit, _: gather_fair(exhibit),
    "beside": lambda exhibit, _: gather_beside(exhibit),
}
