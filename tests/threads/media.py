"""Threads with all that is not text: media, quotes, cards, polls, warnings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.threads.build import BOB, DAY, author, body, chain, post, ref, thread
from unroller.core.body import Block, BlockKind, Emoji, Run
from unroller.core.model import Absence, Card, Choice, Label, Media, MediaKind, Poll, Post, Quote, Thread

HOST = "https://media.example"

FILM = Media(
    MediaKind.VIDEO,
    f"{HOST}/turn.m3u8",
    "The lens turns once.",
    1280,
    720,
    poster=f"{HOST}/turn.png",
    mime="application/x-mpegURL",
)
STILL = Media(
    MediaKind.GIF, f"{HOST}/gull.gif", "A gull takes a sandwich.", 480, 270, poster=f"{HOST}/gull.png"
)
LOOP = Media(MediaKind.GIF, f"{HOST}/wave.mp4", None, 480, 270, mime="video/mp4")
SOUND = Media(MediaKind.AUDIO, f"{HOST}/wind.mp3", "Wind in the stair.")
CARD = Card(
    "https://archive.example/letter", "The keeper’s letter", "Found under the fourth step.", f"{HOST}/c.png"
)
POLL = Poll(
    (Choice("Mend the fault", 42), Choice("Keep it", 127), Choice("Ask the cook", 0)), DAY + timedelta(days=1)
)


def picture(name: str, alt: str | None = None, *, sensitive: bool = False) -> Media:
    return Media(MediaKind.IMAGE, f"{HOST}/{name}.png", alt, 1200, 800, sensitive=sensitive)


def every_medium() -> Thread:
    """Each kind of medium, a card, a poll, a custom emoji, and something that nobody knows."""
    gull = Emoji(f"{HOST}/e.png", ":gull:")
    waving = Block(BlockKind.PARAGRAPH, (Run("Ahoy "), Run(":gull:", emoji=gull), Run("!")))
    lamp = picture("lamp", "A brass lamp on a granite sill, lit from within, rain behind it.")
    held_back = Media(MediaKind.IMAGE, None, "A picture that was lost.")
    wreck = picture("wreck", "A wreck at low tide.", sensitive=True)
    fields: tuple[dict[str, Any], ...] = (
        {"body": body("Pictures from the rock."), "media": (lamp,)},
        {
            "body": body("Two more, one of them without words, and a line."),
            "media": (picture("stair", "Stairs seen from above"), picture("door"), picture("rule", "")),
        },
        {"body": body("Moving pictures."), "media": (FILM, STILL, LOOP)},
        {"body": body("Sound."), "media": (SOUND, held_back)},
        {"body": body("Reading."), "card": CARD},
        {"body": (waving,), "poll": POLL},
        {"body": (*body("And this:"), Block(BlockKind.UNKNOWN, (Run("A starter pack"),)))},
        {"body": (), "media": (wreck,)},
    )
    return thread(tuple(post(n, after=n - 1 or None, **more) for n, more in enumerate(fields, 1)))


def edited() -> Thread:
    """Posts that were edited once and often, by somebody with a picture in the name; polls of every kind."""
    reed = Emoji(f"{HOST}/reed.png", ":reed:")
    mira = author(name="Mira :reed: Okafor", emojis=(reed,))
    times = tuple(DAY + timedelta(hours=hour) for hour in (1, 2, 30))
    hidden = Poll((Choice("Ash"), Choice("Willow")), times[2], multiple=True)
    said = post(700, "Yes.", by=mira, edited=times[1])
    fields: tuple[dict[str, Any], ...] = (
        {"body": body("Never touched.")},
        {"body": body("Touched once."), "edited": times[0]},
        {"body": body("Touched often."), "edited": times[2], "revised": times},
        {"body": body("Which ones?"), "poll": hidden},
        {"body": body("Which?"), "poll": Poll((Choice("Ash", 1),))},
        {
            "body": body("Bob said:"),
            "quote": Quote(said.ref, said),
        },
    )
    return thread(tuple(post(n, after=n - 1 or None, by=mira, **more) for n, more in enumerate(fields, 1)))


def quoted() -> Post:
    """A post by Bob with a picture, and a quote of its own, which is never shown."""
    inner = Quote(ref(701, BOB), absence=Absence.DELETED)
    clock = picture("clock", "A clock without hands.")
    return post(700, "Nobody mends a clock that lies.", by=BOB, media=(clock,), quote=inner)


def every_quote() -> Thread:
    """A quote that is there, one for each reason why it is not, and a quote of what is no post."""
    quotes = [Quote(ref(700, BOB), quoted()), *(Quote(ref(701, BOB), absence=reason) for reason in Absence)]
    feed = "https://bsky.app/profile/bob.example.social/feed/lights"
    quotes.append(Quote(ref(702, BOB), what="Feed: Lighthouses", url=feed))
    posts = (post(n, f"Quote {n}.", after=n - 1 or None, quote=quote) for n, quote in enumerate(quotes, 1))
    return thread(tuple(posts))


def warned() -> Thread:
    """The author warns of one post, moderators of another, and a quoted post has a label."""
    bare = post(710, "A bare rock.", by=BOB, labels=frozenset({Label.NUDITY}))
    return thread(
        (
            post(1, "A rescue, told."),
            post(
                2,
                "The wreck itself.",
                after=1,
                warning="shipwreck, drowning",
                media=(picture("wreck", "The wreck."),),
            ),
            post(3, "What the sea does.", after=2, labels=frozenset({Label.GRAPHIC})),
            post(4, "Bob was there.", after=3, quote=Quote(bare.ref, bare)),
        )
    )


def warned_whole() -> Thread:
    """Every post is behind a warning, so that no title may come from the text."""
    return thread(chain("The secret sentence.", "And the rest of it.", warning="spoilers"))
