#!/usr/bin/env python3
"""Makes the samples of Outlook messages with aspose-email-foss 26.3 (PyPI, MIT). All people are made up.

Run in testdata/formats: python3 make/msg.py
"""
import csv
import os
from datetime import datetime, timezone

from aspose.email_foss import msg

PEOPLE = list(csv.reader(open("people.csv", encoding="utf-8")))
ROWS = PEOPLE[1:]
NAME, KANA, MAIL, PHONE, POSTAL, ADDRESS, BIRTH = range(7)


def lines():
    return "".join(f"{row[NAME]} 様 {row[MAIL]} TEL {row[PHONE]} 〒{row[POSTAL]} {row[ADDRESS]} 生年月日 {row[BIRTH]}\r\n" for row in ROWS)


def start(subject, body, **options):
    message = msg.MapiMessage.create(subject, body, **options)
    message.set_property(msg.PropertyId.SENDER_NAME, "総務部")
    message.set_property(msg.PropertyId.SENDER_EMAIL_ADDRESS, "soumu@shop.example.jp")
    message.set_property(msg.PropertyId.MESSAGE_DELIVERY_TIME, datetime(2026, 4, 1, tzinfo=timezone.utc))
    return message


def main():
    os.makedirs("msg", exist_ok=True)
    body = start("会員一覧", lines())
    body.add_recipient("info@shop.example.jp", display_name="店")
    body.save("msg/body.msg")

    circular = start("夏のご案内", "ご案内をお送りします。\r\n")
    for place, row in enumerate(ROWS):
        circular.add_recipient(row[MAIL], display_name=row[NAME], recipient_type=1 if place < 3 else 2)
    outer = start("名簿と転送", "添付をご覧ください。\r\n")
    outer.add_recipient("info@shop.example.jp", display_name="店")
    outer.set_property(msg.PropertyId.BODY_HTML, "<html><body><p>添付をご覧ください。</p></body></html>".encode())
    outer.add_attachment("名簿.csv", open("people.csv", encoding="utf-8").read().encode("cp932"), mime_type="text/csv")
    outer.add_embedded_message_attachment(circular, filename="夏のご案内.msg")
    outer.save("msg/attached.msg")

    row = ROWS[0]
    contact = msg.MapiMessage.create("", "")
    contact.set_property(0x001A, 0x001F, "IPM.Contact")
    for number, value in [(0x3001, row[NAME]), (0x3A1C, row[PHONE]), (0x3A15, row[ADDRESS]), (0x3A2A, row[POSTAL]), (0x3003, row[MAIL])]:
        contact.set_property(number, 0x001F, value)
    contact.save("msg/contact.msg")


if __name__ == "__main__":
    main()
