"""What editors withdraw, what is reported as wrong, which texts were reviewed, and what each node serves."""

from alembic import op

revision = "0005"
down_revision = "0004"

FLAG = """
CREATE TABLE content_flag (
    id uuid PRIMARY KEY,
    ref text NOT NULL CHECK (ref ~ '^[A-Za-z0-9][A-Za-z0-9_/-]{0,149}$'),
    reason text NOT NULL CHECK (reason IN ('wrong', 'outdated', 'dangerous', 'contradicted', 'source-gone', 'other')),
    note text NOT NULL CHECK (char_length(note) <= 500),
    state text NOT NULL
        CHECK (state IN ('proposed', 'at-once', 'in-force', 'lift-proposed', 'declined', 'lifted', 'done-by-file')),
    content_hash text NOT NULL CHECK (content_hash ~ '^[0-9a-f]{16}$'),
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    confirmed_by uuid,
    confirmed_at timestamptz,
    lift_by uuid,
    lift_at timestamptz,
    ended_by uuid,
    ended_at timestamptz,
    CHECK (confirmed_by <> proposed_by),
    CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CHECK ((lift_by IS NULL) = (lift_at IS NULL)),
    CHECK ((ended_by IS NULL) = (ended_at IS NULL)),
    CHECK ((ended_by IS NOT NULL) = (state IN ('declined', 'lifted', 'done-by-file'))),
    CHECK (state <> 'lifted' OR ended_by <> lift_by)
)
"""
ONE_OPEN_FLAG = """
CREATE UNIQUE INDEX ux_content_flag_open ON content_flag (ref)
WHERE state IN ('proposed', 'at-once', 'in-force', 'lift-proposed')
"""

RELOAD = """
CREATE TABLE content_reload (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL
)
"""

# UNLOGGED: who serves what is told anew every few seconds.
NODE = """
CREATE UNLOGGED TABLE content_node (
    node uuid PRIMARY KEY,
    pages boolean NOT NULL,
    serves text NOT NULL,
    withdrawn integer NOT NULL,
    reload bigint NOT NULL,
    faults text[] NOT NULL,
    seen_at timestamptz NOT NULL
)
"""

REPORT = """
CREATE TABLE content_report (
    id uuid PRIMARY KEY,
    ref text NOT NULL CHECK (ref ~ '^[A-Za-z0-9][A-Za-z0-9_/-]{0,149}$'),
    language text NOT NULL CHECK (language ~ '^[a-z]{2,3}$'),
    words text NOT NULL CHECK (char_length(words) <= 500),
    reported_by uuid NOT NULL,
    reported_at timestamptz NOT NULL,
    done_by uuid,
    done_at timestamptz,
    done_note text NOT NULL CHECK (char_length(done_note) <= 500),
    CHECK ((done_by IS NULL) = (done_at IS NULL))
)
"""

REVIEW = """
CREATE TABLE text_review (
    kind text NOT NULL CHECK (kind IN ('answer', 'offer')),
    text_id text NOT NULL CHECK (text_id ~ '^[a-z0-9][a-z0-9-]{0,99}$'),
    language text NOT NULL CHECK (language ~ '^[a-z]{2,3}$'),
    text_hash text NOT NULL CHECK (text_hash ~ '^[0-9a-f]{16}$'),
    capacity text NOT NULL CHECK (capacity IN ('editor', 'translator', 'native-speaker', 'counsellor', 'lawyer')),
    reviewed_by uuid NOT NULL,
    reviewed_on date NOT NULL,
    PRIMARY KEY (kind, text_id, language)
)
"""

GRANTS = {
    "content_flag": "SELECT, INSERT, UPDATE",
    "content_reload": "SELECT, INSERT",
    "content_node": "SELECT, INSERT, UPDATE, DELETE",
    "content_report": "SELECT, INSERT, UPDATE, DELETE",
    "text_review": "SELECT, INSERT, UPDATE, DELETE",
}

STATEMENTS = (
    *(FLAG, ONE_OPEN_FLAG, RELOAD, NODE, REPORT, REVIEW),
    "CREATE INDEX ix_content_report_open ON content_report (reported_at) WHERE done_at IS NULL",
    "CREATE INDEX ix_content_report_by ON content_report (reported_by, reported_at)",
    *(f"GRANT {rights} ON {table} TO hotline_app" for table, rights in GRANTS.items()),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
