"""Functions of one value, which kernels look up in a table of 256."""
