"""Pieces -> one self-contained HTML page with a strict content policy.

The page needs no network and runs nothing but the script that is named by its digest.
Each piece is gzip as base64 in a script element that does not run; the page unpacks it
(`web/src/page/blobs.ts`). The same pieces give the same bytes.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from tinycnn.rendering import render

__all__ = ["ASSETS", "make_policy", "pack_json", "render_page"]

ASSETS = Path(__file__).parent / "assets"


def render_page(
    title: str, pieces: Mapping[str, bytes], *, is_served: bool = False
) -> str:
    """The page as text.

    Args:
        title: What it is of.
        pieces: What the page unpacks, by id.
        is_served: Whether it has an address, where it may ask for more.
    """
    script, style = _read_assets()
    return render(
        "explorer/page.html.j2",
        title=title,
        script=script,
        style=style,
        policy=make_policy(is_served=is_served),
        pieces={name: _pack(content) for name, content in sorted(pieces.items())},
    )


def pack_json(value: object) -> bytes:
    """A piece that is JSON, without a byte that is not needed."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def make_policy(*, is_served: bool) -> str:
    """What the browser lets the page do: run and style itself, no more.

    A worker comes from a blob, as the page has no other file; WebAssembly is compiled
    from bytes, for which there is a word of its own.

    Args:
        is_served: Whether it may also ask at its own address.
    """
    script, style = map(_digest, _read_assets())
    policy = [
        "default-src 'none'",
        f"script-src '{script}' 'wasm-unsafe-eval'",
        f"style-src '{style}'",
        "img-src data: blob:",
        "media-src blob:",
        "worker-src blob:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join([*policy, "connect-src 'self'"] if is_served else policy)


def _read_assets() -> tuple[str, str]:
    """Script and style."""
    return _read_asset("explain.js"), _read_asset("explain.css")


def _read_asset(name: str) -> str:
    text = (ASSETS / name).read_text("utf-8")
    assert "</script" not in text.lower(), name
    assert "</style" not in text.lower(), name
    return text


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _pack(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode()
