"""What to use instead of layers that int8 inference has no counterpart of."""

from __future__ import annotations

__all__ = ["hint_for"]

_2D = "use the layer for images, with the depth as channels"
_RECURRENT = "use Conv1D with padding='causal', which sees as much of the past"
_ATTENTION = "use convolutions; products of two tensors are not supported"
_TEXT = "turn text and categories into numbers before the model"
_PICTURES = "prepare images before the model"
_SOUND = "compute spectrograms before the model"
_FOREIGN = "write it with keras.layers and keras.ops, which can be followed"
_NORM = "use BatchNormalization, which folds into weights"
_PART = "it is a part of other layers, not one itself"
_FUNCTION = "use relu, tanh, gelu, elu or swish"

_HINTS = {
    _2D: """AdaptiveAveragePooling3D AdaptiveMaxPooling3D AveragePooling3D Conv3D
        Conv3DTranspose Cropping3D GlobalAveragePooling3D GlobalMaxPooling3D
        MaxPooling3D UpSampling3D ZeroPadding3D ConvLSTM1D ConvLSTM2D ConvLSTM3D""",
    _RECURRENT: "Bidirectional GRU LSTM RNN SimpleRNN",
    _PART: "GRUCell LSTMCell SimpleRNNCell StackedRNNCells Layer Wrapper InputSpec",
    _ATTENTION: """AdditiveAttention Attention Dot EinsumDense GroupQueryAttention
        GroupedQueryAttention MultiHeadAttention Einsum Dot""",
    _TEXT: """CategoryEncoding Discretization Embedding HashedCrossing Hashing
        IntegerLookup ReversibleEmbedding StringLookup TextVectorization""",
    _PICTURES: """AutoContrast ContrastLimitedAdaptiveHistogramEqualization Equalization
        MaxNumBoundingBoxes RandomCrop Solarization""",
    _SOUND: "MelSpectrogram STFTSpectrogram",
    _FOREIGN: "FlaxLayer JaxLayer TFSMLayer TorchModuleWrapper Lambda Pipeline",
    _NORM: "GroupNormalization LayerNormalization RMSNormalization",
    _FUNCTION: """Softplus Softsign LogSigmoid HardShrink SoftShrink Squareplus
        SparsePlus Threshold Log Sqrt Rsqrt Sin Cos""",
    "use AveragePooling with the window that the image's size asks for": """
        AdaptiveAveragePooling1D AdaptiveAveragePooling2D""",
    "use MaxPooling with the window that the image's size asks for": """
        AdaptiveMaxPooling1D AdaptiveMaxPooling2D""",
    "leave it out: a fixed input has no steps to skip": "Masking",
    "train without it, or use its inner layer": "SpectralNormalization",
}
_BY_NAME = {name: hint for hint, names in _HINTS.items() for name in names.split()}


def hint_for(kind: type) -> str | None:
    """What to use instead of a layer or operation; None if nothing is known."""
    return _BY_NAME.get(kind.__name__)
