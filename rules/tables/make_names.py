#!/usr/bin/env python3
"""Makes surnames_jp.txt, given_names_jp.txt and two lists of what is no name from the dictionary of the Debian package mecab-ipadic (IPADIC 2.7.0, see NOTICE).

    apt-get install mecab-ipadic && rules/tables/make_names.py

names_as_words_jp.txt holds the names that are ordinary words too (三角, 一生); words_as_names_jp.txt the words, places and firms that could be read as a surname
and a given name (上野原, 名古屋大学, 東京).

Kept are names with a kanji in them, of at most five characters; of given names also those in kana alone. Sorted, so that the same dictionary gives the same
bytes. Standard library only.
"""

import os
import re

DICTIONARY = "/usr/share/mecab/dic/ipadic"
WORDS = ("Noun.csv", "Noun.verbal.csv", "Noun.adjv.csv", "Noun.adverbal.csv", "Noun.nai.csv", "Noun.others.csv", "Suffix.csv", "Adverb.csv")
PROPER = ("Noun.place.csv", "Noun.org.csv", "Noun.proper.csv")
KANJI = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々]")
NAME = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々ヶケノツぁ-ゖ]{1,5}\Z")


def rows(name):
    with open(os.path.join(DICTIONARY, name), encoding="euc-jp") as lines:
        return [line.split(",") for line in lines]


def is_split(word, surnames, given):
    """Whether a word reads as a surname of two letters or more, and a given name; or as one of a letter each."""
    return any(word[:at] in surnames and word[at:] in given for at in range(1 if len(word) == 2 else 2, len(word)))


def write(name, what, entries):
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, name), "w", encoding="utf-8") as out:
        out.write(f"# {what}, from IPADIC (licence: NOTICE). Made by make_names.py; do not edit.\n")
        out.writelines(f"{entry}\n" for entry in sorted(entries))


def main():
    found = {"姓": set(), "名": set()}
    for cells in rows("Noun.name.csv"):
        if cells[7] in found and NAME.match(cells[0]) and (KANJI.search(cells[0]) or cells[7] == "名"):
            found[cells[7]].add(cells[0])
    surnames, given = found["姓"], found["名"]
    words = {cells[0] for name in WORDS for cells in rows(name)}
    proper = {cells[0] for name in PROPER for cells in rows(name)}
    write("surnames_jp.txt", "Surnames of Japan", surnames)
    write("given_names_jp.txt", "Given names of Japan", given)
    write("names_as_words_jp.txt", "Names of two letters and more that are ordinary words too", {name for name in words & (surnames | given) if len(name) > 1})
    write("words_as_names_jp.txt", "Words that could be read as a surname and a given name", {word for word in words | proper if is_split(word, surnames, given)})


if __name__ == "__main__":
    main()
