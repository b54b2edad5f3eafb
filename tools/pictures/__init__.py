"""The pictures of README and documentation, each made by a script."""
