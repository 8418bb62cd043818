"""deploy/contracts/asyncapi.yaml and its schemas against the messages of a run, read off Kafka by a client of another make."""

import json
import re
import subprocess
from collections import defaultdict

import jsonschema
import pytest
import yaml
from cases import adopted, carried_out, referred
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from forum import CHECKOUT, eventually

pytestmark = pytest.mark.real_kafka

CONTRACTS = CHECKOUT / "deploy/contracts"
SAMPLES = CHECKOUT / "Tests/Samples/v1"
FORMATS = jsonschema.FormatChecker(["uuid", "date-time", "date"])
# What the path below must have brought about; a run of more tests brings more.
WALKED = {
    "kr.forum.proposal.submitted.v1", "kr.forum.task.selected.v1", "kr.forum.vote.opened.v1", "kr.forum.vote.bar-crossed.v1",
    "kr.forum.tally.counted.v1", "kr.forum.case.received.v1", "kr.forum.case.decided.v1", "kr.forum.case.concluded.v1",
    "kr.forum.case.assigned.v1", "kr.forum.case.planned.v1", "kr.forum.case.completed.v1",
    "kr.forum.case.ratings-counted.v1", "kr.forum.case.text-moderated.v1",
}


@pytest.fixture(scope="module")
def document():
    return yaml.safe_load((CONTRACTS / "asyncapi.yaml").read_text())


@pytest.fixture(scope="module")
def schemas():
    return {file.stem: json.loads(file.read_text()) for file in sorted((CONTRACTS / "schemas").glob("*.json"))}


@pytest.fixture(scope="module")
def validators(schemas):
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    return {name: jsonschema.Draft202012Validator(schema, format_checker=FORMATS) for name, schema in schemas.items()}


@pytest.fixture(scope="module")
def walked(forum):
    """A task on its whole way; whatever other tests did before stands in the topics as well."""
    case = carried_out(forum, adopted(forum, referred(forum, "contract")))
    # One of those who brought it before the Support Unit.
    rating = {"score": 4, "reason": "잘 됩니다."}
    path = f"/v1/cases/{case['id']}"
    assert forum.call("PUT", f"{path}/ratings/implementation", forum.token("supporter-0"), rating).status_code == 200

    def told():
        items = forum.get(f"{path}/timeline?limit=100").json()["items"]
        return any(item["type"] == "kr.forum.case.ratings-counted.v1" for item in items)

    eventually(told, 60, "the ratings are told")
    member = forum.token("member-of-the-contract", "member")
    opinion = forum.post(f"/v1/cases/{case['id']}/opinions", member, {"text": "밤에 다닐 수 있게 되었습니다."}).json()["id"]
    unit, second = forum.support_unit, forum.token("second-of-the-contract", "support-unit")
    place = f"/v1/result-opinions/{opinion}"
    for part, token, body in (("hiding", unit, {"code": "offensive"}), ("hiding/confirmation", second, None)):
        assert forum.post(f"{place}/{part}", token, body).status_code == 200
    # What tells a ministry of it and what tells everyone are sent apart, one perhaps before the other.
    eventually(lambda: forum.sql("SELECT count(*) FROM referral.outbox") == [["0"]], 30, "all is sent")
    return case


@pytest.fixture(scope="module")
def messages(forum, walked):
    """Every message of every topic but ballots, in the order of its partition."""
    admin = AdminClient({"bootstrap.servers": forum.bootstrap})
    topics = admin.list_topics(timeout=10).topics
    names = sorted(name for name in topics if name.startswith("forum.") and name != "forum.ballots")
    consumer = Consumer({"bootstrap.servers": forum.bootstrap, "group.id": "contract", "enable.auto.commit": False})
    ends = {}
    for name in names:
        for partition in topics[name].partitions:
            low, high = consumer.get_watermark_offsets(TopicPartition(name, partition), timeout=10)
            if high > low:
                ends[name, partition] = (low, high)
    consumer.assign([TopicPartition(name, partition, low) for (name, partition), (low, _) in ends.items()])
    found, missing = [], {place: high for place, (_, high) in ends.items()}
    while missing:
        message = consumer.poll(20)
        assert message is not None and not message.error(), f"{missing} are not read to their ends"
        found.append(message)
        place = message.topic(), message.partition()
        if message.offset() + 1 >= missing.get(place, 1 << 62):
            del missing[place]
    consumer.close()
    return found


def attributes(message):
    headers = message.headers()
    assert len({name for name, _ in headers}) == len(headers), "no header comes twice"
    return {name: value.decode() for name, value in headers}


def is_event(message):
    """Other tests write what no service would: without a key that is an identifier, or under types of their own."""
    headers = dict(message.headers() or [])
    return headers.get("ce_source", b"").startswith(b"/forum/")


def test_the_document_is_one_of_asyncapi_3(document):
    assert document["asyncapi"] == "3.0.0"
    # These models want a server's optional pathname.
    servers = {name: {"pathname": "", **server} for name, server in document["servers"].items()}
    model = ApplicationSchema.model_validate({**document, "servers": servers})
    assert set(model.channels) == set(document["channels"]) and set(model.operations) == set(document["operations"])
    assert {operation["action"] for operation in document["operations"].values()} <= {"send", "receive"}
    unknown = set(document) - {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}
    assert not unknown
    # The models do not follow references; every one of them must lead somewhere.
    for reference in re.findall(r"\$ref: '(.*?)'", (CONTRACTS / "asyncapi.yaml").read_text()):
        if reference.startswith("./"):
            assert (CONTRACTS / reference).is_file(), reference
            continue
        place = document
        for part in reference.removeprefix("#/").split("/"):
            assert part in place, reference
            place = place[part]


