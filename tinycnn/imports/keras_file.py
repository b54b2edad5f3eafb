"""Files of Keras, `.keras` and `.h5`: loaded so that no code of the file runs."""

from __future__ import annotations

from tinycnn.compiler.reading.file_kind import find_kind
from tinycnn.imports.imported import Imported, Route, Source, Wishes

__all__ = ["ROUTE"]

_TITLES = ("a Keras model (.keras)", "an HDF5 file (Keras .h5)")


def _matches(source: Source) -> bool:
    return find_kind(source.data).title in _TITLES


def _read(source: Source, wishes: Wishes) -> Imported:
    from tinycnn.pipeline.training import require_tensorflow

    require_tensorflow()
    from tinycnn.models.saved import model_to_bytes, read_keras_model

    model = read_keras_model(source.data, source.name)
    said = (f"a Keras model: {model.name}, {model.count_params():,} parameters",)
    return Imported("keras", model_to_bytes(model), said=said)


ROUTE = Route("a Keras model (.keras, .h5)", _matches, _read)
