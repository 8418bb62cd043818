"""Malformed, oversized and hostile requests: a problem document (RFC 9457) each time, and the service stays up."""

import base64
import json
import re
import socket
import subprocess
import time
import uuid
from urllib.parse import urlsplit

import pytest
from ballots import check_the_count
from forum import AUDIENCE, ISSUER, SERVICES, base64url, eventually, in_parallel

NOWHERE = "00000000-0000-4000-8000-000000000000"
HELD = "2026-11-01T05:00:00Z"

# Every route that takes a token: service, method, path, role, a body that is right.
PROTECTED = [
    ("intake", "POST", "/v1/proposals", "citizen", {"title": "t", "summary": "s", "body": "b", "category": "jobs"}),
    ("intake", "POST", f"/v1/proposals/{NOWHERE}/withdrawal", "citizen", {"reason": "mistake"}),
    ("intake", "POST", "/v1/drafts", "citizen", None),
    ("intake", "GET", "/v1/drafts", "citizen", None),
    ("intake", "GET", f"/v1/drafts/{NOWHERE}", "citizen", None),
    ("intake", "PUT", f"/v1/drafts/{NOWHERE}", "citizen", None),
    ("intake", "DELETE", f"/v1/drafts/{NOWHERE}", "citizen", None),
    ("intake", "POST", f"/v1/drafts/{NOWHERE}/submission", "citizen", None),
    ("intake", "POST", f"/v1/drafts/{NOWHERE}/attachments", "citizen", None),
    ("intake", "GET", f"/v1/drafts/{NOWHERE}/attachments", "citizen", None),
    ("intake", "GET", f"/v1/drafts/{NOWHERE}/attachments/1", "citizen", None),
    ("intake", "DELETE", f"/v1/drafts/{NOWHERE}/attachments/1", "citizen", None),
    ("intake", "POST", "/v1/proposals/similar", "citizen", None),
    ("intake", "GET", f"/v1/proposals/{NOWHERE}/sympathy", "citizen", None),
    ("intake", "PUT", f"/v1/proposals/{NOWHERE}/sympathy", "citizen", None),
    ("intake", "DELETE", f"/v1/proposals/{NOWHERE}/sympathy", "citizen", None),
    ("intake", "POST", f"/v1/proposals/{NOWHERE}/opinions", "citizen", {"side": "pro", "text": "t"}),
    ("intake", "POST", f"/v1/opinions/{NOWHERE}/answers", "citizen", {"text": "t"}),
    ("intake", "PUT", f"/v1/opinions/{NOWHERE}/flag", "citizen", {"reason": "spam"}),
    ("intake", "DELETE", f"/v1/opinions/{NOWHERE}", "citizen", None),
    ("intake", "GET", "/v1/opinions/flagged", "support-unit", None),
    ("intake", "POST", f"/v1/opinions/{NOWHERE}/hiding", "support-unit", {"code": "offensive"}),
    ("intake", "POST", f"/v1/opinions/{NOWHERE}/restoration", "support-unit", {"reason": "x"}),
    ("moderation", "GET", "/v1/reviews", "support-unit", None),
    ("moderation", "GET", f"/v1/reviews/{NOWHERE}", "support-unit", None),
    ("moderation", "POST", f"/v1/proposals/{NOWHERE}/acceptance", "support-unit", {}),
    ("moderation", "POST", f"/v1/proposals/{NOWHERE}/rejection", "support-unit", {"code": "no-action", "explanation": "e"}),
    ("moderation", "POST", f"/v1/proposals/{NOWHERE}/selection", "support-unit", {"reason": "r", "rule": {"yesBar": 1}}),
    ("voting", "POST", f"/v1/proposals/{NOWHERE}/ballots", "citizen", {"choice": "yes"}),
    ("voting", "GET", f"/v1/proposals/{NOWHERE}/ballot", "citizen", None),
    ("voting", "GET", f"/v1/proposals/{NOWHERE}/vote/trends", "support-unit", None),
    ("referral", "POST", "/v1/cases", "support-unit", {"proposal": NOWHERE, "event": {"name": "n", "heldOn": "2026-11-01"}, "reasons": "r"}),
    ("referral", "POST", f"/v1/cases/{NOWHERE}/supplement", "support-unit", {"text": "t"}),
    ("referral", "POST", f"/v1/cases/{NOWHERE}/decision", "committee", {"decision": "adopt", "reasons": "r"}),
    ("referral", "POST", f"/v1/cases/{NOWHERE}/conclusion", "strategy-meeting", {"outcome": "adopted", "heldAt": HELD, "reasons": "r"}),
    ("referral", "POST", f"/v1/cases/{NOWHERE}/acceptance", "ministry", {"department": "d"}),
    ("referral", "PUT", f"/v1/cases/{NOWHERE}/ratings/answer", "citizen", {"score": 5, "reason": "r"}),
    ("referral", "GET", "/v1/ratings/hidings", "support-unit", None),
    ("referral", "POST", f"/v1/ratings/{NOWHERE}/hiding", "support-unit", {"code": "offensive"}),
    ("referral", "POST", f"/v1/ratings/{NOWHERE}/restoration", "support-unit", {"reason": "x"}),
    ("referral", "POST", f"/v1/cases/{NOWHERE}/opinions", "member", {"text": "t"}),
    ("referral", "GET", "/v1/result-opinions/hidings", "support-unit", None),
    ("referral", "POST", f"/v1/result-opinions/{NOWHERE}/hiding", "support-unit", {"code": "offensive"}),
    ("referral", "POST", f"/v1/result-opinions/{NOWHERE}/restoration", "support-unit", {"reason": "x"}),
    ("referral", "PUT", "/v1/holidays/2096-05-06", "admin", {"korean": "k", "english": "e"}),
    ("referral", "DELETE", "/v1/holidays/2096-05-06", "admin", None),
    ("notification", "PUT", "/v1/contact", "citizen", {"email": "a@example.org", "language": "ko"}),
    ("notification", "GET", "/v1/contact", "citizen", None),
    ("notification", "DELETE", "/v1/contact", "citizen", None),
    ("notification", "POST", "/v1/webhooks", "citizen", {"url": "http://127.0.0.1:2999/", "events": ["*"]}),
    ("notification", "GET", "/v1/webhooks", "citizen", None),
    ("notification", "GET", f"/v1/webhooks/{NOWHERE}", "citizen", None),
    ("notification", "DELETE", f"/v1/webhooks/{NOWHERE}", "citizen", None),
    ("notification", "GET", f"/v1/webhooks/{NOWHERE}/deliveries", "citizen", None),
    ("notification", "PUT", f"/v1/webhooks/{NOWHERE}", "citizen", {"url": "http://127.0.0.1:2999/", "events": ["*"]}),
    ("notification", "POST", f"/v1/webhooks/{NOWHERE}/replay", "citizen", {"since": "2026-11-26T00:00:00.000Z"}),
    ("notification", "PUT", "/v1/follows/category/jobs", "citizen", {"frequency": "inbox"}),
    ("notification", "GET", "/v1/follows", "citizen", None),
    ("notification", "DELETE", "/v1/follows/category/jobs", "citizen", None),
    ("notification", "GET", "/v1/inbox", "citizen", None),
    ("notification", "PUT", "/v1/inbox/reading", "citizen", {"through": NOWHERE}),
]
WITH_BODY = [row for row in PROTECTED if row[4]]
PUBLIC = [
    ("intake", "/v1/proposals"),
    ("intake", f"/v1/proposals/{NOWHERE}"),
    ("intake", f"/v1/proposals/{NOWHERE}/attachments"),
    ("intake", f"/v1/opinions/{NOWHERE}/answers"),
    ("voting", "/v1/votes"),
    ("voting", "/v1/count"),
    ("voting", f"/v1/proposals/{NOWHERE}/vote"),
    ("referral", "/v1/cases"),
    ("referral", f"/v1/cases/{NOWHERE}"),
    ("referral", f"/v1/cases/{NOWHERE}/timeline"),
    ("referral", f"/v1/cases/{NOWHERE}/ratings"),
    ("referral", f"/v1/cases/{NOWHERE}/opinions"),
    ("referral", "/v1/ministries"),
    ("referral", "/v1/ministries/molit/ratings"),
    ("referral", "/v1/holidays"),
    ("referral", "/v1/periods"),
]


