"""The REST API's verbs on queues and conferences."""

from xml.sax.saxutils import escape, quoteattr

from app.phone.awaiting import request_for
from app.phone.exchange.conferences import finish
from app.phone.exchange.ending import end_call
from app.phone.exchange.listing import Json, Values, equals, page
from app.phone.exchange.models import (
    Account,
    Call,
    Conference,
    Ends,
    ExchangeRefusal,
    Instructions,
    Participant,
    Queue,
    Tell,
)
from app.phone.exchange.notices import params_of, tell_conference
from app.phone.exchange.outbound import create_call
from app.phone.exchange.request import Asked, is_number
from app.phone.exchange.rest_calls import redirect
from app.phone.exchange.shapes import conference_json, member_json, participant_json, queue_json
from app.phone.exchange.state import Exchange, get_record, schedule

_FRONT = "Front"


def list_queues(exchange: Exchange, account: Account, asked: Asked) -> Json:
    queues = [queue for queue in exchange.queues.values() if queue.account_sid == account.sid]
    return page("queues", asked.path, asked.values, queues, lambda queue: queue_json(exchange, queue))


def get_queue(exchange: Exchange, account: Account, asked: Asked) -> Json:
    return queue_json(exchange, get_record(exchange.queues, account, asked.sid))


def list_members(exchange: Exchange, account: Account, asked: Asked) -> Json:
    queue = get_record(exchange.queues, account, asked.sids["room_sid"])
    calls = [exchange.calls[sid] for sid in queue.call_sids]
    return page("queue_members", asked.path, asked.values, calls, lambda call: member_json(exchange, queue, call))


def get_member(exchange: Exchange, account: Account, asked: Asked) -> Json:
    queue = get_record(exchange.queues, account, asked.sids["room_sid"])
    return member_json(exchange, queue, _member(exchange, queue, asked.sid))


def dequeue(exchange: Exchange, account: Account, asked: Asked) -> Json:
    """Take a member, or the one that waits longest, to another document."""
    queue = get_record(exchange.queues, account, asked.sids["room_sid"])
    call = _member(exchange, queue, asked.sid)
    answer = member_json(exchange, queue, call)
    redirect(exchange, call, asked)
    return answer


def _member(exchange: Exchange, queue: Queue, sid: str) -> Call:
    if sid == _FRONT and queue.call_sids:
        sid = queue.call_sids[0]
    if sid not in queue.call_sids:
        raise ExchangeRefusal(404, 20404, "No such call waits in this queue")
    return exchange.calls[sid]


def list_conferences(exchange: Exchange, account: Account, asked: Asked) -> Json:
    rooms = [
        room
        for room in exchange.conferences.values()
        if room.account_sid == account.sid
        and equals(asked.values, "Status", room.status)
        and equals(asked.values, "FriendlyName", room.name)
    ]
    return page("conferences", asked.path, asked.values, rooms, lambda room: conference_json(exchange, room))


def get_conference(exchange: Exchange, account: Account, asked: Asked) -> Json:
    return conference_json(exchange, get_record(exchange.conferences, account, asked.sid))


def change_conference(exchange: Exchange, account: Account, asked: Asked) -> Json:
    room = get_record(exchange.conferences, account, asked.sid)
    if asked.values.get("Status") == "completed":
        finish(exchange, room, "conference-ended-via-api")
    return conference_json(exchange, room)


def list_participants(exchange: Exchange, account: Account, asked: Asked) -> Json:
    room = get_record(exchange.conferences, account, asked.sids["room_sid"])
    calls = [exchange.calls[sid] for sid in room.participants]

    def shape(call: Call) -> Json:
        return participant_json(exchange, room, room.participants[call.sid])

    return page("participants", asked.path, asked.values, calls, shape)


def post_participant(exchange: Exchange, account: Account, asked: Asked) -> Json:
    """Ring somebody, who joins the conference on answering."""
    room = get_record(exchange.conferences, account, asked.sids["room_sid"])
    values = asked.values
    ends = Ends(values.get("From", ""), values.get("To", ""))
    if room.status == "completed" or not is_number(ends.to_number) or ends.from_number not in account.numbers:
        raise ExchangeRefusal(400, 21211, "Nobody can be brought into this conference with these numbers")
    call = create_call(exchange, account, ends, Instructions(twiml=_joining(room, values)))
    waiting = Participant(
        call.sid,
        exchange.now_seconds,
        values.get("Label", ""),
        starts=values.get("StartConferenceOnEnter", "true") == "true",
        ends=values.get("EndConferenceOnExit", "false") == "true",
    )
    return {**participant_json(exchange, room, waiting), "status": "queued"}


def _joining(room: Conference, values: Values) -> str:
    """The document that takes a call into the room."""
    attributes = "".join(
        f" {name}={quoteattr(values[given])}"
        for given, name in (
            ("StartConferenceOnEnter", "startConferenceOnEnter"),
            ("EndConferenceOnExit", "endConferenceOnExit"),
            ("Label", "participantLabel"),
            ("Muted", "muted"),
        )
        if given in values
    )
    return f"<Response><Dial><Conference{attributes}>{escape(room.name)}</Conference></Dial></Response>"


def get_participant(exchange: Exchange, account: Account, asked: Asked) -> Json:
    room, person = _participant(exchange, account, asked)
    return participant_json(exchange, room, person)


def change_participant(exchange: Exchange, account: Account, asked: Asked) -> Json:
    """Mute, hold, announce something, or decide whether the conference ends when they go."""
    room, person = _participant(exchange, account, asked)
    values = asked.values
    if "Muted" in values:
        person.muted = values["Muted"].lower() == "true"
        tell_conference(exchange, room, "participant-mute" if person.muted else "participant-unmute", person.call_sid)
    if "Hold" in values:
        person.held = values["Hold"].lower() == "true"
        tell_conference(exchange, room, "participant-hold" if person.held else "participant-unhold", person.call_sid)
    if "EndConferenceOnExit" in values:
        person.ends = values["EndConferenceOnExit"].lower() == "true"
    for words, method in (("HoldUrl", "HoldMethod"), ("AnnounceUrl", "AnnounceMethod")):
        if values.get(words):
            request = request_for(values[words], values.get(method, "POST").upper())
            params = params_of(exchange.calls[person.call_sid])
            schedule(exchange, Tell(account.sid, request, params, person.call_sid))
    return participant_json(exchange, room, person)


def kick(exchange: Exchange, account: Account, asked: Asked) -> None:
    """Hang up on a participant."""
    _, person = _participant(exchange, account, asked)
    end_call(exchange, exchange.calls[person.call_sid], "completed")


def _participant(exchange: Exchange, account: Account, asked: Asked) -> tuple[Conference, Participant]:
    room = get_record(exchange.conferences, account, asked.sids["room_sid"])
    named = (person for person in room.participants.values() if asked.sid in {person.call_sid, person.label})
    person = next(named, None)
    if person is None:
        raise ExchangeRefusal(404, 20404, "No such call is in this conference")
    return room, person
