"""Attack 4: after calls with known numbers, Sids and names, every byte that is left is searched for them."""

import asyncio
import os
import random
import tempfile
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from app.jobs import Figures, count_calls, keep_periods, sweep
from app.kit.clock import now
from app.kit.db import migrate, open_pool
from app.kit.log import configure_log
from app.kit.postgres import start_embedded
from app.phone.line import LiveCall, dial, hang_up, press, say
from app.phone.webhook import LineFault
from app.statistics import service
from app.statistics.exports.folder import write_folder
from app.statistics.exports.selection import select_figures
from app.statistics.periods import Run, quarter_of
from app.statistics.texts import load_texts
from tests.attack.canaries import encodings, scan
from tests.cast import client_of, line_to, telephony

TEXTS = ("+4915112345678", "CA" + "3f" * 16, "Zarathustra Beispielsberger")


@pytest.mark.parametrize("encoding", encodings(TEXTS[0]))
@pytest.mark.parametrize("text", TEXTS)
def test_the_search_finds_a_planted_canary_in_each_encoding(tmp_path: Path, encoding: str, text: str) -> None:
    chance = random.Random(f"{encoding}{text}")  # noqa: S311  Any place will do.
    others = [f"+49151{number:08d}" for number in range(200)]
    planted = chance.randbytes(chance.randrange(9_000)) + encodings(text)[encoding] + chance.randbytes(77)
    (tmp_path / "wal" / "deep").mkdir(parents=True)
    (tmp_path / "wal" / "deep" / "segment").write_bytes(planted)
    assert f"wal/deep/segment: {encoding}" in scan(tmp_path, [*others, text])
    (tmp_path / "wal" / "deep" / "segment").write_bytes(planted.replace(encodings(text)[encoding], b""))
    assert scan(tmp_path, [*others, text]) == []


async def ask_something(call: LiveCall, name: str, chance: random.Random) -> None:
    """A call in which keys are pressed, a name is said where somebody listens, and the line is left."""
    for step in range(chance.randrange(2, 6)):
        if call.ended:
            return
        if step == 2:
            try:
                await say(call, f"Ich heiße {name}")
            except LineFault:
                await press(call, "1")
        else:
            await press(call, chance.choice("123"))
    if not call.ended:
        await hang_up(call)


async def call_and_publish(url: str, calls: int, exported: Path) -> list[str]:
    """Calls through the signed webhooks, counted, published and exported, and their rows swept; all that was told."""
    told: list[str] = []
    pool = await open_pool(url)
    quarter, figures = quarter_of(now().date()), Figures(simulated=False, second_draw=True)
    await service.open_quarter(pool, quarter, simulated=False, workload="standard")
    chance = random.Random(11)  # noqa: S311  What is pressed does not matter.
    async with client_of(telephony(pool)) as client:
        for number in range(calls):
            caller, name = f"+49152{chance.randrange(10**8):08d}", f"Rotkehlchen{number:05d} Bachstelzer"
            call = await dial(line_to(client), caller)
            told += [caller, name, call.caller.call_sid]
            await ask_something(call, name, chance)
    later = now() + timedelta(minutes=20)
    assert await count_calls(pool, lambda: later) == calls
    over = partial(_moment, quarter.last_on.toordinal() + 3)
    await keep_periods(pool, figures, over)
    await sweep(pool, lambda: now() + timedelta(days=1))
    assert await pool.fetchval("SELECT count(*) FROM live_call") == 0
    write_folder(
        exported,
        select_figures(await service.load_published(pool), Run.of(quarter)),
        load_texts(),
        "de",
        lambda _name: None,
    )
    await pool.close()
    return told


def _moment(ordinal: int) -> datetime:
    return now() + timedelta(days=ordinal - now().date().toordinal())


@pytest.mark.long
@pytest.mark.timeout(600)
def test_after_a_thousand_calls_no_byte_tells_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    configure_log()
    server = start_embedded(tmp_path / "data")
    try:
        asyncio.run(migrate(server.owner_url))
        told = asyncio.run(call_and_publish(server.app_url, 1_000, tmp_path / "exports"))
        assert scan(tmp_path, told) == [], "while the database runs"
    finally:
        server.stop()
    printed = capfd.readouterr()
    (tmp_path / "log").write_text(printed.out + printed.err, "utf-8")
    assert len(told) == 3_000
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) > 20_000_000
    assert scan(tmp_path, told) == []
    (tmp_path / "data" / "planted").write_bytes(os.urandom(99) + encodings(told[-3])["E.164"])
    assert scan(tmp_path, told) == ["data/planted: E.164"]
