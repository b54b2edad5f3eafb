import pytest

from tests.compiler.models import conv_model
from tinycnn.compiler.reading.flatbuffer import root_table
from tinycnn.errors import InvalidModelError


def test_reads_the_fields_of_a_real_file() -> None:
    """A file made by the flatbuffers library gives its own values back."""
    model = root_table(conv_model(), b"TFL3")
    (subgraph,) = model.tables(2, limit=10)

    assert model.uint32(0) == 3
    assert subgraph.tables(0, limit=10)[0].string(3) == "tensor_0"


@pytest.mark.parametrize("data", [b"", b"TFL3", b"\0\0\0\0TFL", b"\x08\0\0\0ONNX"])
def test_another_kind_of_file_is_refused(data: bytes) -> None:
    """What lacks the identifier is not read any further."""
    with pytest.raises(InvalidModelError, match="file identifier: expected b'TFL3'"):
        root_table(data, b"TFL3")


def test_an_offset_outside_the_file_is_refused() -> None:
    """The root must lie inside the file."""
    with pytest.raises(InvalidModelError, match="outside the file of 8 bytes"):
        root_table(b"\xff\xff\xff\x7fTFL3", b"TFL3")


def test_too_many_tables_are_refused() -> None:
    """A vector longer than its limit is refused before its items are read."""
    model = root_table(conv_model(), b"TFL3")
    with pytest.raises(InvalidModelError, match="expected at most 0 tables"):
        model.tables(2, limit=0)


def test_strings_are_fit_for_a_message() -> None:
    """What a file calls a tensor cannot break the one line that names it."""
    model = conv_model().replace(b"tensor_0", b"a\nb\x1b[1m\xff")
    (subgraph,) = root_table(model, b"TFL3").tables(2, limit=10)

    name = subgraph.tables(0, limit=10)[0].string(3)
    assert name.startswith("a?b?[1m")
    assert name.isprintable()
