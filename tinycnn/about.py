"""What this package is called and which version it is."""

__all__ = ["PROJECT_FILE", "__version__"]

__version__ = "0.1.0"
PROJECT_FILE = "tinycnn.toml"
