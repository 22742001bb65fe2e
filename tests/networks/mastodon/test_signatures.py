"""Signatures, judged by the published examples and by two libraries that know nothing of ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.networks.bluesky.sessions import Kept
from tests.testnet.fediverse import Asked
from tests.testnet.fediverse_signing import judge_cavage, judge_rfc9421
from unroller.networks.mastodon.drawers import Drawer
from unroller.networks.mastodon.signatures import (
    Headers,
    Key,
    Signatures,
    cavage_text,
    rfc9421_text,
    sign_cavage,
    sign_rfc9421,
)

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)

# The keys that both documents publish for tests.
CAVAGE_KEY = """-----BEGIN RSA PRIVATE KEY-----
MIICXgIBAAKBgQDCFENGw33yGihy92pDjZQhl0C36rPJj+CvfSC8+q28hxA161QF
NUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6Z4UMR7EOcpfdUE9Hf3m/hs+F
UR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJwoYi+1hqp1fIekaxsyQIDAQAB
AoGBAJR8ZkCUvx5kzv+utdl7T5MnordT1TvoXXJGXK7ZZ+UuvMNUCdN2QPc4sBiA
QWvLw1cSKt5DsKZ8UETpYPy8pPYnnDEz2dDYiaew9+xEpubyeW2oH4Zx71wqBtOK
kqwrXa/pzdpiucRRjk6vE6YY7EBBs/g7uanVpGibOVAEsqH1AkEA7DkjVH28WDUg
f1nqvfn2Kj6CT7nIcE3jGJsZZ7zlZmBmHFDONMLUrXR/Zm3pR5m0tCmBqa5RK95u
412jt1dPIwJBANJT3v8pnkth48bQo/fKel6uEYyboRtA5/uHuHkZ6FQF7OUkGogc
mSJluOdc5t6hI1VsLn0QZEjQZMEOWr+wKSMCQQCC4kXJEsHAve77oP6HtG/IiEn7
kpyUXRNvFsDE0czpJJBvL/aRFUJxuRK91jhjC68sA7NsKMGg5OXb5I5Jj36xAkEA
gIT7aFOYBFwGgQAQkWNKLvySgKbAZRTeLBacpHMuQdl1DfdntvAyqpAZ0lY0RKmW
G6aFKaqQfOXKCyWoUiVknQJAXrlgySFci/2ueKlIE1QqIiLSZ8V8OlpFLRnb1pzI
7U1yQXnTAEFYM560yJlzUpOb1V4cScGd365tiSMvxLOvTA==
-----END RSA PRIVATE KEY-----"""
RFC9421_KEY = """-----BEGIN RSA PRIVATE KEY-----
MIIEqAIBAAKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsP
BRrwWEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsd
JKFqMGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75
jfZgkne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKI
lE0PuKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZ
SFlQPSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQABAoIBAG/JZuSWdoVHbi56
vjgCgkjg3lkO1KrO3nrdm6nrgA9P9qaPjxuKoWaKO1cBQlE1pSWp/cKncYgD5WxE
CpAnRUXG2pG4zdkzCYzAh1i+c34L6oZoHsirK6oNcEnHveydfzJL5934egm6p8DW
+m1RQ70yUt4uRc0YSor+q1LGJvGQHReF0WmJBZHrhz5e63Pq7lE0gIwuBqL8SMaA
yRXtK+JGxZpImTq+NHvEWWCu09SCq0r838ceQI55SvzmTkwqtC+8AT2zFviMZkKR
Qo6SPsrqItxZWRty2izawTF0Bf5S2VAx7O+6t3wBsQ1sLptoSgX3QblELY5asI0J
YFz7LJECgYkAsqeUJmqXE3LP8tYoIjMIAKiTm9o6psPlc8CrLI9CH0UbuaA2JCOM
cCNq8SyYbTqgnWlB9ZfcAm/cFpA8tYci9m5vYK8HNxQr+8FS3Qo8N9RJ8d0U5Csw
DzMYfRghAfUGwmlWj5hp1pQzAuhwbOXFtxKHVsMPhz1IBtF9Y8jvgqgYHLbmyiu1
mwJ5AL0pYF0G7x81prlARURwHo0Yf52kEw1dxpx+JXER7hQRWQki5/NsUEtv+8RT
qn2m6qte5DXLyn83b1qRscSdnCCwKtKWUug5q2ZbwVOCJCtmRwmnP131lWRYfj67
B/xJ1ZA6X3GEf4sNReNAtaucPEelgR2nsN0gKQKBiGoqHWbK1qYvBxX2X3kbPDkv
9C+celgZd2PW7aGYLCHq7nPbmfDV0yHcWjOhXZ8jRMjmANVR/eLQ2EfsRLdW69bn
f3ZD7JS1fwGnO3exGmHO3HZG+6AvberKYVYNHahNFEw5TsAcQWDLRpkGybBcxqZo
81YCqlqidwfeO5YtlO7etx1xLyqa2NsCeG9A86UjG+aeNnXEIDk1PDK+EuiThIUa
/2IxKzJKWl1BKr2d4xAfR0ZnEYuRrbeDQYgTImOlfW6/GuYIxKYgEKCFHFqJATAG
IxHrq1PDOiSwXd2GmVVYyEmhZnbcp8CxaEMQoevxAta0ssMK3w6UsDtvUvYvF22m
qQKBiD5GwESzsFPy3Ga0MvZpn3D6EJQLgsnrtUPZx+z2Ep2x0xc5orneB5fGyF1P
WtP+fG5Q6Dpdz3LRfm+KwBCWFKQjg7uTxcjerhBWEYPmEMKYwTJF5PBG9/ddvHLQ
EQeNC8fHGg4UXU8mhHnSBt3EA10qQJfRDs15M38eG2cYwB1PZpDHScDnDA0=
-----END RSA PRIVATE KEY-----"""


def key(pem: str, name: str = "Test") -> Key:
    found = load_pem_private_key(pem.encode(), password=None)
    assert isinstance(found, rsa.RSAPrivateKey)
    return Key(name, found)


OURS = Key("https://unroll.example/actor#main-key", rsa.generate_private_key(65_537, 2_048))
KNOWN = {OURS.id: OURS.public_pem}


def test_the_drafts_basic_example_comes_out() -> None:
    """https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12#appendix-C.2"""
    text = cavage_text(
        {
            "(request-target)": "post /foo?param=value&pet=dog",
            "host": "example.com",
            "date": "Sun, 05 Jan 2014 21:31:40 GMT",
        }
    )
    assert key(CAVAGE_KEY).sign(text) == (
        "qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7"
        "ndmw2iicw3HMbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0="
    )


