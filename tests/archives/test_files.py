from __future__ import annotations

import io
import os
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from tests.archives.packing import Content, as_folder, as_gzip, as_tar, as_zip, special
from unroller.archives import unpacking
from unroller.archives.files import open_files
from unroller.archives.unpacking import Gzip
from unroller.core.errors import InputError

CONTENT: Content = {
    "outbox.json": b'{"orderedItems": []}',
    "media_attachments/files/1/größe 🐈.jpg": b"\xff\xd8cat",
    "a-very-long-name/" + 30 * "folder/" + "x.txt": b"deep",
    "empty.txt": b"",
}

PACKERS: dict[str, Callable[[Path, Content], Path]] = {
    "folder": as_folder,
    "x.zip": as_zip,
    "x.tar": as_tar,
    "x.tar.gz": as_tar,
    "no suffix": as_zip,
    "wrong.zip": lambda path, content: as_tar(path.with_name("x.tgz"), content).rename(path),
}


def read(path: Path) -> dict[str, bytes]:
    with open_files(path) as files:
        found = {}
        for name in files.names():
            with files.open(name) as opened:
                found[name] = opened.read()
        return found


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.words.count(". ") == 0, "one sentence"
    return caught.value.words


# -------------------------------------------------------------------------------------- what can be read


@pytest.mark.parametrize("name", PACKERS)
def test_the_same_files_come_out_however_they_are_packed(name: str, tmp_path: Path) -> None:
    assert read(PACKERS[name](tmp_path / name, CONTENT)) == CONTENT


@pytest.mark.parametrize("name", PACKERS)
def test_one_folder_around_everything_is_taken_away(name: str, tmp_path: Path) -> None:
    wrapped = {f"archive-20241231/{path}": data for path, data in CONTENT.items()}
    assert read(PACKERS[name](tmp_path / name, wrapped)) == CONTENT


@pytest.mark.parametrize("name", PACKERS)
def test_a_folder_of_the_export_itself_stays(name: str, tmp_path: Path) -> None:
    content = {"data/tweets.js": b"[]", "data/account.js": b"[]"}
    assert read(PACKERS[name](tmp_path / name, content)) == content


