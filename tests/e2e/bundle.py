"""The whole bundle, deployed: the real template and the real binaries in one account of the emulator."""
import base64
import functools
import hashlib
import hmac
import io
import json
import os
import re
import secrets
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "infra" / "template.yaml"
CODE_URI = re.compile(r"CodeUri: \.\./target/lambda/([a-z-]+)")
REGION = "us-east-1"
STACK = "dunlin"
ENTITY = "acme-us"
MAIL_FROM = "receivables@acme.example"
REPLY_DOMAIN = "in.acme.example"
WEBHOOK_SECRET = "whsec_e2e"


def function_names():
    """The functions that the template deploys, in its order."""
    return CODE_URI.findall(TEMPLATE.read_text())


def zone_of_office_hours(now=None):
    """A time zone in which it is late morning of a weekday, so that letters may leave now.

    Where the whole world has a weekend there is none; the zone is then one of late morning, and the tests of letters
    are skipped (`letters_may_leave`).
    """
    now = now or datetime.now(timezone.utc)
    # late morning first, then any hour that leaves an hour of the office day for the test
    offsets = sorted(range(-12, 15), key=lambda offset: abs((now + timedelta(hours=offset)).hour - 11))
    in_office = (offset for offset in offsets if is_office_hour(now + timedelta(hours=offset)))
    offset = next(in_office, offsets[0])
    # Etc/GMT-3 is three hours ahead of UTC
    return "Etc/GMT" if offset == 0 else f"Etc/GMT{-offset:+d}"


def is_office_hour(local):
    return local.weekday() < 5 and 8 <= local.hour < 17


def letters_may_leave(zone):
    """Whether the entity's clock shows a weekday's office hours, which the shipped policy keeps to."""
    return is_office_hour(datetime.now(ZoneInfo(zone)))


def wait_for(what, check, seconds):
    """The first truthy answer of `check`; fails by name after `seconds`."""
    until = time.monotonic() + seconds
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.2)


