"""Notification processes of a test's own, a receiver of webhooks, and the mails that came: each with what has to hold for them."""

import base64
import collections
import email
import email.policy
import subprocess
import tempfile
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from counters import Counter
from standardwebhooks import Webhook

# SubjectPublicKeyInfo of an Ed25519 key (RFC 8410) is this and the point.
ED25519_PREFIX = bytes.fromhex("302a300506032b6570032100")


class Notifications:
    """Processes in place of the system's own, with its settings."""

    def __init__(self, forum):
        self.forum = forum
        # While the system's own one runs.
        raw = Path(f"/proc/{forum.process('notification')}/environ").read_text()
        self.environment = dict(part.split("=", 1) for part in raw.split("\0") if "=" in part)
        # No digest comes due by itself while the test lasts: what it waits for would have been sent by the process before.
        hour = (datetime.now(timezone(timedelta(hours=9))).hour + 12) % 24
        self.environment |= {
            "FORUM_HTTP_PORT": "0", "FORUM_KAFKA_SESSION_MS": "1000", "FORUM_NOTIFICATION_DIGEST_HOUR": str(hour),
        }
        self.logs = forum.state / "logs" / "notifications"
        self.logs.mkdir(exist_ok=True)
        self.started = []

    def start(self, fail_point=None):
        """A further process. `fail_point` as FailPoint reads it; debug builds know it."""
        environment = self.environment | ({"FAIL_POINT": fail_point} if fail_point else {})
        log = self.logs / f"{len(self.started)}.log"
        process = Counter(str(self.forum.state / "bin" / "notification"), environment, log)
        self.started.append(process)
        return process

    def close(self):
        for process in self.started:
            if not process.has_ended:
                process.kill()


class Receiver:
    """Answers 204 to everything, and keeps what came: (headers, body)."""

    def __init__(self):
        received = self.received = []
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                with lock:
                    received.append((dict(self.headers.items()), body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def bodies(self):
        """{webhook-id: all different bodies that came under it}"""
        bodies = collections.defaultdict(set)
        for headers, body in list(self.received):
            bodies[headers["webhook-id"]].add(body)
        return bodies


def verify(headers, body, secret, public_key):
    """As two receivers would: by the standard's own library, and by OpenSSL. Raises when a signature is not right."""
    Webhook(secret).verify(body, headers)
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    keys = [part[4:] for part in headers["webhook-signature"].split(" ") if part.startswith("v1a,")]
    with tempfile.TemporaryDirectory() as folder:
        key, message, signature = (Path(folder) / name for name in ("key", "message", "signature"))
        key.write_bytes(ED25519_PREFIX + base64.b64decode(public_key.removeprefix("whpk_")))
        message.write_bytes(content)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", str(key), "-rawin"]
        command += ["-in", str(message), "-sigfile", str(signature)]
        for text in keys:
            signature.write_bytes(base64.b64decode(text))
            if subprocess.run(command, capture_output=True).returncode == 0:
                return
    raise AssertionError(f"none of {len(keys)} asymmetric signatures is right")


def mails(forum, address):
    """All that came to an address, as messages."""
    found = []
    for file in sorted(forum.mail_folder.glob("*.eml")):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        if message["X-Envelope-To"] == address:
            found.append(message)
    return found

