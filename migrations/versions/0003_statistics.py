"""The statistics: ledger of all noise drawn, noisy counters, releases; and how a live row is counted."""

from alembic import op

revision = "0003"
down_revision = "0002"

# How the call was served and how long the caller waited; a counted row keeps neither, only that it was counted.
LIVE_CALL = """
ALTER TABLE live_call
    ADD COLUMN kind text CHECK (kind IN ('answered', 'abandoned', 'callback')),
    ADD COLUMN waited_seconds integer CHECK (waited_seconds >= 0),
    ADD COLUMN counted_at timestamptz
"""

WORKLOAD = """
CREATE TABLE statistics_workload (
    version text PRIMARY KEY,
    content text NOT NULL CHECK (content IS JSON OBJECT)
)
"""

# The primary key makes it impossible to draw the noise of a table's period twice.
LEDGER = """
CREATE TABLE statistics_ledger (
    period text NOT NULL,
    table_id text NOT NULL,
    seq bigint NOT NULL UNIQUE CHECK (seq > 0),
    first_on date NOT NULL,
    last_on date NOT NULL CHECK (last_on >= first_on),
    workload text NOT NULL REFERENCES statistics_workload (version),
    scale smallint NOT NULL CHECK (scale > 0),
    epsilon numeric GENERATED ALWAYS AS (CASE WHEN gap THEN 0 ELSE 1.0 / scale END) STORED,
    gap boolean NOT NULL,
    simulated boolean NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    published_at timestamptz,
    previous bytea NOT NULL CHECK (octet_length(previous) = 32),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (period, table_id),
    CHECK (closed_at IS NULL OR NOT gap),
    CHECK (published_at IS NULL OR closed_at IS NOT NULL)
)
"""

# Each cell holds its noise from the first moment on, so a true count never stands here. All cells of a table's period
# are one row, so that the row's age, its place and its older versions show no single cell that a contact fell into.
# The fill factor leaves room for a row's later versions on its own page, so that counting touches no index.
COUNTER = """
CREATE TABLE statistics_counter (
    period text NOT NULL,
    table_id text NOT NULL,
    cells text[] NOT NULL,
    counts bigint[] NOT NULL CHECK (cardinality(counts) = cardinality(cells)),
    PRIMARY KEY (period, table_id),
    FOREIGN KEY (period, table_id) REFERENCES statistics_ledger (period, table_id)
) WITH (fillfactor = 50)
"""

# Each row is written once, however many of its cells grow. It runs within the database, which takes a third of the
# time that statements of the program would. False where a row or a cell is missing.
ADD = """
CREATE FUNCTION statistics_add(periods text[], tables text[], wanted text[], more bigint[]) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    last CONSTANT integer := cardinality(periods);
    held_counts bigint[];
    held_cells text[];
    place integer;
BEGIN
    FOR i IN 1 .. last LOOP
        IF i = 1 OR periods[i] <> periods[i - 1] OR tables[i] <> tables[i - 1] THEN
            SELECT counts, cells INTO held_counts, held_cells FROM statistics_counter
            WHERE period = periods[i] AND table_id = tables[i];
        END IF;
        place := array_position(held_cells, wanted[i]);
        IF place IS NULL THEN
            RETURN false;
        END IF;
        held_counts[place] := held_counts[place] + more[i];
        IF i = last OR periods[i] <> periods[i + 1] OR tables[i] <> tables[i + 1] THEN
            UPDATE statistics_counter SET counts = held_counts WHERE period = periods[i] AND table_id = tables[i];
        END IF;
    END LOOP;
    RETURN true;
END
$$
"""

RELEASE = """
CREATE TABLE statistics_release (
    period text PRIMARY KEY,
    seq bigint NOT NULL UNIQUE CHECK (seq > 0),
    content text NOT NULL CHECK (content IS JSON OBJECT),
    previous bytea NOT NULL CHECK (octet_length(previous) = 32),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32)
)
"""

APPEND_ONLY = """
CREATE FUNCTION statistics_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What was drawn or published is never changed.' USING ERRCODE = 'insufficient_privilege';
END
$$
"""

# A row of the ledger is closed once and published once; all else of it stays as it was written.
ONCE = """
CREATE FUNCTION statistics_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- What is generated is not there yet when this looks.
    moving CONSTANT text[] := ARRAY['closed_at', 'published_at', 'epsilon'];
BEGIN
    IF OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at
        OR OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at
        OR (to_jsonb(NEW) - moving) <> (to_jsonb(OLD) - moving)
    THEN
        RAISE EXCEPTION 'What was drawn or published is never changed.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$
"""

GUARDS = (
    "CREATE TRIGGER moves_on BEFORE UPDATE ON statistics_ledger FOR EACH ROW EXECUTE FUNCTION statistics_moves_on()",
    *(
        f"CREATE TRIGGER append_only BEFORE {deeds} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION statistics_are_append_only()"
        for table, deeds in (
            ("statistics_ledger", "DELETE OR TRUNCATE"),
            ("statistics_workload", "UPDATE OR DELETE OR TRUNCATE"),
            ("statistics_release", "UPDATE OR DELETE OR TRUNCATE"),
        )
    ),
)

# What the application's role may do with each table; nothing else.
GRANTS = {
    "statistics_workload": "SELECT, INSERT",
    "statistics_ledger": "SELECT, INSERT, UPDATE (closed_at, published_at)",
    "statistics_counter": "SELECT, INSERT, UPDATE (counts), DELETE",
    "statistics_release": "SELECT, INSERT",
}

STATEMENTS = (
    LIVE_CALL,
    *(WORKLOAD, LEDGER, COUNTER, RELEASE),
    "CREATE INDEX ix_statistics_ledger_days ON statistics_ledger (last_on, first_on)",
    *(ADD, APPEND_ONLY, ONCE, *GUARDS),
    *(f"GRANT {rights} ON {table} TO hotline_app" for table, rights in GRANTS.items()),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
