"""`hotline retention`: what is kept and for how long, as the code has it, and what has outlived its time."""

import asyncio
import sys
from datetime import timedelta

from app.commands.referrals import opened
from app.kit.db import open_pool
from app.kit.settings import get_settings

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


def retention() -> None:
    """Print what is kept and for how long; with DATABASE_URL also what has outlived its time, as counts."""
    sys.stdout.write(retention_table())
    if get_settings().database_url is not None:
        overdue = asyncio.run(_overdue())
        sys.stdout.write("".join(f"overdue {name}: {count}\n" for name, count in overdue.items()))
        raise SystemExit(1 if any(overdue.values()) else 0)


def retention_table() -> str:
    """A Markdown table of all that is kept, where, and for how long; its numbers are those of the code."""
    rows = ["| what | where | how long |", "| --- | --- | --- |"]
    line = (*_line(), *_kept_numbers(), *_plan())
    kept = (*_calls(), *line, *_texts(), *_provider(), *_statistics(), *_referrals(), *_people())
    rows += [f"| {what} | {where} | {how_long} |" for what, where, how_long in kept]
    return "\n".join(rows) + "\n"


async def _overdue() -> dict[str, int]:
    from app.queue import sweeping  # noqa: PLC0415  A node for calls alone has this module too.
    from app.queue.models import Line  # noqa: PLC0415
    from app.queue.safe import Safe  # noqa: PLC0415
    from app.referrals import service  # noqa: PLC0415

    async with opened() as referrals, await open_pool(str(get_settings().database_url), most=1) as pool:
        safe = Safe(Line(pool, referrals.keys, referrals.clock), referrals.vault)
        return await service.overdue(referrals) | await sweeping.overdue(safe)


def _calls() -> list[tuple[str, str, str]]:
    from app.jobs import EFFECT_LIFE, LIVE_ROW_LIFE, SWEEP_SECONDS  # noqa: PLC0415  As above.

    row_life = LIVE_ROW_LIFE + timedelta(seconds=SWEEP_SECONDS)
    effect_life = EFFECT_LIFE + timedelta(seconds=SWEEP_SECONDS)
    return [
        (
            "what a call in progress counts as (language, topic, Land, outcome), under a keyed hash",
            "unlogged table `live_call`",
            f"the call, at most {_span(row_life)}",
        ),
        (
            "what a call has done so far, sealed, under a keyed hash",
            "unlogged table `call_effect`",
            f"the call, at most {_span(effect_life)}",
        ),
        ("where a call stands in the flows", "sealed in the address of its next step, nowhere here", "the call"),
    ]


def _line() -> list[tuple[str, str, str]]:
    from app.calls.keeping import FORGOTTEN_AFTER  # noqa: PLC0415  As above.

    return [
        (
            "who waits: language, topic, Land, wishes; the provider's identifier and the agent's note, sealed",
            "unlogged tables `waiting_call`, `reservation`",
            "until the agent has wrapped up; a keyed hash of the call some minutes longer",
        ),
        (
            "by which menus somebody came who waits or talks",
            "`waiting_call`, `reservation`; before that sealed in the address of the call's next step",
            "until the conversation ends",
        ),
        (
            "how many calls of an hour were answered, given up or diverted, and how many callbacks promised",
            "unlogged table `line_today`",
            "until the end of the next day",
        ),
        (
            "a conversation in progress: who is in its room, the provider's identifiers of the calls, sealed",
            "unlogged tables `meeting`, `meeting_person`, `meeting_errand`",
            f"{_span(FORGOTTEN_AFTER)} after its end",
        ),
    ]


def _kept_numbers() -> list[tuple[str, str, str]]:
    from app.queue.callback_rules import LONGEST, REMEMBERED, SERVICE_DAYS  # noqa: PLC0415  As above.
    from app.queue.voicemails import LIFE  # noqa: PLC0415

    own_key = "each under a key of its own in the folder of `REFERRAL_KEYS`"
    return [
        (
            "the number of somebody who wishes to be called back",
            f"sealed in `callback`, {own_key}",
            f"until it is done or withdrawn, at once; {SERVICE_DAYS} service days; {_span(LONGEST)} in any case",
        ),
        (
            "that there is a callback: language, topic, Land, window of time, the agreed word, attempts",
            "`callback`",
            f"as long as its number, and {_span(REMEMBERED)} longer",
        ),
        (
            "voice messages, with language and topic",
            f"sealed in `voicemail`, {own_key}",
            f"until handled, at once; {_span(LIFE)} in any case; that there was one {_span(REMEMBERED)} longer",
        ),
    ]


