"""A customer answers a letter with a promise to pay."""
import email
from datetime import date, timedelta
from email.message import EmailMessage
from email.policy import default

from bundle import wait_for


def test_a_promise_by_mail_is_on_the_timeline_and_holds_dunning(bundle, office_hours):
    bundle.pull()
    bundle.schedule_fires("dunning-tick")
    wait_for("a letter", lambda: bundle.mail.messages, 60)
    bundle.settle()
    sent = list(bundle.mail.messages)
    message_id, form, mime = sent[0]
    letter = email.message_from_bytes(mime, policy=default)

    customer, reply_to = form["Destinations.member.1"], letter["Reply-To"].addresses[0].addr_spec
    bundle.receive_mail(reply(letter, message_id, customer, reply_to), customer, reply_to)

    wait_for("the promise", lambda: bundle.ledger.timeline("promise_made"), 30)
    bundle.settle()
    bundle.schedule_fires("dunning-tick", hours_ahead=1)
    wait_for("the promise as a hold", lambda: any(why.startswith("promise until") for why in bundle.ledger.holds()), 30)
    bundle.settle()
    assert bundle.mail.messages == sent, "a customer who promised got another letter"
    assert bundle.dead() == {}


def reply(letter, message_id, customer, reply_to):
    message = EmailMessage()
    message["From"] = customer
    message["To"] = reply_to
    message["Subject"] = f"Re: {letter['Subject']}"
    message["Message-ID"] = "<promise-1@customer.example>"
    message["In-Reply-To"] = f"<{message_id}@email.amazonses.com>"
    message["Date"] = email.utils.localtime()
    promised = date.today() + timedelta(days=7)
    message.set_content(f"Hello,\n\nwe will pay this in full on {promised:%B} {promised.day}, {promised.year}.\n\nKind regards\n")
    return message
