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
    named = f"it calls its model '{info.model}'" if info.model else "nor any name"
    lines = [f"identity: not known: text tells no digest of the model, {named}"]
    if foreign.decimals == 0:
        lines.append("printed: whole numbers, taken for the outputs' bytes")
        return tuple(lines)
    unit = f"{10.0**-foreign.decimals:.{foreign.decimals}f}"
    text = (
        f"printed: {foreign.decimals} decimals; {unit} is allowed for, as some cut off"
    )
    if foreign.slack == 0:
        rest = "each number stands for one value of the output"
    else:
        values = foreign.slack + 1
        rest = f"a number stands for up to {values} values, of which any is equal"
    return (*lines, f"{text}: {rest}")
