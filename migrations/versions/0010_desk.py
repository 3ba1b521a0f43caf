"""The agents' desk: what an agent writes down during a call, and the keys that they chose."""

from alembic import op

revision = "0010"
down_revision = "0009"

# In the row of the call, which is UNLOGGED and goes when the agent has wrapped up.
NOTE = """
ALTER TABLE reservation ADD COLUMN note_sealed text NOT NULL DEFAULT '' CHECK (octet_length(note_sealed) <= 20000)
"""

# A deed that is not among the keys has its usual one, and an empty key switches it off.
AGENT_DESK = """
CREATE TABLE agent_desk (
    agent_id uuid PRIMARY KEY,
    keys jsonb NOT NULL CHECK (jsonb_typeof(keys) = 'object'),
    wrap_up_keys boolean NOT NULL,
    sound boolean NOT NULL
)
"""


def upgrade() -> None:
    for statement in (NOTE, AGENT_DESK, "GRANT SELECT, INSERT, UPDATE, DELETE ON agent_desk TO hotline_app"):
        op.execute(statement)
