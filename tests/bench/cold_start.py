#!/usr/bin/env python3
"""Measures how long a function takes from its start to asking for its first event, and what memory it then has.

    tests/bench/cold_start.py FOLDER_OF_RELEASE_BINARIES [--runs N] [--python PYTHON] [--node FOLDER]

A small Runtime API and the AWS services that a start touches answer on loopback, so what is measured is the program's
own work: no network, no download of the package, no boot of the sandbox. Each program then gets one event whose work
is one DynamoDB transaction (for `dunning-tick` a read and a query besides). `--python` names an interpreter that has
boto3, `--node` a folder with `node_modules/@aws-sdk/client-dynamodb`, for the same work in those languages.
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
EVENT = {"Records": [{
    "messageId": "1",
    "receiptHandle": "1",
    "body": json.dumps(SHARD),
    "attributes": {"ApproximateReceiveCount": "1"},
}]}
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

    def __init__(self):
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
            return 200, headers, json.dumps(EVENT).encode()
        self.failed = None if path.endswith("/response") and b'"itemIdentifier"' not in body else (path, body)
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


def measure(command, services, works):
    """(milliseconds to the first ask, kilobytes then, milliseconds of the first event or None)"""
    runtime = Runtime()
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment(runtime, services), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        if not runtime.asked.wait(WAIT_SECONDS):
            process.kill()
            raise SystemExit(f"{command}: never asked for an event\n{process.stdout.read().decode()}")
        memory, worked = peak_kilobytes(process.pid), None
        if works:
            runtime.go.set()
            if not runtime.answered.wait(WAIT_SECONDS) or runtime.failed:
                process.kill()
                raise SystemExit(f"{command}: {runtime.failed}\n{process.stdout.read().decode()}")
            worked = (runtime.answered_at - runtime.given_at) * 1000
        return (runtime.asked_at - began) * 1000, memory, worked
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        runtime.server.shutdown()
        runtime.server.server_close()


def report(name, command, services, runs, works):
    measure(command, services, works)  # the files are in memory from here on
    found = [measure(command, services, works) for _ in range(runs)]
    start, memory = (statistics.median(run[at] for run in found) for at in (0, 1))
    worked = f"{statistics.median(run[2] for run in found):9.1f} ms" if works else "         –"
    slowest = max(run[0] for run in found)
    print(f"{name:<22}{start:9.1f} ms {slowest:9.1f} ms {memory / 1024:9.1f} MB {worked}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binaries", type=Path)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--python")
    parser.add_argument("--node", type=Path)
    given = parser.parse_args()
    services = Server(aws)
    print(f"{'program':<22}{'start':>12} {'slowest':>12} {'memory':>12} {'first event':>12}")
    for name in FUNCTIONS:
        report(name, [str(given.binaries / name)], services, given.runs, name == "dunning-tick")
    if given.python:
        report("Python, boto3", [given.python, str(HERE / "transact.py")], services, given.runs, True)
    if given.node:
        # modules are looked up from the program's own folder
        program = given.node / "transact.mjs"
        program.write_bytes((HERE / "transact.mjs").read_bytes())
        report("Node, SDK v3", ["node", str(program)], services, given.runs, True)


main()
