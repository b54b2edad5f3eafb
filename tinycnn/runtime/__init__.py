"""The C runtime: its files, and the number that a generated model is bound to."""

from tinycnn.runtime.files import (
    find_kernel,
    included_headers,
    kernel_functions,
    kernel_headers,
    kernel_sources,
)
from tinycnn.runtime.root import firmware_dir
from tinycnn.runtime.version import VERSION_HEADER, runtime_digest

__all__ = [
    "VERSION_HEADER",
    "find_kernel",
    "firmware_dir",
    "included_headers",
    "kernel_functions",
    "kernel_headers",
    "kernel_sources",
    "runtime_digest",
]
