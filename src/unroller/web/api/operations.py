"""All that can be called. Addresses, checks, description and the page to try it come from this table."""

from __future__ import annotations

from unroller.web.api.answers import Author, Authors, Embedding, Threads, Unrolling, WholeThread
from unroller.web.api.authors import OneAuthor, list_authors, show_author
from unroller.web.api.calls import Answer, Operation
from unroller.web.api.oembed import Embed, embed
from unroller.web.api.paging import Paged
from unroller.web.api.problems import (
    GONE,
    MALFORMED,
    NO_ANSWER,
    NO_SUCH_FORM,
    NOT_A_LINK,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    ODD_NETWORK,
    REFUSED,
    TOO_LARGE,
    WRONG_TYPE,
)
from unroller.web.api.threads import FindThreads, OneThread, find_threads, show_thread
from unroller.web.api.unrolls import Paste, begin, look

LINK = "https://bsky.app/profile/alice.example/post/3kabcdefghijk"

_FAILED = (NOT_A_LINK, REFUSED, NOT_FOUND, GONE, ODD_NETWORK, NO_ANSWER)
_UNROLLED = {
    200: Answer("It is published.", Unrolling),
    202: Answer("It is being made: look at `Location` after `Retry-After` seconds.", Unrolling),
}

OPERATIONS = (
    Operation(
        "POST", "/api/v1/unroll", "unroll", begin, Paste, _UNROLLED,
        (MALFORMED, TOO_LARGE, WRONG_TYPE, *_FAILED), in_body=True, needs={"url": LINK},
    ),
    Operation("GET", "/api/v1/unroll", "lookAtUnroll", look, Paste, _UNROLLED, _FAILED, needs={"url": LINK}),
    Operation(
        "GET", "/api/v1/threads", "findThreads", find_threads, FindThreads,
        {200: Answer("A page of the list.", Threads)},
    ),
    Operation(
        "GET", "/api/v1/threads/{slug}", "showThread", show_thread, OneThread,
        {200: Answer("The thread.", WholeThread), 303: Answer("The format that `Accept` names.")},
        (REFUSED, NOT_FOUND, GONE, NOT_ACCEPTABLE), needs={"slug": "abcdefghijkl"},
    ),
    Operation(
        "GET", "/api/v1/authors", "listAuthors", list_authors, Paged,
        {200: Answer("A page of the list.", Authors)},
    ),
    Operation(
        "GET", "/api/v1/authors/{network}/{handle}", "showAuthor", show_author, OneAuthor,
        {200: Answer("The author.", Author), 303: Answer("The author’s present handle.")},
        (NOT_FOUND,), needs={"network": "bluesky", "handle": "alice.example"},
    ),
    Operation(
        "GET", "/api/oembed", "embed", embed, Embed,
        {200: Answer("What may be shown.", Embedding, ("application/json", "text/xml"))},
        (REFUSED, NOT_FOUND, NO_SUCH_FORM), needs={"url": "https://unroll.example/t/abcdefghijkl"},
    ),
)  # fmt: skip
