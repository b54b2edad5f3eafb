"""Devices that speak text: the dialect of the MLPerf Tiny runner.

Our own firmware in that mode (`firmware/include/tcnn/mlperf.h`) tells what it is and
gives its outputs' bytes. Any other that follows the public API gives what that has:
a name, numbers to three decimals, and times between laps.
"""

from tinycnn.device.text.text_device import TextDevice, TextModel

__all__ = ["TextDevice", "TextModel"]
