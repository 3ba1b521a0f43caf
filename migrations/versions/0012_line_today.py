"""How the line did today, and by which way a waiting call came."""

from alembic import op

revision = "0012"
down_revision = "0011"

# An hour's numbers stand in lanes, so that calls which end at the same moment do not wait for each other.
# UNLOGGED: numbers of one hour, without anything that a call has besides having been one, gone after the next day.
LINE_TODAY = """
CREATE UNLOGGED TABLE line_today (
    hour timestamptz NOT NULL CHECK (hour = date_trunc('hour', hour, 'UTC')),
    lane smallint NOT NULL,
    answered integer NOT NULL CHECK (answered >= 0),
    answered_20 integer NOT NULL CHECK (answered_20 BETWEEN 0 AND answered_30),
    answered_30 integer NOT NULL CHECK (answered_30 BETWEEN 0 AND answered),
    abandoned integer NOT NULL CHECK (abandoned >= 0),
    abandoned_20 integer NOT NULL CHECK (abandoned_20 BETWEEN 0 AND abandoned_30),
    abandoned_30 integer NOT NULL CHECK (abandoned_30 BETWEEN 0 AND abandoned),
    timed_out integer NOT NULL CHECK (timed_out >= 0),
    diverted integer NOT NULL CHECK (diverted >= 0),
    waited_seconds bigint NOT NULL CHECK (waited_seconds >= 0),
    callbacks integer NOT NULL CHECK (callbacks >= 0),
    PRIMARY KEY (hour, lane)
) WITH (fillfactor = 20)
"""
# A function, so that what ends a wait counts it in the same statement. A wait is answered, abandoned (the caller hung
# up), timed_out or diverted; a callback is promised. Each connection counts in a lane.
COUNT_WAIT = """
CREATE FUNCTION count_wait(moment timestamptz, ended text, waited double precision) RETURNS boolean LANGUAGE sql AS $$
    INSERT INTO line_today AS kept (hour, lane, answered, answered_20, answered_30, abandoned, abandoned_20,
                                    abandoned_30, timed_out, diverted, waited_seconds, callbacks)
    SELECT date_trunc('hour', moment, 'UTC'), pg_backend_pid() % 32,
           (ended = 'answered')::int, (ended = 'answered' AND waited <= 20)::int,
           (ended = 'answered' AND waited <= 30)::int,
           (ended = 'abandoned')::int, (ended = 'abandoned' AND waited <= 20)::int,
           (ended = 'abandoned' AND waited <= 30)::int,
           (ended = 'timed_out')::int, (ended = 'diverted')::int,
           CASE WHEN ended = 'answered' THEN round(waited) ELSE 0 END, (ended = 'callback')::int
    ON CONFLICT (hour, lane) DO UPDATE SET
        answered = kept.answered + excluded.answered,
        answered_20 = kept.answered_20 + excluded.answered_20,
        answered_30 = kept.answered_30 + excluded.answered_30,
        abandoned = kept.abandoned + excluded.abandoned,
        abandoned_20 = kept.abandoned_20 + excluded.abandoned_20,
        abandoned_30 = kept.abandoned_30 + excluded.abandoned_30,
        timed_out = kept.timed_out + excluded.timed_out,
        diverted = kept.diverted + excluded.diverted,
        waited_seconds = kept.waited_seconds + excluded.waited_seconds,
        callbacks = kept.callbacks + excluded.callbacks
    RETURNING true
$$
"""
# `counted` says that today's figures have the call as answered: who comes back to the line is not answered twice.
# A trail stays as long as the call waits or talks.
CALL = """
ALTER TABLE waiting_call
    ADD COLUMN counted boolean NOT NULL DEFAULT false,
    ADD COLUMN trail text[] NOT NULL DEFAULT '{}' CHECK (cardinality(trail) <= 6),
    ADD CONSTRAINT trail_ends CHECK (state <> 'ended' OR trail = '{}')
"""
OFFER = """
ALTER TABLE reservation
    ADD COLUMN trail text[] NOT NULL DEFAULT '{}' CHECK (cardinality(trail) <= 6),
    ADD CONSTRAINT trail_ends CHECK (ended_at IS NULL OR trail = '{}')
"""


def upgrade() -> None:
    for statement in (LINE_TODAY, COUNT_WAIT, CALL, OFFER):
        op.execute(statement)
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON line_today TO hotline_app")
