"""The simulated vendors: `dunlin simulators` in a process of its own, and a look into its books.

QuickBooks' refresh token rotates with each use, so the tests read the books file and leave the API to the bundle.
"""
import json
import secrets
import select
import socket
import sqlite3
import subprocess
import time
import urllib.request
from pathlib import Path

START_SECONDS = 20
# Of the 200 that the simulators have: enough for every case, few enough to be pulled in seconds.
CUSTOMERS = 16


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Vendors:
    def __init__(self, dunlin, folder):
        self.folder = Path(folder)
        self.process = subprocess.Popen(
            [str(dunlin), "simulators", "--data", str(folder), "--customers", str(CUSTOMERS)],
            stdout=subprocess.PIPE,
            text=True,
        )
        if not select.select([self.process.stdout], [], [], START_SECONDS)[0]:
            self.close()
            raise AssertionError(f"dunlin simulators said nothing within {START_SECONDS} s")
        line = self.process.stdout.readline()
        if not line.strip():
            self.close()
            raise AssertionError("dunlin simulators ended without a line")
        ready = json.loads(line)
        self.qbo_url = ready["qbo"].rstrip("/")
        self.stripe_url = ready["stripe"].rstrip("/")
        self.realm = ready["realm"]
        self.refresh_token = ready["refresh_token"]
        self.books_path = Path(ready["books"])

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.process.stdout.close()

    # ---- QuickBooks

    def documents(self, kind):
        """QuickBooks documents of a kind (`Invoice`, `Payment`, `Customer`), as its API shows them."""
        with sqlite3.connect(f"file:{self.books_path}?mode=ro", uri=True) as books:
            rows = books.execute("SELECT body FROM qbo_document WHERE kind = ? COLLATE NOCASE ORDER BY id", [kind])
            return [json.loads(body, parse_float=str) for (body,) in rows]

    def open_invoice(self):
        """An invoice in dollars of which nothing is paid."""
        is_open = lambda row: row["CurrencyRef"]["value"] == "USD" and row["Balance"] == row["TotalAmt"]  # noqa: E731
        return next(row for row in self.documents("Invoice") if is_open(row))

    def invoice(self, invoice_id):
        return next(row for row in self.documents("Invoice") if row["Id"] == invoice_id)

    def payments_on(self, invoice_id):
        """Payments in QuickBooks that are linked to an invoice."""
        links = lambda payment: [link for line in payment.get("Line", []) for link in line.get("LinkedTxn", [])]  # noqa: E731
        return [
            payment
            for payment in self.documents("Payment")
            if any(link["TxnType"] == "Invoice" and link["TxnId"] == invoice_id for link in links(payment))
        ]

    # ---- Stripe

    def put(self, stripe_object):
        request = urllib.request.Request(
            f"{self.stripe_url}/sim/objects",
            data=json.dumps(stripe_object).encode(),
            headers={"content-type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=10).close()

    def pay_by_card(self, amount_cents, invoice_number, currency="usd"):
        """A succeeded PaymentIntent in Stripe, and the event that tells of it."""
        mark = secrets.token_hex(8)
        now = int(time.time())
        charge = {
            "id": f"ch_{mark}",
            "object": "charge",
            "amount": amount_cents,
            "amount_captured": amount_cents,
            "amount_refunded": 0,
            "captured": True,
            "created": now,
            "currency": currency,
            "livemode": False,
            "metadata": {},
            "paid": True,
            "payment_intent": f"pi_{mark}",
            "status": "succeeded",
        }
        intent = {
            "id": f"pi_{mark}",
            "object": "payment_intent",
            "amount": amount_cents,
            "amount_received": amount_cents,
            "created": now,
            "currency": currency,
            "description": f"Invoice {invoice_number}",
            "latest_charge": charge["id"],
            "livemode": False,
            "metadata": {"invoice_number": invoice_number},
            "status": "succeeded",
        }
        self.put(charge)
        self.put(intent)
        return {
            "id": f"evt_{mark}",
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": intent["created"],
            "livemode": False,
            "type": "payment_intent.succeeded",
            "data": {"object": intent},
        }


def cents(amount):
    """Whole cents of a decimal text such as 120, 120.5 or 120.50, without a float."""
    whole, _, part = str(amount).partition(".")
    return int(whole) * 100 + int((part + "00")[:2])
