"""Writes `digits.npz`: the 1,797 digits that come with tinycnn, split for good.

Run with tinycnn's Python: `python data.py`.
"""

import numpy as np

from tinycnn.datasets import load_dataset
from tinycnn.project import DatasetSettings

digits = load_dataset(DatasetSettings(name="digits"), seed=1)
np.savez(
    "digits.npz",
    x_train=np.concatenate([digits.train.images, digits.validation.images]),
    y_train=np.concatenate([digits.train.labels, digits.validation.labels]),
    x_test=digits.test.images,
    y_test=digits.test.labels,
)
