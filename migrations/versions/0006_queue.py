"""Who waits, who is on duty and what is offered to whom, agents' skills and shifts, and interpreters."""

from alembic import op

revision = "0006"
down_revision = "0005"

# UNLOGGED: that somebody waits never reaches the write-ahead log, a backup or a standby. After the tables were lost,
# each call's next wait request brings its row back. A row that ended only keeps late requests of its call out.
# The fill factor leaves room for the row as the next wait request writes it, which touches no index.
WAITING_CALL = """
CREATE UNLOGGED TABLE waiting_call (
    call_key bytea PRIMARY KEY CHECK (octet_length(call_key) = 32),
    sealed text NOT NULL,
    language text NOT NULL,
    topic text,
    land text,
    also text[] NOT NULL,
    woman boolean NOT NULL,
    first boolean NOT NULL DEFAULT false,
    passed integer NOT NULL DEFAULT 0,
    entered_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'reserved', 'connecting', 'talking', 'ended')),
    choice text CHECK (choice IN ('chose_callback', 'chose_message', 'timed_out')),
    reservation_id uuid,
    callback_id uuid UNIQUE,
    ended_at timestamptz,
    CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
    CHECK ((state IN ('reserved', 'connecting', 'talking')) = (reservation_id IS NOT NULL)),
    CHECK (choice IS NULL OR state = 'waiting')
) WITH (fillfactor = 60)
"""

# UNLOGGED as well: it names a call until the agent has wrapped up.
RESERVATION = """
CREATE UNLOGGED TABLE reservation (
    agent_id uuid PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    call_key bytea NOT NULL CHECK (octet_length(call_key) = 32),
    via text NOT NULL CHECK (via IN ('language', 'second', 'interpreter')),
    language text NOT NULL,
    topic text,
    land text,
    waited_seconds integer NOT NULL CHECK (waited_seconds >= 0),
    callback_id uuid,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    talking_at timestamptz,
    agent_left_at timestamptz,
    ended_at timestamptz
) WITH (fillfactor = 60)
"""

# Whom `helps_agent_id` names is in a call of another agent: consulted, or about to take the call over.
AGENT_PRESENCE = """
CREATE TABLE agent_presence (
    agent_id uuid PRIMARY KEY,
    status text NOT NULL CHECK (status IN ('ready', 'reserved', 'in-call', 'wrap-up', 'break', 'away')),
    since timestamptz NOT NULL,
    ready_since timestamptz,
    seen_at timestamptz NOT NULL,
    unanswered smallint NOT NULL DEFAULT 0,
    helps_agent_id uuid,
    CHECK ((status IN ('ready', 'reserved')) <= (ready_since IS NOT NULL)),
    CHECK (helps_agent_id IS NULL OR status = 'in-call')
) WITH (fillfactor = 60)
"""

# Somebody is there who handles a call, or is ready for one and was seen of late.
IS_THERE = """
CREATE FUNCTION agent_is_there(agent agent_presence, seen_after timestamptz) RETURNS boolean LANGUAGE sql STABLE
RETURN agent.status IN ('in-call', 'wrap-up') OR agent.status IN ('ready', 'reserved') AND agent.seen_at > seen_after
"""

AGENT_SKILLS = """
CREATE TABLE agent_skills (
    agent_id uuid PRIMARY KEY,
    topics text[] NOT NULL,
    woman boolean NOT NULL,
    land text NOT NULL CHECK (land ~ '^DE(-[A-Z]{2})?$'),
    telephone_sealed text
)
"""
AGENT_LANGUAGE = """
CREATE TABLE agent_language (
    agent_id uuid NOT NULL REFERENCES agent_skills (agent_id) ON DELETE CASCADE,
    language text NOT NULL,
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 3),
    PRIMARY KEY (agent_id, language)
)
"""
AGENT_SHIFT = """
CREATE TABLE agent_shift (
    agent_id uuid NOT NULL REFERENCES agent_skills (agent_id) ON DELETE CASCADE,
    weekday smallint NOT NULL CHECK (weekday BETWEEN 0 AND 6),
    begins time NOT NULL,
    ends time NOT NULL,
    PRIMARY KEY (agent_id, weekday, begins)
)
"""

INTERPRETER = """
CREATE TABLE interpreter (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    languages text[] NOT NULL CHECK (cardinality(languages) > 0),
    hours text CHECK (char_length(hours) BETWEEN 1 AND 500),
    telephone_sealed text NOT NULL,
    pin_sealed text NOT NULL
)
"""

# The mean of the last calls' lengths by language; never one call's.
HANDLING = """
CREATE TABLE handling_mean (
    language text PRIMARY KEY,
    calls integer NOT NULL CHECK (calls > 0),
    seconds real NOT NULL CHECK (seconds >= 0)
)
"""

WAITS = "WHERE state = 'waiting' AND choice IS NULL"
INDEXES = (
    f"CREATE INDEX ix_waiting_call_turn ON waiting_call (language, woman, also, first DESC, entered_at) {WAITS}",
    f"CREATE INDEX ix_waiting_call_ahead ON waiting_call (language, entered_at) {WAITS}",
    f"CREATE INDEX ix_waiting_call_passed ON waiting_call (language, entered_at) {WAITS} AND passed > 2",
    "CREATE INDEX ix_waiting_call_reservation ON waiting_call (reservation_id) WHERE reservation_id IS NOT NULL",
    "CREATE INDEX ix_waiting_call_ended ON waiting_call (ended_at) WHERE ended_at IS NOT NULL",
    "CREATE INDEX ix_agent_presence_status ON agent_presence (status)",
    "CREATE INDEX ix_agent_language_language ON agent_language (language)",
)

# What the application's role may do with each table; nothing else.
GRANTS = {
    "waiting_call": "SELECT, INSERT, UPDATE, DELETE",
    "reservation": "SELECT, INSERT, UPDATE, DELETE",
    "agent_presence": "SELECT, INSERT, UPDATE, DELETE",
    "agent_skills": "SELECT, INSERT, UPDATE, DELETE",
    "agent_language": "SELECT, INSERT, UPDATE, DELETE",
    "agent_shift": "SELECT, INSERT, UPDATE, DELETE",
    "interpreter": "SELECT, INSERT, UPDATE, DELETE",
    "handling_mean": "SELECT, INSERT, UPDATE",
}


def upgrade() -> None:
    tables = (
        WAITING_CALL,
        RESERVATION,
        AGENT_PRESENCE,
        AGENT_SKILLS,
        AGENT_LANGUAGE,
        AGENT_SHIFT,
        INTERPRETER,
        HANDLING,
    )
    for statement in (*tables, IS_THERE, *INDEXES):
        op.execute(statement)
    op.execute("COMMENT ON COLUMN waiting_call.call_key IS 'keyed hash of the call''s identifier at the provider'")
    for table, rights in GRANTS.items():
        op.execute(f"GRANT {rights} ON {table} TO hotline_app")
