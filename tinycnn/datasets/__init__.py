"""Data sets: from files to checked uint8 images with a fixed, seeded split.

`load_dataset` takes the `[dataset]` table of a project and gives a `Dataset`. Every
reader bounds and checks a file before it trusts a number in it; what is wrong is one
`DatasetError`.
"""

from tinycnn.datasets.contact_sheet import count_classes, draw_contact_sheet
from tinycnn.datasets.dataset import Dataset, Split
from tinycnn.datasets.digits import datasets_dir
from tinycnn.datasets.download import Progress, cache_dir
from tinycnn.datasets.filtered import label_by_kernel
from tinycnn.datasets.frames import frame_to_image, image_to_frame
from tinycnn.datasets.images import read_images
from tinycnn.datasets.load import (
    KnownDataset,
    check_dataset_path,
    dataset_names,
    find_dataset_path,
    list_datasets,
    load_dataset,
    look_at_path,
)
from tinycnn.datasets.look import Look
from tinycnn.datasets.npz import read_npz
from tinycnn.datasets.pictures import fit_image, read_image
from tinycnn.datasets.quantize import pixel_table, quantize_images

__all__ = [
    "Dataset",
    "KnownDataset",
    "Look",
    "Progress",
    "Split",
    "cache_dir",
    "check_dataset_path",
    "count_classes",
    "dataset_names",
    "datasets_dir",
    "draw_contact_sheet",
    "find_dataset_path",
    "fit_image",
    "frame_to_image",
    "image_to_frame",
    "label_by_kernel",
    "list_datasets",
    "load_dataset",
    "look_at_path",
    "pixel_table",
    "quantize_images",
    "read_image",
    "read_images",
    "read_npz",
]
