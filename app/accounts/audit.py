"""The audit: who did what to whom, added to and never changed, and a check that finds any change."""

import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from app.accounts import audit_store, chain
from app.accounts.means import Accounts
from app.accounts.models import Action, Actor, AuditEntry, AuditPage, AuditReport, Detail
from app.accounts.refusals import AccountRefused
from app.accounts.rules import checked_details, checked_subject, is_id
from app.accounts.tables import AuditHeadRow, AuditKeyRow, AuditRow
from app.kit.crypto import KeyRing
from app.kit.reach import EVERYTHING, NOTHING, AsyncSession, transaction

_PAGE: Final = 1_000


async def record(
    session: AsyncSession,
    accounts: Accounts,
    actor: Actor | None,
    action: Action,
    subject: UUID | str = "",
    **details: Detail,
) -> None:
    """Adds a line within the caller's transaction, which should do it last: nobody else adds until it ends.

    `actor` None is somebody unknown. Raises TypeError for details that the action does not carry, and for a
    subject that is no id.
    """
    written = checked_details(action, details)
    head = await audit_store.lock_head(session)
    seq = head.seq + 1
    key = await _key_for(session, accounts.keys, seq)
    row = AuditRow(
        seq=seq,
        at=accounts.clock(),
        actor="" if actor is None else str(actor),
        action=action.value,
        subject=checked_subject(subject),
        details=written,
        previous=head.last,
        mac=b"",
    )
    row.mac = chain.mac_of(key, row)
    session.add(row)
    head.seq, head.last, head.mac = seq, row.mac, chain.head_mac_of(key, seq, row.mac)
    await session.flush()


async def _key_for(session: AsyncSession, keys: KeyRing, seq: int) -> bytes:
    """The key for the next line: a new one where there is none or the ring has got a new first key.

    All older keys are then sealed again, so that lines stay readable after the ring has lost the key of their time.
    """
    rows = await audit_store.list_keys(session)
    newest = chain.open_key(keys, rows[0]) if rows else None
    if newest is not None and chain.is_sealed_newest(keys, rows[0], newest):
        return newest
    chain.seal_again(keys, rows)
    row, key = chain.new_key(keys, seq)
    await session.merge(row)
    return key


async def list_audit(  # noqa: PLR0913  Each filter by its own name.
    accounts: Accounts,
    *,
    action: Action | None = None,
    actor: str | None = None,
    subject: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> AuditPage:
    """The lines that fit, from the newest to the oldest, `limit` at a time."""
    if not all(is_id(written) for written in (actor, subject) if written is not None):
        return AuditPage((), None)
    async with transaction(accounts.database, NOTHING) as session:
        fits = {"action": action, "actor": actor, "subject": subject}
        rows = await audit_store.list_newest(session, fits, before, limit + 1)
    entries = tuple(_entry_of(row) for row in rows[:limit])
    return AuditPage(entries, entries[-1].seq if len(rows) > limit else None)


async def verify_audit(accounts: Accounts, *, noted: str | None = None) -> AuditReport:
    """Checks every line and the head; with a head "SEQ:HEX" noted outside also that the audit still contains that.

    The reasons: missing (a line is not there), changed (a line is not what was written), key (its key is gone or
    was changed), cut-off (the head does not fit the last line), noted (the noted head is not part of it).
    """
    check = _Check(accounts.keys, *_read_noted(noted))
    async with transaction(accounts.database, EVERYTHING) as session:
        await _read_on(session, check)
        # Whatever was added meanwhile is read while nobody can add.
        head = await audit_store.find_head(session)
        await _read_on(session, check)
        check.open_keys(await audit_store.list_keys(session))
        anything = bool(check.seq or check.keys) or await audit_store.people_exist(session)
    return check.report(head, anything=anything)


async def _read_on(session: AsyncSession, check: "_Check") -> None:
    """Checks the lines that follow, until there are no more or one is found broken."""
    while check.fault is None and (rows := await audit_store.list_after(session, check.seq, _PAGE)):
        # Read after the lines: a line that was added just now may be the first under a new key.
        check.open_keys(await audit_store.list_keys(session))
        for row in rows:
            check.take(row)
            if check.fault:
                return
        session.expunge_all()


class _Check:
    """How far a check has come: the last sound line, and the first fault's code."""

    def __init__(self, ring: KeyRing, noted_seq: int, noted_mac: bytes) -> None:
        self.ring = ring
        self.noted_seq, self.noted_mac = noted_seq, noted_mac
        self.keys: list[tuple[int, bytes | None]] = []
        self.seq, self.last = 0, b""
        self.fault: str | None = None

    def open_keys(self, rows: Sequence[AuditKeyRow]) -> None:
        self.keys = [(row.since, chain.open_key(self.ring, row)) for row in rows]

    def take(self, row: AuditRow) -> None:
        """Goes on by one line, unless it is broken."""
        self.fault = chain.fault_of(row, self.last, self.seq + 1, self._key_at(row.seq))
        if self.fault is None and row.seq == self.noted_seq and row.mac != self.noted_mac:
            self.fault = "noted"
        if self.fault is None:
            self.seq, self.last = row.seq, row.mac

    def report(self, head: AuditHeadRow | None, *, anything: bool) -> AuditReport:
        """What was found; without a head there must not be anything."""
        fault = self.fault
        if fault is None and head is None and anything:
            fault = "missing"
        if fault is None and head and not chain.head_holds(head, self.seq, self.last, self._key_at(self.seq)):
            fault = "cut-off"
        if fault is None and self.noted_seq > self.seq:
            fault = "noted"
        if fault is not None:
            return AuditReport(self.seq, self.seq + 1, fault, None)
        return AuditReport(self.seq, None, None, f"{self.seq}:{self.last.hex()}" if self.seq else None)

    def _key_at(self, seq: int) -> bytes | None:
        """The key of the line with this number."""
        return next((key for since, key in self.keys if since <= seq), None)


def _read_noted(noted: str | None) -> tuple[int, bytes]:
    if noted is None:
        return 0, b""
    parts = re.fullmatch(r"([1-9]\d{0,17}):([0-9a-fA-F]{64})", noted.strip())
    if parts is None:
        raise AccountRefused("noted-malformed", "A noted head is a number, a colon and 64 hexadecimal digits.")
    return int(parts[1]), bytes.fromhex(parts[2])


def _entry_of(row: AuditRow) -> AuditEntry:
    return AuditEntry(row.seq, row.at, row.actor, row.action, row.subject, row.details)
