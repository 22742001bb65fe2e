"""Signed GETs, for servers that want to know who asks: two ways to sign, and the key.

https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12, which all servers understand
https://www.rfc-editor.org/rfc/rfc9421, which has taken its place
https://docs.joinmastodon.org/spec/security/#http
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from unroller.core.errors import NetworkError
from unroller.core.ports import SessionKeeper
from unroller.networks.mastodon import links

CAVAGE, RFC9421 = "cavage", "rfc9421"

_BITS = 2_048
_TRIES = 5
_MOST_KNOWN = 10_000
_SAFE = "/%:@!$&'()*+,;=~"

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Key:
    """Whose key it is, by the id under which its public half can be had, and the private half."""

    id: str
    private: rsa.RSAPrivateKey

    @property
    def public_pem(self) -> str:
        """The public half, as actors show it."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()

    def sign(self, text: str) -> str:
        """The signature over `text`, in base64: RSA with PKCS #1 v1.5 and SHA-256, in both ways."""
        return b64encode(self.private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def sign_cavage(url: str, key: Key, at: datetime) -> Headers:
    """The headers that sign a GET of `url` as the draft says.

    https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12#section-2.3
    """
    host, target = _host(url), _target(url)
    date = format_datetime(at, usegmt=True)
    signed = key.sign(cavage_text({"(request-target)": f"get {target}", "host": host, "date": date}))
    names = '"(request-target) host date"'
    signature = f'keyId="{key.id}",algorithm="rsa-sha256",headers={names},signature="{signed}"'
    return {"date": date, "signature": signature}


def cavage_text(parts: Mapping[str, str]) -> str:
    """What is signed in the draft's way."""
    return "\n".join(f"{name}: {value}" for name, value in parts.items())


def sign_rfc9421(url: str, key: Key, at: datetime) -> Headers:
    """The headers that sign a GET of `url` as the RFC says, covering what Mastodon demands.

    https://www.rfc-editor.org/rfc/rfc9421#section-3.1
    """
    split = urlsplit(url)
    parts = {"@method": "GET", "@target-uri": f"{split.scheme}://{_host(url)}{_target(url)}"}
    covered = " ".join(f'"{name}"' for name in parts)
    told = f'({covered});created={int(at.timestamp())};keyid="{key.id}";alg="rsa-v1_5-sha256"'
    return {
        "signature-input": f"sig1={told}",
        "signature": f"sig1=:{key.sign(rfc9421_text(parts, told))}:",
    }


def rfc9421_text(parts: Mapping[str, str], told: str) -> str:
    """What is signed in the RFC's way: the parts, and what is told of the signature."""
    lines = [f'"{name}": {value}' for name, value in parts.items()]
    return "\n".join([*lines, f'"@signature-params": {told}'])


_WAYS: Mapping[str, Callable[[str, Key, datetime], Headers]] = {CAVAGE: sign_cavage, RFC9421: sign_rfc9421}


class Signatures:
    """Signs in the name of this site, which its key is made for once, and kept.

    Without an address of the site that other servers can reach, nothing is signed: they could not ask
    whose key it is.
    """

    def __init__(self, keeper: SessionKeeper, clock: Callable[[], datetime]) -> None:
        self._keeper = keeper
        self._clock = clock
        self._actor = ""
        self._key: Key | None = None
        self._worked: dict[str, str] = {}

    def appear(self, actor: str) -> None:
        """From now on sign as the actor with the id `actor`; `""`: sign nothing."""
        if actor != self._actor:
            self._actor, self._key = actor, None

    def key(self) -> Key | None:
        """The key; `None` where nothing is signed."""
        if self._key is None and self._actor:
            self._key = Key(f"{self._actor}#main-key", self._private())
        return self._key

    def sign(self, url: str) -> Iterator[tuple[str, Headers]]:
        """See `activitypub.Signer.sign`."""
        key = self.key()
        if key is None:
            return
        likely = self._worked.get(links.host(url), CAVAGE)
        for way in sorted(_WAYS, key=lambda way: way != likely):
            yield way, _WAYS[way](url, key, self._clock())

    def worked(self, url: str, way: str) -> None:
        """See `activitypub.Signer.worked`."""
        if len(self._worked) >= _MOST_KNOWN:
            self._worked.clear()
        self._worked[links.host(url)] = way

    def expected(self, url: str) -> bool:
        """See `activitypub.Signer.expected`."""
        return bool(self._actor) and links.host(url) in self._worked

    def _private(self) -> rsa.RSAPrivateKey:
        """The key as it is kept; made where there is none. Several processes agree on one."""
        for _ in range(_TRIES):
            kept = self._keeper.load()
            if pem := (kept or {}).get("key"):
                found = serialization.load_pem_private_key(str(pem).encode(), password=None)
                assert isinstance(found, rsa.RSAPrivateKey)
                return found
            made = rsa.generate_private_key(public_exponent=65_537, key_size=_BITS)
            self._keeper.save({"key": _pem(made)}, unless_changed_from=kept)
        raise NetworkError("Several processes make a key at once; try again in a moment.", retry_after=5)


def _pem(key: rsa.RSAPrivateKey) -> str:
    form, nothing = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, nothing).decode()


def _host(url: str) -> str:
    """The Host header that goes with `url`: without the port that its scheme has anyway."""
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    name = (
        (parts.hostname or "").encode("idna").decode()
        if not (parts.hostname or "").isascii()
        else parts.hostname
    )
    name = f"[{name}]" if name and ":" in name else name or ""
    return name if parts.port in (None, usual) else f"{name}:{parts.port}"


def _target(url: str) -> str:
    """Path and query as they go over the wire."""
    parts = urlsplit(url)
    query = f"?{quote(parts.query, safe=_SAFE + '?')}" if parts.query else ""
    return quote(parts.path or "/", safe=_SAFE) + query
