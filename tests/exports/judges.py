"""Programs of others that say whether a book or a PDF is what it should be."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from tests.conftest import leave_out


def epubcheck(book: bytes, folder: Path) -> list[str]:
    """What epubcheck has against `book`: one line for each error and warning."""
    found, java = shutil.which("epubcheck"), shutil.which("java")
    if found is None or java is None:
        leave_out("epubcheck is missing: install it (Debian: apt-get install epubcheck)")
    file, report = folder / "book.epub", folder / "report.json"
    file.write_bytes(book)
    # Most of its time is spent on compiling itself, so that it is told not to try hard.
    quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    started = [java, *quick, "-jar", found] if Path(found).read_bytes()[:2] == b"PK" else [found]
    subprocess.run([*started, str(file), "--json", str(report)], capture_output=True, check=False)
    said = json.loads(report.read_text("utf-8"))["messages"]
    places = ((one, (one["locations"] or [{}])[0]) for one in said)
    return [f"{one['ID']} {one['message']} ({at.get('path')}:{at.get('line')})" for one, at in places]


def pdf_text(document: bytes, folder: Path) -> str:
    """The words of a PDF, as somebody who selects them all gets them."""
    found = shutil.which("pdftotext")
    if found is None:
        leave_out("pdftotext is missing: install it (Debian: apt-get install poppler-utils)")
    file = folder / "thread.pdf"
    file.write_bytes(document)
    done = subprocess.run([found, "-q", str(file), "-"], capture_output=True, check=True)
    return done.stdout.decode()
