"""Whether a request is signed, judged by libraries that know nothing of ours.

https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12, https://www.rfc-editor.org/rfc/rfc9421
"""

from __future__ import annotations

from tests.testnet.fediverse import Asked, Host


def judge(host: Host, asked: Asked, target: str) -> bool:
    """Whether `asked` bears a signature of a kind that `host` knows, by a key that it was given."""
    return False
