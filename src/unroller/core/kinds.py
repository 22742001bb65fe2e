"""What a media file is, by its first bytes and never by its name; pictures without their camera's notes.

Only what a browser shows as a picture, film or sound has a kind: never HTML, SVG or anything that runs.
https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

HEAD = 64
"""So many bytes tell what a file is."""

MEDIA_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "flac": "audio/flac",
}
"""The endings under which media are kept, and as what they are sent."""

_BEGINNINGS = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\x1a\x45\xdf\xa3", "webm"),
    (b"OggS\0", "ogg"),
    (b"fLaC", "flac"),
    (b"ID3", "mp3"),
)

# https://mp4ra.org/registered-types/brands
_BRANDS = {b"avif": "avif", b"avis": "avif", b"M4A ": "m4a", b"M4B ": "m4a", b"qt  ": "mov"}
_NOT_FILMS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"crx ")

_PNG_NOTES = (b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME")
_ORIENTATION = 0x0112


def kind_of(head: bytes) -> str:
    """The ending of what begins with `head`, a key of `MEDIA_TYPES`; `""` when it is nothing to show."""
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(head[8:12], "")
    if head[4:8] == b"ftyp" and head[8:12] not in _NOT_FILMS:
        return _BRANDS.get(head[8:12], "mp4")
    is_frame = len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] & 0xF0 != 0xF0
    return "mp3" if is_frame else ""


def without_notes(data: bytes, kind: str) -> bytes:
    """A picture without what says where, when and by whom it was taken; only which way up it is stays.

    JPEG, PNG, WebP and GIF are cleaned. Other kinds, and what is damaged, come back as they are.
    """
    try:
        if kind == "jpg":
            return b"".join(_jpeg(data))
        if kind == "png":
            return b"".join(_png(data))
        if kind == "webp":
            return _webp(data)
        if kind == "gif":
            return b"".join(_gif(data))
    except (struct.error, IndexError):
        pass
    return data


def _jpeg(data: bytes) -> Iterator[bytes]:
    """The segments that a picture needs. https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B"""
    yield data[:2]
    place = 2
    while place < len(data):
        mark, size = data[place + 1], struct.unpack_from(">H", data, place + 2)[0]
        if data[place] != 0xFF or mark == 0xDA:  # the picture itself, up to the end of the file
            yield data[place:]
            return
        segment = data[place : place + 2 + size]
        if mark == 0xE1 and segment[4:10] == b"Exif\0\0" and (turn := _orientation(segment[10:])) > 1:
            yield _exif(turn)
        elif mark not in (0xE1, 0xED, 0xFE):  # Exif and XMP, Photoshop's notes, comments
            yield segment
        place += 2 + size


def _orientation(tiff: bytes) -> int:
    """Which way up a picture is, 1 to 8. https://www.cipa.jp/std/documents/e/DC-X008-Translation-2019-E.pdf"""
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        first = struct.unpack_from(f"{order}I", tiff, 4)[0]
        count = struct.unpack_from(f"{order}H", tiff, first)[0]
        for at in range(first + 2, first + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, at)
            if tag == _ORIENTATION:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _exif(orientation: int) -> bytes:
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", 8 + len(tiff)) + b"Exif\0\0" + tiff


def _png(data: bytes) -> Iterator[bytes]:
    """The chunks that a picture needs. https://www.w3.org/TR/png-3/#5Chunk-layout"""
    yield data[:8]
    place = 8
    while place < len(data):
        size = 12 + struct.unpack_from(">I", data, place)[0]
        if data[place + 4 : place + 8] not in _PNG_NOTES:
            yield data[place : place + size]
        place += size


def _webp(data: bytes) -> bytes:
    """The chunks that a picture needs. https://developers.google.com/speed/webp/docs/riff_container"""
    kept, place = [b"WEBP"], 12
    while place < len(data):
        size = 8 + struct.unpack_from("<I", data, place + 4)[0]
        size += size & 1
        chunk = data[place : place + size]
        if chunk[:4] == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~0x0C]) + chunk[9:]  # that Exif and XMP follow
        if chunk[:4] not in (b"EXIF", b"XMP "):
            kept.append(chunk)
        place += size
    body = b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _gif(data: bytes) -> Iterator[bytes]:
    """The blocks that a picture needs. https://www.w3.org/Graphics/GIF/spec-gif89a.txt"""
    place = 13 + _colours(data[10])
    yield data[:place]
    while data[place] != 0x3B:  # the end
        head = 2 if data[place] == 0x21 else 11 + _colours(data[place + 9])  # an extension, or a picture
        end = _after_blocks(data, place + head)
        is_loop = data[place + 3 : place + 14] in (b"NETSCAPE2.0", b"ANIMEXTS1.0")
        if head > 2 or data[place + 1] == 0xF9 or is_loop:  # else comments, XMP and the like
            yield data[place:end]
        place = end
    yield b";"


def _colours(packed: int) -> int:
    """Bytes of the table of colours that these bits announce."""
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


def _after_blocks(data: bytes, place: int) -> int:
    while data[place]:
        place += 1 + data[place]
    return place + 1
