"""How far a verdict on a firmware that is not ours reaches: what it cannot say.

Shown wherever the verdict is.
"""

from __future__ import annotations

from tinycnn.device import DeviceInfo

__all__ = ["EQUAL_AS_PRINTED", "list_reservations"]

EQUAL_AS_PRINTED = "equal as printed"


def list_reservations(info: DeviceInfo) -> tuple[str, ...]:
    """What the verdict on a device leaves open, a line each; none on our firmware."""
    foreign = info.foreign
    if foreign is None:
        return ()
    named = f"it calls its model '{info.model}'" if info.model else "nor a name"
    lines = [f"identity: not known: text tells no digest; {named}"]
    if foreign.decimals is None:
        return (*lines, "printed: not known before the run comes to its end")
    if foreign.decimals == 0:
        return (*lines, "printed: whole numbers, taken for the bytes of the outputs")
    # Why a whole unit: tinycnn.device.text.printed.
    unit = f"{10.0**-foreign.decimals:.{foreign.decimals}f}"
    known = f"printed: {foreign.decimals} decimals, within {unit}"
    if foreign.slack == 0:
        return (*lines, f"{known} each is one value of the output")
    return (*lines, f"{known} up to {foreign.slack + 1} values: any counts as equal")
