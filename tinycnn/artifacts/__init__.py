"""The build folder as data: what is in it, by name and by type, whole or not there."""

from tinycnn.artifacts.build_folder import BuildFolder
from tinycnn.artifacts.claim import claim
from tinycnn.artifacts.contents import (
    BoardImage,
    Curves,
    DeviceAnswers,
    Dreams,
    Evaluation,
    Film,
    LinkedFirmware,
    Sensitivities,
    TflmFacts,
    Validated,
)
from tinycnn.artifacts.digest import hash_if_there, hash_json, hash_path, is_unchanged
from tinycnn.artifacts.file_kinds import ArrayFile, JsonFile
from tinycnn.artifacts.records import Inputs, Record, flatten_settings

__all__ = [
    "ArrayFile",
    "BoardImage",
    "BuildFolder",
    "Curves",
    "DeviceAnswers",
    "Dreams",
    "Evaluation",
    "Film",
    "Inputs",
    "JsonFile",
    "LinkedFirmware",
    "Record",
    "Sensitivities",
    "TflmFacts",
    "Validated",
    "claim",
    "flatten_settings",
    "hash_if_there",
    "hash_json",
    "hash_path",
    "is_unchanged",
]
