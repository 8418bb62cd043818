"""The certificate of Kafka's listener for ministries: the names in it, and how it is renewed."""

import shutil
import subprocess

import pytest
from forum import CHECKOUT


class Checkout:
    """A copy of what makes secrets, with a .env of its own."""

    def __init__(self, folder):
        self.folder, self.secrets = folder, folder / "secrets"
        for name in ("deploy/compose/secrets", "deploy/kafka/certificate"):
            (folder / name).parent.mkdir(parents=True)
            shutil.copy(CHECKOUT / name, folder / name)

    def make(self, **environment):
        command = [self.folder / "deploy/compose/secrets", self.secrets]
        environment = {"PATH": "/usr/bin:/bin"} | environment
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    def names(self):
        command = ["openssl", "x509", "-noout", "-ext", "subjectAltName", "-in", self.secrets / "kafka-external.pem"]
        shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
        return {name.strip() for name in shown.splitlines()[1].split(",")}


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


ALWAYS = {"DNS:localhost", "IP Address:127.0.0.1"}


@pytest.mark.parametrize(
    ("lines", "environment", "named"),
    [
        ("", {}, set()),
        ("FORUM_KAFKA_EXTERNAL=kafka.forum.example:9094\n", {}, {"DNS:kafka.forum.example"}),
        ("FORUM_PORT=80\nFORUM_KAFKA_EXTERNAL='kafka.forum.example' # outside", {}, {"DNS:kafka.forum.example"}),
        ('export FORUM_KAFKA_EXTERNAL = "192.0.2.7:9094"\r\n', {}, {"IP Address:192.0.2.7"}),
        ("FORUM_KAFKA_EXTERNAL=a.example:1\nFORUM_KAFKA_EXTERNAL=b.example:2 # the last\n", {}, {"DNS:b.example"}),
        ("#FORUM_KAFKA_EXTERNAL=a.example:1\nMY_FORUM_KAFKA_EXTERNAL=b.example:2\nFORUM_KAFKA_EXTERNAL= # none\n", {}, set()),
        ("FORUM_KAFKA_EXTERNAL=a.example:1\n", {"FORUM_KAFKA_EXTERNAL": "b.example:2"}, {"DNS:b.example"}),
        ("FORUM_KAFKA_EXTERNAL=a.example:1\n", {"FORUM_KAFKA_EXTERNAL": ""}, set()),
        ('FORUM_KAFKA_EXTERNAL="a.example:1"\nX=$(touch "$FORUM_MARK")\n', {"FORUM_MARK": "mark"}, {"DNS:a.example"}),
    ],
)
def test_it_has_the_name_that_the_shell_or_else_the_env_file_says(checkout, lines, environment, named):
    (checkout.folder / ".env").write_text(lines, newline="")
    marks = {name: str(checkout.folder / value) for name, value in environment.items() if name == "FORUM_MARK"}
    made = checkout.make(**environment | marks)
    assert made.returncode == 0, made.stderr
    assert checkout.names() == ALWAYS | named
    assert not (checkout.folder / "mark").exists()


def test_without_an_env_file_it_is_for_this_machine(checkout):
    assert checkout.make().returncode == 0
    assert checkout.names() == ALWAYS


def test_it_is_renewed_with_the_authoritys_key_and_not_without(checkout):
    assert checkout.make().returncode == 0
    key, certificate = checkout.secrets / "kafka-ca.key", checkout.secrets / "kafka-external.pem"
    authority, first = (checkout.secrets / "kafka-ca.pem").read_bytes(), certificate.read_bytes()
    elsewhere = key.rename(checkout.folder / "kafka-ca.key")
    assert checkout.make().returncode == 0, "nothing is to be renewed"
    assert certificate.read_bytes() == first

    certificate.unlink()
    refused = checkout.make()
    assert refused.returncode != 0 and f"{key} is not there" in refused.stderr and "put it back" in refused.stderr
    assert not certificate.exists() and not key.exists() and not list(checkout.secrets.glob("certificate.*"))

    # Another authority's key is told by openssl itself.
    another = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key]
    subprocess.run(another, check=True, capture_output=True, timeout=60)
    refused = checkout.make()
    assert refused.returncode != 0 and "match" in refused.stderr and not certificate.exists()

    elsewhere.rename(key)
    assert checkout.make(FORUM_KAFKA_EXTERNAL="kafka.forum.example").returncode == 0
    assert checkout.names() == ALWAYS | {"DNS:kafka.forum.example"}
    assert (checkout.secrets / "kafka-ca.pem").read_bytes() == authority
    verify = ["openssl", "verify", "-CAfile", checkout.secrets / "kafka-ca.pem", certificate]
    assert subprocess.run(verify, capture_output=True, timeout=60).returncode == 0
