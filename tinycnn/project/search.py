"""What `tinycnn search` may choose: the `[search]` table of a project file."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from tinycnn.families import FAMILIES
from tinycnn.recipe import Settings

__all__ = ["SearchSettings"]


def _read_choices(value: Any) -> Any:
    """TOML has lists; one value alone is no choice, but may be said."""
    if isinstance(value, list):
        return tuple(value)
    return value if isinstance(value, tuple) else (value,)


def _check_families(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in FAMILIES or FAMILIES[name].is_given:
            known = ", ".join(n for n, f in FAMILIES.items() if not f.is_given)
            raise ValueError(f"expected families of {known}, got '{name}'")
    return names


_Width = Annotated[float, Field(ge=0.05, le=8)]
_Rate = Annotated[float, Field(gt=0, le=1)]
_Side = Annotated[int, Field(ge=4, le=512)]
_Count = Annotated[int, Field(ge=1, le=1_000)]
_Choices = BeforeValidator(_read_choices)


class SearchSettings(Settings):
    """What may differ between the networks that are tried; the rest is the project's.

    Attributes:
        families: Of `tinycnn models`; by default those that suit a microcontroller, or
            the project's own builder alone.
        width: The narrowest and the widest, or one; by default a quarter to twice what
            the family has.
        depth: Choices; by default the family's.
        halvings: Likewise.
        activation: Likewise.
        squeeze_excite: Likewise.
        image_size: Sides to try of images that are resized; by default the project's,
            and of a folder of pictures three quarters and a half of it, too.
        channels: Of images: 1, 3 or both; by default the project's.
        learning_rate: The lowest and the highest peak, or one.
        augment: Whether to vary images: true, false or both; by default the project's.
        weights: "int8", "ternary" or both.
        epochs: Passes over the training images that each network gets.
    """

    families: Annotated[tuple[str, ...], _Choices] = ()
    width: Annotated[tuple[_Width, ...], _Choices] = ()
    depth: Annotated[tuple[_Count, ...], _Choices] = ()
    halvings: Annotated[tuple[_Count, ...], _Choices] = ()
    activation: Annotated[tuple[str, ...], _Choices] = ()
    squeeze_excite: Annotated[tuple[bool, ...], _Choices] = ()
    image_size: Annotated[tuple[_Side, ...], _Choices] = ()
    channels: Annotated[tuple[Literal[1, 3], ...], _Choices] = ()
    learning_rate: Annotated[tuple[_Rate, ...], _Choices] = (0.001, 0.01)
    augment: Annotated[tuple[bool, ...], _Choices] = ()
    weights: Annotated[tuple[Literal["int8", "ternary"], ...], _Choices] = ("int8",)
    epochs: Annotated[int, Field(ge=1, le=10_000)] = 12

    @model_validator(mode="after")
    def _check(self) -> SearchSettings:
        _check_families(self.families)
        for name in ("width", "learning_rate"):
            ends = getattr(self, name)
            if len(ends) > 2 or list(ends) != sorted(ends):
                raise ValueError(f"expected {name} = [lowest, highest], got {[*ends]}")
        return self
