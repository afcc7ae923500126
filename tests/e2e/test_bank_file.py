"""Bank files dropped into the intake bucket."""
from bundle import wait_for
from camt import statement
from vendors import cents


def test_a_dropped_file_is_applied(bundle):
    bundle.pull()
    invoice = bundle.vendors.open_invoice()
    amount, payer = cents(invoice["Balance"]), invoice["CustomerRef"]["name"]

    bundle.drop_bank_file("today.xml", statement(amount, f"Invoice {invoice['DocNumber']}", payer))

    wait_for("cash applied", lambda: bundle.ledger.timeline("CashApplied"), 30)
    posted = wait_for("the payment in QuickBooks", lambda: bundle.vendors.payments_on(invoice["Id"]), 30)
    assert [cents(payment["TotalAmt"]) for payment in posted] == [amount]
    bundle.settle()
    assert bundle.dead() == {}


def test_a_file_cut_in_half_is_quarantined_and_nothing_is_applied(bundle):
    bundle.pull()
    invoice = bundle.vendors.open_invoice()
    whole = statement(cents(invoice["Balance"]), f"Invoice {invoice['DocNumber']}", invoice["CustomerRef"]["name"])

    bundle.drop_bank_file("cut.xml", whole[: len(whole) // 2])

    wait_for("a task about the file", lambda: bundle.ledger.containing("cut.xml", "quarantine"), 30)
    bundle.settle()
    assert bundle.ledger.timeline("CashApplied") == []
    assert bundle.vendors.payments_on(invoice["Id"]) == []
    assert bundle.archived(), "the broken file must be kept"
