"""After calls with known numbers nothing here holds one: data folder, write-ahead log, logs, temporary files."""

import asyncio
import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx

from app.kit.clock import now
from app.kit.db import open_pool
from app.kit.postgres import APP_ROLE, DATABASE
from app.main import TokenSigner
from app.phone.line import Line, LiveCall, dial, hang_up, press, wait
from app.queue import service as queue
from app.queue.models import Line as QueueLine
from app.queue.models import Skills, Status
from tests.cast import NUMBER, keys, says
from tests.demonstration import TOKEN, running_demo

AGREEMENT = """
INSERT INTO agreement
    (centre_id, agreed_on, agreed_with, receive_days, answer_days, languages, land, demo, set_at, set_by)
VALUES ($1, current_date - 1, 'head of counselling', 1, 3, '{}', 'DE-SN', true, now(), 'cli')
ON CONFLICT DO NOTHING
"""
HASH = re.compile(rb"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9a-f])")


@dataclass(frozen=True)
class Canary:
    """What must not be found: byte strings, and hashes in hexadecimal."""

    forms: frozenset[bytes]
    hashes: frozenset[bytes]


def canary(numbers: list[str], *other: str) -> Canary:
    """Numbers as they could be written down: E.164, national, spaced, percent-encoded, base64, hex, hashes."""
    forms = {text.encode() for text in other}
    hashes: set[bytes] = set()
    for number in numbers:
        digits = number.removeprefix("+")
        national = "0" + digits.removeprefix("49")
        forms |= {
            digits.encode(),
            national.encode(),
            f"{digits[2:5]} {digits[5:]}".encode(),
            digits.encode().hex().encode(),
        }
        for form in (number, digits, national):
            forms.add(base64.b64encode(form.encode())[:-2])
            hashes |= {hashlib.new(name, form.encode()).hexdigest().encode() for name in ("md5", "sha1", "sha256")}
        forms |= {hashlib.new(name, number.encode()).digest() for name in ("md5", "sha1", "sha256")}
    return Canary(frozenset(forms), frozenset(hashes))


def scan(folder: Path, wanted: Canary) -> list[str]:
    """What of the canary stands in any file below the folder."""
    hits = []
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            hits += [f"{path.name}: {form!r}" for form in wanted.forms if form in content]
            hits += [f"{path.name}: {found!r}" for found in wanted.hashes.intersection(HASH.findall(content))]
    return hits


def test_the_scan_finds_what_is_there(tmp_path: Path) -> None:
    number = "+4915112345678"
    for text in (f"call from {number}", hashlib.sha256(number.encode()).hexdigest(), "0151 12345678"[1:]):
        (tmp_path / "log").write_text(f"id={text} began")
        assert scan(tmp_path, canary([number])), text


async def agree(data: Path, centre_id: str) -> None:
    """A centre of the demonstration takes referrals from now on."""
    connection = await asyncpg.connect(f"postgresql://{APP_ROLE}@/{DATABASE}?host={data / 'socket'}&port=5432")
    async with connection.transaction():
        await connection.execute("SELECT set_config('hotline.reach', '*', true)")
        await connection.execute(AGREEMENT, centre_id)
    await connection.close()


async def refer(client: httpx.AsyncClient, url: str, number: str) -> str:
    """A call in which a number is typed for the centre's call; the code that is read out.

    What effects need is loaded beside the calls, so the first caller may come too early for it.
    """
    async with asyncio.timeout(60):
        while True:
            call = await dial(Line(client, TokenSigner(TOKEN), url, NUMBER), "anonymous")
            for entry in ("2", "2", "04109", "1", "1", number.replace("+49", "0"), "1", "1", "2", "3", "4", "1"):
                if call.ended:
                    break
                await press(call, entry)
                if len(entry) > len("04109"):
                    await wait(call)
            code = re.search(r"(?:\d, ){9}\d", says(call))
            await hang_up(call)
            if code is not None:
                return code[0].replace(", ", "")
            await asyncio.sleep(0.2)


async def be_on_duty(data: Path) -> None:
    """Somebody of the demonstration can take calls in English for the next minute."""
    async with await open_pool(f"postgresql://{APP_ROLE}@/{DATABASE}?host={data / 'socket'}&port=5432") as pool:
        line, agent_id = QueueLine(pool, keys(), now), uuid4()
        await queue.set_skills(line, agent_id, Skills({"en": 3}))
        await queue.set_status(line, agent_id, Status.READY)


async def wait_in_line(line: Line, number: str) -> LiveCall:
    """A caller who waits for a person, for a while."""
    call = await dial(line, number)
    for entry in ("2", "0", "1"):
        await press(call, entry)
    assert call.queue is not None, says(call)
    await wait(call)
    await hang_up(call)
    return call


async def test_after_calls_with_known_numbers_no_trace_of_them_is_left(tmp_path: Path) -> None:
    numbers, sids = [f"+49151{secrets.randbelow(10**8):08d}" for _ in range(6)], list[str]()
    with running_demo(tmp_path) as demo:
        await agree(tmp_path / "data", "sn-caritas-leipzig")
        async with httpx.AsyncClient(timeout=10) as client:
            for number in numbers:
                call = await dial(Line(client, TokenSigner(TOKEN), demo.url, NUMBER), number)
                for entry in ("2", "2", "04109", "4", "2", "1"):
                    await press(call, entry)
                await hang_up(call)
            codes = [await refer(client, demo.url, number) for number in numbers]
            for number in numbers:
                await be_on_duty(tmp_path / "data")
                waiting = await wait_in_line(Line(client, TokenSigner(TOKEN), demo.url, NUMBER), number)
                sids.append(waiting.caller.call_sid)
            forged = await client.post(f"{demo.url}/voice/incoming", data={"From": numbers[0], "CallSid": "CA1"})
            assert forged.status_code == 403
        wanted = canary(numbers, call.caller.call_sid, *sids, *codes)
        assert scan(tmp_path, wanted) == []
    assert scan(tmp_path, wanted) == []
