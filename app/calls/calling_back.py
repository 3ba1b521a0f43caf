"""What callers do alone with the line: learn whether somebody is there, be called back, get an address as an SMS."""

import re
import secrets
from collections.abc import Mapping
from typing import Final

from app.calls.dialling import Target, may_be_dialled
from app.calls.foretelling import opening_of
from app.calls.lasting import Deed, Memory, Occasion, Run, recall
from app.calls.lasting_effects import WORDS
from app.calls.numbers import WITHHELD, passable
from app.calls.playbook import Playbook
from app.calls.referring import wished_number
from app.calls.store import find_topic_and_land
from app.calls.waiting import entered_before, moment_of
from app.centres.models import Centre
from app.centres.service import spoken_contact, spoken_name, spoken_web
from app.ivr.flow import DEFAULT_LANGUAGE, Facts
from app.ivr.model import Done
from app.queue import service
from app.queue.callback_models import Window, Wish
from app.queue.callbacks import callback_exists, find_wishes, make_callback
from app.queue.models import Band, State, Status
from app.queue.rules import FLUENT, wait_band
from app.queue.safe import Safe
from app.queue.text_messages import Written, takes_texts, write_text

# Somebody else may read the message: a part of a name that tells what the line is about stays out of it.
_TELLS: Final = re.compile(
    "r(ü|u|ue)ck(kehr|f(ü|u|ue)hr)|return|ausreise|heimkehr|coming.?home|reintegr", re.IGNORECASE
)
# Who reads none of the languages that there are texts in is most likely to have these explained.
_OTHERWISE: Final = ("en", "de")


def open_line_deeds(safe: Safe, playbook: Playbook, *, may_hide: bool = True) -> Mapping[str, Deed]:
    """The deeds of the lasting effects of the line, by name; `may_hide`: there is a number that tells nobody of us."""
    return {
        "on_duty": Deed(_on_duty(safe)),
        "callback_possible": Deed(_callback_possible(safe)),
        "make_callback": Deed(_make_callback(safe, may_hide=may_hide), remembered=True),
        "send_centre": Deed(_send_centre(safe, playbook), remembered=True),
    }


def _on_duty(safe: Safe) -> Run:
    async def look(_memory: Memory, occasion: Occasion, _given: Facts) -> Done:
        language = occasion.language or DEFAULT_LANGUAGE
        duty = await service.duty(safe.line, language)
        if duty.now:
            return Done("now", {"band": await _band(safe, language, duty.now)})
        return Done("never") if duty.next_at is None else Done("later", {"opens": opening_of(duty.next_at)})

    return look


async def _band(safe: Safe, language: str, staff: int) -> str:
    """How long somebody would wait who came now: not at all where more are free than wait."""
    waiting = await service.list_waiting(safe.line)
    ahead = sum(call.language == language and call.state is State.WAITING for call in waiting)
    free = [
        agent for agent in await service.list_agents(safe.line) if agent.status is Status.READY and agent.is_present
    ]
    if sum(agent.skills.languages.get(language, 0) >= FLUENT for agent in free) > ahead:
        return Band.SOON.value
    return wait_band(ahead, staff, await service.handling_seconds(safe.line, language)).value


def _callback_possible(safe: Safe) -> Run:
    async def look(_memory: Memory, occasion: Occasion, _given: Facts) -> Done:
        number = passable(occasion.caller_number)
        return Done("exists" if number is not None and await callback_exists(safe, number) else "possible")

    return look


def _make_callback(safe: Safe, *, may_hide: bool) -> Run:
    async def make(memory: Memory, occasion: Occasion, given: Facts) -> Done:
        number = await wished_number(memory, occasion, given["reach"])
        if number is None:
            return Done("refused" if given["reach"] == "this_number" else "lost")
        hidden = given["show_number"] == "hidden"
        if not may_be_dialled(Target.CALLBACK, number) or (hidden and not may_hide):
            return Done("refused")
        if await _was_made(memory, occasion):
            return Done("exists")
        wish = await _wish(safe, memory, occasion, given)
        made = await make_callback(safe, occasion.origin, number, secrets.choice(WORDS), wish)
        return Done("exists") if made is None else Done("made", {"word": made.word})

    return make


async def _was_made(memory: Memory, occasion: Occasion) -> bool:
    """A call may make one callback, so that nobody has the whole town called."""
    before = await recall(memory, occasion, "make_callback")
    return before is not None and before.outcome == "made"


async def _wish(safe: Safe, memory: Memory, occasion: Occasion, given: Facts) -> Wish:
    """The caller's wish, with the place and the wishes that the call had in the line."""
    topic, land = await find_topic_and_land(safe.pool, occasion.call_keys)
    woman, also = await find_wishes(safe, occasion.call_keys)
    entered = await entered_before(memory, occasion.call_keys, occasion.sequence)
    return Wish(
        language=occasion.language or DEFAULT_LANGUAGE,
        window=Window(given["window"]),
        show_number=given["show_number"] == "shown",
        others_may_answer=given["who_answers"] == "others_too",
        entered_at=safe.clock() if entered is None else moment_of(entered),
        topic=topic,
        land=land,
        also=also,
        woman=woman,
    )


def _send_centre(safe: Safe, playbook: Playbook) -> Run:
    async def send(_memory: Memory, occasion: Occasion, given: Facts) -> Done:
        number = occasion.caller_number
        if number in WITHHELD or not number.startswith("+"):
            return Done("withheld")
        if not takes_texts(number):
            return Done("landline")
        text = centre_text(playbook, playbook.directory.centres[given["centre"]], occasion.language)
        if text is None:
            return Done("failed")
        call, origin = occasion.call_keys[0], occasion.origin
        written = await write_text(safe, number=number, text=text, call=call, origin=origin)
        return Done("sent" if written is Written.SENT else "capped")

    return send


def centre_text(playbook: Playbook, centre: Centre, language: str) -> str | None:
    """What is sent of a centre, in words that tell nobody else what it is about; None where nothing leads there."""
    contact = spoken_contact(centre, playbook.today())
    street = f"{centre.street}, {centre.postal_code or ''} {centre.city}".replace("  ", " ")
    told = {
        "name": ", ".join(part for part in spoken_name(centre).split(", ") if not _TELLS.search(part)),
        "street": street if contact in {"phone", "address"} and centre.street and centre.city else "",
        "phone": (centre.phone or "") if contact == "phone" else "",
    }
    web = spoken_web(centre)
    if contact == "web" and not _TELLS.search(web):
        told["phone"] = web
    if not (told["street"] or told["phone"]):
        return None
    spoken = (language, language.partition("-")[0], *_OTHERWISE)
    words = next(playbook.wording[one]["sms.centre"] for one in spoken if one in playbook.wording)
    return re.sub(r"\n{2,}", "\n", re.sub(r"\{(name|street|phone)\}", lambda slot: told[slot[1]], words))
