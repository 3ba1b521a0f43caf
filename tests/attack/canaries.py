"""Looks for many known texts in all bytes below a folder, in twelve ways in which each could be written down."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

# Patterns are found by their first bytes; a shorter one would be met by chance.
START = 8


def encodings(text: str) -> dict[str, bytes]:
    """The text as it could stand in a file; a telephone number is a text that begins with +49."""
    plain = text.encode()
    digits = text.removeprefix("+")
    national = f"0{digits.removeprefix('49')}" if text.startswith("+49") else text[::-1]
    spaced = f"{digits[:2]} {digits[2:5]} {digits[5:]}" if text.startswith("+49") else text.upper()
    return {
        "E.164": plain,
        "national": national.encode(),
        "spaced": spaced.encode(),
        "%2B": quote(text, safe="").encode(),
        "base64": base64.b64encode(plain).rstrip(b"=")[: len(plain) // 3 * 4],
        "base64 within a line": base64.b64encode(b"=" + plain)[2:].rstrip(b"=")[: len(plain) // 3 * 4 - 2],
        "hex": plain.hex().encode(),
        "UTF-16": text.encode("utf-16-le"),
        "md5": hashlib.md5(plain, usedforsecurity=False).hexdigest().encode(),
        "sha1": hashlib.sha1(plain, usedforsecurity=False).hexdigest().encode(),
        "sha256": hashlib.sha256(plain).hexdigest().encode(),
        "sha256 as bytes": hashlib.sha256(plain).digest(),
    }


def scan(folder: Path, texts: Iterable[str]) -> list[str]:
    """Which file holds which kind of trace; the trace itself is not told."""
    wanted: dict[bytes, list[tuple[str, bytes]]] = {}
    for text in texts:
        for name, form in encodings(text).items():
            wanted.setdefault(form[:START], []).append((name, form))
    starts = np.unique(np.frombuffer(b"".join(wanted), dtype=np.uint64))
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            for place in _places(content, starts):
                for name, form in wanted[content[place : place + START]]:
                    if content.startswith(form, place):
                        found.append(f"{path.relative_to(folder)}: {name}")
    return found


def _places(content: bytes, starts: NDArray[np.uint64]) -> Iterator[int]:
    """Where one of the starts stands, at every offset."""
    for offset in range(START):
        size = (len(content) - offset) // START
        if size > 0:
            words = np.frombuffer(content, dtype=np.uint64, count=size, offset=offset)
            # Most of a database's files are zeros, and most words are none of those sought.
            near = np.searchsorted(starts, words)
            near[near == len(starts)] = 0
            for place in np.flatnonzero(starts[near] == words):
                yield int(place) * START + offset
