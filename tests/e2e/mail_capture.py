"""Stands in for SES: accepts SendRawEmail (query protocol, version 1) and keeps the exact bytes of each message."""
import base64
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

ANSWER = (
    '<SendRawEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendRawEmailResult>'
    "<MessageId>{id}</MessageId></SendRawEmailResult><ResponseMetadata><RequestId>{id}</RequestId>"
    "</ResponseMetadata></SendRawEmailResponse>"
)
REFUSAL = (
    '<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type>'
    "<Code>InvalidAction</Code><Message>only SendRawEmail is known here</Message></Error></ErrorResponse>"
)


class MailCapture:
    """The messages handed over so far, as `(message id, form fields, MIME bytes)`, oldest first."""

    def __init__(self):
        self.messages = []
        capture = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
                form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
                if form.get("Action") != "SendRawEmail":
                    return self.answer(400, REFUSAL)
                message_id = uuid.uuid4().hex
                mime = base64.b64decode(form.pop("RawMessage.Data"))
                capture.messages.append((message_id, form, mime))
                self.answer(200, ANSWER.format(id=message_id))

            def answer(self, status, text):
                data = text.encode()
                self.send_response(status)
                self.send_header("content-type", "text/xml")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
