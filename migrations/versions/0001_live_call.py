"""The live rows of calls: what a call in progress is about, until it is counted."""

from alembic import op

revision = "0001"
down_revision = None

# UNLOGGED: the rows never reach the write-ahead log, a backup or a standby.
# The fill factor leaves room for a row's later states on its own page, so that an update touches no index.
TABLE = """
CREATE UNLOGGED TABLE live_call (
    call_key bytea PRIMARY KEY CHECK (octet_length(call_key) = 32),
    began_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    status text NOT NULL DEFAULT 'in-progress',
    language text,
    language_step integer,
    topic text,
    topic_step integer,
    land text,
    land_step integer,
    outcome smallint NOT NULL DEFAULT 0
) WITH (fillfactor = 70)
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute("COMMENT ON COLUMN live_call.call_key IS 'keyed hash of the call''s identifier at the provider'")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON live_call TO hotline_app")
