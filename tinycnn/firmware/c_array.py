"""A `.tflite` as a C array, the classic way to link a model into firmware.

In: the bytes of the file. Out: the texts of `model_data.h` and `model_data.cc`, valid
C++11: `g_model`, aligned to 16 bytes as flatbuffers need, and `g_model_len`, the names
that TensorFlow Lite Micro's examples use. Needs no TensorFlow.
"""

from __future__ import annotations

import hashlib

__all__ = ["c_array"]

_BYTES_PER_LINE = 12

_HEADER = """\
/* The model as a flatbuffer: {size} bytes, sha256 {digest}. Do not edit. */
#ifndef MODEL_DATA_H_
#define MODEL_DATA_H_

extern const unsigned char g_model[];
extern const unsigned int g_model_len;

#endif /* MODEL_DATA_H_ */
"""

_SOURCE = """\
/* The model as a flatbuffer: {size} bytes, sha256 {digest}. Do not edit. */
#include "model_data.h"

alignas(16) const unsigned char g_model[] = {{
{lines}
}};
const unsigned int g_model_len = {size};
"""


def c_array(content: bytes) -> tuple[str, str]:
    """The texts of `model_data.h` and `model_data.cc` for the file `content`.

    >>> header, source = c_array(bytes(range(14)))
    >>> print(source.split("#include")[1])  # doctest: +NORMALIZE_WHITESPACE
     "model_data.h"
    <BLANKLINE>
    alignas(16) const unsigned char g_model[] = {
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
        0x0c, 0x0d,
    };
    const unsigned int g_model_len = 14;
    <BLANKLINE>
    """
    rows = range(0, len(content), _BYTES_PER_LINE)
    lines = "\n".join(_line(content[i : i + _BYTES_PER_LINE]) for i in rows)
    facts = {"size": len(content), "digest": hashlib.sha256(content).hexdigest()}
    return _HEADER.format(**facts), _SOURCE.format(lines=lines, **facts)


def _line(content: bytes) -> str:
    return "    " + " ".join(f"0x{byte:02x}," for byte in content)
