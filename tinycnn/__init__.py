"""From images to a microcontroller that is proven, bit for bit, to run your model."""

__all__ = ["PROJECT_FILE", "__version__"]

__version__ = "0.1.0"
PROJECT_FILE = "tinycnn.toml"
