#!/usr/bin/env python3
"""Makes bank_codes_jp.txt from the bank codes of Japan, as the PyPI package zengin-code holds them (see NOTICE).

    pip download --no-deps zengin-code==1.1.0.20260824 && rules/tables/make_banks.py zengin_code-1.1.0.20260824-py2.py3-none-any.whl

Sorted, so that the same release gives the same bytes. Standard library only.
"""

import json
import os
import sys
import zipfile

BANKS = "zengin_code/source-data/data/banks.json"


def main(wheel):
    with zipfile.ZipFile(wheel) as packed:
        banks = json.loads(packed.read(BANKS))
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "bank_codes_jp.txt"), "w", encoding="utf-8") as out:
        out.write("# Bank codes of Japan, from zengin-code (licence: NOTICE). Made by make_banks.py; do not edit.\n")
        out.writelines(f"{code}\n" for code in sorted(banks))


if __name__ == "__main__":
    main(sys.argv[1])
