#!/bin/sh
# Prints a Python that is new enough and can make a virtual environment, or says in one sentence what is missing.

fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

makes_environments() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}

bare=
for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python3.14 python; do
    fits "$name" || continue
    if makes_environments "$name"; then
        "$name" -c 'import sys; print(sys.executable)'
        exit
    fi
    bare=${bare:-$name}
done

if [ -z "$bare" ]; then
    echo "Unroller needs Python 3.11 or newer, and there is none on PATH (set PYTHON to name one elsewhere)." >&2
    exit 1
fi

# Debian keeps what makes virtual environments in a package of its own.
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing python3-venv, which $bare lacks." >&2
    { apt-get update && apt-get install -y --no-install-recommends python3-venv; } >&2
fi
if makes_environments "$bare"; then
    "$bare" -c 'import sys; print(sys.executable)'
else
    echo "$bare cannot make virtual environments: install its venv module (Debian: apt-get install python3-venv)." >&2
    exit 1
fi
