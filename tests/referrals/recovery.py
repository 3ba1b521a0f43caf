"""A recovery program: gets copies of the database's files and keys, and opens whatever of referrals they still open.

It reads bytes, not tables: data files, the write-ahead log and deleted rows alike. It knows the ids of the referrals,
which somebody may have noted, and how the program seals.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from app.kit.crypto import SealBroken
from app.referrals.models import Payload
from app.referrals.sealing import open_payload, unwrap

# A wrapped key and a sealed payload as PostgreSQL lays out bytes of these lengths: a length of one or of four bytes.
WRAPPED, WRAPPED_BYTES = re.compile(rb"\x7b"), 60
# Sixty random bytes have more than fifty different values; of a million million, none has fewer than this.
LEAST_DIFFERENT = 38
WAL_PAGE, WAL_HEADER, WAL_FIRST_HEADER = 8_192, 24, 40
SEALED, SEALED_BYTES = re.compile(rb"\x80\x08\x00\x00"), 540


def contents_of(folder: Path) -> set[bytes]:
    """The files of a server's folder."""
    return {_content(path) for path in folder.rglob("*") if path.is_file()}


def recover(contents: set[bytes], keys: Path, ids: Iterable[UUID]) -> dict[UUID, Payload]:
    """Every payload that the files give up to the keys in a folder."""
    bucket_keys = [path.read_bytes() for path in sorted(keys.glob("*.key"))]
    found: dict[UUID, Payload] = {}
    records = dict(_record_keys(contents, bucket_keys, tuple(ids)))
    for content in contents:
        for place in SEALED.finditer(content):
            sealed = content[place.end() : place.end() + SEALED_BYTES]
            for id_, record_key in records.items():
                try:
                    found[id_] = open_payload(record_key, id_, sealed)
                except SealBroken:
                    continue
    return found


def _content(path: Path) -> bytes:
    """The file's bytes; those of the write-ahead log without the headers of its pages, which cut records in two."""
    content = path.read_bytes()
    if path.parent.name != "pg_wal":
        return content
    headers = {0: WAL_FIRST_HEADER}
    pages = range(0, len(content), WAL_PAGE)
    return b"".join(content[page + headers.get(page, WAL_HEADER) : page + WAL_PAGE] for page in pages)


def _record_keys(contents: set[bytes], bucket_keys: list[bytes], ids: tuple[UUID, ...]) -> Iterator[tuple[UUID, bytes]]:
    for content in contents:
        for place in WRAPPED.finditer(content):
            wrapped = content[place.end() : place.end() + WRAPPED_BYTES]
            if len(set(wrapped)) < LEAST_DIFFERENT:
                continue
            for key in bucket_keys:
                for id_ in ids:
                    try:
                        yield id_, unwrap(key, id_, wrapped)
                    except SealBroken:
                        continue