@pytest.mark.parametrize("format_", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_names_are_right_in_every_kind_of_tar(format_: int, tmp_path: Path) -> None:
    name = 14 * "ordner/" + "grüße.txt"
    with tarfile.open(tmp_path / "x.tar", "w", format=format_) as packed:
        info = tarfile.TarInfo(name)
        info.size = 2
        packed.addfile(info, io.BytesIO(b"hi"))
        packed.addfile(special("a.txt", tarfile.REGTYPE))
    assert read(tmp_path / "x.tar") == {name: b"hi", "a.txt": b""}


def test_a_zip_in_a_zip_is_read(tmp_path: Path) -> None:
    inner = as_zip(tmp_path / "inner.zip", CONTENT)
    assert read(as_zip(tmp_path / "x.zip", {"archive/inner.zip": inner.read_bytes()})) == CONTENT


def test_one_file_alone_is_read_and_unpacked(tmp_path: Path) -> None:
    (tmp_path / "tweets.js").write_bytes(b"[1]")
    assert read(tmp_path / "tweets.js") == {"tweets.js": b"[1]"}
    assert read(as_gzip(tmp_path / "x.jsonl.gz", b"{}\n")) == {"x.jsonl": b"{}\n"}
    (tmp_path / "x.jsonl.zst").write_bytes(zstandard.compress(b"{}\n"))
    assert read(tmp_path / "x.jsonl.zst") == {"x.jsonl": b"{}\n"}


def test_two_gzips_in_one_file_are_one_text(tmp_path: Path) -> None:
    one, two = as_gzip(tmp_path / "1", b"first "), as_gzip(tmp_path / "2", b"second")
    (tmp_path / "x.gz").write_bytes(one.read_bytes() + two.read_bytes() + bytes(100))
    assert read(tmp_path / "x.gz") == {"x": b"first second"}


def test_names_from_windows_and_from_old_packers_are_paths(tmp_path: Path) -> None:
    path = as_zip(tmp_path / "x.zip", {"folder\\größe.txt": b"1", "outbox.json": b"2"})
    raw = bytearray(path.read_bytes())
    raw[7] &= ~0x08  # that the name is UTF-8
    raw[raw.index(b"PK\x01\x02") + 9] &= ~0x08
    path.write_bytes(raw)
    assert read(path) == {"folder/größe.txt": b"1", "outbox.json": b"2"}


def test_what_operating_systems_leave_behind_is_nothing(tmp_path: Path) -> None:
    litter = {"__MACOSX/x/._outbox.json": b"x", "x/.DS_Store": b"x", "x/._a": b"x", "x/outbox.json": b"{}"}
    assert read(as_zip(tmp_path / "x.zip", litter)) == {"outbox.json": b"{}"}


def test_a_name_that_is_not_there_is_a_key_error(tmp_path: Path) -> None:
    for pack, name in ((as_folder, "f"), (as_zip, "x.zip"), (as_tar, "x.tgz")):
        with open_files(pack(tmp_path / name, CONTENT)) as files, pytest.raises(KeyError):
            files.open("nothing")


@pytest.mark.slow
def test_files_are_read_in_any_order_and_beside_each_other(tmp_path: Path) -> None:
    content = {f"{n}.bin": random.Random(n).randbytes(300_000) for n in range(40)}
    with open_files(as_tar(tmp_path / "x.tar.gz", content)) as files:
        opened = {name: files.open(name) for name in content}
        order = random.Random(0).sample(sorted(content), len(content))
        halves = {name: opened[name].read(150_000) for name in order}
        for name in reversed(order):
            assert halves[name] + opened[name].read() == content[name]
            opened[name].close()


@pytest.mark.slow
def test_files_that_are_read_in_their_order_are_unpacked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = {f"{n:03}.bin": random.Random(n).randbytes(100_000) for n in range(100)}
    unpacked = 0
    step = unpacking.GzipStream._unpack

    def counted(self: unpacking.GzipStream, most: int) -> bytes:
        nonlocal unpacked
        data = step(self, most)
        unpacked += len(data)
        return data

    monkeypatch.setattr(unpacking.GzipStream, "_unpack", counted)
    with open_files(as_tar(tmp_path / "x.tar.gz", content)) as files:
        listed, unpacked = unpacked, 0
        for name in files.names():
            with files.open(name) as opened:
                assert opened.read() == content[name]
    assert 10_000_000 < unpacked <= listed < 11_000_000


@pytest.mark.slow
def test_a_jump_in_a_gzip_unpacks_little(tmp_path: Path) -> None:
    """From the end back to every tenth of the file: never more than the bytes between two points."""
    data = random.Random(1).randbytes(1 << 20) * 40
    gzip = Gzip(as_gzip(tmp_path / "x.gz", data))
    stream = gzip.open()
    stream.seek(len(data))
    for place in range(len(data) - 1, 0, -len(data) // 10):
        known, _, _ = gzip.before(place)
        assert place - known <= 5 << 20
        stream.seek(place)
        assert stream.read(1000) == data[place : place + 1000]
    stream.close()


def test_the_points_of_a_long_gzip_stay_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "_FIRST_SPACING", 1000)
    data = random.Random(1).randbytes(1_000_000)
    gzip = Gzip(as_gzip(tmp_path / "x.gz", data))
    with io.BufferedReader(gzip.open(), 1000) as stream:
        assert stream.read() == data
    assert len(gzip._places) <= 256
    with io.BufferedReader(gzip.open(), 1000) as stream:
        stream.seek(777_777)
        assert stream.read(10) == data[777_777:777_787]


# ------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "path", ["../outside", "a/../../outside", "/etc/passwd", "C:\\x", "\\\\server\\x", "..\\outside"]
)
def test_paths_that_lead_outside_are_refused(path: str, tmp_path: Path) -> None:
    for pack, name in ((as_zip, "x.zip"), (as_tar, "x.tar"), (as_tar, "x.tar.gz")):
        assert "leads outside" in refused(pack(tmp_path / name, {"outbox.json": b"{}", path: b"x"}))


def test_links_and_devices_are_left_out_and_counted(tmp_path: Path) -> None:
    more = [
        special("link", tarfile.SYMTYPE, "/etc/passwd"),
        special("hard", tarfile.LNKTYPE, "outbox.json"),
        special("device", tarfile.CHRTYPE),
        special("pipe", tarfile.FIFOTYPE),
        special("folder", tarfile.DIRTYPE),
    ]
    with open_files(as_tar(tmp_path / "x.tar", {"outbox.json": b"{}"}, more=more)) as files:
        assert files.names() == ("outbox.json",)
        assert files.left_out == {"links in the archive": 2, "devices in the archive": 2}
    folder = as_folder(tmp_path / "folder", {"outbox.json": b"{}", "b": b""})
    (folder / "link").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    with open_files(folder) as files:
        assert files.names() == ("b", "outbox.json")
        assert files.left_out == {"links in the folder": 1, "devices in the folder": 1}


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.999])
def test_half_a_file_is_damaged(cut: float, tmp_path: Path) -> None:
    content = {f"{n}.bin": random.Random(n).randbytes(5_000) for n in range(9)}
    for pack, name in ((as_zip, "x.zip"), (as_tar, "x.tar.gz")):
        path = pack(tmp_path / name, content)
        path.write_bytes(path.read_bytes()[: int(cut * (path.stat().st_size - 100))])
        assert "half there" in refused(path)
    path = as_tar(tmp_path / "x.tar", content)
    path.write_bytes(path.read_bytes()[: int(cut * 9 * 5632)])
    assert "half there" in refused(path)


