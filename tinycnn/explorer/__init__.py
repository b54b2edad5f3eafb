"""A model made to be looked at: WebAssembly whose every activation is the file's.

`compile_for_explorer` gives the module and a document that says what lies where in its
memory, and what each kernel call is given. Nothing here draws.
"""

from tinycnn.explorer.compile import ExplorerModel, compile_for_explorer

__all__ = ["ExplorerModel", "compile_for_explorer"]
