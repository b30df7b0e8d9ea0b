#!/usr/bin/env python3
"""Makes surnames_jp.txt and given_names_jp.txt from the dictionary of the Debian package mecab-ipadic (IPADIC 2.7.0, see NOTICE).

    apt-get install mecab-ipadic && rules/tables/make_names.py

Kept are names with a kanji in them, of at most five characters; of given names also those in kana alone. Sorted, so that the same dictionary gives the same
bytes. Standard library only.
"""

import os
import re

SOURCE = "/usr/share/mecab/dic/ipadic/Noun.name.csv"
KANJI = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々]")
NAME = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々ヶケノツぁ-ゖ]{1,5}\Z")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    found = {"姓": set(), "名": set()}
    with open(SOURCE, encoding="euc-jp") as rows:
        for row in rows:
            cells = row.split(",")
            if cells[7] in found and NAME.match(cells[0]) and (KANJI.search(cells[0]) or cells[7] == "名"):
                found[cells[7]].add(cells[0])
    for kind, name, what in (("姓", "surnames_jp.txt", "Surnames"), ("名", "given_names_jp.txt", "Given names")):
        with open(os.path.join(here, name), "w", encoding="utf-8") as out:
            out.write(f"# {what} of Japan, from IPADIC (licence: NOTICE). Made by make_names.py; do not edit.\n")
            out.writelines(f"{entry}\n" for entry in sorted(found[kind]))


if __name__ == "__main__":
    main()
