#!/usr/bin/env python3
"""Writes the parts of zip documents as the fuzz target `package` reads them: fuzz/parts.py FOLDER DOCUMENT…"""

import os
import sys
import zipfile

folder = sys.argv[1]
for path in sys.argv[2:]:
    if not zipfile.is_zipfile(path):
        continue
    with zipfile.ZipFile(path) as document:
        parts = [(name, document.read(name)) for name in document.namelist()[:32]]
    with open(os.path.join(folder, os.path.basename(path) + ".parts"), "wb") as out:
        out.write(b"\n----\n".join(name.encode() + b"\n" + content for name, content in parts if len(content) < 30_000))
