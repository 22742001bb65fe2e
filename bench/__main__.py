"""Measure all, or the parts that are named: `python -m bench [--quick] [requests own page …]`.

Nothing here fails for being slow: limits stand beside the figures, and a table of all ends the run.
What could not be measured is said in a line that begins with "left out:", and is the exit code.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack

from bench import (
    api,
    assembling,
    bought,
    building,
    burst,
    copying,
    exporting,
    fediverse,
    feeds,
    import_large,
    importing,
    importing_x,
    lighthouse,
    markup,
    own_time,
    page_size,
    requests,
    searching,
    serving,
    startup,
)
from bench.figures import Figure, LeftOutError, figures_table
from bench.networks import Networks
from tests.testnet.processes import NotInstalledError

Part = Callable[[Networks, bool], Iterable[Figure]]

PARTS: Mapping[str, Part] = {
    "requests": requests.measure,
    "fediverse": fediverse.measure,
    "bought": bought.measure,
    "own": own_time.measure,
    "page": page_size.measure,
    "lighthouse": lighthouse.measure,
    "assemble": assembling.measure,
    "markup": markup.measure,
    "import": importing.measure,
    "exports": exporting.measure,
    "build": building.measure,
    "media": copying.measure,
    "feeds": feeds.measure,
    "search": searching.measure,
    "api": api.measure,
    "site": serving.measure,
    "burst": burst.measure,
    "start": startup.measure,
    "import-x": importing_x.measure,
    "import-large": import_large.measure,
}


def main() -> int:
    wanted, quick = arguments()
    found: dict[str, list[Figure]] = {}
    left_out: list[str] = []
    with ExitStack() as stack:
        networks = Networks(stack)
        for name in wanted:
            print(f"\n## {name}\n", flush=True)
            began = time.monotonic()
            found[name] = []
            try:
                found[name].extend(PARTS[name](networks, quick))  # keeps those before one that fails
            except (LeftOutError, NotInstalledError) as missing:
                left_out.append(f"left out: {name}: {missing}")
            except Exception as error:  # noqa: BLE001 - the other parts are worth having
                traceback.print_exc()
                left_out.append(f"left out: {name}: it broke ({type(error).__name__})")
            print(figures_table(found[name]))
            print(f"\n({time.monotonic() - began:.0f} s)", flush=True)
            print("".join(f"{line}\n" for line in left_out if line.startswith(f"left out: {name}:")), end="")
    print_all(found, left_out)
    return 1 if left_out else 0


def arguments() -> tuple[list[str], bool]:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all when none is named"
    )
    parser.add_argument("--quick", action="store_true", help="shorter runs and smaller numbers")
    given = parser.parse_args()
    if unknown := [part for part in given.parts if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]}; there are {', '.join(PARTS)}")
    return given.parts or list(PARTS), given.quick


def print_all(found: Mapping[str, list[Figure]], left_out: list[str]) -> None:
    limited = [figure for figures in found.values() for figure in figures if figure.met is not None]
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"\n## All figures with a limit\n\n{os.cpu_count()} processors, load {load}, Python {python}\n")
    print(figures_table(limited))
    met = sum(figure.met is True for figure in limited)
    print(f"\n{met} of {len(limited)} limits met.")
    for line in left_out:
        print(line)


if __name__ == "__main__":
    sys.exit(main())
