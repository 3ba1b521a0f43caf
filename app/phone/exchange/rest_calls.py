"""The REST API's verbs on calls: create, redirect, end, list, delete."""

from dataclasses import replace

from app.phone.awaiting import request_for
from app.phone.exchange.ending import end_unneeded, leave_place
from app.phone.exchange.listing import Json, equals, page, within
from app.phone.exchange.models import (
    CALL_LIMIT_SECONDS,
    Account,
    Call,
    Document,
    Ends,
    ExchangeRefusal,
    GoOn,
    Hook,
    Instructions,
)
from app.phone.exchange.outbound import create_call
from app.phone.exchange.request import Asked, is_number
from app.phone.exchange.shapes import call_json
from app.phone.exchange.state import Exchange, get_record, moment_at, schedule

_ENDS = frozenset({"completed", "canceled"})


def list_calls(exchange: Exchange, account: Account, asked: Asked) -> Json:
    values = asked.values
    chosen = [
        call
        for call in exchange.calls.values()
        if call.account_sid == account.sid
        and equals(values, "Status", call.status)
        and equals(values, "To", call.to_number)
        and equals(values, "From", call.from_number)
        and equals(values, "ParentCallSid", call.parent_sid)
        and within(values, "StartTime", moment_at(exchange, call.created_seconds))
        and within(values, "EndTime", None if call.ended_seconds is None else moment_at(exchange, call.ended_seconds))
    ]
    return page("calls", asked.path, values, chosen, lambda call: call_json(exchange, call))


def post_call(exchange: Exchange, account: Account, asked: Asked) -> Json:
    values = asked.values
    ends = Ends(values.get("From", ""), values.get("To", ""))
    if not is_number(ends.to_number):
        raise ExchangeRefusal(400, 21211, "The 'To' number is not a valid phone number")
    if ends.from_number not in account.numbers:
        raise ExchangeRefusal(400, 21210, "The source phone number is not verified for this account")
    return call_json(exchange, create_call(exchange, account, ends, instructions_of(asked)))


def instructions_of(asked: Asked) -> Instructions:
    """What the request says of documents and callbacks; raises ExchangeRefusal without a document."""
    values = asked.values
    if not values.get("Url") and not values.get("Twiml"):
        raise ExchangeRefusal(400, 21205, "Neither 'Url' nor 'Twiml' was given")
    events = frozenset(asked.every("StatusCallbackEvent")) or Hook().events
    return Instructions(
        voice=Hook(values.get("Url", ""), values.get("Method", "POST").upper()),
        fallback=Hook(values.get("FallbackUrl", ""), values.get("FallbackMethod", "POST").upper()),
        status=Hook(values.get("StatusCallback", ""), values.get("StatusCallbackMethod", "POST").upper(), events),
        twiml=values.get("Twiml", ""),
        ring_seconds=float(values.get("Timeout", "60")),
        limit_seconds=float(values.get("TimeLimit", str(CALL_LIMIT_SECONDS))),
        send_digits=values.get("SendDigits", ""),
    )


def get_call(exchange: Exchange, account: Account, asked: Asked) -> Json:
    return call_json(exchange, get_record(exchange.calls, account, asked.sid))


def change_call(exchange: Exchange, account: Account, asked: Asked) -> Json:
    """Send the call elsewhere or end it; a call that has ended stays as it is, whatever is asked."""
    call = get_record(exchange.calls, account, asked.sid)
    if call.ended:
        raise ExchangeRefusal(400, 21220, "Call is not in-progress. Cannot redirect.")
    if status := asked.values.get("Status", ""):
        _end(exchange, call, status)
    else:
        redirect(exchange, call, asked)
    return call_json(exchange, call)


def _end(exchange: Exchange, call: Call, status: str) -> None:
    """“canceled” ends only what is not yet answered, “completed” everything."""
    if status not in _ENDS:
        raise ExchangeRefusal(400, 21218, f"The status {status} cannot be asked for")
    if status == "completed" or call.status != "in-progress":
        end_unneeded(exchange, call)


def redirect(exchange: Exchange, call: Call, asked: Asked) -> None:
    """Take the call from wherever it is to another document; one that is not yet answered cannot go anywhere."""
    if call.status != "in-progress":
        raise ExchangeRefusal(400, 21220, "Call is not in-progress. Cannot redirect.")
    given = instructions_of(asked)
    leave_place(exchange, call, "redirected")
    if given.fallback.url:
        call.instructions = replace(call.instructions, fallback=given.fallback)
    step = Document(given.twiml) if given.twiml else request_for(given.voice.url, given.voice.method)
    schedule(exchange, GoOn(call.sid, call.moment, step))


def delete_call(exchange: Exchange, account: Account, asked: Asked) -> None:
    call = get_record(exchange.calls, account, asked.sid)
    since = call.ended_seconds
    if since is None or exchange.now_seconds < since + exchange.deletable_after_seconds:
        raise ExchangeRefusal(409, 20409, "The call cannot be deleted yet")
    del exchange.calls[call.sid]
