"""Converters whose packages exclude ours: each in a Python environment of its own.

`tinycnn import --setup NAME` makes one, in the user's cache; a route runs its converter
there as a program and gets a float `.tflite` back.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from platformdirs import user_cache_path

from tinycnn.children import run
from tinycnn.errors import ToolchainError, UnsupportedModelError
from tinycnn.files import scratch_folder

__all__ = ["ENVIRONMENTS", "Environment", "convert_in", "set_up"]

_SCRIPTS = Path(__file__).parent / "foreign"
_LIMIT_S = 1800
_TRY_S = 60
_SHOW_VERSION = "import sys; print(*sys.version_info[:2]); import ensurepip, venv"
_READY = "tinycnn-ready"  # a file in an environment that is whole
Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Environment:
    """What a converter needs.

    Attributes:
        name: Of the option.
        why: Why it is apart, for people.
        packages: As pip takes them.
        versions: Of Python that they are for, best first.
        options: Of pip.
        script: In `foreign/`, which is run in it.
    """

    name: str
    why: str
    packages: tuple[str, ...]
    versions: tuple[Version, ...]
    script: str
    options: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where it is; another one with other packages."""
        key = sha256(" ".join((*self.packages, *self.options)).encode()).hexdigest()
        return user_cache_path("tinycnn") / "environments" / f"{self.name}-{key[:8]}"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        ends = (
            ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")
        )
        return self.folder.joinpath(*ends)

    @property
    def is_ready(self) -> bool:
        """Whether all is installed."""
        return (self.folder / _READY).is_file() and self.python.exists()


_ONNX = Environment(
    name="onnx",
    why="onnx2tf, which converts ONNX, pins versions that exclude tinycnn's; 0.7 GB",
    packages=("onnx2tf==2.6.9",),
    versions=((3, 12), (3, 13)),
    script="convert_onnx.py",
)
_TORCH = Environment(
    name="torch",
    why="PyTorch and litert-torch, which converts its programs, take 2.1 GB",
    packages=("torch==2.13.0", "litert-torch==0.10.0"),
    versions=((3, 11), (3, 12), (3, 13)),
    options=("--extra-index-url", "https://download.pytorch.org/whl/cpu"),
    script="convert_torch.py",
)
ENVIRONMENTS: Mapping[str, Environment] = MappingProxyType(
    {found.name: found for found in (_ONNX, _TORCH)}
)


def set_up(environment: Environment, tell: Callable[[str], object]) -> Path:
    """The folder of an environment, made unless it is there.

    Args:
        environment: Which.
        tell: Is told what is done, a line each.

    Raises:
        ToolchainError: If there is no Python for it, or pip fails.
    """
    folder = environment.folder
    if environment.is_ready:
        tell(f"{environment.name}: ready in {folder}")
        return folder
    python = _find_python(environment)
    tell(f"{environment.name}: {environment.why}; it goes into {folder}")
    tell(f"{environment.name}: with {python}, in a minute or a few")
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        _run([str(python), "-m", "venv", str(folder)], environment)
        pip = [str(environment.python), "-m", "pip", "install", "-q"]
        pip += ["--disable-pip-version-check", *environment.options]
        _run([*pip, *environment.packages], environment)
        (folder / _READY).write_text("\n".join(environment.packages), encoding="utf-8")
    finally:
        if not environment.is_ready:
            shutil.rmtree(folder, ignore_errors=True)
    tell(f"{environment.name}: ready")
    return folder


def _run(command: Sequence[str], environment: Environment) -> None:
    try:
        done = run(command, timeout_s=_LIMIT_S, environment=_plain_variables())
    except (OSError, subprocess.TimeoutExpired) as error:
        text = f"environment '{environment.name}': {command[0]} failed: {error}"
        raise ToolchainError(text, command=command) from error
    if done.returncode:
        log = done.stderr.decode("utf-8", "replace")
        lines = [line for line in log.splitlines() if "ERROR" in line]
        lines = lines or log.strip().splitlines() or ["no message"]
        raise ToolchainError(
            f"environment '{environment.name}': pip failed: {lines[-1]}",
            hint="is there a network, and a gigabyte or two on the disk?",
            command=command,
            returncode=done.returncode,
            log=log,
        )


