#!/usr/bin/env python3
"""Measures how long a function takes from its start to asking for its first event, and its memory after one event.

    tests/bench/cold_start.py FOLDER_OF_RELEASE_BINARIES [--runs N] [--python PYTHON] [--node FOLDER]

A small Runtime API and the AWS services that a start touches answer on loopback, so what is measured is the program's
own work: no network, no download of the package, no boot of the sandbox. All programs take turns in each round, so
that what else the machine does falls on all alike.

Every program then gets one event. For `dunning-tick` that is a read, a query and one DynamoDB transaction; `--python`
names an interpreter that has boto3, `--node` a folder with `node_modules/@aws-sdk/client-dynamodb`, which do one
transaction. The other workers get a message that they cannot read, the pages a request that they refuse or send on,
the relay an empty batch: enough to have the whole way of an event in memory.
"""
import argparse
import json
import os
import statistics
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
FUNCTIONS = sorted(folder.name for folder in (HERE.parents[1] / "functions").iterdir())
KEY = "ZHVubGluLWxvY2FsLWJlbmNoLWtleS0tLS0tLS0tLS0="
SECRETS = {name: KEY for name in ("seal", "lookup", "reply", "link", "session")} | {
    "api_key": "sk_test_bench",
    "webhook_secret": "whsec_bench",
    "client_secret": "bench",
    "refresh_token": "bench",
}
SHARD = {"v": 1, "entity": "bench", "on": "2026-11-24", "hour": "2026-11-24T09", "shard": 3, "after": None}


def from_queue(body):
    attributes = {"ApproximateReceiveCount": "1"}
    return {"Records": [{"messageId": "1", "receiptHandle": "1", "body": body, "attributes": attributes}]}


def from_url(method):
    request = {"domainName": "bench.example", "http": {"method": method}}
    return {"rawPath": "/", "rawQueryString": "", "headers": {}, "body": "", "requestContext": request}


TRANSACTION = from_queue(json.dumps(SHARD))
EVENTS = {name: from_queue("{}") for name in FUNCTIONS} | {
    "dunning-tick": TRANSACTION,
    "payment-webhook": from_url("POST"),
    "console": from_url("GET"),
    "portal": from_url("GET"),
    "relay": {"Records": []},
}
START_MILLISECONDS_MAX, MEGABYTES_MAX = 15, 32
WAIT_SECONDS = 20


class Server(ThreadingHTTPServer):
    """Keep-alive, and each answer in one write: no waiting for acknowledgements."""

    daemon_threads = True

    def __init__(self, answer):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                status, headers, data = answer(self.command, self.path, self.headers, body)
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(data))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """Programs are ended in the middle of their connections."""

    @property
    def address(self):
        return f"127.0.0.1:{self.server_port}"


def aws(_method, _path, headers, _body):
    """As much of Secrets Manager, DynamoDB and SQS as a start and the event need."""
    action = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
    answers = {
        "GetSecretValue": {"ARN": "arn", "Name": "bench", "SecretString": json.dumps(SECRETS)},
        "Query": {"Items": [], "Count": 0},
    }
    status = 400 if action == "SendMessageBatch" else 200
    return status, {"content-type": "application/x-amz-json-1.0"}, json.dumps(answers.get(action, {})).encode()


class Runtime:
    """A Lambda Runtime API for one process: one event, then silence."""

    def __init__(self, event, must_succeed):
        self.event, self.must_succeed = event, must_succeed
        self.asked, self.answered, self.failed = threading.Event(), threading.Event(), None
        self.asked_at = self.given_at = self.answered_at = 0.0
        self.go = threading.Event()
        self.server = Server(self.answer)

    def answer(self, _method, path, _headers, body):
        now = time.perf_counter()
        if path.endswith("/invocation/next"):
            if self.asked.is_set():
                threading.Event().wait()
            self.asked_at = now
            self.asked.set()
            self.go.wait()
            self.given_at = time.perf_counter()
            headers = {
                "Lambda-Runtime-Aws-Request-Id": "1",
                "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 30_000),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:1:function:bench",
                "content-type": "application/json",
            }
            return 200, headers, json.dumps(self.event).encode()
        is_done = path.endswith("/response") and not (self.must_succeed and b'"itemIdentifier"' in body)
        self.failed = None if is_done else (path, body)
        self.answered_at = now
        self.answered.set()
        return 202, {}, b""