def _plan() -> list[tuple[str, str, str]]:
    from app.queue.plan import DRAFT_LIFE, REMEMBERED  # noqa: PLC0415  As above.

    return [
        (
            "closures of the line and announcements to callers, with who set them",
            "`line_closure`, `line_announcement`",
            f"{_span(REMEMBERED)} after their end",
        ),
        ("an announcement that somebody is writing", "`line_announcement_draft`", _span(DRAFT_LIFE)),
    ]


def _texts() -> list[tuple[str, str, str]]:
    from app.queue.text_messages import DAY, PATIENCE  # noqa: PLC0415  As above.

    return [
        (
            "a text message that a caller wished for, with the number, sealed",
            "unlogged table `line_text`",
            f"until it is sent, at most {_span(PATIENCE)}",
        ),
        (
            "that it was sent, under keyed hashes of number and call",
            "unlogged table `line_text`; the day's key in the folder of `REFERRAL_KEYS`",
            f"{_span(DAY)}; the key is thrown away after the day that follows",
        ),
    ]


def _provider() -> list[tuple[str, str, str]]:
    from app.queue.removal import EVERY, LONGEST, SETTLED_AFTER  # noqa: PLC0415  As above.

    ended, recorded = _span(SETTLED_AFTER + EVERY), _span(LONGEST + EVERY)
    asked = f"deletion is asked for within {ended} of the end, of a recording when it was fetched, at most {recorded}"
    return [
        (
            "records of calls, text messages and recordings, with numbers",
            "at the telephone provider",
            f"{asked}; Twilio lets some go after up to 14 days only, and keeps logs of requests for about 30",
        ),
    ]


def _statistics() -> list[tuple[str, str, str]]:
    return [
        (
            "how many contacts there were, by few coarse features, each cell under random noise from its first moment",
            "`statistics_counter`",
            "until its month or quarter is published",
        ),
        (
            "published figures; when noise was drawn, and what was published",
            "`statistics_release`; `statistics_ledger`, `statistics_workload`, chained",
            "for good",
        ),
    ]


def _referrals() -> list[tuple[str, str, str]]:
    from app.referrals.rules import EXPIRES_AFTER, KEPT_AFTER_END, LIFE  # noqa: PLC0415  As above.

    return [
        (
            "what a caller had passed on with consent: number, first name, language, topic, time; messages about it",
            "sealed in `referral_secret`, `referral_message`; the keys in the folder of `REFERRAL_KEYS`",
            f"until it is withdrawn, at once; {_span(KEPT_AFTER_END)} after its end; {_span(LIFE)} in any case",
        ),
        (
            "that there is a referral: centre, state, days, the consent's wording and language, the code's keyed hash",
            "`referral`",
            f"{_span(KEPT_AFTER_END)} after its end, the last after {_span(EXPIRES_AFTER)}; {_span(LIFE)} in any case",
        ),
        ("what is to be told of a referral and was told: kinds alone", "`referral_outbox`", "as long as the referral"),
        ("that a text message was sent, under a keyed hash", "unlogged table `text_message_sent`", _span(_DAY)),
        ("tries of codes, under keyed hashes of who tried", "unlogged table `throttle`", _span(_HOUR)),
        ("agreements with centres, their own entries", "`agreement`, `centre_entry`", "until deleted by the operator"),
        ("what callers say in conversations, spoken questions, addresses, postal codes", "nowhere", ""),
    ]


def _people() -> list[tuple[str, str, str]]:
    from app.accounts.rules import ABSOLUTE_LIFE, IDLE_LIFE  # noqa: PLC0415  As above.

    return [
        (
            "people who log in: login, name, role, password hash, sealed second factor",
            "`person`, `recovery_code`",
            "until deleted by the operator",
        ),
        (
            "their sessions, as hashes of tokens",
            "`web_session`",
            f"{_span(IDLE_LIFE)} of rest, {_span(ABSOLUTE_LIFE)} at most",
        ),
        (
            "agents' languages, topics, shifts, status and keys; interpreters; their telephone numbers, sealed",
            "`agent_skills`, `agent_language`, `agent_shift`, `agent_presence`, `agent_desk`, `interpreter`",
            "until deleted by the operator",
        ),
        ("tries to log in, under keyed hashes of address and login", "unlogged table `throttle`", _span(_DAY)),
        (
            "who did what with accounts, referrals, callbacks, voice messages and exports: ids alone, never a caller",
            "`audit_entry`, chained",
            "until deleted by the operator",
        ),
    ]


def _span(life: timedelta) -> str:
    """A time as people say it, in the largest unit of which it is a multiple; what is longer than hours, rounded up."""
    for unit, length in (("day", _DAY), ("hour", _HOUR)):
        if life % length == timedelta(0):
            return f"{life // length} {unit}{'s' if life > length else ''}"
    if life > 2 * _HOUR:
        return f"{-(-life // _HOUR)} hours"
    return f"{life // timedelta(minutes=1)} minutes"
