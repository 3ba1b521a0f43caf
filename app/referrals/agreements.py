"""What centres agreed to in writing: who may get referrals, by when they answer, and where they are told of them."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from app.accounts.audit import record
from app.accounts.models import Action, Actor
from app.kit.clock import today_in_germany
from app.kit.errors import HotlineError
from app.kit.extent import CENTRE_ID, Reach, only
from app.kit.reach import EVERYTHING, AsyncSession, transaction
from app.referrals import store
from app.referrals.addresses import check_webhook_address
from app.referrals.mail import check_mail_address
from app.referrals.means import Referrals
from app.referrals.models import Agreement
from app.referrals.refusals import AgreementRefused
from app.referrals.rules import SECRET_BEFORE_LIFE
from app.referrals.tables import AgreementRow
from app.referrals.webhook_signature import new_secret

OPERATOR: Final = "operator:"
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LONGEST_ROLE: Final = 100
_MOST_RECEIVE_DAYS: Final = 20
_MOST_ANSWER_DAYS: Final = 30


async def set_agreement(  # noqa: PLR0913  All that is agreed.
    referrals: Referrals,
    *,
    by: Actor,
    centre_id: str,
    agreed_on: date,
    agreed_with: str,
    valid_to: date | None = None,
    operator_id: str | None = None,
    email: str | None = None,
    webhook_url: str | None = None,
    receive_days: int = 1,
    answer_days: int = 3,
    languages: Sequence[str] = (),
) -> Agreement:
    """Keeps what a centre agreed to, in the place of what it agreed to before; raises AgreementRefused."""
    row = AgreementRow(
        centre_id=centre_id,
        operator_id=operator_id,
        agreed_on=agreed_on,
        agreed_with=agreed_with.strip(),
        valid_to=valid_to,
        email=email,
        webhook_url=webhook_url,
        receive_days=receive_days,
        answer_days=answer_days,
        languages=list(languages),
        land=_land_of(referrals, centre_id),
        demo=referrals.demo,
        set_at=referrals.clock(),
        set_by=str(by),
    )
    _check(row, demo=referrals.demo)
    async with transaction(referrals.database, EVERYTHING) as session:
        _keep_secrets(row, await store.find_agreement(session, centre_id, lock=True))
        await store.save_agreement(session, row)
        await record(session, referrals.accounts, by, Action.AGREEMENT_SET, centre_id)
    return agreement_of(row)


async def end_agreement(referrals: Referrals, *, by: Actor, centre_id: str) -> Agreement:
    """Ends an agreement yesterday: no new referrals from today on, while those that are open are answered still."""
    async with transaction(referrals.database, EVERYTHING) as session:
        row = await _get(session, centre_id)
        yesterday = date.fromordinal(today_in_germany(referrals.clock).toordinal() - 1)
        row.agreed_on = min(row.agreed_on, yesterday)
        row.valid_to = yesterday
        row.set_at, row.set_by = referrals.clock(), str(by)
        await session.flush()
        await record(session, referrals.accounts, by, Action.AGREEMENT_ENDED, centre_id)
        return agreement_of(row)


async def set_webhook_secret(referrals: Referrals, *, by: Actor, centre_id: str) -> str:
    """A new secret for the centre's webhook, shown once; the one before is used beside it for some days."""
    secret, at = new_secret(), referrals.clock()
    async with transaction(referrals.database, EVERYTHING) as session:
        row = await _get(session, centre_id)
        if row.webhook_url is None:
            raise AgreementRefused("webhook-missing", "This centre has no webhook.", field="webhook_url")
        if row.webhook_secret_sealed is not None:
            row.webhook_secret_before_sealed = row.webhook_secret_sealed
            row.webhook_secret_before_until = at + SECRET_BEFORE_LIFE
        row.webhook_secret_sealed = referrals.keys.seal(secret.encode(), bound_to=_bound(centre_id))
        await session.flush()
        await record(session, referrals.accounts, by, Action.WEBHOOK_SECRET_RENEWED, centre_id)
    return secret


def open_secrets(referrals: Referrals, row: AgreementRow) -> tuple[str, ...]:
    """The secrets that the receiver of a webhook may hold: the present one first, and the one before while it counts.

    Raises SealBroken.
    """
    sealed = [row.webhook_secret_sealed]
    if row.webhook_secret_before_until is not None and referrals.clock() < row.webhook_secret_before_until:
        sealed.append(row.webhook_secret_before_sealed)
    return tuple(referrals.keys.open(one, bound_to=_bound(row.centre_id)).decode() for one in sealed if one)


