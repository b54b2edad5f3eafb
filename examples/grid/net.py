"""A trunk of depthwise-separable convolutions, and a class for each 8x8 pixels.

After Edge Impulse's FOMO: a MobileNet cut off where it has halved the image as often as
the grid is coarser, then 1x1 convolutions that see one cell each.
"""

import keras
from keras import layers


def build(*, input_shape, classes, output_shape):
    """From images in [0, 1] to scores of rows, columns and classes."""
    x = image = keras.Input(input_shape)
    for number, (filters, strides) in enumerate([(16, 2), (24, 2), (32, 2), (48, 1)]):
        if number:
            x = layers.DepthwiseConv2D(3, strides, padding="same", use_bias=False)(x)
            x = layers.BatchNormalization()(x)
            x = layers.ReLU(6.0)(x)
        size, step = (1, 1) if number else (3, strides)
        x = layers.Conv2D(filters, size, step, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU(6.0)(x)
    x = layers.DepthwiseConv2D(5, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU(6.0)(x)
    x = layers.Conv2D(32, 1, activation="relu")(x)
    scores = layers.Conv2D(classes, 1, activation="softmax")(x)
    model = keras.Model(image, scores)
    assert model.output_shape[1:] == output_shape
    return model
