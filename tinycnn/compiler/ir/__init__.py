"""The graph of a file, and the program that the C code says."""
