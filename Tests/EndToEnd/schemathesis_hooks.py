"""What test_openapi.py adds to schemathesis, which reads it by SCHEMATHESIS_HOOKS."""

import uuid

import schemathesis

KEY = "Idempotency-Key"


@schemathesis.hook
def before_call(_, case, __):
    """A key stands for one request. A simple one is made up again and again, and sequences of requests send one twice; a repetition is
    answered as the first request was, whatever its other headers are, and also when what that had made has been deleted since."""
    key = (case.headers or {}).get(KEY)
    if key and 1 <= len(key) <= 255:
        case.headers[KEY] = str(uuid.uuid4())
