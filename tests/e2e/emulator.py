"""Starts the AWS emulator with three changes, all through private names: hence the exact pin in requirements.txt.

* Its Lambda runtime API answers a waiting function in two writes, which Nagle's algorithm and delayed
  acknowledgements turn into 40 ms.
* It lingers up to 50 ms for log lines after each call that logged nothing.
* It checks the batch calls of SQS as actions of their own; AWS checks them as the single call, and knows no
  `sqs:SendMessageBatch` that a policy could name.

A name that is gone fails here, not as a slow or a puzzling test.
"""
import socketserver

from ministack.core import iam_actions, lambda_runtime

socketserver.StreamRequestHandler.disable_nagle_algorithm = True
# (first wait, wait between lines, longest wait), in seconds
LOG_WAITS = (0.005, 0.002, 0.250)

patched = 0
for member in vars(lambda_runtime).values():
    drain = vars(member).get("_drain_stderr_bounded") if isinstance(member, type) else None
    if drain is not None:
        drain.__defaults__ = LOG_WAITS
        patched += 1
if patched == 0:
    raise SystemExit("ministack changed: no _drain_stderr_bounded in core.lambda_runtime")

extract_iam_action = iam_actions.extract_iam_action


def as_aws_checks_it(service, *request):
    action = extract_iam_action(service, *request)
    return action.removesuffix("Batch") if service == "sqs" and action else action


iam_actions.extract_iam_action = as_aws_checks_it

from ministack.app import main  # noqa: E402  (reads the environment when imported)

main()
