"""People, their sessions and tries, the audit, and how far a transaction reaches."""

from alembic import op

revision = "0002"
down_revision = "0001"

# What was set for one transaction is the empty text in the next, which must reach as little as none at all.
REACHES = """
CREATE FUNCTION hotline_reaches(centre text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
    nullif(current_setting('hotline.reach', true), '') = '*'
    OR centre = ANY (string_to_array(nullif(current_setting('hotline.reach', true), ''), ',')),
    false
)
"""

PERSON = """
CREATE TABLE person (
    id uuid PRIMARY KEY,
    login text NOT NULL UNIQUE CHECK (login ~ '^[a-z0-9._@-]{3,100}$'),
    display_name text NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 100),
    role text NOT NULL
        CHECK (role IN ('agent', 'supervisor', 'editor', 'centre-staff', 'reviewer', 'administrator')),
    centre_id text CHECK (centre_id ~ '^(operator:)?[a-z0-9]+(-[a-z0-9]+)*$'),
    language text NOT NULL CHECK (language IN ('de', 'en')),
    password_hash text,
    password_set_at timestamptz,
    must_change_password boolean NOT NULL,
    totp_sealed text,
    totp_confirmed_at timestamptz,
    last_totp_step bigint,
    oidc_issuer text,
    oidc_subject text,
    sign_in text NOT NULL CHECK (sign_in IN ('password', 'oidc')),
    state text NOT NULL CHECK (state IN ('proposed', 'active', 'disabled')),
    demo boolean NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    confirmed_by text,
    UNIQUE (oidc_issuer, oidc_subject),
    CHECK ((role = 'centre-staff') = (centre_id IS NOT NULL)),
    CHECK ((oidc_issuer IS NULL) = (oidc_subject IS NULL)),
    CHECK ((totp_sealed IS NULL) = (totp_confirmed_at IS NULL)),
    CHECK (sign_in = 'password' OR password_hash IS NULL),
    CHECK ((password_hash IS NULL) = (password_set_at IS NULL))
)
"""

PROPOSAL = """
CREATE TABLE administrator_proposal (
    person_id uuid PRIMARY KEY REFERENCES person (id),
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL
)
"""

RECOVERY_CODE = """
CREATE TABLE recovery_code (
    person_id uuid NOT NULL REFERENCES person (id),
    code_hash bytea NOT NULL CHECK (octet_length(code_hash) = 32),
    used_at timestamptz,
    PRIMARY KEY (person_id, code_hash)
)
"""

SESSION = """
CREATE TABLE web_session (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    person_id uuid NOT NULL REFERENCES person (id),
    stage text NOT NULL CHECK (stage IN ('second-factor', 'change-password', 'enrol', 'full')),
    began_at timestamptz NOT NULL,
    active_at timestamptz NOT NULL,
    authenticated_at timestamptz NOT NULL,
    enrolment_sealed text
)
"""

# UNLOGGED: how often somebody tried never reaches the write-ahead log, a backup or a standby.
THROTTLE = """
CREATE UNLOGGED TABLE throttle (
    key text PRIMARY KEY,
    hits integer NOT NULL,
    expires_at timestamptz NOT NULL
)
"""

AUDIT = """
CREATE TABLE audit_entry (
    seq bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    details jsonb NOT NULL,
    previous bytea NOT NULL,
    mac bytea NOT NULL
)
"""

AUDIT_HEAD = """
CREATE TABLE audit_head (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    seq bigint NOT NULL,
    last bytea NOT NULL,
    mac bytea NOT NULL
)
"""

AUDIT_KEY = "CREATE TABLE audit_key (since bigint PRIMARY KEY, sealed text NOT NULL)"

APPEND_ONLY = """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit is only ever added to.' USING ERRCODE = 'insufficient_privilege';
END
$$
"""
GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
"""

# What the application's role may do with each table; nothing else.
GRANTS = {
    "person": "SELECT, INSERT, UPDATE",
    "administrator_proposal": "SELECT, INSERT, DELETE",
    "recovery_code": "SELECT, INSERT, UPDATE, DELETE",
    "web_session": "SELECT, INSERT, UPDATE, DELETE",
    "throttle": "SELECT, INSERT, UPDATE, DELETE",
    "audit_entry": "SELECT, INSERT",
    "audit_head": "SELECT, INSERT, UPDATE",
    "audit_key": "SELECT, INSERT, UPDATE",
}

STATEMENTS = (
    REACHES,
    *(PERSON, PROPOSAL, RECOVERY_CODE, SESSION, THROTTLE, AUDIT, AUDIT_HEAD, AUDIT_KEY),
    "CREATE INDEX ix_web_session_person_id ON web_session (person_id)",
    *(APPEND_ONLY, GUARD),
    "ALTER TABLE person ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE person FORCE ROW LEVEL SECURITY",
    "CREATE POLICY reach ON person USING (hotline_reaches(centre_id)) WITH CHECK (hotline_reaches(centre_id))",
    *(f"GRANT {rights} ON {table} TO hotline_app" for table, rights in GRANTS.items()),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
