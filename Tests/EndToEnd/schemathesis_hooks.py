"""What test_openapi.py adds to schemathesis, which reads it by SCHEMATHESIS_HOOKS."""

import uuid

import schemathesis

KEY = "Idempotency-Key"


@schemathesis.hook
def before_call(_, case, __):
    """A key stands for one request. Sequences of requests send one key twice, and a repetition is answered as the first request was, also
    when what that had made has been deleted since."""
    key = (case.headers or {}).get(KEY)
    if key and 1 <= len(key) <= 255 and case.meta and case.meta.phase.name.value == "stateful":
        case.headers[KEY] = str(uuid.uuid4())
