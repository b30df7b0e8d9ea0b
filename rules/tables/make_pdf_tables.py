#!/usr/bin/env python3
"""Makes the two tables by which text of a PDF is told that does not tell its characters itself (licences: NOTICE).

    apt-get install poppler-data && pip install fonttools==4.68.0
    rules/tables/make_pdf_tables.py /usr/share/poppler/cMap/Adobe-Japan1/Adobe-Japan1-UCS2

adobe_japan1.txt: line n holds the characters of CID n - 1 of the collection Adobe-Japan1, from Adobe's CMap Adobe-Japan1-UCS2.
glyph_names.txt: a name of a glyph and its code points, from the Adobe Glyph List as fonttools holds it.
Sorted, so that the same input gives the same bytes.
"""

import os
import re
import sys

from fontTools.agl import AGL2UV, LEGACY_AGL2UV

HERE = os.path.dirname(os.path.abspath(__file__))


def text(code):
    """Characters, without the marks that choose a variant of a glyph: they would hide a name from a comparison."""
    return re.sub("[\ufe00-\ufe0f\U000e0100-\U000e01ef]", "", bytes.fromhex(code).decode("utf-16-be"))


def japan1(path):
    cids = {}
    with open(path, encoding="latin-1") as file:
        cmap = file.read()
    for kind, body in re.findall(r"begin(bfchar|bfrange)(.*?)endbf", cmap, re.S):
        if kind == "bfchar":
            for cid, code in re.findall(r"<(\w+)>\s*<(\w+)>", body):
                cids[int(cid, 16)] = text(code)
            continue
        for first, last, single, many in re.findall(r"<(\w+)>\s*<(\w+)>\s*(?:<(\w+)>|\[([^\]]*)\])", body):
            first, last = int(first, 16), int(last, 16)
            codes = re.findall(r"<(\w+)>", many)
            for cid in range(first, last + 1):
                if codes:
                    cids[cid] = text(codes[cid - first])
                else:
                    whole = text(single)
                    cids[cid] = whole[:-1] + chr(ord(whole[-1]) + cid - first)
    with open(os.path.join(HERE, "adobe_japan1.txt"), "w", encoding="utf-8", newline="\n") as out:
        for cid in range(max(cids) + 1):
            shown = cids.get(cid, "")
            out.write(("" if "\ufffd" in shown or "\n" in shown else shown) + "\n")


def names():
    with open(os.path.join(HERE, "glyph_names.txt"), "w", encoding="ascii", newline="\n") as out:
        for name, codes in sorted({**LEGACY_AGL2UV, **AGL2UV}.items()):
            codes = codes if isinstance(codes, (list, tuple)) else [codes]
            out.write(name + " " + " ".join(f"{code:04X}" for code in codes) + "\n")


if __name__ == "__main__":
    japan1(sys.argv[1])
    names()
