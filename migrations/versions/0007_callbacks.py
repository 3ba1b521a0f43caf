"""Callbacks, voicemails, text messages on their way, and when a chore of the line was last done."""

from alembic import op

revision = "0007"
down_revision = "0006"

# Without its number, which is sealed under a key outside the database, nothing here says who is to be called.
# A row that has ended keeps no number; it answers late repetitions of the step that made it until it goes, too.
CALLBACK = """
CREATE TABLE callback (
    id uuid PRIMARY KEY,
    origin_hash bytea NOT NULL UNIQUE CHECK (octet_length(origin_hash) = 32),
    state text NOT NULL CHECK (
        state IN ('making', 'open', 'dialling', 'reached', 'wrong_person', 'missed', 'expired', 'withdrawn')
    ),
    word text NOT NULL,
    language text NOT NULL,
    topic text,
    land text,
    also text[] NOT NULL,
    woman boolean NOT NULL,
    time_window text NOT NULL CHECK (time_window IN ('soon', 'morning', 'afternoon', 'evening')),
    show_number boolean NOT NULL,
    others_may_answer boolean NOT NULL,
    entered_at timestamptz NOT NULL,
    made_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at <= made_at + interval '7 days'),
    attempts smallint NOT NULL DEFAULT 0,
    missed smallint NOT NULL DEFAULT 0,
    dialled_at timestamptz,
    ended_at timestamptz,
    key_gone boolean NOT NULL DEFAULT false,
    key_id text CHECK (key_id ~ '^[0-9a-f]{16}$'),
    lookup bytea CHECK (octet_length(lookup) = 32),
    sealed bytea,
    CHECK ((state IN ('open', 'dialling')) = (sealed IS NOT NULL)),
    CHECK ((sealed IS NULL) = (key_id IS NULL) AND (sealed IS NULL) = (lookup IS NULL)),
    CHECK ((state IN ('making', 'open', 'dialling')) = (ended_at IS NULL)),
    CHECK ((state = 'dialling') <= (dialled_at IS NOT NULL))
) WITH (fillfactor = 70)
"""

# `sid_sealed` is the recording's identifier at the provider, until it was deleted there.
VOICEMAIL = """
CREATE TABLE voicemail (
    id uuid PRIMARY KEY,
    recording_hash bytea NOT NULL UNIQUE CHECK (octet_length(recording_hash) = 32),
    state text NOT NULL CHECK (state IN ('awaited', 'kept', 'failed', 'handled', 'expired')),
    language text NOT NULL,
    topic text,
    seconds smallint CHECK (seconds >= 0),
    left_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    due_at timestamptz,
    ended_at timestamptz,
    key_gone boolean NOT NULL DEFAULT false,
    sid_sealed text,
    key_id text CHECK (key_id ~ '^[0-9a-f]{16}$'),
    sealed bytea,
    CHECK ((state = 'kept') = (sealed IS NOT NULL)),
    CHECK ((sealed IS NULL) = (key_id IS NULL)),
    CHECK ((state IN ('handled', 'expired')) = (ended_at IS NOT NULL)),
    CHECK ((sid_sealed IS NULL) = (due_at IS NULL)),
    CHECK (state <> 'awaited' OR sid_sealed IS NOT NULL)
) WITH (fillfactor = 70)
"""

# UNLOGGED: to whom a text message goes never reaches the write-ahead log, a backup or a standby. The number is sealed
# and leaves the row with the message; what stays for a day are hashes under a key that is thrown away after it.
LINE_TEXT = """
CREATE UNLOGGED TABLE line_text (
    id uuid PRIMARY KEY,
    call_hash bytea NOT NULL UNIQUE CHECK (octet_length(call_hash) = 32),
    origin_hash bytea NOT NULL CHECK (octet_length(origin_hash) = 32),
    number_hash bytea NOT NULL CHECK (octet_length(number_hash) = 32),
    at timestamptz NOT NULL,
    due_at timestamptz,
    asked_at timestamptz,
    tries smallint NOT NULL DEFAULT 0,
    sealed text,
    CHECK ((sealed IS NULL) = (due_at IS NULL))
) WITH (fillfactor = 70)
"""

LINE_CHORE = """
CREATE TABLE line_chore (
    name text PRIMARY KEY,
    due_at timestamptz NOT NULL
)
"""

INDEXES = (
    "CREATE INDEX ix_callback_due ON callback (due_at) WHERE state = 'open'",
    "CREATE INDEX ix_callback_pending ON callback (expires_at) WHERE state IN ('making', 'open', 'dialling')",
    "CREATE INDEX ix_callback_ended ON callback (ended_at) WHERE ended_at IS NOT NULL",
    "CREATE INDEX ix_voicemail_due ON voicemail (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX ix_voicemail_expires_at ON voicemail (expires_at)",
    "CREATE INDEX ix_line_text_number ON line_text (number_hash, at)",
    "CREATE INDEX ix_line_text_due ON line_text (due_at) WHERE due_at IS NOT NULL",
)

# What the application's role may do with each table; nothing else.
GRANTS = {
    "callback": "SELECT, INSERT, UPDATE, DELETE",
    "voicemail": "SELECT, INSERT, UPDATE, DELETE",
    "line_text": "SELECT, INSERT, UPDATE, DELETE",
    "line_chore": "SELECT, INSERT, UPDATE",
}


def upgrade() -> None:
    for statement in (CALLBACK, VOICEMAIL, LINE_TEXT, LINE_CHORE, *INDEXES):
        op.execute(statement)
    # What is encrypted cannot be compressed.
    op.execute("ALTER TABLE voicemail ALTER COLUMN sealed SET STORAGE EXTERNAL")
    for table, rights in GRANTS.items():
        op.execute(f"GRANT {rights} ON {table} TO hotline_app")
