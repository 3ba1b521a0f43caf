"""What a node must know of withdrawals and reloads: read with one small query, beside the calls."""

from uuid import UUID

import asyncpg

from app.knowledge.flags_models import News

_NEWS = """
SELECT (SELECT coalesce(max(id), 0) FROM content_reload) AS reload,
       ARRAY(SELECT ref FROM content_flag WHERE state IN ('at-once', 'in-force', 'lift-proposed')) AS withdrawn
"""
_TELL = """
INSERT INTO content_node (node, pages, serves, withdrawn, reload, faults, seen_at)
VALUES ($1, $2, $3, $4, $5, $6, now())
ON CONFLICT (node) DO UPDATE SET pages = excluded.pages, serves = excluded.serves, withdrawn = excluded.withdrawn,
    reload = excluded.reload, faults = excluded.faults, seen_at = excluded.seen_at
"""
_FORGET = "DELETE FROM content_node WHERE seen_at < now() - interval '1 day'"


class Bulletin:
    """What this node last read; a page or a call asks it without the database.

    `serves` is the digest of the files that are served, `tried` the number of the last reload that was tried, and
    `faults` say why newer files were refused.
    """

    def __init__(self, serves: str = "") -> None:
        self.news = News()
        self.serves = serves
        self.tried = 0
        self.faults: tuple[str, ...] = ()

    @property
    def withdrawn(self) -> frozenset[str]:
        return self.news.withdrawn


async def read_news(pool: asyncpg.Pool) -> News:
    [row] = await pool.fetch(_NEWS)
    return News(frozenset(row["withdrawn"]), row["reload"])


async def tell_state(pool: asyncpg.Pool, node: UUID, bulletin: Bulletin, *, pages: bool) -> None:
    """Let everybody know what this node serves."""
    number, faults = len(bulletin.withdrawn), list(bulletin.faults)
    await pool.execute(_TELL, node, pages, bulletin.serves, number, bulletin.tried, faults)
    await pool.execute(_FORGET)
