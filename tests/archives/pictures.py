"""The smallest pictures, films and sounds of each kind, and what cameras write into them."""

from __future__ import annotations

import struct
import zlib

SECRET = b"GPS 48.2082N 16.3738E"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(*more: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + b"".join(more)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


def segment(mark: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, mark, len(data) + 2) + data


def exif(orientation: int, order: str = ">") -> bytes:
    mark = b"MM" if order == ">" else b"II"
    field = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0" + mark + struct.pack(f"{order}HIH", 42, 8, 1) + field + bytes(4) + SECRET


def jpeg(*more: bytes) -> bytes:
    picture = segment(0xDB, bytes(65)) + segment(0xDA, bytes(10)) + b"picture\xff\xd9"
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0") + b"".join(more) + picture


def webp(*more: tuple[bytes, bytes]) -> bytes:
    found = ((b"VP8X", bytes([0x0C]) + bytes(9)), (b"VP8 ", b"picture!"), *more)
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(data)) + data + bytes(len(data) & 1) for name, data in found
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body
