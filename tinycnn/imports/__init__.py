"""Networks of other tools: a file comes in, a project that holds the network goes out.

One module a route; `routes.ROUTES` lists them. Each tells its files by their content
and makes of one a Keras model, to be trained on and quantized, or a finished int8
`.tflite`.
"""

from tinycnn.imports.imported import Imported, Route, Source, Wishes
from tinycnn.imports.importing import Outcome, Request, import_network
from tinycnn.imports.routes import open_source, read_source

__all__ = [
    "Imported",
    "Outcome",
    "Request",
    "Route",
    "Source",
    "Wishes",
    "import_network",
    "open_source",
    "read_source",
]
