"""A card payment: from the signed webhook to the payment posted in QuickBooks."""
from bundle import wait_for
from vendors import cents


def test_a_signed_webhook_is_applied_and_posted_back(bundle):
    bundle.pull()
    invoice = bundle.vendors.open_invoice()
    event = bundle.vendors.pay_by_card(cents(invoice["Balance"]), invoice["DocNumber"])

    status, text = bundle.stripe_event(event)

    assert status == 200, text
    wait_for("cash applied", lambda: bundle.ledger.timeline("cash_applied"), 30)
    posted = wait_for("the payment in QuickBooks", lambda: bundle.vendors.payments_on(invoice["Id"]), 30)
    assert len(posted) == 1
    assert cents(posted[0]["TotalAmt"]) == cents(invoice["Balance"])
    assert cents(bundle.vendors.invoice(invoice["Id"])["Balance"]) == 0
    bundle.settle()
    assert bundle.dead() == {}
    assert any("stripe" in key for key in bundle.archived()), "the notice is not archived"


def test_the_same_event_twice_changes_nothing_more(bundle):
    bundle.pull()
    invoice = bundle.vendors.open_invoice()
    event = bundle.vendors.pay_by_card(cents(invoice["Balance"]), invoice["DocNumber"])
    assert bundle.stripe_event(event)[0] == 200
    wait_for("the payment in QuickBooks", lambda: bundle.vendors.payments_on(invoice["Id"]), 60)
    bundle.settle()
    before = bundle.ledger.records()

    assert bundle.stripe_event(event)[0] == 200
    bundle.settle()

    assert bundle.ledger.records() == before
    assert len(bundle.vendors.payments_on(invoice["Id"])) == 1