def test_the_rfcs_example_with_this_algorithm_comes_out() -> None:
    """https://www.rfc-editor.org/rfc/rfc9421#section-4.3 (the signature that the proxy adds)"""
    digest = "WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew=="
    parts = {
        "@method": "POST",
        "@authority": "origin.host.internal.example",
        "@path": "/foo",
        "content-digest": f"sha-512=:{digest}:",
        "content-type": "application/json",
        "content-length": "18",
        "forwarded": "for=192.0.2.123;host=example.com;proto=https",
    }
    covered = " ".join(f'"{name}"' for name in parts)
    told = f'({covered});created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540'
    assert key(RFC9421_KEY).sign(rfc9421_text(parts, told)) == (
        "S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmd"
        "kDcnL9cCpXJleXsOckpURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0"
        "RAGhB8tmpv7sFnIm9y+7X5kXQfi8NMaZaA8i2ZHwpBdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vf"
        "Jvye+YuI87HU38lZHowtznbLVdp770I6VHR6WfgS9ddzirrswsE1w5o0LV/g=="
    )


ADDRESSES = [
    ("https://social.example/users/anna/statuses/1", "social.example", "/users/anna/statuses/1"),
    ("https://social.example/x?a=1&b=%20c", "social.example", "/x?a=1&b=%20c"),
    ("https://social.example", "social.example", "/"),
    ("https://social.example:443/x", "social.example", "/x"),
    ("http://127.0.0.1:3000/@anna/1", "127.0.0.1:3000", "/@anna/1"),
    ("https://bücher.example/ä", "xn--bcher-kva.example", "/%C3%A4"),
]