def environment(runtime, services):
    url = f"http://{services.address}"
    own = {
        "AWS_LAMBDA_RUNTIME_API": runtime.server.address,
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": "bench",
        "AWS_LAMBDA_LOG_STREAM_NAME": "bench",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_ENDPOINT_URL": url,
        "ENTITY": "bench",
        "QUEUE_SELF": f"{url}/1/self",
        "DEAD_SELF": f"{url}/1/dead",
        "RUST_LOG": "error",
        "PATH": os.environ["PATH"],
    }
    tables = {f"{name}_TABLE": name.lower() for name in ("LEDGER", "CONNECTIONS", "IDEMPOTENCY")}
    queues = {f"QUEUE_{name.replace('-', '_').upper()}": f"{url}/1/{name}" for name in FUNCTIONS}
    named = {f"SECRET_{name}": name for name in ("KEYS", "STRIPE", "QUICKBOOKS", "OIDC")}
    return own | tables | queues | named


def peak_kilobytes(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def measure(command, services, event):
    """(milliseconds to the first ask, megabytes after one event, milliseconds of the event)"""
    runtime = Runtime(event, event is TRANSACTION)
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment(runtime, services), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        if not runtime.asked.wait(WAIT_SECONDS):
            process.kill()
            raise SystemExit(f"{command}: never asked for an event\n{process.stdout.read().decode()}")
        runtime.go.set()
        if not runtime.answered.wait(WAIT_SECONDS) or runtime.failed:
            process.kill()
            raise SystemExit(f"{command}: {runtime.failed}\n{process.stdout.read().decode()}")
        worked = (runtime.answered_at - runtime.given_at) * 1000
        return (runtime.asked_at - began) * 1000, peak_kilobytes(process.pid) / 1024, worked
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        runtime.server.shutdown()
        runtime.server.server_close()


def programs(given):
    """Command and event by name."""
    found = {name: ([str(given.binaries / name)], EVENTS[name]) for name in FUNCTIONS}
    if given.python:
        found["Python, boto3"] = ([given.python, str(HERE / "transact.py")], TRANSACTION)
    if given.node:
        # modules are looked up from the program's own folder
        program = given.node / "transact.mjs"
        program.write_bytes((HERE / "transact.mjs").read_bytes())
        found["Node, SDK v3"] = (["node", str(program)], TRANSACTION)
    return found


def report(name, found, event):
    start, memory, worked = (statistics.median(column) for column in zip(*found))
    slowest = max(run[0] for run in found)
    is_ours = name in FUNCTIONS
    over = [f"start over {START_MILLISECONDS_MAX} ms"] if is_ours and start > START_MILLISECONDS_MAX else []
    over += [f"memory over {MEGABYTES_MAX} MB"] if is_ours and memory > MEGABYTES_MAX else []
    worked = f"{worked:9.1f} ms" if event is TRANSACTION else "         –  "
    print(f"{name:<20}{start:9.1f} ms {slowest:9.1f} ms {memory:9.1f} MB {worked}  {', '.join(over)}".rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binaries", type=Path)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--python")
    parser.add_argument("--node", type=Path)
    given = parser.parse_args()
    services, found = Server(aws), {}
    for round_ in range(given.runs + 1):
        for name, (command, event) in programs(given).items():
            run = measure(command, services, event)
            if round_:  # in the first, the files come into memory
                found.setdefault(name, []).append(run)
    print(f"{'program':<20}{'start':>12} {'slowest':>12} {'memory':>12} {'transaction':>12}")
    for name, (_, event) in programs(given).items():
        report(name, found[name], event)


main()
