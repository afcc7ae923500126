"""The template as deployed: what is there before anything happens."""
from bundle import STACK, function_names


def test_every_function_has_its_own_role(bundle):
    lambda_ = bundle.client("lambda")
    roles = {
        name: lambda_.get_function_configuration(FunctionName=f"{STACK}-{name}")["Role"] for name in function_names()
    }
    assert len(roles) == 15
    assert len(set(roles.values())) == 15, roles


def test_every_worker_has_a_queue_with_its_own_dead_letters(bundle):
    sqs = bundle.client("sqs")
    for name in bundle.workers():
        attributes = sqs.get_queue_attributes(QueueUrl=bundle.queue_url(name), AttributeNames=["All"])["Attributes"]
        assert attributes["VisibilityTimeout"] == "180", name
        assert f"{STACK}-{name}-dead" in attributes["RedrivePolicy"], name
        assert '"maxReceiveCount":30' in attributes["RedrivePolicy"].replace(" ", ""), name


def test_nothing_lies_in_dead_letters_after_deploying(bundle):
    bundle.settle(20)
    assert bundle.dead() == {}
