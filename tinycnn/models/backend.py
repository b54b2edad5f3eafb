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
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from tinycnn.errors import ToolchainError
from tinycnn.recipe import THREADS

__all__ = ["CapturedText", "captured_stderr", "keras", "pin_threads", "tf"]


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
os.environ.pop("TF_ENABLE_ONEDNN_OPTS", None)  # other kernels train other weights
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


def pin_threads(count: int) -> None:
    """Divide sums among `count` threads, whatever the number of cores.

    Each thread adds up its part, so that another number gives other weights; more of
    them than cores only take turns.

    Raises:
        ToolchainError: If TensorFlow already works with another number.
    """
    threading = tf.config.threading
    try:
        threading.set_intra_op_parallelism_threads(count)
    except RuntimeError as error:
        got = threading.get_intra_op_parallelism_threads()
        raise ToolchainError(
            f"tensorflow: expected {count} threads, got {got or 'one a core'}",
            hint="train in a process of its own, as tinycnn train does",
        ) from error


with suppress(ToolchainError):  # who trains is told, who only looks need not know
    pin_threads(THREADS)
