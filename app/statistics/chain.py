"""How the ledger's lines and the releases hang together: each hash covers the line and the one before it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC
from fractions import Fraction
from hashlib import sha256

from app.statistics.models import NO_HASH, LedgerLine, Release, StoredRelease
from app.statistics.periods import Period
from app.statistics.rules import PlannedTable


def following(last: LedgerLine, plan: Iterable[PlannedTable]) -> list[LedgerLine]:
    """The ledger's next lines, one for each planned table, which share all else with `last`."""
    lines = []
    for planned in plan:
        line = replace(
            last,
            seq=last.seq + 1,
            period=planned.period,
            table_id=planned.table.id,
            gap=planned.gap,
            previous=last.hash,
        )
        last = replace(line, hash=hash_of_line(line))
        lines.append(last)
    return lines


def hash_of_line(line: LedgerLine) -> bytes:
    """SHA-256 over what never changes of a line; when it was closed and published is not part of it."""
    opened_at = line.opened_at.astimezone(UTC).isoformat(timespec="microseconds")
    shared = [line.workload, line.scale, line.gap, line.simulated, opened_at]
    return _digest(["line", line.seq, str(line.period), line.table_id, *shared, line.previous.hex()])


def stored(release: Release, head: tuple[int, bytes]) -> StoredRelease:
    """The release as the next of its chain."""
    seq, previous = head
    content = release.as_text()
    digest = hash_of_release(seq + 1, content, previous)
    return StoredRelease(seq + 1, str(release.period), content, previous, digest)


def hash_of_release(seq: int, content: str, previous: bytes) -> bytes:
    return _digest(["release", seq, content, previous.hex()])


def _digest(content: list[object]) -> bytes:
    return sha256(json.dumps(content, separators=(",", ":")).encode()).digest()


def ledger_faults(lines: Sequence[LedgerLine]) -> list[str]:
    """Where lines are missing, changed or out of order, one sentence each; `lines` in the order of their numbers."""
    faults, previous = [], NO_HASH
    for number, line in enumerate(lines, start=1):
        if line.seq != number or line.previous != previous or line.hash != hash_of_line(line):
            faults.append(f"Ledger line {number} ({line.period}, {line.table_id}) is not the one that was written.")
        previous = line.hash
    return faults


def release_faults(releases: Sequence[StoredRelease]) -> list[str]:
    """Where releases are missing, changed or out of order, one sentence each."""
    faults, previous = [], NO_HASH
    for number, kept in enumerate(releases, start=1):
        whole = kept.hash == hash_of_release(kept.seq, kept.content, kept.previous)
        if kept.seq != number or kept.previous != previous or not whole:
            faults.append(f"Release {number} ({kept.period}) is not the one that was published.")
        previous = kept.hash
    return faults


def epsilon_of(lines: Iterable[LedgerLine]) -> Fraction:
    """What one contact spends that falls into all these tables' periods."""
    return sum((Fraction(1, line.scale) for line in lines if not line.gap), Fraction(0))


def state_of(lines: Sequence[LedgerLine], releases: Sequence[StoredRelease]) -> str:
    """The last numbers and hashes, to be noted elsewhere; who changes the past cannot make them again."""
    ledger = f"{lines[-1].seq}:{lines[-1].hash.hex()}" if lines else "0"
    published = f"{releases[-1].seq}:{releases[-1].hash.hex()}" if releases else "0"
    return f"{ledger} {published}"


def periods_of(lines: Iterable[LedgerLine]) -> tuple[Period, ...]:
    """The periods of some lines, each once, in their order in time."""
    return tuple(sorted({line.period for line in lines}))


def widest(gaps: Iterable[Period]) -> tuple[Period, ...]:
    """The gaps that lie in no larger gap, in their order in time."""
    distinct = set(gaps)
    return tuple(sorted(gap for gap in distinct if not any(other != gap and other.covers(gap) for other in distinct)))