async def find_agreement(referrals: Referrals, reach: Reach, centre_id: str) -> Agreement | None:
    async with transaction(referrals.database, reach) as session:
        row = await store.find_agreement(session, centre_id)
    return None if row is None else agreement_of(row)


async def list_agreements(referrals: Referrals, reach: Reach) -> list[Agreement]:
    """The agreements within reach, ended ones too."""
    async with transaction(referrals.database, reach) as session:
        return [agreement_of(row) for row in await store.list_agreements(session)]


async def list_sites(referrals: Referrals, staff_of: str) -> tuple[str, ...]:
    """The centres whose referrals the staff of a centre or of an operator (`operator:…`) look after."""
    if not staff_of.startswith(OPERATOR):
        return (staff_of,)
    async with transaction(referrals.database, EVERYTHING) as session:
        return tuple(await store.list_sites(session, staff_of.removeprefix(OPERATOR)))


async def reach_of_staff(referrals: Referrals, staff_of: str) -> Reach:
    """The rows that the staff of a centre or an operator may see."""
    return only(*dict.fromkeys((staff_of, *await list_sites(referrals, staff_of))))


def agreement_of(row: AgreementRow) -> Agreement:
    """The agreement without its secrets."""
    return Agreement(
        centre_id=row.centre_id,
        agreed_on=row.agreed_on,
        agreed_with=row.agreed_with,
        valid_to=row.valid_to,
        operator_id=row.operator_id,
        email=row.email,
        webhook_url=row.webhook_url,
        has_webhook_secret=row.webhook_secret_sealed is not None,
        receive_days=row.receive_days,
        answer_days=row.answer_days,
        languages=tuple(row.languages),
        land=row.land,
        demo=row.demo,
        set_at=row.set_at,
        set_by=row.set_by,
    )


def _land_of(referrals: Referrals, centre_id: str) -> str:
    centre = referrals.directory.centres.get(centre_id)
    if centre is None:
        raise AgreementRefused("centre-unknown", "There is no such centre in the directory.", field="centre_id")
    return centre.land


def _check(row: AgreementRow, *, demo: bool) -> None:
    """Raises AgreementRefused for the first field that is wrong."""
    if not 0 < len(row.agreed_with) <= _LONGEST_ROLE or not row.agreed_with.isprintable():
        sentence = "With whom it was agreed is a role of 1 to 100 characters, such as: management."
        raise AgreementRefused("role-malformed", sentence, field="agreed_with")
    if row.valid_to is not None and row.valid_to < row.agreed_on:
        raise AgreementRefused("dates-reversed", "An agreement ends after it was made.", field="valid_to")
    if not 1 <= row.receive_days <= _MOST_RECEIVE_DAYS or not row.receive_days <= row.answer_days <= _MOST_ANSWER_DAYS:
        sentence = "A centre takes note within 1 to 20 working days and answers within 30, not before."
        raise AgreementRefused("days-malformed", sentence, field="receive_days")
    if row.operator_id is not None and (":" in row.operator_id or not CENTRE_ID.fullmatch(row.operator_id)):
        raise AgreementRefused("operator-malformed", "This is not the id of an operator.", field="operator_id")
    if not all(_LANGUAGE.fullmatch(language) for language in row.languages):
        raise AgreementRefused("language-malformed", "Languages are written like ar or zh-Hant.", field="languages")
    _check_ways(row, demo=demo)


def _check_ways(row: AgreementRow, *, demo: bool) -> None:
    try:
        if row.email is not None:
            check_mail_address(row.email)
    except HotlineError as error:
        raise AgreementRefused("email-malformed", str(error), field="email") from None
    try:
        if row.webhook_url is not None:
            check_webhook_address(row.webhook_url, loopback=demo)
    except HotlineError as error:
        raise AgreementRefused("webhook-malformed", str(error), field="webhook_url") from None


def _keep_secrets(row: AgreementRow, before: AgreementRow | None) -> None:
    """A webhook's secrets stay with its address and go with it."""
    if before is not None and row.webhook_url is not None and row.webhook_url == before.webhook_url:
        row.webhook_secret_sealed = before.webhook_secret_sealed
        row.webhook_secret_before_sealed = before.webhook_secret_before_sealed
        row.webhook_secret_before_until = before.webhook_secret_before_until


async def _get(session: AsyncSession, centre_id: str) -> AgreementRow:
    row = await store.find_agreement(session, centre_id, lock=True)
    if row is None:
        raise AgreementRefused("no-agreement-here", "There is no agreement with this centre.", field="centre_id")
    return row


def _bound(centre_id: str) -> bytes:
    return f"webhook secret:{centre_id}".encode()
