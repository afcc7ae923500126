"""Bank files dropped into the intake bucket."""
from bundle import wait_for
from camt import statement
from vendors import cents


def test_a_dropped_file_is_applied(bundle):
    bundle.pull()
    invoice = bundle.vendors.open_invoice()
    amount, payer = cents(invoice["Balance"]), invoice["CustomerRef"]["name"]

    bundle.drop_bank_file("today.xml", statement(amount, f"Invoice {invoice['DocNumber']}", payer))

    wait_for("cash applied", lambda: bundle.ledger.timeline("cash_applied"), 30)
    posted = wait_for("the payment in QuickBooks", lambda: bundle.vendors.payments_on(invoice["Id"]), 30)
    assert [cents(payment["TotalAmt"]) for payment in posted] == [amount]
    bundle.settle()
    assert bundle.dead() == {}


def test_a_file_cut_in_half_is_quarantined_and_nothing_is_applied(bundle):
    bundle.pull()
    invoice = bundle.vendors.open_invoice()
    whole = statement(cents(invoice["Balance"]), f"Invoice {invoice['DocNumber']}", invoice["CustomerRef"]["name"])

    bundle.drop_bank_file("cut.xml", whole[: len(whole) // 2])

    set_aside = wait_for("the file in quarantine", lambda: bundle.ledger.timeline("input_quarantined"), 30)
    assert [event["source"] for event in set_aside] == ["bank file bank/cut.xml"]
    tasks = [task for task in bundle.ledger.states("TSK") if task["kind"] == "quarantine"]
    assert len(tasks) == 1 and "cut.xml" in tasks[0]["why"], tasks
    bundle.settle()
    assert bundle.ledger.timeline("cash_applied") == []
    assert bundle.vendors.payments_on(invoice["Id"]) == []
    assert len(bundle.archived("bank/")) == 1, "the broken file must be kept"
    assert bundle.dead() == {}
