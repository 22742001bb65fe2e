"""Pictures by strangers, as they are shown here: smaller, upright, silent about who took them and where."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from PIL import Image, ImageCms

from tests.archives.pictures import SECRET
from tests.pictures.drawn import bomb, decoded, encoded, gif, photo
from unroller.core.errors import InputError, SetupError
from unroller.core.kinds import without_notes
from unroller.pictures import easel, shrink


def forms(data: bytes, side: int = 1600) -> dict[str, tuple[str, bytes]]:
    return {form: (kind, made) for form, kind, made in easel.forms_of(data, side)}


def still(data: bytes, side: int = 1600) -> Image.Image:
    return decoded(forms(data, side)["still"][1])


def test_a_photo_becomes_a_jpeg_and_an_avif_that_say_nothing_of_who_took_it_and_where() -> None:
    data = photo()
    assert SECRET in data
    found = forms(data)
    assert {form: kind for form, (kind, _) in found.items()} == {"still": "jpg", "lighter": "avif"}
    for _, made in found.values():
        assert SECRET not in made
        assert not decoded(made).getexif()
        assert "xmp" not in decoded(made).info


@pytest.mark.parametrize(
    ("turn", "size", "red"),
    [
        (1, (800, 600), (10, 300)),
        (3, (800, 600), (790, 300)),
        (6, (600, 800), (300, 10)),
        (8, (600, 800), (300, 790)),
    ],
)
def test_a_picture_that_lies_on_its_side_is_put_upright(
    turn: int, size: tuple[int, int], red: tuple[int, int]
) -> None:
    found = still(photo(turn=turn))
    assert found.size == size
    pixel: Any = found.getpixel(red)
    assert pixel[0] > 200
    assert pixel[2] < 60


def test_the_longer_side_is_1600_pixels_at_most_and_small_pictures_keep_their_size() -> None:
    assert still(photo(4000, 1000)).size == (1600, 400)
    assert still(photo(100, 50)).size == (100, 50)
    assert still(photo(400, 400), 128).size == (128, 128)
    assert "lighter" not in forms(photo(100, 50))


def test_what_is_transparent_stays_so_and_what_only_could_be_is_not() -> None:
    glass = Image.new("RGBA", (50, 50), (200, 10, 10, 100))
    pixel: Any = still(encoded(glass, "PNG")).getpixel((5, 5))
    assert pixel == (200, 10, 10, 100)
    assert still(encoded(Image.new("RGBA", (50, 50), "red"), "WEBP")).mode == "RGB"


def test_what_was_drawn_stays_as_sharp_as_it_was() -> None:
    page = Image.new("RGB", (600, 600), "white")
    page.paste("black", (100, 100, 101, 500))
    found = forms(encoded(page, "PNG"))
    assert found["still"][0] == "png"
    assert decoded(found["still"][1]).tobytes() == page.tobytes()


@pytest.mark.parametrize(
    ("mode", "form"), [("CMYK", "JPEG"), ("I;16", "PNG"), ("P", "PNG"), ("1", "PNG"), ("LA", "PNG")]
)
def test_pictures_of_every_mode_are_shown(mode: str, form: str) -> None:
    assert still(encoded(Image.new(mode, (60, 40)), form)).size == (60, 40)


def test_colours_of_other_profiles_become_those_that_every_screen_means() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for said in (profile, b"no profile at all"):
        assert still(encoded(Image.new("RGB", (60, 40), "red"), "PNG", icc_profile=said)).mode == "RGB"
    wide = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = forms(encoded(Image.new("RGB", (60, 40), "red"), "JPEG", icc_profile=wide))["still"][1]
    assert "icc_profile" not in decoded(made).info


def test_what_moves_goes_on_moving_and_has_a_still_for_those_who_do_not_want_that() -> None:
    found = forms(gif())
    kind, moving = found["moving"]
    assert (kind, decoded(moving).n_frames) == ("gif", 3)  # type: ignore[attr-defined]
    assert decoded(moving).info["loop"] == 0
    assert SECRET not in moving
    assert found["still"][0] == "png"
    assert "lighter" not in found


def test_of_what_moves_and_is_too_large_the_first_picture_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(easel, "MOST_MOVING", 100)
    assert set(forms(gif())) == {"still"}
    assert set(forms(gif(size=200), 128)) == {"still"}


def test_a_gif_loses_its_comments_and_no_picture_and_ends_wherever_it_is_cut() -> None:
    data = gif()
    clean = without_notes(data, "gif")
    assert SECRET in data
    assert SECRET not in clean
    assert decoded(clean).n_frames == 3  # type: ignore[attr-defined]
    assert without_notes(clean, "gif") == clean
    for cut in range(len(data)):
        without_notes(data[:cut], "gif")
        without_notes(data[:cut] + b"\x21" * 9, "gif")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        photo()[:3000],
        gif()[:30],
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"%PDF-1.7",
        b"BM" + bytes(100),
    ],
)
def test_what_is_no_whole_picture_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="cannot be decoded"):
        easel.forms_of(data, 1600)


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(InputError, match=r"million pixels|DecompressionBomb"):
        easel.forms_of(bomb(), 1600)
    with pytest.raises(InputError, match="50 million pixels"):
        easel.forms_of(bomb(8000, 7000), 1600)


def test_a_picture_goes_through_a_process_that_knows_none_of_our_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, seen = subprocess.run, dict[str, Any]()

    def watched(*given: Any, **how: Any) -> Any:
        seen.update(how)
        return run(*given, **how)

    monkeypatch.setattr("subprocess.run", watched)
    found = shrink(photo(), 1600)
    assert seen["env"] == {}
    assert decoded(found.still[1]).size == (800, 600)
    assert found.lighter
    assert len(found.lighter[1]) < len(found.still[1])
    assert found.moving is None
    with pytest.raises(InputError, match="cannot be decoded"):
        shrink(b"no picture", 1600)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limits", "refused"),
    [
        ("MEMORY = 90 << 20", "MemoryError"),
        ("CPU = 1; module.forms_of = lambda *_: [None for _ in iter(int, 1)]", "memory or time"),
    ],
)
def test_a_picture_that_takes_too_much_ends_its_process_and_nothing_else(
    limits: str, refused: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = subprocess.run
    program = f"import unroller.pictures.easel as module; module.{limits}; module.main()"

    def smaller(command: list[str], **how: Any) -> Any:
        return run([command[0], "-I", "-c", program, command[-1]], **how)

    monkeypatch.setattr("subprocess.run", smaller)
    with pytest.raises(InputError, match=refused):
        shrink(encoded(Image.new("RGB", (6000, 6000)), "PNG"), 1600)


def test_pictures_that_take_for_ever_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unroller.pictures.SECONDS", 0.001)
    with pytest.raises(InputError, match="too long"):
        shrink(photo(), 1600)


def test_a_pillow_without_avif_is_the_operators_business(monkeypatch: pytest.MonkeyPatch) -> None:
    said = b'{"setup": "Pillow was built without AVIF", "forms": []}\n'
    done = subprocess.CompletedProcess[bytes]([], 0, said, b"")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: done)
    with pytest.raises(SetupError, match="without AVIF"):
        shrink(photo(), 1600)
