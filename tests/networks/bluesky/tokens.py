"""Access tokens of the test network, whose secret is known."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

_SECRET = b"jwt-secret"


def outdated(token: str) -> str:
    """`token` as it would be an hour after it ran out."""
    head, payload, _ = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims |= {"iat": int(time.time()) - 10_800, "exp": int(time.time()) - 3_600}
    body = f"{head}.{_text(json.dumps(claims).encode())}"
    return f"{body}.{_text(hmac.digest(_SECRET, body.encode(), hashlib.sha256))}"


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
