"""Quantized ONNX files: an int8 `.tflite` of the same scales and zero points.

In: a graph with QuantizeLinear and DequantizeLinear (the QDQ format), or with operators
that hold scales of their own (QOperator). Out: the operators of the graph on int8, in
the file's order of channels, each of its integers where ONNX has it, at most a step
away where two correct roundings differ.
"""

from tinycnn.imports.qdq.route import ROUTE

__all__ = ["ROUTE"]
