"""Payloads that are too large, too deep, or written in ways that readers differ over (reliability classes H1 to H6), over HTTP.

What is refused is refused soon, as a problem document; what is taken is taken as it was meant.
"""

import gzip
import json
import select
import socket
import time
import uuid
from urllib.parse import urlsplit

import pytest
from forum import SERVICES
from test_hostile_http import NOWHERE, check_problem, check_refused, exchange

LIMITS = {"intake": 256 << 10, "moderation": 256 << 10, "notification": 256 << 10, "referral": 256 << 10, "voting": 16 << 10}
# A route with a body in each service: method, path, role, a body that is right.
BODIES = {
    "intake": ("POST", "/v1/drafts", "citizen", {"title": "t"}),
    "moderation": ("POST", f"/v1/proposals/{NOWHERE}/return", "support-unit", {"note": "n"}),
    "voting": ("POST", f"/v1/proposals/{NOWHERE}/ballots", "citizen", {"choice": "yes"}),
    "referral": ("POST", f"/v1/cases/{NOWHERE}/supplement", "support-unit", {"text": "t"}),
    "notification": ("PUT", "/v1/contact", "citizen", {"email": "a@example.org", "language": "ko"}),
}
with_body = pytest.mark.parametrize("service", BODIES)
PROPOSAL = b'{"title":"t","summary":"s","body":"b","category":"jobs"%s}'


def send(forum, service, body, **options):
    method, path, role, _ = BODIES[service]
    token = forum.token(f"payload-{uuid.uuid4()}", role)
    return forum.call(method, path, token, body, base=forum.direct(service), **options)


def padded(service, length):
    """The right body, with white space up to a length."""
    text = json.dumps(BODIES[service][3]).encode()
    return text[:-1] + b" " * (length - len(text)) + b"}"


@with_body
def test_a_body_may_have_the_limit_and_not_one_byte_more(forum, service):
    assert send(forum, service, padded(service, LIMITS[service])).status_code in (201, 204, 404)
    check_problem(send(forum, service, padded(service, LIMITS[service] + 1)), 413)
    check_problem(send(forum, service, b"{"), 400)
    check_problem(send(forum, service, b""), 400)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_a_gigabyte_is_refused_long_before_its_end(forum, service, framing):
    base = urlsplit(forum.direct(service))
    field = "Content-Length: 1073741824" if framing == "length" else "Transfer-Encoding: chunked"
    head = f"POST /v1/proposals HTTP/1.1\r\nHost: f\r\nContent-Type: application/json\r\n{field}\r\n\r\n".encode()
    piece = b"x" * 65_536 if framing == "length" else b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    sent = 0
    with socket.create_connection((base.hostname, base.port), 10) as connection:
        connection.settimeout(10)
        connection.sendall(head)
        while not select.select([connection], [], [], 0)[0]:
            assert sent < 64 << 20, "no answer yet"
            connection.sendall(piece)
            sent += len(piece)
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 413 ") and b"application/problem+json" in answer, answer[:300]
    assert forum.is_ready(service)


@pytest.mark.parametrize("service", SERVICES)
def test_an_endless_address_and_endless_fields_are_refused(forum, service):
    base = forum.direct(service)
    for request in (
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: f\r\n\r\n",
        b"GET /?" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: f\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: f\r\nX: " + b"a" * 65_536 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: f\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(10_000)) + b"\r\n",
    ):
        began = time.monotonic()
        answer = exchange(base, request)
        assert answer.split(b" ")[1:2] in ([b"400"], [b"431"]), answer[:200]
        assert b"application/problem+json" in answer
        assert time.monotonic() - began < 5
        at_the_door = exchange(forum.url, request)
        assert at_the_door.split(b" ")[1:2] in ([b"400"], [b"414"], [b"431"]), at_the_door[:200]


@with_body
def test_a_compressed_body_is_refused_and_not_unpacked(forum, service):
    bomb = gzip.compress(bytes(100_000_000), 9)
    assert len(bomb) < 256 << 10
    for coding in ("gzip", "deflate", "br", "zstd", "identity, gzip"):
        began = time.monotonic()
        answer = send(forum, service, bomb, headers={"Content-Encoding": coding, "Content-Type": "application/json"})
        check_problem(answer, 415, 413)
        assert time.monotonic() - began < 5
    # Nobody says that it is compressed.
    check_problem(send(forum, service, bomb), 400, 413)


@pytest.mark.parametrize(
    "member",
    [b"NaN", b"Infinity", b"+1", b".5", b"0x10", b"'y'", b"y", b"1 2", b'"a" "b"', b"[1,,2]", b"{1:2}"],
    ids=lambda member: member.decode(),
)
def test_what_only_looks_like_json_is_refused(forum, member):
    check_problem(forum.post("/v1/proposals", forum.token("payload"), PROPOSAL % (b',"x":' + member)), 400)
    check_problem(forum.post("/v1/proposals", forum.token("payload"), PROPOSAL % (b',"reference":' + member)), 400, 422)


