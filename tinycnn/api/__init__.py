"""The Python interface: what `import tinycnn` offers, class by class.

Each is a thin hand around what the commands use: `compile` and `Compiled` around the
compiler and the workbench, `quantize` and `Quantized` around training, `load_project`
around the pipeline.
"""

from tinycnn.api.compiled import Compiled, Explained, compile
from tinycnn.api.data import load_dataset
from tinycnn.api.projects import OpenProject, load_project
from tinycnn.api.quantized import Quantized, quantize
from tinycnn.api.results import Profiled, Validated

__all__ = [
    "Compiled",
    "Explained",
    "OpenProject",
    "Profiled",
    "Quantized",
    "Validated",
    "compile",
    "load_dataset",
    "load_project",
    "quantize",
]
