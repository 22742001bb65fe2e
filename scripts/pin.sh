#!/bin/sh
# Makes constraints.txt and constraints-dev.txt anew from pyproject.toml: exact versions, with the hashes
# of every file of each. Run by hand, with uv on PATH; pass --upgrade to take newer versions.
set -eu
cd "$(dirname "$0")/.."

pin() {
    output=$1
    shift
    uv pip compile pyproject.toml --output-file "$output" --universal --python-version 3.11 --generate-hashes \
        --no-annotate --no-header --no-emit-index-url --no-emit-find-links --quiet "$@"
}

pin constraints.txt --group build "$@"
pin constraints-dev.txt --group dev --constraints constraints.txt "$@"
