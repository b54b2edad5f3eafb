"""What a network learned, as pieces of a page: all of it from real images.

In: an exhibit. Out: for each channel the patches that excite it most, the images in the
plane of the last hidden layer, the confusion of classes, how each tensor is spread.
"""

from tinycnn.explorer.learned.gather import gather_learned

__all__ = ["gather_learned"]
