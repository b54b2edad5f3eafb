"""A pytest plugin: the model on a board, and on the simulated one, as fixtures.

Loaded in every run of pytest where tinycnn is installed, it imports nothing before a
fixture is asked for. `docs/pytest.md` is its manual.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tinycnn.pytest_plugin.tested import Tested
    from tinycnn.workbench import DeviceChoice

__all__ = ["pytest_addoption", "pytest_generate_tests"]
__all__ += ["tinycnn_board", "tinycnn_model", "tinycnn_sim"]

_NO_PORT = "no board: give its port by --tinycnn-port, or tinycnn_port in the ini-file"
_NO_MODEL = "tinycnn_model: not set in the ini-file: a built project, or a .tflite file"


def pytest_addoption(parser: pytest.Parser) -> None:
    """--tinycnn-port and --tinycnn-dialect; the same and the model in the ini-file."""
    group = parser.getgroup("tinycnn", "a neural network on a microcontroller")
    group.addoption(
        "--tinycnn-port",
        action="append",
        default=[],
        metavar="PORT",
        help="A board: /dev/ttyACM0, COM3, socket://, rfc2217://; may be repeated.",
    )
    group.addoption(
        "--tinycnn-dialect",
        choices=("packets", "mlperf", "mlperf-pixels"),
        help="What the boards on these ports speak.",
    )
    parser.addini("tinycnn_port", "ports of boards, a line each", "linelist")
    parser.addini("tinycnn_dialect", "what the boards speak", "string", "")
    parser.addini("tinycnn_model", "a built project, or a .tflite file", "string", "")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of a board is run once on each."""
    if "tinycnn_board" not in metafunc.fixturenames:
        return
    config = metafunc.config
    ports = config.getoption("--tinycnn-port") or config.getini("tinycnn_port")
    skip = pytest.param(None, marks=pytest.mark.skip(reason=_NO_PORT), id="no-port")
    metafunc.parametrize("tinycnn_board", ports or [skip], indirect=True)


@pytest.fixture(scope="session")
def tinycnn_model(pytestconfig: pytest.Config) -> Path:
    """The project or the file that is tested; a suite may have its own such fixture."""
    name: str = pytestconfig.getini("tinycnn_model")
    if not name:
        pytest.fail(_NO_MODEL, pytrace=False)
    root: Path = pytestconfig.rootpath
    return root / name


@pytest.fixture(scope="session")
def tinycnn_board(
    request: pytest.FixtureRequest, pytestconfig: pytest.Config, tinycnn_model: Path
) -> Iterator[Tested]:
    """The model on a board."""
    from tinycnn.workbench import DeviceChoice

    config = pytestconfig
    said = config.getoption("--tinycnn-dialect") or config.getini("tinycnn_dialect")
    choice = DeviceChoice("sim", request.param, dialect=said or None)
    with _opened(tinycnn_model, choice) as tested:
        yield tested


@pytest.fixture(scope="session")
def tinycnn_sim(tinycnn_model: Path) -> Iterator[Tested]:
    """The model on a simulated board."""
    from tinycnn.workbench import DeviceChoice

    with _opened(tinycnn_model, DeviceChoice("sim")) as tested:
        yield tested


@contextmanager
def _opened(model: Path, choice: DeviceChoice) -> Iterator[Tested]:
    """What a test gets; what is wrong before that is told in a line, and a hint."""
    from tinycnn.errors import TinycnnError
    from tinycnn.pytest_plugin.tested import open_tested

    with ExitStack() as stack:
        try:
            tested = stack.enter_context(open_tested(model, choice))
        except TinycnnError as error:
            hint = f"\nhint: {error.hint}" if error.hint else ""
            pytest.fail(f"{error}{hint}", pytrace=False)
        yield tested
