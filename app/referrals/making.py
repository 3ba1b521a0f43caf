"""Making a referral: to a centre with an agreement, with consent, once for each origin, with a code for the caller."""

import secrets
from collections.abc import Sequence
from uuid import UUID, uuid4

from pydantic import ValidationError

from app.accounts.audit import record
from app.accounts.models import Action
from app.kit.clock import today_in_germany
from app.kit.reach import EVERYTHING, AsyncSession, transaction
from app.referrals import outbox, store
from app.referrals.codes import ROUNDS, CodeKeys, open_code_keys
from app.referrals.consents import check_consent
from app.referrals.erasure import keep_secret
from app.referrals.means import Referrals
from app.referrals.models import By, Capacity, Consent, Made, Notice, Offer, Payload, ReferralState
from app.referrals.refusals import NoAgreement, PayloadRefused
from app.referrals.rules import EXPIRES_AFTER, Standing, columns_of, erased_by, is_valid_on, moved
from app.referrals.tables import AgreementRow, ReferralRow
from app.referrals.working_days import end_of_working_day


def payload_of(**fields: object) -> Payload:
    """What is to be passed on; raises PayloadRefused naming the first field that is wrong."""
    try:
        return Payload.model_validate(fields)
    except ValidationError as error:
        place = error.errors(include_input=False, include_url=False)[0]["loc"]
        raise PayloadRefused(str(place[0]) if place else "") from None


async def find_offer(referrals: Referrals, centre_id: str) -> Offer | None:
    """The centre as it takes referrals today; None where it takes none."""
    offers = await list_offers(referrals, [centre_id])
    return offers[0] if offers else None


async def list_offers(referrals: Referrals, centre_ids: Sequence[str]) -> list[Offer]:
    """Those of the centres that take referrals today: the independent ones first, else in the order given."""
    async with transaction(referrals.database, EVERYTHING) as session:
        agreements = {row.centre_id: row for row in await store.list_agreements(session, centre_ids)}
        capacities = {row.centre_id: Capacity(row.capacity) for row in await store.list_entries(session, centre_ids)}
    chosen = [agreements[centre_id] for centre_id in dict.fromkeys(centre_ids) if centre_id in agreements]
    offers = [_offer_of(referrals, row, capacities.get(row.centre_id, Capacity.NOW)) for row in chosen]
    return sorted((offer for offer in offers if offer), key=lambda offer: offer.announce_authority)


async def list_alternatives(referrals: Referrals, referral_id: UUID) -> list[Offer]:
    """The centres to which the referral could be forwarded: of its Land or the whole country, independent ones first.

    Among equals come first those that speak the language in which the caller consented.
    """
    async with transaction(referrals.database, EVERYTHING) as session:
        row = await store.find_referral(session, referral_id)
        agreements = await store.list_agreements(session)
        tried = await _tried(session, row)
    if row is None:
        return []
    near = [one.centre_id for one in agreements if one.land in {row.land, "DE"} and one.centre_id not in tried]
    offers = await list_offers(referrals, near)
    return sorted(offers, key=lambda offer: (offer.announce_authority, row.consent_language not in offer.languages))


async def refer(  # noqa: PLR0913  All that makes a referral.
    referrals: Referrals, *, centre_id: str, payload: Payload, consent: Consent, by: By, origin: bytes | None
) -> Made:
    """Makes a referral, or finds the one that the same origin has made; raises NoAgreement or ConsentRefused.

    `origin` is what makes it once, such as a call's key with its step; None: there is none like it.
    """
    check_consent(referrals.wordings, consent)
    code_keys = await open_code_keys(referrals)
    origin_hash = code_keys.origin_hash(origin or secrets.token_bytes(32))
    async with transaction(referrals.database, EVERYTHING) as session:
        made = await store.find_by_origin(session, origin_hash)
        if made is None:
            agreement = await get_agreement_of_today(session, referrals, centre_id)
            row = _row_of(referrals, agreement, payload, consent, by)
            row.origin_hash = origin_hash
            if await _add(session, row, code_keys):
                begun = await _begin(session, referrals, row, payload, agreement)
                await _tell_audit(session, referrals, row, by)
                return Made(store.referral_of(begun), code_keys.code(origin_hash, row.code_round), again=False)
            made = await store.find_by_origin(session, origin_hash)
    if made is None:
        raise NoAgreement
    return Made(store.referral_of(made), code_keys.code(origin_hash, made.code_round), again=True)


