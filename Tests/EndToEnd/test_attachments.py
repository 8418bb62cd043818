"""Files of drafts and proposals: what they are by what is in them, and what is given back of them."""

import base64
import hashlib
import json
import struct
import uuid
import zlib

import pytest
from forum import eventually, in_parallel

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\nstartxref\n9\n%%EOF\n"
LIMIT = 3 << 20


def chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*extra, behind=b""):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND") + behind


def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg(*extra):
    frame = segment(0xC0, bytes([8, 0, 8, 0, 8, 1, 1, 0x11, 0]))
    return b"\xff\xd8" + b"".join(extra) + frame + segment(0xDA, bytes([1, 1, 0, 0, 63, 0])) + b"\x12\x34\xff\xd9"


def script(packed):
    action = b"<< /S /JavaScript /JS (app.alert) >>"
    stream = zlib.compress(b"5 0 " + action)
    objects = b"4 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\n" + stream + b"\nendstream\nendobj\n"
    return PDF.replace(b"startxref", (objects if packed else b"5 0 obj\n" + action + b"\nendobj\n") + b"startxref")


@pytest.fixture
def writer(forum):
    return forum.token(f"writer-{uuid.uuid4()}")


def draft(forum, writer, **changes):
    created = forum.post("/v1/drafts", writer, forum.draft(**changes))
    assert created.status_code == 201
    return created.headers["Location"]


def add(forum, writer, place, body, name="a.pdf", **options):
    # The sender's word for it does not matter.
    headers = {"Content-Type": "text/html"}
    return forum.call("POST", f"{place}/attachments?name={name}", writer, body, headers=headers, **options)


