"""The words of measured threads: 25 posts near the length that Bluesky allows, no two of them alike.

Text that repeats itself would pack better than what people write, and so flatter every figure.
"""

from __future__ import annotations

_TEXT = """
I have kept the tide gauge at our harbour for thirty-one years, and people keep asking what there is to
keep. The machine writes by itself. So here is a thread on what a machine cannot do, from somebody who has
cleaned mussels out of it on the worst mornings of the year.

A tide gauge is a pipe with a hole at the bottom. The pipe makes the water calm, the hole lets the sea in
slowly, and a float goes up and down inside. Everything since 1830, lasers and radar and pressure cells,
is an improvement on the float, and all of it is calibrated against a float.

The oldest sheet we have was drawn by a clock that hung in a church. When the sexton wound it late the
whole North Sea arrived late, and you can see him being ill in February 1871: four days during which high
water drifts by twenty minutes, then jumps back when his daughter took over.

Nobody told us this. A student found it by noticing that the error was always zero on Sundays after the
sermon. She checked the parish books: the vicar wound the clock himself before he preached, because he did
not trust the man. A whole dissertation came from one distrustful vicar.

Storms are not what you think of as the hard part. In a storm the pen moves and you can see that it moves.
The hard part is a calm August, when weed grows over the hole and the curve gets smoother and smoother. It
looks like a lovely quiet month. It is a blocked pipe telling you stories.

So you learn to be suspicious of beauty. If three tides in a row fit the prediction to the centimetre, put
on your boots. The sea has weather in it, and ferries, and the wind over Iceland two days ago, and it
never once in its life did exactly what the almanac said it should.

About the almanac. Prediction works by adding up circles: one for the moon, one for the sun, one because
the moon's path is tilted, and so on through thirty-seven of them. Lord Kelvin built a brass machine that
added ten. You turned a crank, and a year of water came out on paper.

Ours was run by two sisters in Liverpool until 1950. They predicted the beaches for a June morning without
being told which beaches or why. One of them said later that she had guessed from the longitude, and had
gone home and said nothing to her mother, with whom she shared a room.

What you want from a gauge is not today's level, it is the slow thing beneath. Take the average over
nineteen years, since that is how long the moon needs to come back to where it was, and the waves fall
out, and the storms fall out, and the sexton falls out. What is left is a line.

Our line goes up by one point four millimetres each year until 1990 and by three point six since. I have
watched that bend happen with my own pen. It is thinner than the pen's own line, so I never saw it once,
on any day. You only see it if you promise to keep looking past your own life.

Then comes the nasty question: is the sea rising or is the pier sinking? A gauge cannot know. It sits on
the pier. So four times a year we carry a staff and a level up the hill to a brass bolt in the church
wall, then further, to a granite outcrop that has not moved since the ice left.

The bolt was put there in 1886 by a surveyor who scratched his initials next to it, for which he was
fined. In 1953 somebody painted over it. In 1978 the parish put a noticeboard in front of it, and my
predecessor drove up with a saw at night rather than write yet another letter.

The pier sinks, by the way. Half a millimetre a year, more at the seaward end, because it stands on timber
that stands on clay. Without the walk up the hill we would have blamed the ocean for the carpentry, and
there are whole coasts in the literature where that is just what happened.

Levelling is slow, and it makes people friendly. You stand in the road with a tripod, and somebody always
comes. Over the years I have been told about two affairs, a buried motorbike, the true owner of the
slipway, and where the old boundary stone went, which was into a patio.

Radar arrived in 2004. A small grey box looks down at the water and asks it sixty times a minute where it
is. It does not clog. It does not need winding. It is, however, measuring the distance to the nearest
reflecting thing, and for one whole week in May this was a sleeping eider duck.

If you look at that week you find a sea which is twenty-six centimetres too high, perfectly flat, and goes
for a swim at dusk. The software had marked it as good data, because nothing was out of range. I have it
framed in the hut, and under it a feather I cannot prove belongs to her.

Now the part I wanted to get to. Every few years somebody in the capital asks why a person has to be there
at all. It is a fair question, they pay for me. I answer with a list of what went wrong and who noticed,
and the answer in the right-hand column is never once the instrument.

The gauge that stopped on the night of the great surge stopped because the float hit the top of its pipe.
The record shows a flat line at two metres ninety. The true level was found by my predecessor's
predecessor, who walked through the town next day with chalk, asking each house.

He marked a hundred and twelve door frames. Some of the marks are still there, under the paint, and if you
sight along the harbour street they make a surface so level that you could set a billiard table on it. It
is the best measurement of that night anywhere along this coast.

We teach a course now, for harbours that are starting out, mostly from places where the water matters a
good deal more than it does here. They arrive knowing far more mathematics than I do. I show them how to
smell whether a stilling well is blocked, and they write that down as well.

One of them wrote to me from an atoll last spring. Their radar mast had been struck by a yacht, and for
five weeks the only record was a schoolteacher with a painted pole, reading it aloud to her class every
hour they were in school. The children had it to the nearest two centimetres.

They have gone back over the satellite passes since, and her pole beats the replacement instrument, which
someone had bolted to a jetty that flexes. She has been asked to keep the pole. She has been asked, in
fact, whether she might train the next teacher, and the one after that.

That is the whole secret, if there is one. A long record is not a machine that lasts, because none of them
do. It is a row of people each of whom was shown by the one before where the bolt is, why you go up the
hill, and what the water smells like when the hole has closed.

I stop at the end of March. There is a young woman who has had the key since autumn, who has already found
a mistake of mine from 2009, a leap second that I entered with the wrong sign. She was kind about it. The
line did not move: it had been waiting for someone to check it.

So if you are ever on a pier and there is a small hut with a pipe going down into the water and a person
inside writing something in a book, do knock. Ask when it was last levelled. You will get tea, and an
answer that starts with a vicar. Thank you for reading this far; low water is at ten.
"""

POSTS = tuple(" ".join(part.split()) for part in _TEXT.strip().split("\n\n"))


def paragraph(number: int) -> str:
    """The words of post `number`, counted from 0; after the last one they begin anew, with a number."""
    text = POSTS[number % len(POSTS)]
    again = number // len(POSTS)
    return text if again == 0 else f"{again}. {text}"[:300]
