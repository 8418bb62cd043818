"""What test_openapi.py adds to schemathesis, which reads it by SCHEMATHESIS_HOOKS."""

import uuid

import schemathesis
from schemathesis.generation.meta import CoverageScenario

KEY = "Idempotency-Key"
sent = set()


@schemathesis.hook
def before_call(_, case, __):
    """A key stands for one request. A simple one is made up again and again, and sequences of requests send one twice; a repetition is
    answered as the first request was, whatever its other headers are, and also when what that had made has been deleted since."""
    key = (case.headers or {}).get(KEY)
    scenario = getattr(case.meta.phase.data, "scenario", None) if case.meta else None
    # A changed request that is to lack a header would be sent with it.
    if not key or not 1 <= len(key) <= 255 or scenario == CoverageScenario.MISSING_PARAMETER:
        return
    if key in sent:
        case.headers[KEY] = str(uuid.uuid4())
    sent.add(key)
