"""Whether a request is signed, judged by libraries that know nothing of ours.

https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12, https://www.rfc-editor.org/rfc/rfc9421
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from tests.testnet.fediverse import Asked, Host


@dataclass(frozen=True, slots=True)
class _Keys(HTTPSignatureKeyResolver):
    """The keys that a server was told of, by id."""

    known: Mapping[str, str]

    def resolve_public_key(self, key_id: str) -> Any:
        return load_pem_public_key(self.known[key_id].encode())


def judge(host: Host, asked: Asked, target: str) -> bool:
    """Whether `asked` bears a signature of a kind that `host` knows, by a key that it was given."""
    if "signature-input" in asked.headers:
        return "rfc9421" in host.signatures and judge_rfc9421(host.keys, asked, host.origin + target)
    return "cavage" in host.signatures and judge_cavage(host.keys, asked, target)


def judge_cavage(keys: Mapping[str, str], asked: Asked, target: str) -> bool:
    """Whether the signature in the draft's way is right, and covers what servers demand."""
    found = re.search(r'keyId="([^"]*)"', asked.headers.get("signature", ""))
    if found is None or found[1] not in keys:
        return False
    verifier = _draft_verifier()(
        headers=asked.headers,
        secret=keys[found[1]],
        required_headers=["(request-target)", "host", "date"],
        method=asked.method,
        path=target,
        sign_header="signature",
    )
    return bool(verifier.verify())


@cache
def _draft_verifier() -> Any:
    """`HeaderVerifier`, for those who need it: it takes a third of a second to import."""
    with warnings.catch_warnings():  # it asks for a module that its own dependencies no longer like
        warnings.simplefilter("ignore")
        from httpsig.verify import HeaderVerifier
    return HeaderVerifier


def judge_rfc9421(keys: Mapping[str, str], asked: Asked, url: str) -> bool:
    """Whether the signature in the RFC's way is right, and covers what Mastodon demands."""
    algorithm = algorithms.RSA_V1_5_SHA256
    verifier = HTTPMessageVerifier(signature_algorithm=algorithm, key_resolver=_Keys(keys))
    message = SimpleNamespace(method=asked.method, url=url, headers=dict(asked.headers))
    try:
        (result,) = verifier.verify(message)
    except (HTTPMessageSignaturesException, KeyError):
        return False
    return {'"@method"', '"@target-uri"'} <= set(result.covered_components)