def test_files_go_with_the_draft_to_the_proposal(forum, writer):
    place = draft(forum, writer)
    once = {"key": str(uuid.uuid4())}
    added = add(forum, writer, place, PDF, "%EC%84%A4%EA%B3%84%EB%8F%84.exe", **once)
    assert added.status_code == 201, added.text
    assert add(forum, writer, place, PDF, "%EC%84%A4%EA%B3%84%EB%8F%84.exe", **once).json() == added.json()
    assert added.json() | {"addedAt": 0} == {
        "number": 1,
        "name": "설계도.exe.pdf",
        "type": "application/pdf",
        "size": len(PDF),
        "sha256": hashlib.sha256(PDF).hexdigest(),
        "addedAt": 0,
    }
    assert forum.get(added.headers["Location"], writer).content == PDF
    assert add(forum, writer, place, png(), "b").json()["name"] == "b.png"
    assert add(forum, writer, place, jpeg(), "c").json()["number"] == 3
    full = add(forum, writer, place, PDF)
    assert (full.status_code, full.json()["type"].rpartition("/")[2]) == (409, "too-many-attachments")
    assert forum.call("DELETE", f"{place}/attachments/2", writer).status_code == 204

    submitted = forum.post(f"{place}/submission", writer, headers={"If-Match": '"1"'})
    assert submitted.status_code == 201, submitted.text
    proposal = submitted.headers["Location"]
    # Before it is public, nor are its files.
    assert forum.get(f"{proposal}/attachments").status_code == 404
    assert forum.get(f"{proposal}/attachments/1").status_code == 404
    assert forum.get(f"{proposal}/attachments/1", writer).headers["Cache-Control"] == "no-store"
    forum.support(submitted.json()["id"], token=writer)
    assert [item["number"] for item in forum.items(f"{proposal}/attachments")] == [1, 3]
    file = forum.get(f"{proposal}/attachments/1")
    assert (file.status_code, file.content) == (200, PDF)
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.headers["Content-Disposition"] == (
        "attachment; filename=\"___.exe.pdf\"; filename*=UTF-8''%EC%84%A4%EA%B3%84%EB%8F%84.exe.pdf"
    )
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert file.headers["Cache-Control"] == "public, max-age=60"
    digest = hashlib.sha256(PDF)
    assert file.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    shown = forum.get(proposal).json()
    assert [item["number"] for item in shown["attachments"]] == [1, 3]
    assert shown["attachments"][0]["sha256"] == digest.hexdigest()
    # Whoever has the text and its files can tell that nobody has changed a letter since.
    text = {name: shown[name] for name in ("title", "summary", "body", "category", "attachments")}
    canonical = json.dumps(text, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert shown["fingerprint"] == hashlib.sha256(canonical.encode()).hexdigest()
    known = forum.get(f"{proposal}/attachments/1", headers={"If-None-Match": file.headers["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    for number in ("2", "4", "0", "x"):
        assert forum.get(f"{proposal}/attachments/{number}").status_code == 404

    forum.hide(submitted.json()["id"])
    eventually(lambda: forum.get(f"{proposal}/attachments/1").status_code == 404, 30, "a hidden text hides its files")
    assert forum.items(f"{proposal}/attachments") == []


def test_pictures_lose_what_a_camera_wrote(forum, writer):
    place = draft(forum, writer)
    kept = add(forum, writer, place, png(chunk(b"eXIf", b"37.5665 N"), behind=b"PK\3\4"), "a.png")
    assert kept.json()["sha256"] == hashlib.sha256(png()).hexdigest()
    assert forum.get(kept.headers["Location"], writer).content == png()
    kept = add(forum, writer, place, jpeg(segment(0xE1, b"Exif\0\0MM\0*37.5665"), segment(0xFE, b"<?php")), "a.jpg")
    assert forum.get(kept.headers["Location"], writer).content == jpeg()


def test_a_file_that_cannot_be_taken_is_refused(forum, writer):
    place = draft(forum, writer)
    wrong = {
        415: [b"", b"<html><script>", b"GIF89a", b"PK\3\4", b"MZ", b" " + PDF, b"<svg xmlns='http://www.w3.org/2000/svg'/>"],
        422: [PDF[:-8], PDF + b"PK\3\4", script(False), script(True), png()[:-1], jpeg()[:-1], PDF.replace(b"Catalog", b"Encrypt")],
        413: [PDF + b" " * LIMIT],
    }
    for status, bodies in wrong.items():
        for body in bodies:
            answer = add(forum, writer, place, body)
            assert answer.status_code == status, f"{body[:40]}: {answer.status_code} {answer.text}"
            assert answer.headers["Content-Type"] == "application/problem+json"
    for name, status in {"": 422, "%00": 400, "%ff": 400, "a%0Ab": 422, "010-1234-5678": 422, "%E2%80%AEfdp": 422}.items():
        assert add(forum, writer, place, PDF, name).status_code in (status, 400), name
    assert forum.call("POST", f"{place}/attachments", writer, PDF).status_code == 400
    assert forum.items(f"{place}/attachments", writer) == []
    # Only files may be so large, at the door and behind it.
    for base in (forum.url, forum.direct("intake")):
        assert forum.call("POST", "/v1/drafts", writer, b'{"body":"' + b"a" * (1 << 20) + b'"}', base=base).status_code == 413


def test_a_file_of_three_megabytes_is_taken_and_given_back(forum, writer):
    place = draft(forum, writer)
    body = PDF.replace(b"startxref", b"%" + b"x" * (LIMIT - len(PDF) - 2) + b"\nstartxref")
    assert len(body) == LIMIT
    answers = in_parallel(4, lambda number: add(forum, writer, place, body, f"{number}.pdf"), 4)
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 409]
    for number in (1, 2, 3):
        assert forum.get(f"{place}/attachments/{number}", writer).content == body


def test_nobody_else_sees_the_files_of_a_draft(forum, writer):
    place = draft(forum, writer)
    assert add(forum, writer, place, PDF).status_code == 201
    stranger = forum.token(f"stranger-{uuid.uuid4()}")
    assert add(forum, None, place, PDF).status_code == 401
    assert add(forum, stranger, place, PDF).status_code == 404
    assert forum.get(f"{place}/attachments", stranger).status_code == 404
    assert forum.get(f"{place}/attachments/1", stranger).status_code == 404
    assert forum.call("DELETE", f"{place}/attachments/1", stranger).status_code == 404
    assert forum.call("DELETE", place, writer).status_code == 204
    assert forum.get(f"{place}/attachments/1", writer).status_code == 404