class Bundle:
    """One deployed stack. Each test has its own account, simulators and mail capture."""

    def __init__(self, gateway, account, programs, mail, vendors):
        self.gateway, self.account, self.programs = gateway, account, programs
        self.mail, self.vendors = mail, vendors
        self.zone = zone_of_office_hours()
        self.outputs = {}

    def client(self, service):
        # A twelve-digit access key is the root user of that account to the emulator.
        return boto3.client(
            service,
            endpoint_url=self.gateway,
            region_name=REGION,
            aws_access_key_id=self.account,
            aws_secret_access_key="test",
            config=Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    # ---- deploying

    def deploy(self, **overrides):
        code = f"code-{self.account}"
        s3 = self.client("s3")
        s3.create_bucket(Bucket=code)
        for name in function_names():
            s3.put_object(Bucket=code, Key=f"{name}.zip", Body=zipped(self.programs[name]))
        template = CODE_URI.sub(rf"CodeUri: s3://{code}/\1.zip", TEMPLATE.read_text())
        s3.put_object(Bucket=code, Key="template.yaml", Body=template.encode())
        parameters = {**self.parameters(), **overrides}
        cloudformation = self.client("cloudformation")
        cloudformation.create_stack(
            StackName=STACK,
            TemplateURL=f"{self.gateway}/{code}/template.yaml",
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        stack = wait_for("the stack's end state", lambda: self.settled(cloudformation), 60)
        if stack["StackStatus"] != "CREATE_COMPLETE":
            raise AssertionError(f"{stack['StackStatus']}: {failures(cloudformation)}")
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        # The emulator's CloudFormation passes the expiry by.
        self.client("dynamodb").update_time_to_live(
            TableName=self.outputs["IdempotencyTable"],
            TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": True},
        )
        self.put_secrets()
        self.apply_policy()
        return self

    def settled(self, cloudformation):
        stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

    def parameters(self):
        return {
            "Entity": ENTITY,
            "EntityName": "Acme Tools Inc.",
            "EntityAddress": "1 Anvil Road, Toledo OH 43604",
            "Zone": self.zone,
            "Currency": "USD",
            "MailDomain": MAIL_FROM.split("@")[1],
            "MailFrom": MAIL_FROM,
            "ReplyDomain": REPLY_DOMAIN,
            "Sending": "live",
            "StripeApi": self.vendors.stripe_url,
            "QboApi": self.vendors.qbo_url,
            "QboTokenUrl": f"{self.vendors.qbo_url}/oauth2/v1/tokens/bearer",
            "QboRealm": self.vendors.realm,
            "QboClientId": "e2e-client",
            "OidcIssuer": "https://login.acme.example",
            "OidcClientId": "dunlin",
            "OidcEmails": "clerk@acme.example",
            "Architecture": "x86_64",
            "Schedules": "DISABLED",
            "Emulator": "true",
            "SesEndpoint": self.mail.url,
        }

    def put_secrets(self):
        key = lambda: base64.b64encode(secrets.token_bytes(32)).decode()  # noqa: E731
        values = {
            "StripeSecret": {"api_key": "sk_test_e2e", "webhook_secret": WEBHOOK_SECRET},
            "QuickBooksSecret": {"client_secret": "e2e-client-secret", "refresh_token": self.vendors.refresh_token},
            "KeysSecret": {name: key() for name in ("seal", "lookup", "reply", "link", "session")},
            "OidcSecret": {"client_secret": "e2e-oidc-secret"},
        }
        manager = self.client("secretsmanager")
        for output, value in values.items():
            manager.put_secret_value(SecretId=self.outputs[output], SecretString=json.dumps(value))

    def apply_policy(self):
        """As the deployer does: nothing is chased before a policy is stored."""
        environment = {
            "AWS_ENDPOINT_URL": self.gateway,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        command = [str(self.programs["dunlin"]), "policy", "apply", str(ROOT / "infra" / "policies" / "default.toml")]
        command += ["--table", self.outputs["ConnectionsTable"], "--entity", ENTITY]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
        if done.returncode != 0:
            raise AssertionError(f"dunlin policy apply: {done.stdout}{done.stderr}")

    # ---- what happens from outside

    def post(self, output, path="", body=b"", headers=None):
        """POSTs to a function URL; the status and the answer's text."""
        url_id = self.outputs[output].removeprefix("https://").split(".")[0]
        request = urllib.request.Request(
            f"{self.gateway}/_aws/lambda-url/{url_id}/{path}", data=body, headers=headers or {}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def stripe_event(self, event, secret=WEBHOOK_SECRET, age_seconds=0):
        """Delivers an event to the webhook as Stripe signs it."""
        body = json.dumps(event).encode()
        at = int(time.time()) - age_seconds
        signature = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "stripe-signature": f"t={at},v1={signature}"}
        return self.post("WebhookUrl", body=body, headers=headers)

    def drop_bank_file(self, name, data):
        self.client("s3").put_object(Bucket=self.outputs["IntakeBucket"], Key=f"bank/{name}", Body=data)

    def receive_mail(self, message, sender, recipient):
        """Stores a mail and announces it, as the SES receipt rule does."""
        key = f"mail/{secrets.token_hex(16)}"
        self.client("s3").put_object(Bucket=self.outputs["IntakeBucket"], Key=key, Body=message.as_bytes())
        verdict = {"status": "PASS"}
        at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        notice = {
            "notificationType": "Received",
            "mail": {
                "timestamp": at,
                "source": sender,
                "messageId": key.removeprefix("mail/"),
                "destination": [recipient],
                "headersTruncated": False,
                "headers": [{"name": name, "value": str(value)} for name, value in message.items()],
                "commonHeaders": {"from": [sender], "to": [recipient], "subject": str(message["Subject"])},
            },
            "receipt": {
                "timestamp": at,
                "processingTimeMillis": 412,
                "recipients": [recipient],
                **{f"{test}Verdict": verdict for test in ("spam", "virus", "spf", "dkim", "dmarc")},
                "action": {
                    "type": "S3",
                    "topicArn": self.outputs["InboundMailTopic"],
                    "bucketName": self.outputs["IntakeBucket"],
                    "objectKeyPrefix": "mail/",
                    "objectKey": key,
                },
            },
        }
        self.client("sns").publish(
            TopicArn=self.outputs["InboundMailTopic"],
            Subject="Amazon SES Email Receipt Notification",
            Message=json.dumps(notice),
        )

    def schedule_fires(self, queue, hours_ahead=0):
        """What the schedule puts on the queue, now or some hours on; the schedules themselves are off in tests."""
        at = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours_ahead)
        self.send(queue, json.dumps({"v": 1, "entity": ENTITY, "at": at.isoformat().replace("+00:00", "Z")}))

    def pull(self, seconds=90):
        """The nightly pull, up to the point where the ledger holds what QuickBooks has."""
        self.schedule_fires("erp-pull")
        there = len(self.vendors.documents("Invoice"))
        wait_for(f"{there} invoices in the ledger", lambda: len(self.ledger.states("INV")) == there, seconds)
        self.settle(seconds)

    # ---- what can be seen

    def queue_url(self, name):
        return self.client("sqs").get_queue_url(QueueName=f"{STACK}-{name}")["QueueUrl"]

    def send(self, queue, body):
        self.client("sqs").send_message(QueueUrl=self.queue_url(queue), MessageBody=body)

    def depth(self, queue):
        """Messages of a queue, those in flight included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]
        found = self.client("sqs").get_queue_attributes(QueueUrl=self.queue_url(queue), AttributeNames=names)
        return sum(int(found["Attributes"].get(name, 0)) for name in names)

    def workers(self):
        return [name for name in function_names() if name not in ("payment-webhook", "relay", "console", "portal")]

    def is_quiet(self):
        return all(self.depth(name) == 0 for name in self.workers())

    def settle(self, seconds=60):
        """Waits until every queue has been empty for two seconds."""
        until, quiet_since = time.monotonic() + seconds, None
        while time.monotonic() < until:
            now = time.monotonic()
            if not self.is_quiet():
                quiet_since = None
            elif quiet_since is None:
                quiet_since = now
            elif now - quiet_since >= 2:
                return
            time.sleep(0.2)
        busy = {name: self.depth(name) for name in self.workers() if self.depth(name)}
        raise AssertionError(f"queues not empty within {seconds} s: {busy}")

    def dead(self):
        """Dead letters by queue, empty when all is well."""
        found = {name: self.depth(f"{name}-dead") for name in [*self.workers(), "relay"]}
        return {name: count for name, count in found.items() if count}

    @property
    def ledger(self):
        from ledger import Ledger

        return Ledger(self.client("dynamodb"), self.outputs["LedgerTable"])

    def archived(self, prefix=""):
        found = self.client("s3").list_objects_v2(Bucket=self.outputs["ArchiveBucket"], Prefix=prefix)
        return [item["Key"] for item in found.get("Contents", [])]

    def role_policies(self, function):
        """The managed policies of a function's role, as (role name, [(policy name, ARN)])."""
        config = self.client("lambda").get_function_configuration(FunctionName=f"{STACK}-{function}")
        role = config["Role"].rsplit("/", 1)[-1]
        attached = self.client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        return role, [(policy["PolicyName"], policy["PolicyArn"]) for policy in attached]

    def logs(self):
        """The last lines of every function's log, for a failed test."""
        client, lines = self.client("logs"), []
        since = int((datetime.now(timezone.utc) - timedelta(minutes=10)).timestamp() * 1000)
        for name in function_names():
            try:
                found = client.filter_log_events(logGroupName=f"/aws/lambda/{STACK}-{name}", startTime=since)
            except client.exceptions.ResourceNotFoundException:
                continue
            lines += [f"{name}: {event['message'].rstrip()}" for event in found["events"][-30:]]
        return "\n".join(lines)


@functools.cache
def zipped(binary):
    """A deployment package: the binary as `bootstrap`, executable."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, binary.read_bytes())
    return packed.getvalue()


def failures(cloudformation):
    """What went wrong, first cause first."""
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=STACK)
    events = [event for page in pages for event in page["StackEvents"]]
    return [
        (event["LogicalResourceId"], event.get("ResourceStatusReason"))
        for event in reversed(events)
        if event["ResourceStatus"].endswith("FAILED")
    ]


def programs():
    """The functions' release binaries, and `dunlin` of any build, by name; `.ci/run` says where they are."""
    folder = Path(os.environ["DUNLIN_BIN_DIR"])
    found = {name: folder / name for name in function_names()}
    found["dunlin"] = Path(os.environ.get("DUNLIN") or folder / "dunlin")
    missing = [str(path) for path in found.values() if not path.is_file()]
    if missing:
        raise SystemExit(f"not built: {', '.join(missing)}")
    return found