async def get_agreement_of_today(session: AsyncSession, referrals: Referrals, centre_id: str) -> AgreementRow:
    """The agreement of a centre that takes referrals today; raises NoAgreement."""
    row = await store.find_agreement(session, centre_id)
    entry = await store.find_entry(session, centre_id)
    capacity = Capacity(entry.capacity) if entry else Capacity.NOW
    if row is None or _offer_of(referrals, row, capacity) is None:
        raise NoAgreement
    return row


async def begin_again(
    session: AsyncSession, referrals: Referrals, old: ReferralRow, agreement: AgreementRow, payload: Payload
) -> ReferralRow:
    """The referral that another centre gets in the place of an old one, whose code and last day it takes over."""
    consent = store.referral_of(old).consent
    row = _row_of(referrals, agreement, payload, consent, "system")
    row.made_by, row.expires_at, row.forwarded_from = old.made_by, old.expires_at, old.id
    row.code_hash, row.code_round, old.code_hash = old.code_hash, old.code_round, None
    row.erase_at = erased_by(row.expires_at, None)
    _set_standing(row, store.standing_of(row))
    await session.flush()
    await store.add_referral(session, row)
    return await _begin(session, referrals, row, payload, agreement)


def _offer_of(referrals: Referrals, row: AgreementRow, capacity: Capacity) -> Offer | None:
    centre = referrals.directory.centres.get(row.centre_id)
    if centre is None or centre.status == "ended" or capacity is Capacity.CLOSED or row.demo != referrals.demo:
        return None
    if not is_valid_on(row.agreed_on, row.valid_to, today_in_germany(referrals.clock)):
        return None
    languages = tuple(row.languages) or centre.languages
    return Offer(centre.id, centre.name, not centre.independent, capacity, languages)


def _row_of(referrals: Referrals, agreement: AgreementRow, payload: Payload, consent: Consent, by: By) -> ReferralRow:
    at = referrals.clock()
    standing = Standing(
        state=ReferralState.REQUESTED,
        land=agreement.land,
        received_by=end_of_working_day(at, agreement.receive_days, agreement.land),
        answered_by=end_of_working_day(at, agreement.answer_days, agreement.land),
        expires_at=at + EXPIRES_AFTER,
    )
    row = ReferralRow(
        id=uuid4(),
        centre_id=agreement.centre_id,
        land=agreement.land,
        made_at=at,
        made_by=str(by),
        code_round=0,
        has_number=payload.number is not None,
        wants_sms=payload.sms_wished,
        consent_wording=consent.wording,
        consent_version=consent.version,
        consent_language=consent.language,
        consent_channel=consent.channel.value,
        consent_at=consent.given_at,
        consent_forwarding=consent.forwarding,
        received_by=standing.received_by,
        answered_by=standing.answered_by,
        expires_at=standing.expires_at,
        erase_at=erased_by(standing.expires_at, None),
        changed_at=at,
        state=standing.state.value,
    )
    _set_standing(row, standing)
    return row


def _set_standing(row: ReferralRow, standing: Standing) -> None:
    for name, value in columns_of(standing).items():
        setattr(row, name, value)


async def _add(session: AsyncSession, row: ReferralRow, code_keys: CodeKeys) -> bool:
    """False where the same origin has made a referral at the same time."""
    for code_round in range(ROUNDS):
        row.code_round = code_round
        row.code_hash = code_keys.code_hash(code_keys.code(row.origin_hash or b"", code_round))
        if await store.add_referral(session, row):
            return True
        if await store.find_by_origin(session, row.origin_hash or b""):
            return False
    return False


async def _begin(
    session: AsyncSession, referrals: Referrals, row: ReferralRow, payload: Payload, agreement: AgreementRow
) -> ReferralRow:
    """Keeps what is passed on, and has the centre told; one that looks into the portal by itself has it already."""
    await keep_secret(session, referrals, row.id, row.centre_id, payload)
    await outbox.put(session, Notice.REQUESTED, row.id, centre_id=row.centre_id, at=row.made_at)
    begun = await store.get_referral(session, row.id)
    if agreement.email is None and agreement.webhook_url is None:
        await store.change(session, begun, moved(store.standing_of(begun), ReferralState.DELIVERED, row.made_at))
    return begun


async def _tell_audit(session: AsyncSession, referrals: Referrals, row: ReferralRow, by: By) -> None:
    if isinstance(by, UUID):
        await record(session, referrals.accounts, by, Action.REFERRAL_MADE, row.id)


async def _tried(session: AsyncSession, row: ReferralRow | None) -> set[str]:
    """The centres that have or had the referral."""
    tried: set[str] = set()
    while row is not None:
        tried.add(row.centre_id)
        row = await store.find_referral(session, row.forwarded_from) if row.forwarded_from else None
    return tried
