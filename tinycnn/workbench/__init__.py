"""One bench for all models: what runs one is compared with its reference, or measured.

A project and a lone `.tflite` file are two ways to bring a `Subject`.
"""

from tinycnn.compiler.reading.model_file import read_model
from tinycnn.workbench.crew import find_boards
from tinycnn.workbench.each import Tested, validate_each
from tinycnn.workbench.evidence import gather_evidence
from tinycnn.workbench.file import FoundModel, bench_file
from tinycnn.workbench.images import pick_images
from tinycnn.workbench.observer import Observer, Silent
from tinycnn.workbench.operations import Explaining, profile, validate
from tinycnn.workbench.subject import (
    DeviceChoice,
    ImageChoice,
    Subject,
    open_device,
)
from tinycnn.workbench.tensors import describe_tensor

__all__ = [
    "DeviceChoice",
    "Explaining",
    "FoundModel",
    "ImageChoice",
    "Observer",
    "Silent",
    "Subject",
    "Tested",
    "bench_file",
    "describe_tensor",
    "find_boards",
    "gather_evidence",
    "open_device",
    "pick_images",
    "profile",
    "read_model",
    "validate",
    "validate_each",
]