def name_of(row):
    return f"{row[1]} {row[2]}".replace(NOWHERE, "{id}")


protected = pytest.mark.parametrize("row", PROTECTED, ids=name_of)
with_body = pytest.mark.parametrize("row", WITH_BODY, ids=name_of)


def check_problem(answer, *statuses):
    assert answer.status_code in statuses, f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:500]}"
    assert answer.headers["Content-Type"].split(";")[0] == "application/problem+json", answer.headers
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"] and problem["title"]
    # Nothing of the inside.
    assert not re.search(r"swift|postgres|SELECT |librdkafka|stack|/v1/.*\.swift", answer.text, re.IGNORECASE)
    return problem


def check_refused(answer, *statuses):
    """Any refusal: 4xx (or one of `statuses`), as a problem document."""
    check_problem(answer, *(statuses or range(400, 500)))


# Tokens


def forged(forum, header=None, secret=None, signature=None, **claims):
    """A token of which one thing is wrong, signed with the development key or another one."""
    now = int(time.time())
    payload = {
        "iss": ISSUER,
        "sub": "mallory",
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + 300,
        "roles": ["citizen", "support-unit", "admin"],
        **claims,
    }
    payload = {name: value for name, value in payload.items() if value is not None}
    genuine = forum.token("genuine").split(".")[0]
    fields = json.loads(base64.urlsafe_b64decode(genuine + "=" * (-len(genuine) % 4))) | (header or {})
    signed = f"{base64url(json.dumps(fields).encode())}.{base64url(json.dumps(payload).encode())}"
    if signature is None:
        signature = es256(signed.encode(), secret or forum.state / "secrets/token-signing.pem")
    return f"{signed}.{base64url(signature)}"


