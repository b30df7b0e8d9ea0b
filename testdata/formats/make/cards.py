#!/usr/bin/env python3
"""Makes the samples of address books and calendars: vobject 0.9 (cards), icalendar (a meeting), ldif (entries of a directory). An old
telephone's cards (vCard 2.1, CP932 in quoted-printable) are written by hand, as those telephones did. All people are made up.

Run in testdata/formats: python3 make/cards.py
"""
import csv
import os
import quopri
from datetime import datetime, timezone

import icalendar
import ldif
import vobject

ROWS = list(csv.reader(open("people.csv", encoding="utf-8")))[1:]
NAME, KANA, MAIL, PHONE, POSTAL, ADDRESS, BIRTH = range(7)


def modern():
    out = ""
    for row in ROWS:
        card = vobject.vCard()
        family, given = row[NAME].split()
        card.add("fn").value = row[NAME]
        card.add("n").value = vobject.vcard.Name(family=family, given=given)
        card.add("email").value = row[MAIL]
        tel = card.add("tel")
        tel.value, tel.type_param = row[PHONE], "CELL"
        card.add("adr").value = vobject.vcard.Address(street=row[ADDRESS], code=row[POSTAL], country="日本")
        card.add("bday").value = row[BIRTH].replace("/", "-")
        card.add("x-phonetic-last-name").value, card.add("x-phonetic-first-name").value = row[KANA].split()
        out += card.serialize()
    open("cards/people.vcf", "w", encoding="utf-8", newline="").write(out)


def old():
    quoted = lambda text: quopri.encodestring(text.encode("cp932")).decode().replace("=\n", "=\r\n")
    out = ""
    for row in ROWS:
        family, given = row[NAME].split()
        out += "BEGIN:VCARD\r\nVERSION:2.1\r\n"
        out += f"N;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:{quoted(family + ';' + given)}\r\n"
        out += f"SOUND;X-IRMC-N;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:{quoted(row[KANA].replace(' ', ';'))}\r\n"
        out += f"TEL;CELL:{row[PHONE]}\r\nEMAIL;INTERNET:{row[MAIL]}\r\nBDAY:{row[BIRTH].replace('/', '')}\r\n"
        out += f"ADR;HOME;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:;;{quoted(row[ADDRESS])};;;{row[POSTAL]};\r\nEND:VCARD\r\n"
    open("cards/old.vcf", "w", encoding="ascii", newline="").write(out)


def meeting():
    calendar, event = icalendar.Calendar(), icalendar.Event()
    calendar.add("prodid", "-//hozen//sample//")
    calendar.add("version", "2.0")
    event.add("uid", "sample-1")
    event.add("summary", "会員との打ち合わせ")
    event.add("dtstart", datetime(2026, 4, 1, tzinfo=timezone.utc))
    event.add("description", "\n".join(f"{r[NAME]} 様 {r[PHONE]} 〒{r[POSTAL]} {r[ADDRESS]} 生年月日 {r[BIRTH]}" for r in ROWS))
    for row in ROWS:
        person = icalendar.vCalAddress(f"mailto:{row[MAIL]}")
        person.params["CN"] = icalendar.vText(row[NAME])
        event.add("attendee", person)
    calendar.add_component(event)
    open("cards/meeting.ics", "wb").write(calendar.to_ical())


def directory():
    with open("cards/people.ldif", "wb") as target:
        writer = ldif.LDIFWriter(target)
        for row in ROWS:
            family, given = row[NAME].split()
            entry = {
                "objectClass": ["inetOrgPerson"], "cn": [row[NAME]], "sn": [family], "givenName": [given], "mail": [row[MAIL]],
                "mobile": [row[PHONE]], "postalCode": [row[POSTAL]], "postalAddress": [row[ADDRESS]],
            }
            writer.unparse(f"cn={row[NAME]},mail={row[MAIL]},ou=people,dc=example,dc=jp", entry)


if __name__ == "__main__":
    os.makedirs("cards", exist_ok=True)
    modern()
    old()
    meeting()
    directory()
