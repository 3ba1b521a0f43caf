"""Who wrote last about a referral, so that lists show whose answer is awaited."""

from alembic import op

revision = "0009"
down_revision = "0008"

COLUMN = """
ALTER TABLE referral ADD COLUMN last_message_from text CHECK (last_message_from IN ('centre', 'hotline'))
"""

# The owner, too, reaches no referral without saying so.
EVERYTHING = "SELECT set_config('hotline.reach', '*', true)"
FILL = """
UPDATE referral SET last_message_from = (
    SELECT side FROM referral_message WHERE referral_id = referral.id ORDER BY at DESC LIMIT 1
) WHERE messages > 0
"""


def upgrade() -> None:
    for statement in (COLUMN, EVERYTHING, FILL):
        op.execute(statement)