def es256(data, key_file):
    der = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", str(key_file)], input=data, capture_output=True, check=True
    ).stdout
    # SEQUENCE of two INTEGERs, each shorter than 128 bytes.
    first = der[4 : 4 + der[3]]
    second = der[6 + der[3] :]
    return first.lstrip(b"\0").rjust(32, b"\0") + second.lstrip(b"\0").rjust(32, b"\0")


@pytest.fixture(scope="module")
def bad_tokens(forum, tmp_path_factory):
    other = tmp_path_factory.mktemp("key") / "other.pem"
    command = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(other)]
    subprocess.run(command, check=True, capture_output=True)
    now = int(time.time())
    public = (forum.state / "secrets/token-keys.json").read_bytes()
    good = forum.token("genuine")
    head, payload, signature = good.split(".")
    return {
        "none": forged(forum, {"alg": "none"}, signature=b""),
        "None": forged(forum, {"alg": "NoNe"}, signature=b""),
        "symmetric algorithm with the public key": forged(
            forum, {"alg": "HS256"}, signature=__import__("hmac").digest(public, b"x", "sha256")
        ),
        "another key": forged(forum, secret=other),
        "a key of its own in the header": forged(forum, {"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}, other),
        "unknown key id": forged(forum, {"kid": "../../../dev/null"}),
        "critical header": forged(forum, {"crit": ["exp"]}),
        "an ID token": forged(forum, {"typ": "JWT"}),
        "wrong issuer": forged(forum, iss="https://login.evil.example"),
        "wrong audience": forged(forum, aud="another-forum"),
        "no audience": forged(forum, aud=None),
        "expired": forged(forum, iat=now - 4000, exp=now - 3600),
        "of the future": forged(forum, iat=now + 3600, exp=now + 3900),
        "not yet valid": forged(forum, nbf=now + 3600),
        "ten years valid": forged(forum, exp=now + 315_360_000),
        "no expiry": forged(forum, exp=None),
        "expiry as text": forged(forum, exp="2999-01-01"),
        "expiry beyond all numbers": forged(forum, exp=10**30),
        "no subject": forged(forum, sub=None),
        "empty subject": forged(forum, sub=""),
        "a signature of zeros": f"{head}.{payload}.{base64url(bytes(64))}",
        "a cut signature": f"{head}.{payload}.{signature[:-4]}",
        "no signature": f"{head}.{payload}.",
        "two parts": f"{head}.{payload}",
        "five parts": f"{good}.AAAA.AAAA",
        "changed payload": f"{head}.{base64url(b'{}')}.{signature}",
        "no token at all": "x",
        "a long token": "A" * 8_000,
    }


def test_the_forged_tokens_are_forged_only_where_they_mean_to_be(forum):
    answer = forum.get("/v1/webhooks", forged(forum))
    assert answer.status_code == 200, answer.text


@protected
def test_without_a_valid_token_nobody_gets_in(forum, bad_tokens, row):
    service, method, path, _, body = row
    base = forum.direct(service)
    check_problem(forum.call(method, path, None, body, base=base), 401)
    for kind, token in bad_tokens.items():
        answer = forum.call(method, path, token, body, base=base)
        assert answer.status_code == 401, f"{kind}: {answer.status_code} {answer.text}"
        check_problem(answer, 401)
        assert "WWW-Authenticate" in answer.headers
    for header in ("Basic YTpi", "Bearer", "Bearer ", "bearer\tx", "Token abc"):
        check_problem(forum.call(method, path, None, body, base=base, headers={"Authorization": header}), 401)


@protected
def test_without_the_role_nobody_gets_in(forum, row):
    service, method, path, role, body = row
    others = [forged(forum, roles=["stranger"]), forged(forum, roles=[]), forged(forum, roles=None)]
    if role == "support-unit":
        others += [forum.token("ordinary"), forum.token("officer", "ministry", "moef"), forum.token("member", "committee")]
    elif role == "ministry":
        others += [forum.token("ordinary"), forum.token("member", "committee")]
    elif "webhooks" not in path:  # a webhook is for anybody who has a role
        others.append(forum.token("officer", "ministry", "moef"))
    for token in others:
        check_problem(forum.call(method, path, token, body, base=forum.direct(service)), 403)


# Bodies

BAD_JSON = [
    b"",
    b"{",
    b"nonsense",
    b"\x00",
    b"\xff\xfe{}",
    b'{"title":"\xc3\x28"}',
    b"[" * 5_000,
    b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    b"null",
    b"[]",
    b'"text"',
    b"1e999",
    b"-",
    b'{"choice":"yes"',
    b'{"\\u0000":1}',
]


@with_body
def test_a_body_that_is_no_json_or_of_another_shape_is_refused(forum, row):
    service, method, path, role, _ = row
    token = forum.token("hostile", role)
    for body in BAD_JSON:
        check_refused(forum.call(method, path, token, body, base=forum.direct(service)))
    assert forum.is_ready(service)


@with_body
def test_a_member_of_the_wrong_type_or_missing_is_named(forum, row):
    service, method, path, role, body = row
    token = forum.token("hostile", role)
    for name in body:
        for value in (None, [], {}, {"x": {}}, 12, True, "\u0000", 1e300, ["a"] * 1000):
            if type(value) is type(body[name]) and not isinstance(value, str):
                continue
            changed = json.dumps({**body, name: value}).encode()
            answer = forum.call(method, path, token, changed, base=forum.direct(service))
            problem = check_problem(answer, 400, 404, 422)
            if answer.status_code == 422:
                assert any(name in error["pointer"] for error in problem["errors"]), problem
        missing = {key: value for key, value in body.items() if key != name}
        problem = check_problem(forum.call(method, path, token, missing, base=forum.direct(service)), 422)
        assert f"#/{name}" in [error["pointer"] for error in problem["errors"]]


@with_body
def test_another_media_type_or_coding_is_refused(forum, row):
    service, method, path, role, body = row
    token = forum.token("hostile", role)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", ""):
        headers = {"Content-Type": kind}
        check_problem(forum.call(method, path, token, body, base=forum.direct(service), headers=headers), 415)
    headers = {"Content-Encoding": "gzip"}
    check_problem(forum.call(method, path, token, body, base=forum.direct(service), headers=headers), 415)


@with_body
def test_a_body_over_the_limit_is_refused(forum, row):
    service, method, path, role, body = row
    token = forum.token("hostile", role)
    big = json.dumps({**body, "filler": "x" * 300_000}).encode()
    check_problem(forum.call(method, path, token, big, base=forum.direct(service)), 413)
    # At the door too, and far over it.
    check_problem(forum.call(method, path, token, b"x" * 2_000_000), 413)


@pytest.mark.parametrize(
    "text",
    ["\u0000", "a\u0000b", "\u202eevil", "a\u2066b", "\u200f", "\ufffe", "\u0007", "\u007f", "   ", "", "a\u2028b", "\u3164", "a\u200b"],
    ids=ascii,
)
def test_text_that_shows_other_than_it_is_or_shows_nothing_is_refused_in_every_field(forum, text):
    token = forum.token("hostile")
    for field in ("title", "summary", "body", "reference"):
        answer = forum.post("/v1/proposals", token, forum.draft(**{field: text}))
        problem = check_problem(answer, 422, 400)
        if answer.status_code == 422:
            assert [error["pointer"] for error in problem["errors"]] == [f"#/{field}"]


def test_lengths_are_counted_as_they_are_read_and_bounded_in_marks_too(forum):
    token = forum.token("hostile")
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert forum.post("/v1/proposals", token, forum.draft(title="가" * 80)).status_code == 201
    assert forum.post("/v1/proposals", token, forum.draft(title=family * 80)).status_code == 201
    check_problem(forum.post("/v1/proposals", token, forum.draft(title="가" * 81)), 422)
    check_problem(forum.post("/v1/proposals", token, forum.draft(title="a" + "\u0301" * 5_000)), 422)
    check_problem(forum.post("/v1/proposals", token, forum.draft(body="x" * 2_001)), 422)


def test_markup_and_sql_come_back_as_the_text_that_they_are(forum):
    title = "'); DROP TABLE proposal; -- <script>alert(1)</script> ${7*7} {{7*7}}"
    proposal = forum.propose("hostile", title=title)
    assert forum.get(f"/v1/proposals/{proposal}").json()["title"] == title
    page = eventually(
        lambda: (answer := forum.get(f"/proposals/{proposal}")).status_code == 200 and answer, 20, "the page is there"
    )
    assert "<script>alert(1)" not in page.text
    assert "&lt;script&gt;" in page.text


# Addresses


def test_what_does_not_exist_is_404(forum):
    for service, path in [*PUBLIC, *((row[0], row[2]) for row in PROTECTED if row[1] == "GET")]:
        token = forum.token("hostile", "citizen,support-unit")
        if NOWHERE in path:
            check_problem(forum.get(path, token, base=forum.direct(service)), 404)
            for wrong in ("x", "1", "..%2f..", "%00", "%ff", "%zz", "'", NOWHERE + "0", "%E2%80%AE", "*" * 300):
                check_problem(forum.get(path.replace(NOWHERE, wrong), token, base=forum.direct(service)), 404, 400)
    for service in SERVICES:
        for path in ("/v1", "/v2/proposals", "/.env", "/admin", "//", "/v1/proposals/../../etc/passwd"):
            answer = forum.get(path, base=forum.direct(service))
            assert 200 <= answer.status_code < 500, f"{service} {path}: {answer.status_code}"


def test_a_wrong_method_is_405_and_says_which_are_right(forum):
    token = forum.token("hostile", "citizen,support-unit")
    for service, path in [*PUBLIC, *((row[0], row[2]) for row in PROTECTED)]:
        for method in ("PUT", "DELETE", "PATCH", "POST", "OPTIONS"):
            known = {row[1] for row in PROTECTED if row[2] == path}
            if method in known:
                continue
            answer = forum.call(method, path, token, {} if method in ("PUT", "PATCH", "POST") else None, base=forum.direct(service))
            if answer.status_code == 405:
                assert answer.headers["Allow"]
            check_problem(answer, 404, 405)


@pytest.mark.parametrize("service,path", [row for row in PUBLIC if NOWHERE not in row[1] and row[1] != "/v1/count"])
def test_impossible_values_in_the_query_are_refused_or_passed_over(forum, service, path):
    values = ["-1", "0", "99999999999999999999", "1e3", "abc", "", "%00", "%ff", "' OR 1=1 --", "\u202e", "A" * 7_000, "NaN"]
    for name in ("limit", "after", "state", "ministry", "holder", "category", "proposal", "late"):
        for value in values:
            answer = forum.get(f"{path}?{name}={value}", base=forum.direct(service))
            assert answer.status_code in (200, 400), f"{path}?{name}={value[:40]}: {answer.status_code} {answer.text[:300]}"
            if answer.status_code == 400:
                check_problem(answer, 400)
    many = "&".join(f"limit={number}" for number in range(500))
    assert forum.get(f"{path}?{many}", base=forum.direct(service)).status_code in (200, 400)


def test_the_operators_addresses_are_not_for_the_outside(forum):
    for path in ("/metrics", "/readyz", "/livez", "/metrics/", "/readyz?verbose"):
        assert forum.get(path).status_code == 404
    for service in SERVICES:
        assert forum.get("/metrics", base=forum.direct(service)).status_code == 200


# Raw bytes

LONG = b"a" * 20_000
RAW = {
    "two lengths": b"POST /v1/proposals HTTP/1.1\r\nHost: f\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "length and chunks": b"POST / HTTP/1.1\r\nHost: f\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a sign in the length": b"POST / HTTP/1.1\r\nHost: f\r\nContent-Length: +5\r\n\r\nhello",
    "a negative length": b"POST / HTTP/1.1\r\nHost: f\r\nContent-Length: -1\r\n\r\n",
    "a length beyond all numbers": b"POST / HTTP/1.1\r\nHost: f\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "a strange coding": b"POST / HTTP/1.1\r\nHost: f\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a coding twice": b"POST / HTTP/1.1\r\nHost: f\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a blank before the colon": b"POST / HTTP/1.1\r\nHost: f\r\nContent-Length : 5\r\n\r\nhello",
    "a folded field": b"GET / HTTP/1.1\r\nHost: f\r\nX: a\r\n b\r\n\r\n",
    "a bare line feed": b"GET / HTTP/1.1\nHost: f\n\n",
    "a zero byte in a field": b"GET / HTTP/1.1\r\nHost: f\r\nX: a\x00b\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "a body to a GET": b"GET /v1/votes HTTP/1.1\r\nHost: f\r\nContent-Length: 5\r\n\r\nhello",
    "no protocol": b"GET /\r\n\r\n",
    "an unknown protocol": b"GET / HTTP/9.9\r\nHost: f\r\n\r\n",
    "HTTP/2 in the clear": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 50 + b"\r\n\r\n",
    "an unknown method": b"BREW / HTTP/1.1\r\nHost: f\r\n\r\n",
    "CONNECT": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: f\r\n\r\n",
    "a chunk without end": b"POST / HTTP/1.1\r\nHost: f\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    "a chunk that is none": b"POST / HTTP/1.1\r\nHost: f\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a long request line": b"GET /" + LONG + b" HTTP/1.1\r\nHost: f\r\n\r\n",
    "a long field": b"GET / HTTP/1.1\r\nHost: f\r\nX: " + LONG + b"\r\n\r\n",
    "many fields": b"GET / HTTP/1.1\r\nHost: f\r\n" + b"X: y\r\n" * 2_000 + b"\r\n",
    "a fragment": b"GET /v1/votes#x HTTP/1.1\r\nHost: f\r\n\r\n",
}


def exchange(base, data, seconds=15):
    """What comes back until the peer closes."""
    answer = b""
    with socket.create_connection((urlsplit(base).hostname, urlsplit(base).port), 10) as connection:
        connection.settimeout(seconds)
        try:
            connection.sendall(data)
            while piece := connection.recv(65536):
                answer += piece
        except (ConnectionResetError, BrokenPipeError, TimeoutError):
            pass
    return answer


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("kind", RAW)
def test_a_request_that_could_be_read_in_two_ways_is_refused_and_ends_the_connection(forum, service, kind):
    # What follows would be a request of its own if the first one were cut elsewhere.
    answer = exchange(forum.direct(service), RAW[kind] + b"GET /metrics HTTP/1.1\r\nHost: f\r\n\r\n")
    statuses = re.findall(rb"(?:^|\n)HTTP/1\.[01] (\d{3})", answer)
    assert len(statuses) == 1, f"{kind}: {len(statuses)} answers: {answer[:600]!r}"
    assert statuses[0] in (b"400", b"405", b"413", b"417", b"431", b"501", b"505"), answer[:300]
    assert b"application/problem+json" in answer
    assert forum.is_ready(service)


@pytest.mark.parametrize("service", SERVICES)
def test_a_client_that_never_finishes_holds_nobody_up(forum, service):
    base = urlsplit(forum.direct(service))
    slow = []
    for _ in range(50):
        connection = socket.create_connection((base.hostname, base.port), 10)
        connection.sendall(b"POST / HTTP/1.1\r\nHost: f\r\nContent-Le")
        slow.append(connection)
    began = time.monotonic()
    assert forum.get("/livez", base=forum.direct(service)).status_code == 200
    assert time.monotonic() - began < 1
    slow[0].settimeout(15)
    answer = slow[0].recv(65536)
    assert b" 408 " in answer.split(b"\r\n")[0], answer
    for connection in slow:
        connection.close()


# Once, whatever is repeated


def test_a_repeated_proposal_with_the_same_key_is_one_proposal(forum):
    token = forum.token("repeater")
    key = str(uuid.uuid4())
    answers = in_parallel(8, lambda _: forum.post("/v1/proposals", token, forum.draft(title="once"), key=key), 8)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len({answer.headers["Location"] for answer in answers}) == 1
    problem = check_problem(forum.post("/v1/proposals", token, forum.draft(title="twice"), key=key), 422)
    assert problem["type"].endswith("/idempotency-key-reused")
    # The key is the caller's alone.
    other = forum.post("/v1/proposals", forum.token("another-repeater"), forum.draft(title="twice"), key=key)
    assert other.status_code == 201
    check_problem(forum.post("/v1/proposals", token, forum.draft(), key="x" * 256), 400)


def test_a_refused_request_does_not_use_its_key_up(forum):
    token, key = forum.token("repeater"), str(uuid.uuid4())
    check_problem(forum.post("/v1/proposals", token, forum.draft(title=""), key=key), 422)
    assert forum.post("/v1/proposals", token, forum.draft(), key=key).status_code == 201


def test_a_proposal_is_withdrawn_once_by_its_author_and_not_after_its_selection(forum):
    proposal = forum.propose("withdrawer")
    path, body = f"/v1/proposals/{proposal}/withdrawal", {"reason": "mistake"}
    check_problem(forum.post(path, forum.token("stranger"), body), 403)
    answers = in_parallel(6, lambda _: forum.post(path, forum.token("withdrawer"), body), 6)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    assert forum.get(f"/v1/proposals/{proposal}").json()["state"] == "withdrawn"

    selected = forum.open_vote(subject="withdrawer")
    eventually(lambda: forum.get(f"/v1/proposals/{selected}").json()["state"] == "open", 20)
    problem = check_problem(forum.post(f"/v1/proposals/{selected}/withdrawal", forum.token("withdrawer"), body), 409)
    assert problem["type"].endswith("/too-late")


def test_of_two_decisions_at_once_one_wins(forum):
    proposal = forum.propose("contested")
    eventually(lambda: forum.get(f"/v1/reviews/{proposal}", forum.support_unit).status_code == 200, 20)

    def decide(index):
        if index % 2:
            return forum.post(f"/v1/proposals/{proposal}/acceptance", forum.support_unit)
        return forum.post(
            f"/v1/proposals/{proposal}/rejection", forum.support_unit, {"code": "no-action", "explanation": "no"}
        )

    answers = in_parallel(8, decide, 8)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


def test_a_thousand_times_the_same_ballot_counts_once_and_every_receipt_comes_to_an_end(forum):
    proposal = forum.open_vote()
    token = forum.token("insistent")
    receipts = in_parallel(1000, lambda _: forum.cast_until_taken(proposal, token), 32)
    assert len(set(receipts)) == 1000
    forum.await_tally(proposal, 1, 0)
    rows = forum.sql(
        "SELECT count(*) FROM voting.ballot b JOIN voting.vote v ON v.number = b.vote "
        f"WHERE v.proposal = '{proposal}'"
    )
    assert rows == [["1"]]
    states = []
    for receipt in receipts:
        state = eventually(lambda: s if (s := forum.ballot(proposal, token, receipt)["state"]) != "pending" else None, 20)
        states.append(state)
    assert sorted(set(states)) == ["already-voted", "counted"]
    assert states.count("counted") == 1
    check_the_count(forum)


def test_of_yes_and_no_by_one_citizen_at_once_the_first_in_the_log_counts_and_every_receipt_says_so(forum):
    proposal = forum.open_vote()
    counted = []
    for token in forum.tokens(10):
        choices = ["yes", "no"] * 4
        answers = in_parallel(8, lambda index: forum.cast(proposal, token, choices[index]), 8)
        assert {answer.status_code for answer in answers} == {202}
        receipts = [answer.json()["receipt"] for answer in answers]
        places = []
        for choice, receipt in zip(choices, receipts):
            place = base64.urlsafe_b64decode(receipt + "==")[:10]
            places.append((int.from_bytes(place[:2], "big"), int.from_bytes(place[2:], "big"), choice, receipt))
        assert len({place[0] for place in places}) == 1, "one citizen's ballots are in one partition"
        first = min(places, key=lambda place: place[1])
        eventually(lambda: forum.ballot(proposal, token)["state"] == "counted", 20)
        assert forum.ballot(proposal, token)["choice"] == first[2]
        for receipt in receipts:
            state = eventually(lambda: s if (s := forum.ballot(proposal, token, receipt)["state"]) != "pending" else None, 20)
            assert state == ("counted" if receipt == first[3] else "already-voted")
        counted.append(first[2])
    forum.await_tally(proposal, counted.count("yes"), counted.count("no"))
    check_the_count(forum)


def test_a_receipt_that_is_made_up_or_somebody_elses_tells_nothing(forum):
    proposal = forum.open_vote()
    tokens = forum.tokens(20)
    receipts = [forum.cast_until_taken(proposal, token) for token in tokens]
    forum.await_tally(proposal, 20, 0)
    for receipt in ("", "x", "A" * 36, base64url(b"\xff" * 26), base64url(bytes(26)) + "A"):
        answer = forum.get(f"/v1/proposals/{proposal}/ballot?receipt={receipt}", tokens[0])
        if answer.status_code != 200:
            check_problem(answer, 400, 403)
        else:
            assert answer.json()["state"] != "counted"
    for receipt in receipts[1:]:
        answer = forum.get(f"/v1/proposals/{proposal}/ballot?receipt={receipt}", tokens[0])
        assert answer.status_code in (200, 403)
        if answer.status_code == 200:
            assert answer.json()["state"] != "counted" and "choice" not in answer.json()


def test_a_webhook_leads_to_no_address_that_was_not_allowed(forum):
    token = forum.token("hooker")
    for url in (
        "http://10.0.0.1/", "http://169.254.169.254/latest/", "file:///etc/passwd", "gopher://127.0.0.1:25/", "javascript:1",
        "http://[::1]/", "http://0x0a.1/", "http://user@example.org/", "http://127.0.0.1:22/", "//evil", "", "http://", "x" * 5_000,
        "http://127.0.0.1:9999999/",
    ):
        check_problem(forum.post("/v1/webhooks", token, {"url": url, "events": ["*"]}), 422)
    check_problem(forum.post("/v1/webhooks", token, {"url": "http://127.0.0.1:2999/", "events": ["no.such.event"]}), 422)
    check_problem(forum.post("/v1/webhooks", token, {"url": "http://127.0.0.1:2999/", "events": []}), 422)


def test_nobody_sees_or_removes_another_ones_webhook(forum):
    made = forum.post("/v1/webhooks", forum.token("owner"), {"url": "http://127.0.0.1:2999/", "events": ["*"]})
    assert made.status_code == 201 and made.json()["secret"].startswith("whsec_")
    path = f"/v1/webhooks/{made.json()['id']}"
    thief = forum.token("thief")
    for method, place in (("GET", ""), ("DELETE", ""), ("GET", "/deliveries"), ("POST", "/rotation"), ("POST", "/ping")):
        check_problem(forum.call(method, path + place, thief), 404)
    check_problem(forum.call("PUT", path, thief, {"url": "http://127.0.0.1:2999/", "events": ["*"]}), 404)
    check_problem(forum.post(path + "/replay", thief, {"since": "2026-11-26T00:00:00.000Z"}), 404)
    assert "secret" not in forum.get(path, forum.token("owner")).json()
    assert forum.call("DELETE", path, forum.token("owner")).status_code == 204


def test_a_mail_address_cannot_carry_a_second_header(forum):
    token = forum.token("injector")
    for address in (
        "a@example.org\r\nBcc: b@example.org", "a@example.org\nx", "<a@example.org>", "a@example.org, b@example.org", "a", "a@b",
        "@example.org", "a@", "a b@example.org", "a@example.org\u0000", "가@example.org", "x" * 300 + "@example.org", "",
    ):
        check_problem(forum.call("PUT", "/v1/contact", token, {"email": address, "language": "ko"}), 422, 400)
    check_problem(forum.get("/v1/contact", token), 404)


def test_after_all_this_every_service_is_up_and_has_logged_no_inner_failure(forum):
    for service in SERVICES:
        assert forum.is_ready(service)
        assert "request failed" not in forum.log(service), f"{service} answered 500 to something"
