"""When people can be spoken to, what every caller is told in an emergency, and how the line offers calls."""

from alembic import op

revision = "0011"
down_revision = "0010"

# None entered: whenever an agent is there. Hours that do not end later than they begin end on the next day.
HOURS = """
CREATE TABLE line_hours (
    weekday smallint NOT NULL CHECK (weekday BETWEEN 0 AND 6),
    begins time NOT NULL,
    ends time NOT NULL,
    PRIMARY KEY (weekday, begins)
)
"""

# One row at most: whose public holidays are off, NULL for none, and who last changed hours or holidays.
OPENING = """
CREATE TABLE line_opening (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    holidays text CHECK (holidays ~ '^DE(-[A-Z]{2})?$'),
    changed_by uuid NOT NULL,
    changed_at timestamptz NOT NULL
)
"""

CLOSURE = """
CREATE TABLE line_closure (
    id uuid PRIMARY KEY,
    begins_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    reason text NOT NULL CHECK (char_length(reason) <= 200),
    made_by uuid NOT NULL,
    made_at timestamptz NOT NULL,
    CHECK (ends_at > begins_at AND ends_at <= begins_at + interval '366 days')
)
"""

ANNOUNCEMENT = """
CREATE TABLE line_announcement (
    id uuid PRIMARY KEY,
    texts jsonb NOT NULL CHECK (jsonb_typeof(texts) = 'object' AND texts <> '{}'),
    set_by uuid NOT NULL,
    set_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    ended_by uuid,
    ended_at timestamptz,
    CHECK (ends_at > set_at AND ends_at <= set_at + interval '7 days'),
    CHECK (ended_by IS NULL OR ended_at IS NOT NULL)
)
"""
ONE_ANNOUNCEMENT = "CREATE UNIQUE INDEX ux_line_announcement ON line_announcement ((true)) WHERE ended_at IS NULL"

# What somebody is writing: it must not be lost while they prove who they are.
DRAFT = """
CREATE TABLE line_announcement_draft (
    person_id uuid PRIMARY KEY,
    texts jsonb NOT NULL CHECK (jsonb_typeof(texts) = 'object'),
    ends_at timestamptz NOT NULL,
    written_at timestamptz NOT NULL
)
"""

# A setting that nobody ever changed has no row. A switch is 1 for on.
SETTING = """
CREATE TABLE line_setting (
    name text PRIMARY KEY,
    value integer NOT NULL,
    changed_by uuid NOT NULL,
    changed_at timestamptz NOT NULL,
    CHECK (CASE name
        WHEN 'offer-seconds' THEN value BETWEEN 15 AND 60
        WHEN 'unanswered-offers' THEN value BETWEEN 1 AND 5
        WHEN 'wrap-up-minutes' THEN value BETWEEN 5 AND 60
        WHEN 'second-language-seconds' THEN value BETWEEN 0 AND 600
        WHEN 'interpreter-seconds' THEN value BETWEEN 0 AND 600
        WHEN 'longest-wait-minutes' THEN value BETWEEN 5 AND 60
        WHEN 'nobody-minutes' THEN value BETWEEN 1 AND 15
        WHEN 'service-level-seconds' THEN value IN (20, 30)
        WHEN 'callbacks' THEN value BETWEEN 0 AND 1
        WHEN 'voicemail' THEN value BETWEEN 0 AND 1
        ELSE false END)
)
"""

# What the application's role may do with each table; nothing else.
GRANTS = {
    "line_hours": "SELECT, INSERT, DELETE",
    "line_opening": "SELECT, INSERT, UPDATE",
    "line_closure": "SELECT, INSERT, DELETE",
    "line_announcement": "SELECT, INSERT, UPDATE, DELETE",
    "line_announcement_draft": "SELECT, INSERT, UPDATE, DELETE",
    "line_setting": "SELECT, INSERT, UPDATE",
}


def upgrade() -> None:
    for statement in (HOURS, OPENING, CLOSURE, ANNOUNCEMENT, ONE_ANNOUNCEMENT, DRAFT, SETTING):
        op.execute(statement)
    for table, rights in GRANTS.items():
        op.execute(f"GRANT {rights} ON {table} TO hotline_app")