def test_the_samples_of_version_one_are_messages_of_today(validators):
    for file in SAMPLES.glob("*.json"):
        for sample in json.loads(file.read_text()).values():
            validators[file.stem].validate(sample)


def test_a_schema_refuses_what_is_not_its_message(validators):
    """A schema that takes anything would pass all else here."""
    for name, validator in validators.items():
        sample = json.loads((SAMPLES / f"{name}.json").read_text())["minimal"]
        for member in sample:
            without = {key: value for key, value in sample.items() if key != member}
            assert not validator.is_valid(without), f"{name} without {member}"
            assert not validator.is_valid(sample | {member: None}), f"{name} with null as {member}"
        assert validator.is_valid(sample | {"aMemberOfALaterVersion": 1})


def test_every_message_is_as_the_contract_says(document, schemas, validators, messages):
    trait = document["components"]["messageTraits"]["cloudEvent"]
    headers = jsonschema.Draft202012Validator(trait["headers"], format_checker=FORMATS)
    channels = {channel["address"]: set(channel["messages"]) for channel in document["channels"].values()}
    writers = {
        document["channels"][operation["channel"]["$ref"].rpartition("/")[2]]["address"]: operation["title"].split()[2]
        for operation in document["operations"].values()
    }
    seen = set()
    for message in filter(is_event, messages):
        place = f"{message.topic()}/{message.partition()}/{message.offset()}"
        told = attributes(message)
        headers.validate(told)
        ministry = message.topic().startswith("forum.referrals.")
        address = "forum.referrals.{ministry}" if ministry else message.topic()
        assert told["ce_type"] in channels[address], f"{place}: {told['ce_type']} is no message of {address}"
        assert told["ce_source"] == f"/forum/{writers[address]}", place
        assert told["ce_subject"] == message.key().decode(), place
        assert told["ce_dataschema"] == schemas[told["ce_type"]]["$id"], place
        assert message.value() is not None, f"{place} is a tombstone"
        value = json.loads(message.value())
        try:
            validators[told["ce_type"]].validate(value)
        except jsonschema.ValidationError as fault:
            pytest.fail(f"{place}: {told['ce_type']} {list(fault.absolute_path)}: {fault.message}")
        if message.topic().startswith("forum.referrals"):
            assert told["ce_subject"] == value["caseID"], place
        seen.add(told["ce_type"])
    assert WALKED <= seen, f"not seen: {WALKED - seen}"


def test_ids_are_unique_and_numbers_have_no_gap(messages):
    numbers, ids, versions = defaultdict(dict), {}, defaultdict(list)
    for message in filter(is_event, messages):
        told = attributes(message)
        place = message.topic(), told["ce_subject"]
        number = int(told["ce_sequence"])
        content = (place, number, told["ce_type"], message.value())
        # A message may come again; then it is the same one.
        assert ids.setdefault(told["ce_id"], content) == content, f"two messages have the id {told['ce_id']}"
        if message.topic() == "forum.tallies":
            versions[place].append(number)
            continue
        again = numbers[place].setdefault(number, told["ce_id"])
        assert again == told["ce_id"], f"{place} has two messages {number}"
        assert number <= len(numbers[place]), f"{place}: {number} comes before {len(numbers[place])}"
    assert numbers and all(sorted(found) == list(range(1, len(found) + 1)) for found in numbers.values())
    assert all(found == sorted(found) for found in versions.values())


def test_a_ministrys_topic_has_its_cases_from_the_assignment_on(walked, messages):
    topic = f"forum.referrals.{walked['ministry']['slug']}"
    own = [message for message in messages if message.topic() == topic and message.key().decode() == walked["id"]]
    whole = [message for message in messages if message.topic() == "forum.referrals" and message.key().decode() == walked["id"]]
    # What one person alone holds against a text is not for the ministry.
    proposed = [message for message in whole if json.loads(message.value()).get("deed") == "propose-hiding"]
    assert len(proposed) == 1
    whole.remove(proposed[0])
    kinds = [attributes(message)["ce_type"] for message in own]
    assert kinds[0] == "kr.forum.case.assigned.v1"
    assert kinds == [attributes(message)["ce_type"] for message in whole][-len(kinds) :]
    assert [message.value() for message in own] == [message.value() for message in whole][-len(own) :]
    assert {attributes(message)["ce_id"] for message in own}.isdisjoint(attributes(message)["ce_id"] for message in whole)


def test_kcat_shows_a_message_as_the_readme_says(forum, walked):
    topic = f"forum.referrals.{walked['ministry']['slug']}"
    command = ["kcat", "-b", forum.bootstrap, "-C", "-e", "-q", "-t", topic, "-f", "%k %h %s\n"]
    environment = {key: value for key, value in forum.environment.items() if key == "LD_LIBRARY_PATH"}
    output = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=environment | {"PATH": "/usr/bin"})
    assert any(line.startswith(walked["id"]) and "ce_type=kr.forum.case.completed.v1" in line for line in output.stdout.splitlines())
