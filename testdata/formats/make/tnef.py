#!/usr/bin/env python3
"""A message in Outlook's own form (winmail.dat), made by hand from [MS-OXTNEF], since no program at hand writes it. All personal data is made up. Run in testdata/formats."""
import csv
import os
import struct


def attribute(level, number, data):
    return bytes([level]) + struct.pack("<II", number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def sized(data):
    return struct.pack("<I", len(data)) + data + b"\0" * (-len(data) % 4)


def text(number, value):
    return struct.pack("<HHI", 0x1F, number, 1) + sized((value + "\0").encode("utf-16-le"))


def number(which, value):
    return struct.pack("<HHI", 3, which, value)


def binary(number_, value):
    return struct.pack("<HHI", 0x102, number_, 1) + sized(value)


def listed(properties):
    return struct.pack("<I", len(properties)) + b"".join(properties)


def message(*attributes):
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


people = list(csv.DictReader(open("people.csv", encoding="utf-8")))
recipients = [
    listed([number(0x0C15, kind), text(0x3001, one["氏名"]), text(0x39FE, one["メールアドレス"])]) for one, kind in zip(people, [1, 2, 1, 1, 3])
]
named = struct.pack("<HH", 0x1F, 0x8001) + b"\x29\x03\x02\0\0\0\0\0\xC0\0\0\0\0\0\0\x46" + struct.pack("<I", 1) + sized("X-担当\0".encode("utf-16-le")) + struct.pack("<I", 1) + sized("窓口\0".encode("utf-16-le"))
inner = message(attribute(1, 0x00069003, listed([text(0x0037, "転送"), text(0x1000, "連絡先 suzuki.ichiro@example.jp")])))
outer = message(
    attribute(1, 0x00089006, struct.pack("<I", 0x10000)),
    attribute(1, 0x00069007, struct.pack("<II", 932, 0)),
    attribute(1, 0x0002800C, "担当は 090-1234-5603 です。\0".encode("cp932")),
    attribute(1, 0x00069004, struct.pack("<I", len(recipients)) + b"".join(recipients)),
    attribute(1, 0x00069003, listed([text(0x0037, "名簿の件"), text(0x0C1A, "窓口"), text(0x0C1F, "office@example.jp"), named, binary(0x1013, "<html><p>名簿を<b>送ります</b></p></html>".encode())])),
    attribute(2, 0x00069002, b"\0" * 14),
    attribute(2, 0x0006800F, open("people.csv", "rb").read()),
    attribute(2, 0x00018010, b"MEIBO~1.CSV\0"),
    attribute(2, 0x00069005, listed([text(0x3707, "会員名簿.csv")])),
    attribute(2, 0x00069002, b"\0" * 14),
    attribute(2, 0x00069005, listed([text(0x3707, "転送.msg"), struct.pack("<HHI", 0x0D, 0x3701, 1) + sized(b"\x07\x03\x02\0\0\0\0\0\xC0\0\0\0\0\0\0\x46" + inner)])),
)
os.makedirs("tnef", exist_ok=True)
open("tnef/winmail.dat", "wb").write(outer)
