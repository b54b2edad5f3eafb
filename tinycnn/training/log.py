"""A log for TensorBoard: loss and accuracy of each epoch, of both splits."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from tinycnn.models.backend import tf
from tinycnn.training.checkpoint import Epoch

__all__ = ["EpochLog"]


class EpochLog:
    """Writes event files into `folder`; needs no TensorBoard to do so."""

    def __init__(self, folder: Path) -> None:
        self._writer = tf.summary.create_file_writer(str(folder))
        plugin = tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars")
        self._metadata = tf.compat.v1.SummaryMetadata(plugin_data=plugin)

    def write(self, number: int, epoch: Epoch) -> None:
        """Add one epoch."""
        with self._writer.as_default(number):
            for name, value in asdict(epoch).items():
                tf.summary.write(name, tf.constant(value), metadata=self._metadata)
        self._writer.flush()
