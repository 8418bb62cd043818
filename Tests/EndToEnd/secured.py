"""A broker as docker-compose.yml sets it up (log-ins, TLS, an authorizer), and the whole system on it, beside the other one.

The image's rule makes properties of the environment in docker-compose.yml; only addresses and paths are the test's own, and a
further listener for SASL PLAIN over TLS. Secrets and certificates are made by deploy/compose/secrets.
"""

import os
import re
import shutil
import subprocess
import uuid
from pathlib import Path

import requests
import yaml
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from forum import CHECKOUT, SERVICES, Forum, eventually

INTERNAL, CONTROLLER, EXTERNAL, INTERNAL_TLS = 28192, 28193, 28194, 28195
SERVICE_PORTS = 28200
NOT_PROPERTIES = {"KAFKA_HEAP_OPTS", "KAFKA_OPTS"}


def property_name(variable):
    """KAFKA_A_B__C___D is a.b_c-d: the image's rule."""
    name = variable.removeprefix("KAFKA_").lower().replace("___", "-").replace("__", "\0")
    return name.replace("_", ".").replace("\0", "_")


class SecuredBroker:
    """One broker; use as a context."""

    def __init__(self, state, kafka_home):
        self.home = Path(kafka_home)
        self.folder = state / "secured-kafka"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.secrets = self.folder / "secrets"
        self.internal, self.external = f"127.0.0.1:{INTERNAL}", f"localhost:{EXTERNAL}"
        self.internal_tls = f"localhost:{INTERNAL_TLS}"
        self.authority = self.secrets / "kafka-ca.pem"
        self.process = None

    def __enter__(self):
        subprocess.run([CHECKOUT / "deploy/compose/secrets", self.secrets], check=True, timeout=60)
        (self.folder / "server.properties").write_text(self.properties())
        self.tool("kafka-storage.sh", "format", "--cluster-id", "Rm9ydW0tU2VjdXJlZC0wMA", "--config", self.folder / "server.properties")
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def properties(self):
        compose = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
        environment = compose["services"]["kafka"]["environment"]
        values = {
            property_name(name): str(value)
            for name, value in environment.items()
            if name.startswith("KAFKA_") and name not in NOT_PROPERTIES
        }
        assert re.fullmatch(r"CONTROLLER://:\d+,INTERNAL://:\d+,EXTERNAL://:\d+", values["listeners"])
        keystore = self.secrets / "kafka-external.pem"
        values |= {
            "controller.quorum.voters": f"1@127.0.0.1:{CONTROLLER}",
            # Outside on every address, so that there is one that the certificate does not name.
            "listeners": f"CONTROLLER://127.0.0.1:{CONTROLLER},INTERNAL://127.0.0.1:{INTERNAL},EXTERNAL://0.0.0.0:{EXTERNAL}"
            f",INTERNALTLS://127.0.0.1:{INTERNAL_TLS}",
            "advertised.listeners": f"INTERNAL://{self.internal},EXTERNAL://{self.external},INTERNALTLS://{self.internal_tls}",
            "log.dirs": str(self.folder / "log"),
            "listener.name.external.ssl.keystore.location": str(keystore),
            "listener.security.protocol.map": values["listener.security.protocol.map"] + ",INTERNALTLS:SASL_SSL",
            "listener.name.internaltls.ssl.keystore.type": "PEM",
            "listener.name.internaltls.ssl.keystore.location": str(keystore),
        }
        return "".join(f"{name}={value}\n" for name, value in values.items())

    def environment(self, heap):
        return {
            "PATH": os.environ["PATH"],
            "KAFKA_HEAP_OPTS": f"-Xmx{heap}",
            "LOG_DIR": str(self.folder),
            "EXTRA_ARGS": "",
            "KAFKA_LOG4J_OPTS": f"-Dlog4j2.configurationFile={CHECKOUT}/deploy/local/kafka-log4j2.yaml",
        }

    def tool(self, name, *arguments):
        """One of Kafka's own programs; what it prints."""
        command = [str(self.home / "bin" / name), *map(str, arguments)]
        result = subprocess.run(command, env=self.environment("128m"), capture_output=True, text=True, timeout=120)
        assert result.returncode == 0, f"{name}: {result.stdout}{result.stderr}"
        return result.stdout

    def start(self):
        environment = self.environment("384m") | {
            "KAFKA_OPTS": f"-Djava.security.auth.login.config={self.secrets}/kafka-jaas.conf"
        }
        with (self.folder / "broker.log").open("ab") as output:
            command = [str(self.home / "bin/kafka-server-start.sh"), str(self.folder / "server.properties")]
            self.process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        eventually(self.answers, 60, lambda: (self.folder / "broker.log").read_text()[-2000:])

    def answers(self):
        try:
            return AdminClient(self.client("forumctl") | {"log_level": 0}).list_topics(timeout=2)
        except KafkaException:
            return False

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)

    def password(self, user):
        return (self.secrets / f"kafka-{user}.password").read_text().strip()

    def client(self, user):
        """Settings of a client inside: SASL PLAIN."""
        return {
            "bootstrap.servers": self.internal,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanisms": "PLAIN",
            "sasl.username": user,
            "sasl.password": self.password(user),
        }

    def outside(self, user, password, **changes):
        """Settings of a client outside: SCRAM over TLS."""
        return {
            "bootstrap.servers": self.external,
            "security.protocol": "SASL_SSL",
            "sasl.mechanisms": "SCRAM-SHA-512",
            "sasl.username": user,
            "sasl.password": password,
            "ssl.ca.location": str(self.authority),
        } | changes

    def settings(self, user):
        """The settings by which our own programs connect."""
        return {
            "FORUM_KAFKA_BOOTSTRAP": self.internal,
            "FORUM_KAFKA_SECURITY_PROTOCOL": "sasl_plaintext",
            "FORUM_KAFKA_SASL_MECHANISM": "PLAIN",
            "FORUM_KAFKA_SASL_USERNAME": user,
            "FORUM_KAFKA_SASL_PASSWORD_FILE": str(self.secrets / f"kafka-{user}.password"),
            "FORUM_KAFKA_EXTERNAL": self.external,
        }

    def admin_settings(self):
        """For Kafka's own programs."""
        file = self.folder / "admin.properties"
        login = "org.apache.kafka.common.security.plain.PlainLoginModule required"
        file.write_text(
            "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n"
            f'sasl.jaas.config={login} username="forumctl" password="{self.password("forumctl")}";\n'
        )
        return file


