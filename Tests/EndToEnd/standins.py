"""A process of a service that a test starts, kills and replaces itself, in place of the system's."""

import os
import subprocess
import threading
from pathlib import Path

from forum import eventually


class StandIn:
    """While it is there, one process or none serves in place of the system's; the next one is started when one has died."""

    def __init__(self, forum, service):
        self.forum, self.service = forum, service
        pid = forum.process(service)
        self.program = os.readlink(f"/proc/{pid}/exe")
        raw = Path(f"/proc/{pid}/environ").read_text()
        self.environment = dict(part.split("=", 1) for part in raw.split("\0") if "=" in part)
        # A dead process's partitions are free after a second.
        self.environment["FORUM_KAFKA_SESSION_MS"] = "1000"
        self.log = forum.state / "logs" / f"{service}-stand-in.log"
        self.process = None
        self.deaths = 0
        self.is_over = False
        forum.service("stop", service)

    def start(self, fail_point=None):
        """The process that serves from now on. `fail_point` as FailPoint reads it; debug builds know it."""
        environment = self.environment | ({"FAIL_POINT": fail_point} if fail_point else {})
        with self.log.open("ab") as output:
            self.process = subprocess.Popen([self.program], env=environment, stdout=output, stderr=output)

    def start_and_replace(self, fail_point):
        """One that dies at its fail-point, and is followed by one that does not."""
        self.start(fail_point)
        dying = self.process

        def replace():
            if dying.wait() == -9 and not self.is_over:
                self.deaths += 1
                self.start()

        thread = threading.Thread(target=replace, daemon=True)
        thread.start()
        return thread

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(60)

    def close(self):
        self.is_over = True
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        self.forum.service("start", self.service)
        eventually(lambda: self.forum.is_ready(self.service), 60, f"{self.service} is back")
