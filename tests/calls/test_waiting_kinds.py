"""How a call was served is the same whatever order its notes come in."""

from itertools import permutations

import asyncpg
import pytest

from app.calls import service, store

KEYS = (bytes(31) + b"1", bytes(31) + b"2")
PROMISED = {"outcome": "callback_or_message"}


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        ([("abandoned", 40)], ("abandoned", 40)),
        ([("abandoned", 40), ("abandoned", 90)], ("abandoned", 90)),
        ([("abandoned", 40), PROMISED], ("callback", 40)),
        ([("abandoned", 40), ("answered", 70), ("abandoned", 300)], ("answered", 70)),
        ([("answered", 70), ("answered", 30), PROMISED], ("answered", 30)),
        ([PROMISED, {"language": "ar"}], ("callback", None)),
        ([{"language": "ar"}, {"outcome": "informed"}], (None, None)),
    ],
)
async def test_the_order_of_notes_changes_nothing(
    pool: asyncpg.Pool, notes: list[tuple[str, int] | dict[str, str]], expected: tuple[str | None, int | None]
) -> None:
    for order in permutations(enumerate(notes)):
        await pool.execute("DELETE FROM live_call")
        for step, note in (*order, order[0]):
            # A call keeps its row when the keys of the ring change.
            keys = KEYS[step % 2 :] + KEYS[: step % 2]
            if isinstance(note, dict):
                await service.note(pool, keys, step, note)
            else:
                await store.note_kind(pool, keys, *note)
        rows = await pool.fetch("SELECT kind, waited_seconds FROM live_call")
        assert [tuple(row) for row in rows] == [expected]