def broker_of(forum):
    """A secured broker on the Apache Kafka that the system under test runs on."""
    kind, home = (forum.state / "broker").read_text().split(maxsplit=1)
    assert kind == "kafka", "these tests run on an Apache Kafka of their own"
    return SecuredBroker(forum.state, home.strip())


class SecuredForum(Forum):
    """The whole system once more, on a secured broker and a database of its own, without a door."""

    def __init__(self, broker):
        super().__init__()
        self.secured = broker
        self.database = f"secured_{uuid.uuid4().hex[:12]}"
        self.environment |= broker.settings("forumctl") | {"FORUM_DATABASE_NAME": self.database}
        self.processes = {}

    def __enter__(self):
        owner = self.environment["FORUM_DATABASE_USER"]
        form = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
        self.sql(f"CREATE DATABASE {self.database} OWNER {owner} {form}", database="postgres")
        self.forumctl("migrate")
        self.forumctl("topics", "create")
        self.forumctl("access", "grant")
        try:
            for name in SERVICES:
                self.start_service(name)
            for name in SERVICES:
                eventually(lambda name=name: self.is_ready(name), 60, lambda name=name: self.log(name)[-2000:])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(40)
        self.sql(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)", database="postgres")

    def start_service(self, name):
        raw = Path(f"/proc/{Forum.process(self, name)}/environ").read_text()
        environment = dict(part.split("=", 1) for part in raw.split("\0") if "=" in part)
        environment |= self.secured.settings(name)
        del environment["FORUM_KAFKA_EXTERNAL"]
        environment |= {
            "FORUM_DATABASE_NAME": self.database,
            "FORUM_HTTP_PORT": str(SERVICE_PORTS + SERVICES.index(name)),
        }
        with (self.secured.folder / f"{name}.log").open("ab") as output:
            program = str(self.state / "bin" / name)
            self.processes[name] = subprocess.Popen([program], env=environment, stdout=output, stderr=output)

    def direct(self, name, instance=1):
        return f"http://127.0.0.1:{SERVICE_PORTS + SERVICES.index(name)}"

    def log(self, name, instance=1):
        return (self.secured.folder / f"{name}.log").read_text(errors="replace")

    def is_ready(self, name):
        assert self.processes[name].poll() is None, self.log(name)[-2000:]
        try:
            return requests.get(f"{self.direct(name)}/readyz", timeout=3).status_code == 200
        except requests.RequestException:
            return False

    def call(self, method, path, *arguments, base=None, **options):
        return super().call(method, path, *arguments, base=base or self.direct(service_of(method, path)), **options)


def service_of(method, path):
    """Which service answers: deploy/nginx knows it of all routes, this of those that the tests here ask."""
    path = path.partition("?")[0]
    if path.startswith(("/v1/cases", "/v1/ministries", "/v1/ratings", "/v1/result-opinions")):
        return "referral"
    if re.search(r"/(acceptance|rejection|selection)$", path):
        return "moderation"
    if re.search(r"/(ballots|ballot|vote)$", path) or path in ("/v1/votes", "/v1/count"):
        return "voting"
    return "intake"
