"""The hub's own client, `huggingface_hub`, and what it fails with, in a line."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tinycnn.errors import ProjectError, TinycnnError, ToolchainError

__all__ = ["check_repository", "open_hub", "telling"]

_REPOSITORY = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
_HINTS = {
    401: "log in by `hf auth login`, or set HF_TOKEN",
    403: "your token may not write there: make one that may, at huggingface.co",
    404: "check the name; of a private repository you need a token: `hf auth login`",
}


def check_repository(name: str) -> str:
    """The name of a repository.

    Raises:
        ProjectError: If it is none.
    """
    if not _REPOSITORY.fullmatch(name):
        text = f"repository '{name}': expected OWNER/NAME"
        raise ProjectError(text, hint="as in tinycnn pull somebody/flowers -o flowers")
    return name


def open_hub() -> Any:
    """The client, which finds its token itself.

    Raises:
        ToolchainError: If it is not installed.
    """
    if importlib.util.find_spec("huggingface_hub") is None:
        raise ToolchainError(
            "hub: huggingface_hub is not installed", hint="pip install 'tinycnn[hub]'"
        )
    from huggingface_hub import HfApi
    from huggingface_hub.utils import disable_progress_bars, logging

    disable_progress_bars()  # the command has its own
    logging.set_verbosity_error()  # that it tries again need not be told
    return HfApi(library_name="tinycnn")


@contextmanager
def telling(repository: str) -> Iterator[None]:
    """Says in one line what the hub refuses.

    Raises:
        TinycnnError: If it does, or cannot be reached.
    """
    from huggingface_hub.errors import HfHubHTTPError, HTTPError

    try:
        yield
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        said = (error.server_message or str(error)).strip().splitlines()
        text = f"{repository}: the hub says {status}: {said[0] if said else 'nothing'}"
        raise TinycnnError(text, hint=_HINTS.get(status)) from error
    except (HTTPError, OSError, ValueError) as error:
        line = str(error).strip().splitlines()[0] if str(error).strip() else "no answer"
        raise TinycnnError(
            f"{repository}: the hub cannot be reached or read: {line}",
            hint="check the network, and HF_ENDPOINT if you set it",
        ) from error
