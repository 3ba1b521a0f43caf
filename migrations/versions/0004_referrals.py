"""Referrals, the keys that open them, what centres agreed to and say of themselves, and what waits to be delivered."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATES = (
    "'requested', 'delivered', 'received', 'accepted', 'declined', 'forwarded', 'contacted', 'completed', 'expired',"
    " 'withdrawn'"
)

AGREEMENT = """
CREATE TABLE agreement (
    centre_id text PRIMARY KEY CHECK (centre_id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    operator_id text CHECK (operator_id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    agreed_on date NOT NULL,
    agreed_with text NOT NULL CHECK (char_length(agreed_with) BETWEEN 1 AND 100),
    valid_to date CHECK (valid_to >= agreed_on),
    email text,
    webhook_url text,
    webhook_secret_sealed text,
    webhook_secret_before_sealed text,
    webhook_secret_before_until timestamptz,
    receive_days smallint NOT NULL CHECK (receive_days BETWEEN 1 AND 20),
    answer_days smallint NOT NULL CHECK (answer_days BETWEEN receive_days AND 30),
    languages text[] NOT NULL,
    land text NOT NULL CHECK (land ~ '^DE(-[A-Z]{2})?$'),
    demo boolean NOT NULL,
    set_at timestamptz NOT NULL,
    set_by text NOT NULL,
    CHECK (webhook_url IS NOT NULL OR webhook_secret_sealed IS NULL),
    CHECK ((webhook_secret_before_sealed IS NULL) = (webhook_secret_before_until IS NULL))
)
"""

CENTRE_ENTRY = """
CREATE TABLE centre_entry (
    centre_id text PRIMARY KEY CHECK (centre_id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    hours text CHECK (char_length(hours) BETWEEN 1 AND 500),
    capacity text NOT NULL CHECK (capacity IN ('now', 'waiting-list', 'closed')),
    contact text CHECK (char_length(contact) BETWEEN 1 AND 200),
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL
)
"""

# Nothing here says who the caller is: that is in referral_secret, sealed, and goes with its row.
REFERRAL = f"""
CREATE TABLE referral (
    id uuid PRIMARY KEY,
    centre_id text NOT NULL CHECK (centre_id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    land text NOT NULL CHECK (land ~ '^DE(-[A-Z]{{2}})?$'),
    state text NOT NULL CHECK (state IN ({STATES})),
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    origin_hash bytea UNIQUE CHECK (octet_length(origin_hash) = 32),
    code_hash bytea UNIQUE CHECK (octet_length(code_hash) = 32),
    code_round smallint NOT NULL,
    has_number boolean NOT NULL,
    wants_sms boolean NOT NULL,
    consent_wording text NOT NULL,
    consent_version smallint NOT NULL,
    consent_language text NOT NULL,
    consent_channel text NOT NULL CHECK (consent_channel IN ('keys', 'voice', 'agent')),
    consent_at timestamptz NOT NULL,
    consent_forwarding boolean NOT NULL,
    received_by timestamptz NOT NULL,
    answered_by timestamptz NOT NULL,
    deadline_at timestamptz,
    received_at timestamptz,
    answered_at timestamptz,
    contacted_at timestamptz,
    ended_at timestamptz,
    reminded_at timestamptz,
    escalated_at timestamptz,
    expires_at timestamptz NOT NULL,
    erase_at timestamptz NOT NULL CHECK (erase_at <= made_at + interval '90 days'),
    step text CHECK (step IN ('remind-receive', 'remind-answer', 'escalated', 'expired')),
    step_at timestamptz,
    reason text CHECK (
        reason IN ('no-capacity', 'not-our-area', 'language-not-offered', 'other-service', 'not-reached')
    ),
    messages smallint NOT NULL,
    forwarded_from uuid,
    forwarded_to uuid,
    changed_at timestamptz NOT NULL,
    CHECK ((step IS NULL) = (step_at IS NULL)),
    CHECK ((state = 'forwarded') = (forwarded_to IS NOT NULL)),
    CHECK ((state IN ('declined', 'forwarded', 'completed', 'expired', 'withdrawn')) = (ended_at IS NOT NULL)),
    CHECK (state <> 'declined' OR reason IS NOT NULL)
) WITH (fillfactor = 80)
"""

REFERRAL_BUCKET = """
CREATE TABLE referral_bucket (
    bucket text PRIMARY KEY CHECK (bucket ~ '^[0-9]{4}-W[0-9]{2}-[0-9a-f]{8}$'),
    week text NOT NULL UNIQUE CHECK (bucket LIKE week || '-%'),
    key_id text NOT NULL CHECK (key_id ~ '^[0-9a-f]{16}$'),
    erasures bigint NOT NULL,
    rekeyed bigint NOT NULL,
    cleaned bigint NOT NULL,
    CHECK (cleaned <= rekeyed AND rekeyed <= erasures)
)
"""

# The fill factor leaves room for the key wrapped anew, which touches no index.
SEALED = """
CREATE TABLE referral_secret (
    referral_id uuid PRIMARY KEY REFERENCES referral (id),
    centre_id text NOT NULL,
    bucket text NOT NULL REFERENCES referral_bucket (bucket),
    key_id text NOT NULL CHECK (key_id ~ '^[0-9a-f]{16}$'),
    wrapped bytea NOT NULL,
    sealed bytea NOT NULL
) WITH (fillfactor = 60)
"""

REFERRAL_MESSAGE = """
CREATE TABLE referral_message (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL REFERENCES referral (id),
    centre_id text NOT NULL,
    side text NOT NULL CHECK (side IN ('centre', 'hotline')),
    written_by text NOT NULL,
    at timestamptz NOT NULL,
    sealed bytea NOT NULL
)
"""

# What may follow what holds beneath the program too; a new referral begins at the beginning.
TRANSITIONS = """
CREATE FUNCTION referral_moves_legally() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'requested' THEN
            RAISE EXCEPTION 'A referral begins as requested.' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'requested>delivered', 'requested>received', 'requested>forwarded', 'requested>expired',
        'requested>withdrawn',
        'delivered>received', 'delivered>forwarded', 'delivered>expired', 'delivered>withdrawn',
        'received>accepted', 'received>declined', 'received>forwarded', 'received>expired', 'received>withdrawn',
        'accepted>declined', 'accepted>forwarded', 'accepted>contacted', 'accepted>expired', 'accepted>withdrawn',
        'declined>accepted', 'declined>forwarded', 'declined>withdrawn',
        'contacted>completed', 'contacted>expired', 'contacted>withdrawn',
        'completed>withdrawn', 'expired>withdrawn'
    ]) THEN
        RAISE EXCEPTION 'A referral cannot go from % to %.', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$
"""
GUARD = """
CREATE TRIGGER legal_moves BEFORE INSERT OR UPDATE OF state ON referral
FOR EACH ROW EXECUTE FUNCTION referral_moves_legally()
"""

INDEXES = (
    "CREATE INDEX ix_referral_inbox ON referral (centre_id, deadline_at, made_at, id) WHERE ended_at IS NULL",
    "CREATE INDEX ix_referral_open ON referral (deadline_at, made_at, id) WHERE ended_at IS NULL",
    "CREATE INDEX ix_referral_ended ON referral (centre_id, ended_at DESC, id) WHERE ended_at IS NOT NULL",
    "CREATE INDEX ix_referral_centre_id ON referral (centre_id, state)",
    "CREATE INDEX ix_referral_step ON referral (step_at) WHERE step_at IS NOT NULL",
    "CREATE INDEX ix_referral_escalated ON referral (escalated_at) WHERE escalated_at IS NOT NULL AND ended_at IS NULL",
    "CREATE INDEX ix_referral_erase_at ON referral (erase_at)",
    "CREATE INDEX ix_referral_secret_bucket ON referral_secret (bucket, referral_id)",
    "CREATE INDEX ix_referral_message_referral_id ON referral_message (referral_id, at)",
)

# What the application's role may do with each table; nothing else.
GRANTS = {
    "agreement": "SELECT, INSERT, UPDATE",
    "centre_entry": "SELECT, INSERT, UPDATE",
    "referral": "SELECT, INSERT, UPDATE, DELETE",
    "referral_bucket": "SELECT, INSERT, UPDATE, DELETE",
    "referral_secret": "SELECT, INSERT, UPDATE, DELETE",
    "referral_message": "SELECT, INSERT, DELETE",
}
HELD_TO_REACH = ("agreement", "centre_entry", "referral", "referral_secret", "referral_message")


# Identifiers and kinds only: whom to tell, and what to tell a caller, is looked up when a row is sent.
OUTBOX = """
CREATE TABLE referral_outbox (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL REFERENCES referral (id) ON DELETE CASCADE,
    centre_id text NOT NULL,
    way text NOT NULL CHECK (way IN ('email', 'webhook', 'sms')),
    kind text NOT NULL,
    message_id uuid,
    state text NOT NULL CHECK (state IN ('waiting', 'done', 'dead')),
    outcome text CHECK (char_length(outcome) <= 60),
    tries integer NOT NULL,
    put_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    asked_at timestamptz,
    settled_at timestamptz,
    UNIQUE NULLS NOT DISTINCT (referral_id, way, kind, message_id),
    CHECK ((state = 'waiting') = (settled_at IS NULL)),
    CHECK (state = 'waiting' OR outcome IS NOT NULL)
) WITH (fillfactor = 80)
"""
OUTBOX_INDEXES = (
    "CREATE INDEX ix_referral_outbox_due ON referral_outbox (due_at) WHERE state = 'waiting'",
    "CREATE INDEX ix_referral_outbox_dead ON referral_outbox (settled_at) WHERE state = 'dead'",
)
# UNLOGGED: to whom a text message went never reaches the write-ahead log, a backup or a standby.
TEXT_MESSAGE_SENT = """
CREATE UNLOGGED TABLE text_message_sent (
    once_hash bytea PRIMARY KEY CHECK (octet_length(once_hash) = 32),
    number_hash bytea NOT NULL CHECK (octet_length(number_hash) = 32),
    at timestamptz NOT NULL
)
"""
OUTBOX_POLICY = (
    "CREATE POLICY reach ON referral_outbox USING (hotline_reaches(centre_id)) WITH CHECK (hotline_reaches(centre_id))"
)
OUTBOX_RIGHTS = (
    "CREATE INDEX ix_text_message_sent ON text_message_sent (number_hash, at)",
    "ALTER TABLE referral_outbox ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE referral_outbox FORCE ROW LEVEL SECURITY",
    OUTBOX_POLICY,
    "GRANT SELECT, INSERT, UPDATE ON referral_outbox TO hotline_app",
    "GRANT SELECT, INSERT, DELETE ON text_message_sent TO hotline_app",
)

# UNLOGGED and sealed: what a caller typed for a referral, and its code, until the call has ended.
CALL_EFFECT = """
CREATE UNLOGGED TABLE call_effect (
    call_key bytea NOT NULL CHECK (octet_length(call_key) = 32),
    sequence integer NOT NULL,
    place smallint NOT NULL,
    effect text NOT NULL,
    outcome text NOT NULL,
    sealed text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (call_key, sequence, place)
)
"""
CALL_EFFECT_RIGHTS = (
    "CREATE INDEX ix_call_effect_at ON call_effect (at)",
    "GRANT SELECT, INSERT, DELETE ON call_effect TO hotline_app",
)


def upgrade() -> None:
    """The tables of referrals, and those of their delivery."""
    tables = (AGREEMENT, CENTRE_ENTRY, REFERRAL, REFERRAL_BUCKET, SEALED, REFERRAL_MESSAGE)
    for statement in (*tables, *INDEXES, TRANSITIONS, GUARD):
        op.execute(statement)
    for table in HELD_TO_REACH:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY reach ON {table} USING (hotline_reaches(centre_id)) WITH CHECK (hotline_reaches(centre_id))"
        )
    for table, rights in GRANTS.items():
        op.execute(f"GRANT {rights} ON {table} TO hotline_app")
    _outbox()
    _call_effects()


def _outbox() -> None:
    """What waits to be delivered, and which text messages went out within a day."""
    for statement in (OUTBOX, *OUTBOX_INDEXES, TEXT_MESSAGE_SENT, *OUTBOX_RIGHTS):
        op.execute(statement)


def _call_effects() -> None:
    """What the effects of a call came to, so that a repeated webhook gets the same."""
    for statement in (CALL_EFFECT, *CALL_EFFECT_RIGHTS):
        op.execute(statement)
