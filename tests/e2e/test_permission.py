"""Roles are enforced: without its permission a path stops, and with it the waiting work goes on."""
import time

from bundle import wait_for
from vendors import cents


def test_without_the_ledger_permission_no_payment_is_booked_and_none_is_lost(bundle):
    bundle.pull()
    bundle.settle()
    invoice = bundle.vendors.open_invoice()
    event = bundle.vendors.pay_by_card(cents(invoice["Balance"]), invoice["DocNumber"])
    role, policies = bundle.role_policies("payment-intake")
    ledger_policies = [arn for name, arn in policies if "LedgerReadWrite" in name]
    assert len(ledger_policies) == 1, policies
    iam = bundle.client("iam")
    iam.detach_role_policy(RoleName=role, PolicyArn=ledger_policies[0])
    before = bundle.ledger.count()

    assert bundle.stripe_event(event)[0] == 200
    time.sleep(10)

    assert bundle.ledger.count() == before, "booked without permission"
    assert bundle.depth("payment-intake") == 1, "the notice must wait in its queue"

    iam.attach_role_policy(RoleName=role, PolicyArn=ledger_policies[0])
    # the next receive comes a minute after the first
    wait_for("the payment in QuickBooks", lambda: bundle.vendors.payments_on(invoice["Id"]), 120)
    assert bundle.dead() == {}
