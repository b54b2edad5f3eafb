from pathlib import Path

import pytest

from tinycnn.training.checkpoint import Epoch

pytestmark = pytest.mark.train


def test_tensorboard_finds_every_epoch_as_scalars(tmp_path: Path) -> None:
    """The event file has a value for each name and step, meant for the scalars tab."""
    from tinycnn.models.backend import tf
    from tinycnn.training.log import EpochLog

    log = EpochLog(tmp_path)
    log.write(1, Epoch(2.0, 0.25, 1.5, 0.5))
    log.write(2, Epoch(1.0, 0.75, 1.25, 0.5))

    (file,) = tmp_path.iterdir()
    found = {}
    for event in tf.compat.v1.train.summary_iterator(str(file)):
        for value in event.summary.value:
            assert value.metadata.plugin_data.plugin_name == "scalars"
            found[value.tag, event.step] = float(tf.make_ndarray(value.tensor))
    assert (found["loss", 1], found["loss", 2]) == (2.0, 1.0)
    assert found["val_accuracy", 2] == 0.5
    assert len(found) == 8
