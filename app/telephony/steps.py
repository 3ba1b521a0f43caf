"""One step of a call: the engine's answer to one input as a document, and a safe one whatever goes wrong."""

from collections.abc import Mapping
from http import HTTPStatus

from app.calls import service
from app.calls.lasting import Occasion
from app.calls.waiting import Since, begin_wait, in_time, milliseconds_of, since_in
from app.ivr.model import Record, Session, Wait
from app.ivr.trail import extended
from app.kit.log import get_logger
from app.telephony.door import Answer, Arrival, Telephony
from app.telephony.line_addresses import place_query, record_addresses, wait_addresses
from app.telephony.prepared import is_plain, keep
from app.telephony.safe import safe_document
from app.telephony.sealing import seal, step_url, with_trail, write_session
from app.telephony.twiml import render

log = get_logger(__name__)


async def take_step(telephony: Telephony, arrival: Arrival) -> Answer:
    """One step of a call; whatever goes wrong in it, the caller hears a safe document in time."""
    setter = telephony.setter
    try:
        advanced = service.advance(
            setter.playbook, arrival.session, arrival.heard, outside=telephony.outside is not None
        )
        if advanced.pending is not None and telephony.outside is not None:
            advanced = await service.carry_out(
                setter.playbook, telephony.outside, _occasion(telephony, arrival), advanced
            )
        session = with_trail(write_session(advanced.session), extended(arrival.trail, advanced.visited))
        last = advanced.verbs[-1] if advanced.verbs else None
        if isinstance(last, (Wait, Record)):
            addresses = await _line_addresses(telephony, arrival, last, session)
        else:
            addresses = (address_of(telephony, arrival.call_sid, arrival.sequence + 1, session),)
        document = render(setter, advanced.verbs, advanced.session.language, *addresses)
        if is_plain(arrival.session, arrival.heard, advanced):
            place = (write_session(arrival.session), arrival.heard)
            keep(telephony.prepared, place, advanced, document, addresses[0])
        await note(telephony, arrival.call_sid, arrival.sequence, advanced.counted)
    except Exception as error:  # noqa: BLE001  Nobody hears an English error: every fault gets a spoken answer.
        log.error("step failed", error=type(error).__name__)  # noqa: TRY400  An error's text may quote a caller.
        document = safe_document(setter, arrival.session.language, arrival.path, arrival.query, telephony.base_url)
    return Answer(HTTPStatus.OK, document)


async def note(telephony: Telephony, call_sid: str, sequence: int, counted: Mapping[str, str]) -> None:
    """Keep what a step counts as, if it counts as anything."""
    if counted:
        keys = telephony.keys.keyed_hashes("call", call_sid)
        await service.note(telephony.pool, keys, sequence, counted)


async def _line_addresses(
    telephony: Telephony, arrival: Arrival, last: Wait | Record, session: bytes
) -> tuple[str, ...]:
    """Where the call goes on that waits or is recorded. Only who waits costs a look into the database."""
    sequence = arrival.sequence + 1
    token = seal(telephony.keys, arrival.call_sid, sequence, session)
    if isinstance(last, Record):
        return record_addresses(telephony.base_url, place_query(sequence, token))
    return wait_addresses(telephony.base_url, place_query(sequence, token, await _since(telephony, arrival)))


async def _since(telephony: Telephony, arrival: Arrival) -> Since:
    """Since when the call is in line; a database that is away costs no place."""
    moment, before = telephony.clock(), since_in(arrival.query)
    entered = before.entered if before is not None else None
    if telephony.outside is not None:
        keys = telephony.keys.keyed_hashes("call", arrival.call_sid)
        try:
            return await in_time(begin_wait(telephony.outside.memory, keys, arrival.sequence, moment, entered))
        except Exception as error:  # noqa: BLE001  Whatever breaks, the call waits.
            log.error("begin of a wait not noted", error=type(error).__name__)  # noqa: TRY400  An error's text may quote a caller.
    now = milliseconds_of(moment)
    return Since(entered or now, now)


def _occasion(telephony: Telephony, arrival: Arrival) -> Occasion:
    keys = telephony.keys.keyed_hashes("call", arrival.call_sid)
    return Occasion(keys, arrival.sequence, arrival.caller_number)


def address_of(telephony: Telephony, call_sid: str, sequence: int, session: bytes) -> str:
    """Where Twilio brings the call's next input; it carries the session."""
    return step_url(telephony.base_url, sequence, seal(telephony.keys, call_sid, sequence, session))


def new_session(telephony: Telephony) -> Session:
    """A call that stands nowhere yet."""
    return Session(telephony.setter.playbook.book.content_hash)