@pytest.mark.parametrize(("url", "host", "target"), ADDRESSES)
def test_another_library_takes_our_signatures_in_the_drafts_way(url: str, host: str, target: str) -> None:
    headers = {**sign_cavage(url, OURS, NOW), "host": host}
    assert judge_cavage(KNOWN, Asked("GET", "", {}, headers), target)
    assert not judge_cavage(KNOWN, Asked("GET", "", {}, headers), target + "x")
    assert not judge_cavage(KNOWN, Asked("GET", "", {}, headers | {"host": "other.example"}), target)


@pytest.mark.parametrize(("url", "host", "target"), ADDRESSES)
def test_another_library_takes_our_signatures_in_the_rfcs_way(url: str, host: str, target: str) -> None:
    headers = sign_rfc9421(url, OURS, datetime.now(UTC))
    asked = Asked("GET", "", {}, headers)
    scheme = url.partition("://")[0]
    assert judge_rfc9421(KNOWN, asked, f"{scheme}://{host}{target}")
    assert not judge_rfc9421(KNOWN, asked, f"{scheme}://{host}{target}x")


@pytest.mark.parametrize("sign", [sign_cavage, sign_rfc9421])
def test_a_signature_names_its_key_and_never_shows_it(sign: Callable[[str, Key, datetime], Headers]) -> None:
    text = str(sign("https://social.example/1", OURS, NOW))
    assert OURS.id in text
    assert "PRIVATE" not in text


def test_a_key_is_made_once_and_every_process_has_the_same() -> None:
    shared = Kept()
    one, other = (Signatures(Drawer(shared, "signing"), lambda: NOW) for _ in range(2))
    for signatures in (one, other):
        signatures.appear("https://unroll.example/actor")
    mine, theirs = one.key(), other.key()
    assert mine
    assert theirs
    assert mine.public_pem == theirs.public_pem
    assert shared.saved == 1


def test_nothing_is_signed_and_no_key_made_before_the_site_has_an_address() -> None:
    kept = Kept()
    signatures = Signatures(Drawer(kept, "signing"), lambda: NOW)
    assert list(signatures.sign("https://social.example/1")) == []
    assert kept.session is None


def test_the_way_that_worked_is_tried_first_the_next_time() -> None:
    signatures = Signatures(Drawer(Kept(), "signing"), lambda: NOW)
    signatures.appear("https://unroll.example/actor")
    assert [way for way, _ in signatures.sign("https://a.example/1")] == ["cavage", "rfc9421"]
    signatures.worked("https://a.example/1", "rfc9421")
    assert [way for way, _ in signatures.sign("https://a.example/2")] == ["rfc9421", "cavage"]
    assert [way for way, _ in signatures.sign("https://b.example/2")] == ["cavage", "rfc9421"]
    assert signatures.expected("https://a.example/3")
    assert not signatures.expected("https://b.example/3")


def test_what_is_kept_in_one_drawer_leaves_the_others_alone() -> None:
    kept = Kept()
    account, signing = Drawer(kept, "account"), Drawer(kept, "signing")
    assert account.save({"token": "1"}, unless_changed_from=None)
    assert signing.save({"key": "2"}, unless_changed_from=None)
    assert not account.save({"token": "3"}, unless_changed_from=None)
    assert account.save({"token": "3"}, unless_changed_from={"token": "1"})
    assert (account.load(), signing.load()) == ({"token": "3"}, {"key": "2"})