@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tar.gz", "x.gz"])
def test_any_flipped_byte_is_damage_or_harmless(name: str, tmp_path: Path) -> None:
    content = {"outbox.json": b'{"a": 1}' * 50, "b.txt": b"b"}
    path = as_gzip(tmp_path / name, b"x" * 500) if name == "x.gz" else PACKERS[name](tmp_path / name, content)
    whole = path.read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 400)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            read(path)
        except InputError:
            continue


def test_a_bomb_is_noticed_before_it_goes_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "_UNSUSPICIOUS", 1 << 20)
    zeros = bytes(8 << 20)
    bombs = [
        as_zip(tmp_path / "x.zip", {"outbox.json": zeros}),
        as_tar(tmp_path / "x.tar.gz", {"outbox.json": zeros}),
        as_gzip(tmp_path / "x.gz", zeros),
        tmp_path / "x.zst",
        as_zip(tmp_path / "xx.zip", {"x.zip": (tmp_path / "x.zip").read_bytes()}),
    ]
    bombs[3].write_bytes(zstandard.compress(zeros))
    for bomb in bombs:
        assert "far more than an export" in refused(bomb)


def test_a_zip_that_lies_about_its_sizes_gives_no_more_than_it_says(tmp_path: Path) -> None:
    path = as_zip(tmp_path / "x.zip", {"outbox.json": bytes(2000)})
    raw = path.read_bytes()
    path.write_bytes(raw.replace((2000).to_bytes(4, "little"), (100).to_bytes(4, "little")))
    assert "damaged" in refused(path)


def test_a_member_of_ten_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    info = tarfile.TarInfo("outbox.json")
    info.size = 10 << 30
    (tmp_path / "x.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(10_240))
    assert "far more than an export" in refused(tmp_path / "x.tar")


def test_sizes_below_nothing_and_endless_names_are_refused(tmp_path: Path) -> None:
    for kind, size in ((tarfile.REGTYPE, -512), (tarfile.XHDTYPE, -512), (tarfile.XHDTYPE, 1 << 30)):
        info = special("x", kind)
        info.size = size
        header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
        (tmp_path / "x.tar").write_bytes(bytes(header) + bytes(10_240))
        refused(tmp_path / "x.tar")


def test_a_locked_zip_says_so(tmp_path: Path) -> None:
    path = as_zip(tmp_path / "x.zip", {"outbox.json": b"{}"})
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    assert "password" in refused(path)


def test_what_is_packed_in_another_way_is_named(tmp_path: Path) -> None:
    for head, kind in ((b"Rar!\x1a\x07", "RAR"), (b"7z\xbc\xaf\x27", "7z"), (b"\xfd7zXZ\0", "xz")):
        (tmp_path / "x").write_bytes(head + bytes(100))
        assert kind in refused(tmp_path / "x")
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("outbox.json", b"{}")
    raw = bytearray((tmp_path / "x.zip").read_bytes())
    raw[8] = raw[raw.index(b"PK\x01\x02") + 10] = 97  # WavPack
    (tmp_path / "x.zip").write_bytes(raw)
    assert "not read here" in refused(tmp_path / "x.zip")


def test_nothing_and_nowhere_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty.zip").write_bytes(b"")
    assert "is empty" in refused(tmp_path / "empty.zip")
    (tmp_path / "folder").mkdir()
    assert "no files" in refused(tmp_path / "folder")
    assert "no files" in refused(as_zip(tmp_path / "none.zip", {}))
    assert "There is no file" in refused(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    assert "neither" in refused(tmp_path / "pipe")


def test_what_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = as_zip(tmp_path / "x.zip", CONTENT)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))  # as root, no file refuses

    monkeypatch.setattr(Path, "open", refuse)
    assert "Permission denied" in refused(path)
