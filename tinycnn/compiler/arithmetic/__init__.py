"""The references' arithmetic, on Python's integers and IEEE floats."""
