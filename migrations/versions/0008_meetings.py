"""Conversations in progress: their rooms, who belongs to them, and what is to be asked of the telephone provider."""

from alembic import op

revision = "0008"
down_revision = "0007"

# UNLOGGED, all three: they name calls in progress and never reach the write-ahead log, a backup or a standby.
MEETING = """
CREATE UNLOGGED TABLE meeting (
    reservation_id uuid PRIMARY KEY,
    agent_id uuid NOT NULL,
    language text NOT NULL,
    callback_id uuid,
    attempt integer,
    made_at timestamptz NOT NULL,
    looked_at timestamptz NOT NULL,
    held boolean NOT NULL DEFAULT false,
    listening text NOT NULL DEFAULT '' CHECK (listening IN ('', 'asked', 'allowed', 'refused')),
    listening_since timestamptz,
    ended_at timestamptz
) WITH (fillfactor = 70)
"""

# `mark` orders the provider's notices: the instant of the last one that counted, and its number within its conference.
PERSON = """
CREATE UNLOGGED TABLE meeting_person (
    reservation_id uuid NOT NULL REFERENCES meeting ON DELETE CASCADE,
    label text NOT NULL,
    role text NOT NULL CHECK (role IN ('caller', 'agent', 'interpreter', 'supervisor')),
    person_id uuid,
    state text NOT NULL CHECK (
        state IN ('asked', 'coming', 'ringing', 'here', 'gone', 'busy', 'no-answer', 'failed', 'declined')
    ),
    since timestamptz NOT NULL,
    mark bigint NOT NULL DEFAULT 0,
    sid text NOT NULL DEFAULT '',
    PRIMARY KEY (reservation_id, label)
) WITH (fillfactor = 70)
"""

ERRAND = """
CREATE UNLOGGED TABLE meeting_errand (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reservation_id uuid NOT NULL,
    kind text NOT NULL,
    label text NOT NULL,
    detail text NOT NULL,
    due_at timestamptz NOT NULL,
    claimed_until timestamptz,
    tries integer NOT NULL DEFAULT 0,
    unsure boolean NOT NULL DEFAULT false,
    renewed integer NOT NULL DEFAULT 0,
    UNIQUE (reservation_id, kind, label, detail)
)
"""

STATEMENTS = (
    *(MEETING, PERSON, ERRAND),
    "CREATE INDEX ix_meeting_open ON meeting (made_at) WHERE ended_at IS NULL",
    "CREATE INDEX ix_meeting_person_person ON meeting_person (person_id)",
    "CREATE INDEX ix_meeting_errand_due ON meeting_errand (due_at)",
    "COMMENT ON COLUMN meeting_person.sid IS 'sealed identifier of the leg at the provider, where we placed the call'",
    *(
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO hotline_app"
        for table in ("meeting", "meeting_person", "meeting_errand")
    ),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
