"""The types of the statistics: a contact while it is counted, the ledger's lines, and releases."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Final, Self

from app.statistics.codebook import Workload
from app.statistics.periods import Period

# For each period of a table each cell's value: {"2026-11": {"de": 41, …}}.
Values = Mapping[str, Mapping[str, int]]

NO_HASH: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class Contact:
    """What one contact counts as, for the moment of counting only; None is what nobody learned."""

    began_at: datetime
    ended_at: datetime
    language: str | None = None
    topic: str | None = None
    land: str | None = None
    outcome: str | None = None
    kind: str | None = None
    waited_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One table's period: when its noise was drawn, by which workload, and how far it is. A gap was never open."""

    seq: int
    period: Period
    table_id: str
    workload: str
    scale: int
    gap: bool
    simulated: bool
    opened_at: datetime
    closed_at: datetime | None
    published_at: datetime | None
    previous: bytes
    hash: bytes

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and not self.gap


@dataclass(frozen=True, slots=True)
class Release:
    """What was published of a month or a quarter, for good.

    `counted_from`: the first day that was counted, later than the period's where the line began within it; `gaps` are
    parts of the period that were never open. A month's release holds the table `kind` by day.
    """

    period: Period
    published_at: datetime
    workload: str
    scale: int
    draws: int
    simulated: bool
    total: int
    counted_from: date
    gaps: tuple[Period, ...]
    tables: Mapping[str, Values]

    def as_text(self) -> str:
        """The release as canonical JSON: what is stored, and byte for byte the same at every reading."""
        written = {
            "period": str(self.period),
            "published_at": self.published_at.astimezone(UTC).isoformat(timespec="seconds"),
            "workload": self.workload,
            "scale": self.scale,
            "draws": self.draws,
            "simulated": self.simulated,
            "total": self.total,
            "counted_from": self.counted_from.isoformat(),
            "gaps": [str(gap) for gap in self.gaps],
            "tables": self.tables,
        }
        return json.dumps(written, sort_keys=True, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Self:
        written = json.loads(text)
        return cls(
            Period.parse(written["period"]),
            datetime.fromisoformat(written["published_at"]),
            written["workload"],
            written["scale"],
            written["draws"],
            written["simulated"],
            written["total"],
            date.fromisoformat(written["counted_from"]),
            tuple(Period.parse(gap) for gap in written["gaps"]),
            written["tables"],
        )

    @property
    def content_hash(self) -> str:
        return sha256(self.as_text().encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class StoredRelease:
    """A release as it stands in the chain of all releases."""

    seq: int
    period: str
    content: str
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class ReleaseHead:
    """What a list says about a release."""

    period: Period
    published_at: datetime
    workload: str
    draws: int
    simulated: bool
    total: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class OpenPeriod:
    """A month or a quarter that is counted now or waits for its publication, and when that can be at the earliest."""

    period: Period
    workload: str
    publishable_at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """Everything that is published, with the workloads to read it by, what was never open and what is still to come."""

    releases: tuple[Release, ...]
    workloads: Mapping[str, Workload]
    gaps: tuple[Period, ...]
    open: tuple[OpenPeriod, ...]
    simulated: bool | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A quarter that was opened: by which workload, and which of its periods came too late and are gaps."""

    quarter: Period
    workload: str
    gaps: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a round of the keeper did."""

    opened: tuple[Opened, ...] = ()
    closed: tuple[Period, ...] = ()
    published: tuple[Period, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.opened or self.closed or self.published)


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """What a look through the ledger found; `state` is to be noted elsewhere, and later states must go on from it."""

    openings: int
    releases: int
    faults: tuple[str, ...]
    state: str

    @property
    def sound(self) -> bool:
        return not self.faults
