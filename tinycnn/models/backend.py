"""TensorFlow and Keras, imported once, quietly and with the right backend.

Everything in `tinycnn.models` and `tinycnn.training` that needs them imports them from
here. Importing this module without TensorFlow installed raises an error that says what
to install; nothing else in tinycnn imports TensorFlow.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tinycnn.errors import ToolchainError

__all__ = ["CapturedText", "captured_stderr", "keras", "tf"]


@dataclass(slots=True)
class CapturedText:
    """What was written while `captured_stderr` was active; complete on its exit."""

    text: str = ""


@contextmanager
def captured_stderr() -> Iterator[CapturedText]:
    """Keep what this process writes to file descriptor 2, C++ libraries included.

    >>> with captured_stderr() as captured:
    ...     _ = os.write(2, b"native chatter")
    >>> captured.text
    'native chatter'
    """
    captured = CapturedText()
    sys.stderr.flush()
    saved = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield captured
        finally:
            sys.stderr.flush()
            os.dup2(saved, 2)
            os.close(saved)
            file.seek(0)
            captured.text = file.read().decode(errors="replace")


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # errors only
os.environ["KERAS_BACKEND"] = "tensorflow"  # the fake-quant ops are TensorFlow's
try:
    with captured_stderr():
        import keras
        import tensorflow as tf
except ImportError as error:
    raise ToolchainError(
        f"tensorflow: expected version 2.19 or newer, got '{error}'",
        hint='install it: pip install "tinycnn[train]"',
    ) from error
logging.getLogger("tensorflow").setLevel(logging.ERROR)  # Python's half of the chatter