def test_trailing_garbage_comments_and_byte_order_marks_are_refused(forum):
    right, token = PROPOSAL % b"", forum.token("payload")
    wrong = [right + b"x", right + right, right + b"]", right + b"\0", b"/* a */" + right, right + b"// a", b"# a\n" + right]
    wrong += [right[:-1], right[:20], right.decode().encode("utf-16-le"), right.decode().encode("utf-32-be")]
    for body in wrong:
        answer = forum.post("/v1/proposals", token, body)
        assert answer.status_code in (400, 422), f"{body[:60]}: {answer.status_code} {answer.text}"
        check_refused(answer)
    # RFC 8259, section 8.1: a reader may pass a mark over instead.
    assert forum.post("/v1/proposals", token, b"\xef\xbb\xbf" + right).status_code in (201, 400)


def test_of_a_member_that_comes_twice_one_counts_and_never_a_mixture(forum):
    answer = forum.post("/v1/proposals", forum.token("payload"), PROPOSAL % b',"title":"u"')
    if answer.status_code == 201:
        assert answer.json()["title"] in ("t", "u")
    else:
        check_problem(answer, 400, 422)
    proposal = forum.open_vote()
    voter = forum.tokens(1)[0]
    check_or_count = forum.post(f"/v1/proposals/{proposal}/ballots", voter, b'{"choice":"yes","choice":"no"}')
    if check_or_count.status_code != 202:
        check_problem(check_or_count, 400, 422)


@with_body
def test_nesting_ends_the_request_and_not_the_service(forum, service):
    right = json.dumps(BODIES[service][3]).encode()[:-1]
    for depth in (10, 100):
        for nested in (b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth):
            assert send(forum, service, right + b',"x":' + nested + b"}").status_code in (201, 204, 404), depth
    for depth in (511, 512, 513, 2_000):
        for nested in (b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth):
            answer = send(forum, service, right + b',"x":' + nested + b"}")
            assert answer.status_code in (201, 204, 400, 404), f"{depth}: {answer.status_code}"
    check_problem(send(forum, service, right + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"), 400, 413)
    assert forum.is_ready(service)


@pytest.mark.parametrize(
    "bytes_",
    [b"\xc0\xaf", b"\xed\xa0\x80", b"\xff", b"\xf8\x88\x80\x80\x80", b"\xf4\x90\x80\x80", b"\xe0\x80\xaf", b"\xc3", b"\x80", b"\0"],
    ids=lambda value: value.hex(),
)
def test_what_is_no_utf8_is_refused_in_every_body(forum, bytes_):
    for service, (_, _, _, body) in BODIES.items():
        right = json.dumps(body).encode()[:-1]
        check_problem(send(forum, service, right + b',"x":"' + bytes_ + b'"}'), 400)
        check_problem(send(forum, service, right + b',"' + bytes_ + b'":1}'), 400)


@pytest.mark.parametrize(
    "escape", [b"\\ud800", b"\\udc00", b"\\ud800\\u0041", b"\\u0000", b"\\x41", b"\\u12"], ids=lambda value: value.decode()
)
def test_escapes_that_stand_for_no_text_are_refused(forum, escape):
    token = forum.token("payload")
    body = b'{"title":"a%sb","summary":"s","body":"b","category":"jobs"}' % escape
    check_problem(forum.post("/v1/proposals", token, body), 400, 422)
    check_problem(forum.post("/v1/drafts", token, b'{"title":"a%sb"}' % escape), 400)


def test_marks_without_end_cost_no_time(forum):
    body = json.dumps(forum.draft(body="a" + "\u0301" * 60_000), ensure_ascii=False).encode()
    began = time.monotonic()
    check_problem(forum.post("/v1/proposals", forum.token("payload"), body), 422)
    assert time.monotonic() - began < 2


NUMBERS = ["-1", "2147483648", "9007199254740993", "9223372036854775808", "18446744073709551616", "-9223372036854775809"]
NUMBERS += ["1e999", "9" * 400, "0.5"]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:24])
def test_a_number_that_does_not_fit_is_refused_wherever_there_is_a_number(forum, number):
    body = b'{"reason":"r","rule":{"yesBar":%s}}' % number.encode()
    check_problem(forum.post(f"/v1/proposals/{NOWHERE}/selection", forum.support_unit, body), 400, 422)
    for path in ("/v1/proposals", "/v1/votes", "/v1/cases", "/v1/reviews"):
        check_problem(forum.get(f"{path}?limit={number}", forum.support_unit), 400)
    check_problem(forum.get(f"/v1/votes?after={number}"), 400)
    check_problem(forum.get(f"/v1/cases/{NOWHERE}/timeline?after={number}"), 400)
    writer = forum.token(f"payload-{uuid.uuid4()}")
    place = forum.post("/v1/drafts", writer, {"title": "t"}).headers["Location"]
    for tag in (f'"{number}"', number):
        check_problem(forum.call("PUT", place, writer, {}, headers={"If-Match": tag}), 412)
    assert forum.get(place, writer).json()["title"] == "t"


def test_minus_zero_is_zero(forum):
    body = b'{"reason":"r","rule":{"yesBar":-0}}'
    check_problem(forum.post(f"/v1/proposals/{NOWHERE}/selection", forum.support_unit, body), 404)


def test_methods_that_nobody_knows_are_501_at_the_door_and_behind_it(forum):
    for method in ("TRACE", "QUERY", "PROPFIND"):
        for base in (forum.url, *(forum.direct(service) for service in SERVICES)):
            check_problem(forum.call(method, "/v1/votes", base=base), 501)
