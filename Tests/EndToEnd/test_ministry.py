"""A ministry's way into Kafka: what `forumctl ministry` makes, and what a client of another make than ours may do with it."""

import glob
import subprocess
import sys
import time
import uuid

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from forum import eventually
from secured import SecuredForum, broker_of

pytestmark = pytest.mark.real_kafka

OWN, OTHER = "forum.referrals.moe", "forum.referrals.moef"
DENIED = (KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.GROUP_AUTHORIZATION_FAILED)


@pytest.fixture(scope="module")
def broker(forum):
    with broker_of(forum) as broker:
        yield broker


@pytest.fixture(scope="module")
def secured(broker):
    with SecuredForum(broker) as secured:
        yield secured


@pytest.fixture(scope="module")
def ministry(secured):
    """The password of moe, whose short name begins those of moef and moel."""
    output = secured.forumctl("ministry", "add", "moe").stdout
    (line,) = [line for line in output.splitlines() if line.startswith("password: ")]
    return line.removeprefix("password: ")


def text(output):
    return output.stdout + output.stderr


def consume(settings, topic, group, seconds=15, count=None):
    """Records of a topic as a member of a group, until there are `count`; an error that ends the attempt is raised."""
    consumer = Consumer(settings | {"group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.subscribe([topic])
    records, end = [], time.monotonic() + seconds
    try:
        while time.monotonic() < end and (count is None or len(records) < count):
            record = consumer.poll(0.5)
            if record is None:
                continue
            if record.error():
                raise KafkaException(record.error())
            records.append(record)
    finally:
        consumer.close()
    return records


def produced(settings, topic):
    """What becomes of a record that is sent: nothing, or an error."""
    producer, outcome = Producer(settings | {"message.timeout.ms": 10_000}), []
    producer.produce(topic, b"{}", b"key", on_delivery=lambda error, _: outcome.append(error))
    producer.flush(15)
    return outcome[0]


def connecting(settings, seconds):
    """Whether a client gets as far as the list of topics, and the reasons why it did not, or not at once."""
    reasons = []
    client = AdminClient(settings | {"error_cb": lambda error: reasons.append(error), "log_level": 0})
    try:
        client.list_topics(timeout=seconds)
        came_in = True
    except KafkaException:
        came_in = False
    client.poll(0)
    return came_in, reasons


def connects(settings):
    """A client comes in at once: one that is refused tries again by itself, and may come in then.

    The time that it has is for a machine with much else to do.
    """
    came_in, reasons = connecting(settings, 20)
    return came_in and all(reason.code() != KafkaError._AUTHENTICATION for reason in reasons)


def cannot_connect(settings):
    """No client gets as far as the list of topics; the reasons that it was given."""
    came_in, reasons = connecting(settings, 4)
    return [] if came_in else reasons or [KafkaError(KafkaError._TRANSPORT)]


def refused_by_tls(settings):
    """Something was there and answered, and the client did not trust it."""
    reasons = {reason.code() for reason in cannot_connect(settings)}
    assert KafkaError._SSL in reasons, reasons
    return True


def test_the_services_do_their_work_with_what_they_are_permitted(secured, broker):
    proposal = secured.propose("secured")
    secured.select(proposal, 2)
    secured.await_vote(proposal, "open")
    for token in secured.tokens(3):
        secured.cast_until_taken(proposal, token)
    secured.await_tally(proposal, 3, 0)
    eventually(lambda: [case for case in secured.items("/v1/cases") if case["proposal"] == proposal], 30, "a case")
    heard = consume(broker.client("forumctl"), "forum.referrals", "test", count=1)
    assert dict(heard[0].headers())["ce_type"] == b"kr.forum.case.received.v1"
    for name in secured.processes:
        assert "uthorization" not in secured.log(name), name


def test_a_service_may_not_do_what_is_anothers(secured, broker):
    assert produced(broker.client("referral"), "forum.votes").code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
    assert produced(broker.client("vote-counter"), "forum.votes").code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
    for topic, group in [("forum.ballots", "portal"), ("forum.votes", "referral")]:
        with pytest.raises(KafkaException) as refusal:
            consume(broker.client("portal"), topic, group, 10)
        assert refusal.value.args[0].code() in DENIED
    again = secured.forumctl("access", "grant").stdout.splitlines()
    assert again and all(line.endswith("permissions unchanged") for line in again)


def test_a_second_run_changes_nothing_and_a_rotation_only_the_password(secured, broker, ministry):
    again = secured.forumctl("ministry", "add", "moe").stdout
    for said in [f"topic: {OWN} is there already", "on each broker, unchanged", "access: permissions unchanged", "its password unchanged"]:
        assert said in again
    assert "password: " not in again
    assert connects(broker.outside("ministry-moe", ministry))

    file = broker.folder / "msit.password"
    first = text(secured.forumctl("ministry", "add", "msit", "--bytes-per-second", "100000", "--password-file", str(file)))
    password = file.read_text().strip()
    assert (file.stat().st_mode & 0o777, len(password), password in first) == (0o600, 43, False)
    settings = broker.outside("ministry-msit", password)
    assert connects(settings)
    # A file that is there is nobody's to overwrite, and then the password stays.
    refused = secured.forumctl("ministry", "add", "msit", "--rotate", "--password-file", str(file), check=False)
    assert refused.returncode == 1 and str(file) in refused.stderr
    assert connects(settings)
    for _ in range(3):
        file.unlink()
        rotated = secured.forumctl("ministry", "add", "msit", "--rotate", "--password-file", str(file)).stdout
        assert "quota: 100000 bytes a second, 25 % of a thread, on each broker, unchanged" in rotated
        # The command has ended: from here on it is the new one that opens, and the old one no more.
        old, settings = settings, broker.outside("ministry-msit", file.read_text().strip())
        assert connects(settings)
        assert cannot_connect(old)


def test_a_ministry_reads_its_own_topic_and_nothing_else(broker, ministry):
    outside, inside = broker.outside("ministry-moe", ministry), broker.client("referral")
    for topic in (OWN, OTHER):
        assert produced(inside, topic) is None
    (record,) = consume(outside, OWN, "ministry-moe.inbox", count=1)
    assert (record.topic(), record.key()) == (OWN, b"key")

    # It sees no other topic, asks for it in vain, and has no group but its own: not even one whose name only begins alike.
    assert set(AdminClient(outside).list_topics(timeout=10).topics) == {OWN}
    for topic in (OTHER, "forum.referrals", "forum.ballots", "__consumer_offsets"):
        with pytest.raises(KafkaException) as refusal:
            consume(outside, topic, "ministry-moe.inbox", 10)
        assert refusal.value.args[0].code() in (*DENIED, KafkaError.UNKNOWN_TOPIC_OR_PART)
        consumer = Consumer(outside | {"group.id": "ministry-moe.inbox"})
        with pytest.raises(KafkaException) as refusal:
            consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)
        assert refusal.value.args[0].code() != KafkaError._TIMED_OUT
        consumer.close()
    for group in ("referral", "ministry-moef.inbox", "ministry-moe", "inbox"):
        with pytest.raises(KafkaException) as refusal:
            consume(outside, OWN, group, 10)
        assert refusal.value.args[0].code() == KafkaError.GROUP_AUTHORIZATION_FAILED


def test_a_ministry_writes_nothing_and_makes_no_topic(broker, ministry):
    outside = broker.outside("ministry-moe", ministry)
    assert produced(outside, OWN).code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
    assert produced(outside, OTHER) is not None
    admin = AdminClient(outside)
    for name in ("forum.referrals.moe.own", "scratch"):
        with pytest.raises(KafkaException) as refusal:
            admin.create_topics([NewTopic(name, 1, 1)])[name].result(15)
        assert refusal.value.args[0].code() in (
            KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        )
    with pytest.raises(KafkaException):
        admin.delete_topics([OWN])[OWN].result(15)


def test_without_its_password_and_tls_nobody_comes_in(broker, ministry):
    assert cannot_connect(broker.outside("ministry-moe", ministry + "x"))
    assert cannot_connect(broker.outside("ministry-moef", ministry))
    # A service's log-in, and the mechanism of the services, are for inside alone.
    assert cannot_connect(broker.outside("forumctl", broker.password("forumctl")))
    assert cannot_connect(broker.outside("forumctl", broker.password("forumctl")) | {"sasl.mechanisms": "PLAIN"})
    assert cannot_connect({"bootstrap.servers": broker.external, "security.protocol": "PLAINTEXT"})
    assert cannot_connect(broker.outside("ministry-moe", ministry) | {"security.protocol": "SASL_PLAINTEXT"})
    # A client that trusts the machine's authorities alone does not trust this broker, nor one of another name.
    settings = broker.outside("ministry-moe", ministry)
    del settings["ssl.ca.location"]
    assert refused_by_tls(settings)
    port = broker.external.split(":")[1]
    assert refused_by_tls(broker.outside("ministry-moe", ministry) | {"bootstrap.servers": f"127.0.0.2:{port}"})
    assert connects(broker.outside("ministry-moe", ministry) | {"bootstrap.servers": f"127.0.0.1:{port}"})
    assert connects(broker.outside("ministry-moe", ministry))


def test_its_quota_is_in_force_by_kafkas_own_words(secured, broker, ministry):
    def described(name):
        return broker.tool(
            "kafka-configs.sh", "--bootstrap-server", broker.internal, "--command-config", broker.admin_settings(),
            "--describe", "--entity-type", "users", "--entity-name", name,
        )

    shown = described("ministry-moe")
    assert "consumer_byte_rate=2097152.0" in shown and "request_percentage=25.0" in shown
    assert "SCRAM-SHA-512=iterations=8192" in shown
    secured.forumctl("ministry", "add", "moe", "--bytes-per-second", "100000")
    secured.forumctl("ministry", "add", "moe")
    secured.forumctl("ministry", "add", "moe", "--request-percentage", "30")
    shown = described("ministry-moe")
    assert "consumer_byte_rate=100000.0" in shown and "request_percentage=30.0" in shown
    secured.forumctl("ministry", "add", "moe", "--bytes-per-second", "2097152", "--request-percentage", "25")
    shown = broker.tool(
        "kafka-acls.sh", "--bootstrap-server", broker.internal, "--command-config", broker.admin_settings(),
        "--list", "--principal", "User:ministry-moe",
    )
    assert shown.count("permissionType=ALLOW") == 4 and "DENY" not in shown


def test_the_list_shows_who_has_what_and_what_is_wrong(secured, broker, ministry):
    listed = secured.forumctl("ministry", "list")
    rows = {line.split()[0]: line.split()[1:] for line in listed.stdout.splitlines()}
    assert len(rows) == 18
    assert rows["moe"] == ["ministry-moe", OWN, "2097152", "B/s"] and rows["moef"] == ["-"]
    acls = ["kafka-acls.sh", "--bootstrap-server", broker.internal, "--command-config", broker.admin_settings()]
    entry = ["--allow-principal", "User:ministry-moe", "--operation", "Write", "--topic", OTHER]
    broker.tool(*acls, "--add", *entry)
    wrong = secured.forumctl("ministry", "list", check=False)
    assert wrong.returncode == 1 and f"too much: User:ministry-moe may write topic {OTHER}" in wrong.stdout
    assert f"warning: User:ministry-moe may write topic {OTHER}" in secured.forumctl("ministry", "add", "moe").stderr
    broker.tool(*acls, "--remove", "--force", *entry)

    configs = ["kafka-configs.sh", "--bootstrap-server", broker.internal, "--command-config", broker.admin_settings(), "--alter"]
    broker.tool(*configs, "--entity-type", "users", "--entity-name", "ministry-moe", "--delete-config", "request_percentage")
    wrong = secured.forumctl("ministry", "list", check=False)
    assert wrong.returncode == 1 and "no quota request_percentage" in wrong.stdout
    secured.forumctl("ministry", "add", "moe")
    secured.forumctl("ministry", "list")


def test_a_removed_ministry_is_out_and_its_topic_stays(secured, broker):
    output = secured.forumctl("ministry", "add", "mnd").stdout
    password = next(line for line in output.splitlines() if line.startswith("password: ")).removeprefix("password: ")
    settings = broker.outside("ministry-mnd", password)
    eventually(lambda: connects(settings), 10, "the ministry comes in")
    assert secured.forumctl("ministry", "remove", "mnd").stdout == "ministry-mnd: removed\n"
    eventually(lambda: cannot_connect(settings), 10, "the ministry is out")
    assert secured.forumctl("ministry", "remove", "mnd").stdout == "ministry-mnd: was not there\n"
    assert "forum.referrals.mnd" in AdminClient(broker.client("forumctl")).list_topics(timeout=10).topics
    described = broker.tool(
        "kafka-configs.sh", "--bootstrap-server", broker.internal, "--command-config", broker.admin_settings(),
        "--describe", "--entity-type", "users", "--entity-name", "ministry-mnd",
    )
    assert described.strip() == ""


def test_the_administration_speaks_tls_and_trusts_only_what_it_is_told_to(secured, broker, ministry):
    tls = {"FORUM_KAFKA_SECURITY_PROTOCOL": "sasl_ssl", "FORUM_KAFKA_BOOTSTRAP": broker.internal_tls}
    before, secured.environment = secured.environment, secured.environment | tls
    try:
        secured.environment["FORUM_KAFKA_CA_FILE"] = str(broker.authority)
        assert "2097152 B/s" in secured.forumctl("ministry", "list").stdout
        del secured.environment["FORUM_KAFKA_CA_FILE"]
        refused = secured.forumctl("ministry", "list", check=False)
        assert refused.returncode == 1
    finally:
        secured.environment = before


def test_without_an_authorizer_no_access_is_given(forum):
    assert "no authorizer" in forum.forumctl("access", "grant").stdout
    refused = forum.forumctl("ministry", "add", "moe", check=False)
    assert refused.returncode == 1 and "no authorizer" in refused.stderr and "password" not in refused.stdout


def test_kcat_reads_inside(broker, ministry):
    key = str(uuid.uuid4())
    producer = Producer(broker.client("referral"))
    producer.produce(OWN, b"{}", key, headers=[("ce_id", key)])
    assert producer.flush(15) == 0
    command = ["kcat", "-b", broker.internal, "-C", "-t", OWN, "-e", "-q", "-f", "%k %h\n"]
    for name, value in broker.client("forumctl").items():
        command += ["-X", f"{name}={value}"] if name != "bootstrap.servers" else []
    output = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert f"{key} ce_id={key}" in output.splitlines()


def test_the_printed_settings_are_those_that_work(secured, broker, ministry, tmp_path):
    """kcat, Java and Python as they are printed, with the two files that they speak of."""
    printed = secured.forumctl("ministry", "add", "moe").stdout
    java = printed.partition("# Java (consumer.properties)\n")[2].partition("\n\n# Python")[0]
    python = printed.partition("# Python")[2].partition("\n")[2]
    configuration = printed.partition("# kcat (kcat.conf")[2].partition("\n")[2].partition("\n\n# and with it")[0]
    kcat = printed.partition("# and with it\n")[2].partition("\n\n# Java")[0]
    assert java and python and configuration and kcat and "password" not in kcat
    (tmp_path / "forum.password").write_text(ministry + "\n")
    (tmp_path / "forum-ca.pem").write_bytes(broker.authority.read_bytes())
    assert produced(broker.client("referral"), OWN) is None

    properties = tmp_path / "consumer.properties"
    properties.write_text(java.replace("PASSWORD", ministry).replace("forum-ca.pem", str(tmp_path / "forum-ca.pem")))
    said = broker.tool(
        "kafka-console-consumer.sh", "--bootstrap-server", broker.external, "--command-config", properties,
        "--topic", OWN, "--from-beginning", "--max-messages", "1", "--timeout-ms", "30000",
    )
    assert said.splitlines()[0] == "{}"

    script = python + "\nmessage = None\nwhile message is None:\n    message = consumer.poll(1)\nprint(message.topic(), message.error())\n"
    said = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert said.stdout == f"{OWN} None\n", said.stderr

    # Debian's kcat on a librdkafka that can log in with SCRAM.
    (library,) = glob.glob(f"{sys.prefix}/lib/python3*/site-packages/confluent_kafka.libs/librdkafka-*.so.1")
    (tmp_path / "librdkafka.so.1").symlink_to(library)
    (tmp_path / "kcat.conf").write_text(configuration.replace("PASSWORD", ministry) + "\n")
    environment = {"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": str(tmp_path)}
    said = subprocess.run(["bash", "-c", kcat], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert "{}" in said.stdout.splitlines(), said.stderr
