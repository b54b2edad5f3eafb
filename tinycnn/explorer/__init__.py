"""A page in which a model is alive: its WebAssembly, and examples of what it sees.

`exhibit_project` and `exhibit_file` bring what is to be explained, `place_beside` sets
a second model beside it, `explain` makes the page. `compile_for_explorer` gives the
module and the document that says what lies where in its memory. What the page does with
it is in `web/`; its built script and style are in `assets`.
"""

from tinycnn.explorer.beside import place_beside
from tinycnn.explorer.compile import ExplorerModel, compile_for_explorer
from tinycnn.explorer.exhibit import Exhibit, exhibit_file, exhibit_project
from tinycnn.explorer.explain import explain, explain_zoo, gather_pieces

__all__ = [
    "Exhibit",
    "ExplorerModel",
    "compile_for_explorer",
    "exhibit_file",
    "exhibit_project",
    "explain",
    "explain_zoo",
    "gather_pieces",
    "place_beside",
]
