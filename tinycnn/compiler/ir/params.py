"""What a kernel is told: its C struct as a class.

A subclass of `Params` is written once, beside the operator whose kernel takes it. From
its fields come the initialiser in the generated C and the struct that tests pass to the
kernels; a test compares them with the header.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated, Any, ClassVar, get_args, get_origin, get_type_hints

__all__ = ["Array3", "Array4", "Array6", "CField", "Int8Constants", "Int16Constants"]
__all__ += ["Int32Constants", "Param", "Params", "c_fields"]

Param = int | float | str | tuple[int, ...] | dict[str, "Param"]

# An array inside the struct, of so many int32_t.
Array3 = Annotated[tuple[int, ...], 3]
Array4 = Annotated[tuple[int, ...], 4]
Array6 = Annotated[tuple[int, ...], 6]

# The C name of a constant array of these items, whose address the struct holds.
Int8Constants = Annotated[str, "int8_t"]
Int16Constants = Annotated[str, "int16_t"]
Int32Constants = Annotated[str, "int32_t"]


@dataclass(frozen=True, slots=True)
class Params:
    """Base of the frozen dataclasses that stand for a C struct.

    Fields have the names and the order of the struct's. An int is an int32_t, a float a
    float, a `Params` a struct inside the struct; the others are above.

    Attributes:
        ctype: The C type.
    """

    ctype: ClassVar[str]

    @property
    def fields(self) -> dict[str, Param]:
        """The values in the struct's order, by name; structs inside it likewise."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: value.fields if isinstance(value, Params) else value
            for name, value in values.items()
        }


@dataclass(frozen=True, slots=True)
class CField:
    """A field as C declares it.

    Attributes:
        name: Of the field.
        ctype: Its type, that of an item for arrays; pointers end with a star.
        count: Items of an array; 0 for what is none.
        params: The class of a struct inside the struct.
    """

    name: str
    ctype: str
    count: int = 0
    params: type[Params] | None = None


def c_fields(params: type[Params]) -> tuple[CField, ...]:
    """The declaration of the struct that a class stands for."""
    hints = get_type_hints(params, include_extras=True)
    return tuple(_c_field(field.name, hints[field.name]) for field in fields(params))


def _c_field(name: str, hint: Any) -> CField:
    if get_origin(hint) is Annotated:
        _, extra = get_args(hint)
        if isinstance(extra, int):
            return CField(name, "int32_t", count=extra)
        return CField(name, f"const {extra} *")
    if issubclass(hint, Params):
        return CField(name, hint.ctype, params=hint)
    return CField(name, {int: "int32_t", float: "float"}[hint])
