"""A message that nobody can read ends in its queue's dead letters, and holds nothing else up."""
from bundle import wait_for


def test_poison_ends_in_dead_letters(bundle):
    bundle.send("cash-application", "this is no message of ours")
    # five receives, ten seconds apart
    wait_for("the dead letter", lambda: bundle.dead() == {"cash-application": 1}, 90)
    assert bundle.depth("cash-application") == 0