def _plain_variables() -> dict[str, str]:
    """This process' variables, without what would lead to its own packages."""
    own = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
    return {key: value for key, value in os.environ.items() if key not in own}


def _find_python(environment: Environment) -> Path:
    """An interpreter that starts, of a version that the packages are for.

    Raises:
        ToolchainError: If there is none.
    """
    for version in environment.versions:
        for candidate in _candidates(version):
            if _version_of(candidate) == version:
                return candidate
    wanted = " or ".join(f"{a}.{b}" for a, b in environment.versions)
    raise ToolchainError(
        f"environment '{environment.name}': expected Python {wanted} with venv, found "
        "none that starts",
        hint=f"install Python {wanted.partition(' ')[0]} (uv python install, pyenv, "
        "python.org or your system's packages), and run this again",
    )


def _candidates(version: Version) -> Iterator[Path]:
    """Where such an interpreter may be: programs that manage several pretend some."""
    name = f"python{version[0]}.{version[1]}"
    if sys.version_info[:2] == version:
        yield Path(sys.base_prefix, "bin", name)
        yield Path(sys._base_executable)  # type: ignore[attr-defined]
    for folder in os.get_exec_path():
        yield Path(folder, name)
    pyenv = Path.home() / ".pyenv"
    for root in (os.environ.get("PYENV_ROOT", pyenv), pyenv):
        pattern = f"versions/{version[0]}.{version[1]}.*/bin/python"
        yield from sorted(Path(root).glob(pattern), reverse=True)
    uv = Path.home() / ".local/share/uv/python"
    yield from sorted(uv.glob(f"cpython-{version[0]}.{version[1]}.*/bin/python"))
    if sys.platform == "win32":
        programs = os.environ.get("LOCALAPPDATA", "")
        folder = f"Programs/Python/Python{version[0]}{version[1]}"
        yield Path(programs, folder, "python.exe")


def _version_of(python: Path) -> Version | None:
    """What it says that it is; None if it does not start."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired, ValueError):
        if python.is_file():
            command = [str(python), "-c", _SHOW_VERSION]
            done = run(command, timeout_s=_TRY_S, environment=_plain_variables())
            if done.returncode == 0:
                major, minor = done.stdout.split()
                return int(major), int(minor)
    return None


def convert_in(
    environment: Environment, model: Path, name: str, *arguments: str
) -> dict[str, bytes]:
    """The files that the environment's script writes for a model, by their names.

    Args:
        environment: Whose script.
        model: The file.
        name: What messages call it.
        arguments: For the script, behind the model and the folder.

    Raises:
        ToolchainError: If the environment is not there.
        UnsupportedModelError: If the script fails.
    """
    if not environment.is_ready:
        raise ToolchainError(
            f"{name}: expected the environment '{environment.name}', found none: "
            f"{environment.why}",
            hint=f"tinycnn import --setup {environment.name}  makes it, once",
        )
    variables = _plain_variables()
    path = os.pathsep.join((str(environment.python.parent), variables.get("PATH", "")))
    with scratch_folder() as folder:
        script = str(_SCRIPTS / environment.script)
        command = [str(environment.python), "-I", script]
        command += [str(model.resolve()), str(folder), *arguments]
        try:
            done = run(
                command,
                folder=folder,
                environment={**variables, "PATH": path},
                timeout_s=_LIMIT_S,
            )
        except subprocess.TimeoutExpired as error:
            text = f"{name}: its conversion did not finish in {_LIMIT_S} s"
            raise UnsupportedModelError(text) from error
        if done.returncode:
            log = (done.stdout + done.stderr).decode("utf-8", "replace")
            lines = log.strip().splitlines() or ["no message"]
            raise UnsupportedModelError(
                f"{name}: {environment.packages[-1]} cannot convert it: {lines[-1]}"[
                    :400
                ],
                hint="docs/import.md says what it takes",
            )
        return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file()}
