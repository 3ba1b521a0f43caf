"""The browser telephone's calls on the exchange: their caller sets the pace, but rooms and REST requests reach them."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from app.phone import player
from app.phone.awaiting import Dialled, Recording
from app.phone.caller import Caller
from app.phone.exchange.conferences import join
from app.phone.exchange.ending import end_call
from app.phone.exchange.messages import keep_recording, recording_url
from app.phone.exchange.models import Call, Dial, Document, Hook, Instructions, Step
from app.phone.exchange.state import Exchange, new_sid
from app.phone.exchange.talk import find_room, speak
from app.phone.rooms import Follow, Listen

_CONFERENCE: Final = "Conference"


@dataclass(frozen=True, slots=True)
class ExchangeRooms:
    """The rooms of one exchange, for calls that it does not play itself."""

    exchange: Exchange

    def connect(self, caller: Caller, follow: Follow, listen: Listen) -> None:
        def go_on(step: Step) -> None:
            follow(player.play(step.text, "") if isinstance(step, Document) else step)

        now = self.exchange.now_seconds
        _, serial = new_sid(self.exchange, "CA")
        self.exchange.calls[caller.call_sid] = Call(
            caller.call_sid,
            serial,
            caller.account_sid,
            caller.from_number,
            caller.to_number,
            "inbound",
            "in-progress",
            now,
            Instructions(),
            answered_seconds=now,
            played_by=go_on,
            listens=listen,
        )

    def enter(self, call_sid: str, dialled: Dialled) -> bool:
        call = self.exchange.calls.get(call_sid)
        noun = next((noun for noun in dialled.nouns if noun.name == _CONFERENCE), None)
        if call is None or noun is None:
            return False
        call.awaiting = dialled
        join(self.exchange, call, noun, Dial(dialled, self.exchange.now_seconds))
        return True

    def speak(self, call_sid: str, words: str, language: str) -> None:
        call = self.exchange.calls.get(call_sid)
        if call is not None:
            speak(self.exchange, call, words, language)

    def is_held(self, call_sid: str) -> bool:
        call = self.exchange.calls.get(call_sid)
        room = find_room(self.exchange, call) if call is not None else None
        return room is not None and room.participants[call_sid].held

    def record(self, call_sid: str, recording: Recording, seconds: int) -> tuple[str, str]:
        address = urljoin(recording.base_url, recording.callback) if recording.callback else ""
        record = keep_recording(self.exchange, self.exchange.calls[call_sid], seconds, Hook(address))
        return record.sid, recording_url(record)

    def end(self, call_sid: str) -> None:
        call = self.exchange.calls.get(call_sid)
        if call is not None:
            end_call(self.exchange, call, "completed")
