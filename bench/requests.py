"""Signed webhooks of calls in progress, as Twilio sends them, and the documents that other servers answer with."""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID
from xml.etree import ElementTree as ET

from app.calls.playbook import Playbook
from app.kit.clock import now
from app.kit.crypto import KeyRing
from app.telephony.routes import Telephony, voice_app
from app.telephony.safe import prepare
from app.telephony.signature import sign
from app.telephony.twiml import Typesetter

BASE_URL = "https://hotline.example"
# All keys and tokens of the benchmarks are made up and used for nothing else.
TOKEN = "token-of-the-benchmarks"  # noqa: S105
ACCOUNT_SID = "AC" + "b" * 32
NUMBER = "+493023125000"
SESSION_KEYS = "YmVuY2htYXJrcyBiZW5jaG1hcmtzIGJlbmNobWFya3M="
TODAY = date(2026, 11, 22)
# Where calls of the benchmarks stand when a request comes, and the keys that lead there from the start.
PLACES: Mapping[str, tuple[str, ...]] = {"main": ("1",), "about": ("1", "4"), "centre": ("1", "2")}
# A plain step changes nothing that is counted; a durable one must be noted in the database before it is answered.
PLAIN_KEYS, DURABLE_KEYS, CENTRE_KEYS = ("1", "2", "3", "4"), ("1", "2", "3"), ("04109", "10115", "80331")


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """One POST of Twilio's; `target` is path and query."""

    call_sid: str
    keys: str
    target: str
    body: bytes
    signature: str

    def headers(self) -> dict[str, str]:
        return {
            "Host": BASE_URL.removeprefix("https://"),
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "Content-Length": str(len(self.body)),
            "I-Twilio-Idempotency-Token": str(UUID(self.call_sid.removeprefix("CA"))),
            "X-Twilio-Signature": self.signature,
        }

    def raw(self) -> bytes:
        """The request as bytes on a connection that stays open."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers().items())
        return f"POST {self.target} HTTP/1.1\r\n{lines}\r\n".encode() + self.body


async def make_requests(
    telephony: Telephony, place: str, keys: tuple[str, ...], calls: Iterable[int]
) -> list[SignedRequest]:
    """One step of each call, which stands at the place because it was led there through the door; the keys go round."""
    made = []
    for call in calls:
        request = _signed(f"CA{call:032x}", "", "/voice/incoming")
        for pressed in (*PLACES[place], keys[call % len(keys)]):
            target = next_target(await answer_of(telephony, request))
            request = _signed(request.call_sid, pressed, target)
        made.append(request)
    return made


def next_target(document: str) -> str:
    """Path and query to which a document leads the caller's next key."""
    gather = ET.fromstring(document).find("Gather")  # noqa: S314  The document comes from a server of our own.
    assert gather is not None, "the document asks nothing"
    return gather.attrib["action"].removeprefix(BASE_URL).partition("#")[0]


def make_first_requests(calls: Iterable[int]) -> list[SignedRequest]:
    """The request with which each call begins."""
    return [_signed(f"CA{call:032x}", "", "/voice/incoming") for call in calls]


def _signed(call_sid: str, pressed: str, target: str) -> SignedRequest:
    pairs = list(_form(call_sid, pressed))
    signature = sign(f"{BASE_URL}{target}", pairs, TOKEN)
    return SignedRequest(call_sid, pressed, target, urlencode(pairs).encode(), signature)


def forged(request: SignedRequest) -> SignedRequest:
    """The same request under a signature of another account."""
    pairs = list(_form(request.call_sid, request.keys))
    wrong = sign(f"{BASE_URL}{request.target}", pairs, f"not-{TOKEN}")
    return SignedRequest(request.call_sid, request.keys, request.target, request.body, wrong)


def _form(call_sid: str, pressed: str) -> Iterator[tuple[str, str]]:
    """The parameters of a call from one German number to another, 29 for a pressed key."""
    yield from (("AccountSid", ACCOUNT_SID), ("ApiVersion", "2010-04-01"), ("CallSid", call_sid))
    yield from (("CallStatus", "in-progress"), ("Direction", "inbound"), ("ForwardedFrom", NUMBER))
    for end, number in (("Called", NUMBER), ("Caller", "+493023125111"), ("From", "+493023125111"), ("To", NUMBER)):
        yield from ((end, number), (f"{end}City", "BERLIN"), (f"{end}Country", "DE"))
        yield from ((f"{end}State", "Berlin"), (f"{end}Zip", "10115"))
    if pressed:
        yield from (("Digits", pressed), ("FinishedOnKey", ""), ("msg", "Gather End"))


def make_door(playbook: Playbook) -> Telephony:
    """Twilio's door in this process, without a database."""
    setter = Typesetter(playbook)
    prepare(setter)
    return Telephony(setter, KeyRing.from_setting(SESSION_KEYS), (TOKEN,), BASE_URL, None, now)


def scope_of(request: SignedRequest) -> dict[str, object]:
    """The request as a web server hands it to an application, without its body."""
    path, _, query = request.target.partition("?")
    headers = [(name.lower().encode(), value.encode()) for name, value in request.headers().items()]
    return {"type": "http", "method": "POST", "path": path, "query_string": query.encode(), "headers": headers}


async def answer_of(telephony: Telephony, request: SignedRequest) -> str:
    """The document that the door answers with; raises AssertionError where it refuses."""
    sent: list[MutableMapping[str, object]] = []

    async def receive() -> MutableMapping[str, object]:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: MutableMapping[str, object]) -> None:
        sent.append(message)

    await voice_app(telephony)(scope_of(request), receive, send)
    assert sent[0]["status"] == HTTPStatus.OK, f"the door answered {sent[0]['status']}"
    body = sent[1]["body"]
    assert isinstance(body, bytes)
    return body.decode()


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a server has to say: the Gather's attributes but its address, and each Say as (voice, language, text)."""

    gather: Mapping[str, str]
    says: tuple[tuple[str, str, str], ...]


def read_spoken(document: str) -> Spoken:
    """What a document speaks, whoever wrote it; the address of the next step is left out, since each has its own."""
    gather = ET.fromstring(document).find("Gather")  # noqa: S314  The document comes from a server of our own.
    assert gather is not None, "the document asks nothing"
    attributes = {name: value for name, value in sorted(gather.attrib.items()) if name != "action"}
    says = tuple((say.get("voice", ""), say.get("language", ""), say.text or "") for say in gather.iter("Say"))
    return Spoken(attributes, says)


async def make_script(telephony: Telephony) -> dict[str, dict[str, Spoken]]:
    """What is spoken at each place for each key: the script that the other servers read from."""
    script: dict[str, dict[str, Spoken]] = {}
    for place, keys in (("main", PLAIN_KEYS), ("about", DURABLE_KEYS)):
        requests = await make_requests(telephony, place, keys, range(len(keys)))
        script[place] = {one.keys: read_spoken(await answer_of(telephony, one)) for one in requests}
    return script
