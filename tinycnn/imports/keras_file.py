"""Files of Keras 3, `.keras`: loaded in safe mode, so that no code of the file runs."""

from __future__ import annotations

from tinycnn.compiler.reading.file_kind import find_kind
from tinycnn.imports.imported import Imported, Route, Source, Wishes

__all__ = ["ROUTE"]


def _matches(source: Source) -> bool:
    return find_kind(source.data).title == "a Keras model (.keras)"


def _read(source: Source, wishes: Wishes) -> Imported:
    from tinycnn.pipeline.training import require_tensorflow

    require_tensorflow()
    from tinycnn.models.saved import model_to_bytes, read_saved_model

    model = read_saved_model(source.data, source.name)
    return Imported("keras", model_to_bytes(model), said=("a Keras model",))


ROUTE = Route("a Keras model (.keras)", _matches, _read)
