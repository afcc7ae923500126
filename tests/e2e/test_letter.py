"""The dunning tick, up to the bytes handed to SES."""
import email
from email.policy import default

from bundle import MAIL_FROM, REPLY_DOMAIN, wait_for


def test_a_tick_hands_over_each_letter_once(bundle, office_hours):
    bundle.pull()
    bundle.schedule_fires("dunning-tick")
    wait_for("a letter", lambda: bundle.mail.messages, 60)
    bundle.settle()
    sent = list(bundle.mail.messages)

    recipients = [form["Destinations.member.1"] for _, form, _ in sent]
    assert len(set(recipients)) == len(recipients), "a customer got two letters from one tick"
    for _, form, mime in sent:
        letter = email.message_from_bytes(mime, policy=default)
        assert form["Source"].endswith(MAIL_FROM) or MAIL_FROM in form["Source"]
        assert form["ConfigurationSetName"] == "dunlin"
        assert form["Tags.member.1.Name"] == "ar_send_id"
        assert letter["Reply-To"].addresses[0].domain == REPLY_DOMAIN
        assert letter["List-Unsubscribe"]
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        text = letter.get_body(("plain",)).get_content()
        assert "Acme Tools Inc." in text
        assert bundle.outputs["PortalUrl"].rstrip("/") in text

    # the same hour once more changes nothing at all; the next hour decides again, and says why it sends nothing
    before = bundle.ledger.records()
    bundle.schedule_fires("dunning-tick")
    bundle.settle()
    assert bundle.ledger.records() == before
    bundle.schedule_fires("dunning-tick", hours_ahead=1)
    wait_for("a decision against another letter", lambda: any(why.startswith("too recent") for why in bundle.ledger.holds()), 30)
    bundle.settle()
    assert bundle.mail.messages == sent, "the next tick sent again"
    assert bundle.dead() == {}


def test_a_dry_run_says_who_would_be_written_to_and_writes_to_nobody(new_bundle):
    bundle = new_bundle().deploy(Sending="dry-run")
    bundle.pull()
    bundle.schedule_fires("dunning-tick")
    bundle.settle()
    assert "sending is off" in bundle.ledger.holds()
    assert bundle.mail.messages == []
    assert bundle.ledger.timeline("letter_planned") == []
    assert bundle.dead() == {}
