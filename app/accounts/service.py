"""The verbs of this room, gathered: what doors and other rooms call."""

from app.accounts.audit import list_audit, record, verify_audit
from app.accounts.demo import demo_people_exist, enter_as_demo, seed_demo_people
from app.accounts.factors import begin_enrolment, confirm_enrolment, count_recovery_codes, renew_recovery_codes
from app.accounts.means import Accounts
from app.accounts.models import Visitor
from app.accounts.people import (
    add_person,
    change_language,
    change_role,
    confirm_administrator,
    decline_administrator,
    disable,
    enable,
    get_person,
    list_people,
    propose_administrator,
    rename,
    reset_password,
    reset_second_factor,
)
from app.accounts.sessions import count_as_active, find_visitor, log_out, log_out_everywhere, renew, sweep
from app.accounts.signing_in import (
    change_password,
    log_in,
    pass_second_factor,
    sign_in_by_provider,
    step_up,
    step_up_by_provider,
    use_recovery_code,
)

__all__ = [
    "Accounts",
    "Visitor",
    "add_person",
    "begin_enrolment",
    "change_language",
    "change_password",
    "change_role",
    "confirm_administrator",
    "confirm_enrolment",
    "count_as_active",
    "count_recovery_codes",
    "decline_administrator",
    "demo_people_exist",
    "disable",
    "enable",
    "enter_as_demo",
    "find_visitor",
    "get_person",
    "list_audit",
    "list_people",
    "log_in",
    "log_out",
    "log_out_everywhere",
    "pass_second_factor",
    "propose_administrator",
    "record",
    "rename",
    "renew",
    "renew_recovery_codes",
    "reset_password",
    "reset_second_factor",
    "seed_demo_people",
    "sign_in_by_provider",
    "step_up",
    "step_up_by_provider",
    "sweep",
    "use_recovery_code",
    "verify_audit",
]
