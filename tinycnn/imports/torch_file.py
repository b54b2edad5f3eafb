"""Networks of PyTorch: exported programs (`.pt2`) by litert-torch, no pickles.

A `.pt` or `.pth` is a pickle: loading it runs whatever it says, and without the code of
its classes it is not even a network. It is never loaded.
"""

from __future__ import annotations

import io
import zipfile

import numpy as np

from tinycnn.compiler.reading.file_kind import find_kind
from tinycnn.errors import UnsupportedModelError
from tinycnn.files import scratch_folder
from tinycnn.imports.agreeing import check_agrees
from tinycnn.imports.environments import ENVIRONMENTS, convert_in
from tinycnn.imports.imported import Imported, Route, Source, Wishes
from tinycnn.imports.tflite_float import take_float

__all__ = ["PICKLE_ROUTE", "ROUTE"]

_PICKLES = ("a PyTorch model (.pt)", "a pickle (PyTorch .pt)")
_EXPORT = (
    "where your class is: torch.export.save(torch.export.export(model.eval(), "
    "(torch.zeros(1, 3, 32, 32),)), 'net.pt2'), with your images' size; import that"
)
_PROGRAMS = ("serialized_exported_program.json", "archive_format")


def _is_program(source: Source) -> bool:
    """Whether it is what torch.export.save writes: a zip with a program as JSON."""
    if not source.data.startswith(b"PK\x03\x04"):
        return False
    try:
        names = zipfile.ZipFile(io.BytesIO(source.data)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return bool({name.rpartition("/")[2] for name in names}.intersection(_PROGRAMS))


def _read(source: Source, wishes: Wishes) -> Imported:
    with scratch_folder() as folder:
        path = folder / "net.pt2"
        path.write_bytes(source.data)
        files = convert_in(ENVIRONMENTS["torch"], path, source.name)
    made = files["net.tflite"]
    with np.load(io.BytesIO(files["check.npz"])) as check:
        images, outputs = check["images"], check["outputs"]
    tool = "litert-torch"
    difference = check_agrees(made, images, outputs, source.name, tool)
    found = take_float(made, source.name, wishes)
    how = f"by {tool} a .tflite, within {difference:.0e} of PyTorch's outputs"
    return found.after("an exported program of PyTorch", how)


def _is_pickle(source: Source) -> bool:
    is_kind = bool(source.data) and find_kind(source.data).title in _PICKLES
    return is_kind and not _is_program(source)


def _refuse(source: Source, wishes: Wishes) -> Imported:
    raise UnsupportedModelError(
        f"{source.name}: expected an exported program (.pt2), got a pickle, which is "
        "not loaded: it would run code, and has no layers without your class",
        hint=_EXPORT,
    )


ROUTE = Route("an exported program of PyTorch (.pt2)", _is_program, _read)
PICKLE_ROUTE = Route("a pickle of PyTorch (.pt, .pth)", _is_pickle, _refuse)
