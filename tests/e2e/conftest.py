"""One emulator for the run; for each test an account, simulators and a mail capture of its own."""
import itertools
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from bundle import Bundle, letters_may_leave, programs
from mail_capture import MailCapture
from vendors import Vendors, free_port

HERE = Path(__file__).resolve().parent
accounts = itertools.count(100_000_000_001)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    setattr(item, f"report_{report.when}", report)
    return report


@pytest.fixture(scope="session")
def gateway(tmp_path_factory):
    """The emulator's address. It enforces IAM."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "AUTH": "true",
        "LOG_LEVEL": "WARNING",
        # Functions inherit these; each function's own credentials take the place of the keys.
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_SES", "HTTP_PROXY", "http_proxy"):
        environment.pop(name, None)
    log = open(tmp_path_factory.mktemp("emulator") / "log", "w+")
    process = subprocess.Popen([sys.executable, str(HERE / "emulator.py")], env=environment, stdout=log, stderr=log)
    try:
        wait_until_ready(url, process, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()


def wait_until_ready(url, process, log, seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{url}/_ministack/health", timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    log.seek(0)
    raise AssertionError(f"the emulator did not start within {seconds} s:\n{log.read()}")


@pytest.fixture
def new_bundle(gateway, tmp_path, request):
    """Makes a bundle that is not deployed yet."""
    opened, made, built = [], [], programs()

    def make():
        mail = MailCapture()
        opened.append(mail)
        folder = tmp_path / f"vendors-{len(made)}"
        folder.mkdir()
        vendors = Vendors(built["dunlin"], folder)
        opened.append(vendors)
        made.append(Bundle(gateway, str(next(accounts)), built, mail, vendors))
        return made[-1]

    yield make
    report = getattr(request.node, "report_call", None)
    if report is not None and report.failed:
        for bundle in made:
            if bundle.outputs:
                print(f"dead letters: {bundle.dead()}\n{bundle.logs()}")
    # ends the functions' processes of all accounts; tests run one after the other
    urllib.request.urlopen(urllib.request.Request(f"{gateway}/_ministack/reset", method="POST"), timeout=30).close()
    for resource in reversed(opened):
        resource.close()


@pytest.fixture
def bundle(new_bundle):
    """The bundle as deployed, sending live into the mail capture."""
    return new_bundle().deploy()


@pytest.fixture
def office_hours(bundle):
    """Skips where no letter may leave anywhere in the world: the senders keep to the clock and to weekdays."""
    if not letters_may_leave(bundle.zone):
        pytest.skip(f"SKIPPED: it is the weekend in every time zone ({bundle.zone}), and no letter leaves then")
