"""Threads that are hard to set well: photographs of every shape, Japanese, code, long words, odd titles."""

from __future__ import annotations

from tests.threads.build import author, body, chain, post, thread
from tests.threads.media import CARD, HOST
from unroller.core.body import Block, BlockKind, Mark, Run
from unroller.core.model import Media, MediaKind, Post, Thread


def photo(name: str, width: int, height: int, alt: str | None = None) -> Media:
    """A photograph whose address tells its size, so that whoever stands in for its host can draw it."""
    return Media(MediaKind.IMAGE, f"{HOST}/{name}-{width}x{height}.png", alt, width, height)


def photos() -> Thread:
    """One photograph, two, three, four, and more; wide, tall and square ones; with and without words."""
    wide = photo("harbour", 1600, 1067, "The harbour before sunrise, the light still turning.")
    tall = photo("stair", 900, 1600, "The stair from below: 144 steps, and a gull on the last.")
    square = photo("tin", 1200, 1200, "A tobacco tin, opened.")
    broad = photo("panorama", 2400, 700)
    groups = (
        ("The first morning.", (wide,)),
        ("Upright, as most telephones take them.", (tall,)),
        ("Two of a kind.", (wide, photo("fog", 1600, 1067))),
        ("Two of different shapes.", (wide, tall)),
        ("Three.", (wide, square, tall)),
        ("Four.", (wide, square, square, wide)),
        ("", (broad,)),
        ("Small, so not to be blown up.", (photo("stamp", 180, 120, "A stamp, 11 March 1931."),)),
        ("As many as some networks allow.", (square, wide, tall, square, wide, square, wide)),
    )
    posts = (post(n, words, after=n - 1 or None, media=media) for n, (words, media) in enumerate(groups, 1))
    return thread(tuple(posts))


def japanese() -> Thread:
    """Japanese, with Latin words, numbers, brackets at the ends of lines, and no spaces to break at."""
    yuki = author("yuki.example.social", "高橋ゆき")
    texts = (
        "海図のどれにも同じ場所に描かれていない岩礁で、四年かけて灯台を修復しました。そこで学んだことを書きます。",
        (
            "灯りが消えたのは1974年。嵐のせいではなく、首都の役人が予算書に一本の線を引いたからです。"
            "それから四十六年間、階段を上ったのはカモメだけでした。"
        ),
        (
            "「これを読むあなたへ」と手紙は始まる。「霜の夜はレンズを手で回すこと。時計仕掛けは嘘をつく」"
            "（1931年3月11日付、四段目の下の煙草缶から）。"
        ),
        (
            "時計は本当に嘘をついていた。Swiss製の機構は1時間に11秒進み、氷点下ではもっと進んだ。"
            "二隻の船がそれを知っていて、一隻は知らなかった。詳しくは https://archive.example/letter を。"
        ),
    )
    return thread(chain(*texts, by=yuki, languages=("ja",)))


_PROGRAM = """def drift(hours: float, frost: bool = False) -> float:
    \"\"\"Seconds that the clockwork runs fast.\"\"\"
    rate = 11.0 if not frost else 14.5  # measured on nine nights, see the log of the keeper
    return rate * hours


for night in range(1, 10):
    print(f"{night:>2}  {drift(8, frost=night > 6):6.1f} s")"""


def code() -> Thread:
    """A program with long lines, code within a sentence, headings, lists in lists, quotes in quotes."""
    inline = Block(
        BlockKind.PARAGRAPH,
        (
            Run("Call "),
            Run("drift(8, frost=True)", frozenset({Mark.CODE})),
            Run(" and you get the seconds of one "),
            Run("cold", frozenset({Mark.EMPHASIS})),
            Run(" night. It "),
            Run("never", frozenset({Mark.STRONG})),
            Run(" loses "),
            Run("a second", frozenset({Mark.STRUCK})),
            Run(" anything."),
        ),
    )
    listed = (
        Block(BlockKind.HEADING, (Run("What to measure"),), 0),
        *body("Three things, in this order, and all of them twice."),
        Block(BlockKind.NUMBERED, (Run("the hour, by the church"),)),
        Block(BlockKind.NUMBERED, (Run("the frost:"),)),
        Block(BlockKind.ITEM, (Run("on the glass, which is outside, and colder than anybody thinks"),), 1),
        Block(BlockKind.ITEM, (Run("on the oil"),), 1),
        Block(BlockKind.NUMBERED, (Run("the mood of the cook"),)),
        Block(BlockKind.HEADING, (Run("What others said"),), 0),
        Block(BlockKind.QUOTE, (Run("A clock is an opinion."),)),
        Block(BlockKind.QUOTE, (Run("Whose?"),), 1),
    )
    program = (*body("This is the whole program:"), Block(BlockKind.CODE, (Run(_PROGRAM),)))
    return thread(chain("How to correct a clock that lies, in nine lines.", (inline,), program, listed))


def unbreakable() -> Thread:
    """Words and addresses longer than any line, a shout, a wall of emoji, empty lines in plenty."""
    address = "https://archive.example/letters/1931/03/11/" + "the-keeper-to-whoever-reads-this/" * 4
    way = (
        Run("Whoever wants to read it, and has an evening for it, goes to "),
        Run(address, link=address),
        Run(", and waits there for the clerk, who comes on Thursdays when the weather lets him."),
    )
    link = Block(BlockKind.PARAGRAPH, way)
    words = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    posts = chain(
        "Some words do not end.",
        f"Such as {words}, which is real, and {'Aa' * 70}, which is not.",
        (link,),
        "THE LIGHT IS ON AGAIN AND NOBODY SLEEPS. " * 4,
        "🌊" * 60,
        "A line\nand a line\nand a line,\n\nthen a gap.\n\n\nThen\ttabs   and spaces.",
    )
    return thread((*posts, post(7, after=6, card=CARD)))


def essay_in_parts() -> Thread:
    """24 posts under three headings, one behind a warning, one without words: a page with contents."""
    lines = [f"{words} That was day {day}." for day, words in enumerate(_DAYS * 4, 1)]
    posts: list[Post] = []
    for number, line in enumerate(lines, 1):
        blocks = body(line)
        if number % 8 == 1:
            blocks = (
                Block(BlockKind.HEADING, (Run(f"Part {number // 8 + 1}: {_PARTS[number // 8]}"),)),
                *blocks,
            )
        posts.append(post(number, blocks, after=number - 1 or None))
    posts[4] = post(5, "The wreck itself.", after=4, warning="shipwreck")
    posts[9] = post(10, after=9, media=(photo("fog", 1600, 1067),))
    return thread(tuple(posts))


_PARTS = ("Salt", "Glass", "Light")
_DAYS = (
    "Wind from the north, and the boat could not land.",
    "Nobody slept, for the door would not stay shut.",
    "Scraped the gallery; under the grey there was green.",
    "Mended the pump. It thanked us with rust.",
    "A ship passed, slowly, as if it had something to say.",
    "Snow on the lens. It looked well there.",
)


def of_emoji() -> Thread:
    """Nobody wrote a word."""
    return thread(chain("🌊🕯️🧂", "👇"))


def of_one_letter() -> Thread:
    return thread(chain("O", "That was the whole first post."))


def of_1000_characters() -> Thread:
    """The first sentence ends after 1,000 characters."""
    return thread(chain("and then the sea rose and then it fell " * 25 + "again.", "So it goes."))


def of_one_word() -> Thread:
    """1,000 characters without a place to break at."""
    return thread(chain("A" * 1000, "So it goes."))
