"""A webhook that Stripe did not sign, or signed long ago, goes nowhere."""
import pytest

from bundle import WEBHOOK_SECRET

EVENT = {"id": "evt_forged", "object": "event", "type": "payment_intent.succeeded", "data": {"object": {"id": "pi_forged"}}}


@pytest.mark.parametrize(
    ("secret", "age_seconds"),
    [("whsec_of_someone_else", 0), (WEBHOOK_SECRET, 3_600), (WEBHOOK_SECRET, -3_600)],
    ids=["forged", "stale", "from the future"],
)
def test_it_is_refused_and_nothing_is_queued(bundle, secret, age_seconds):
    before = bundle.ledger.count()
    status, text = bundle.stripe_event(EVENT, secret=secret, age_seconds=age_seconds)
    assert status in (400, 401, 403), text
    refused_without_signature, _ = bundle.post("WebhookUrl", body=b"{}", headers={"content-type": "application/json"})
    assert refused_without_signature in (400, 401, 403)
    assert bundle.depth("payment-intake") == 0
    bundle.settle(20)
    assert bundle.ledger.count() == before
    assert bundle.dead() == {}
    assert bundle.archived() == []
