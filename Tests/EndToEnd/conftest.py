import os

import pytest
from counters import Counters
from forum import SERVICES, Forum


def pytest_configure(config):
    config.addinivalue_line("markers", "real_kafka: needs Apache Kafka: its log outlives its process")
    config.addinivalue_line("markers", "ruins_the_system: afterwards the system counts no more; runs last")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.get_closest_marker("ruins_the_system") is not None)
    if os.environ.get("FORUM_TEST_BROKER") == "embedded":
        reason = "needs Apache Kafka: the embedded broker loses its log with its process, knows no deletion of topics, and names wrong ends"
        for item in items:
            if item.get_closest_marker("real_kafka"):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def forum():
    return Forum()


@pytest.fixture
def whole_forum(forum):
    """A forum of which everything runs before, and after whatever the test did to it."""
    restore(forum)
    yield forum
    restore(forum)


@pytest.fixture
def counters(whole_forum):
    """Counters of the test's own; the system's is stopped."""
    counters = Counters(whole_forum)
    whole_forum.service("stop", "vote-counter")
    yield counters
    counters.close()


def restore(forum):
    for name in ["kafka", "postgres", "mail", *SERVICES, "nginx"]:
        if name == "kafka" and forum.broker == "embedded":
            continue
        if not forum.is_running(name):
            forum.service("start", name)
    for name in SERVICES:
        if (forum.state / "run" / f"{name}-2").exists():
            forum.service("stop", name, 2, check=False)
