#!/usr/bin/env python3
"""Makes the samples of mail with Python's own `email` and `mailbox` (3.11) and openpyxl (3.1). All people are made up.

Run in testdata/formats: python3 make/mail.py (with openpyxl). Dates and boundaries are fixed, so that the files are the same each time.
"""
import csv, datetime, email.policy, io, mailbox, os, tarfile, zipfile
from email.header import Header
from email.message import EmailMessage
from email.mime.text import MIMEText
from email.utils import formataddr

import openpyxl

PEOPLE = list(csv.reader(open("people.csv", encoding="utf-8")))
HEADER, ROWS = PEOPLE[0], PEOPLE[1:]
NAME, KANA, MAIL, PHONE, POSTAL, ADDRESS, BIRTH = range(7)
FIXED = (2026, 4, 1, 9, 0, 0)


def table_csv(charset):
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(PEOPLE)
    return out.getvalue().encode(charset)


def table_xlsx():
    book = openpyxl.Workbook()
    book.active.title = "会員"
    for row in PEOPLE:
        book.active.append(row)
    book.properties.created = book.properties.modified = datetime.datetime(*FIXED)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, FIXED), content)
    return out.getvalue()


def start(subject):
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = "総務部 <soumu@shop.example.jp>"
    message["Subject"] = subject
    message["Date"] = "Wed, 01 Apr 2026 09:00:00 +0900"
    message["Message-ID"] = "<sample.1@shop.example.jp>"
    return message


def lines():
    return "".join(f"{row[NAME]} 様 {row[MAIL]} TEL {row[PHONE]} 〒{row[POSTAL]} {row[ADDRESS]} 生年月日 {row[BIRTH]}\n" for row in ROWS)


def body_in_jis():
    """As old mailers in Japan write: ISO-2022-JP in 7 bits, encoded words by `email.header`."""
    message = MIMEText("会員のみなさまの一覧です。\n\n" + lines(), "plain", "iso-2022-jp")
    message["From"] = formataddr((str(Header("総務部", "iso-2022-jp")), "soumu@shop.example.jp"))
    message["To"] = "info@shop.example.jp"
    message["Subject"] = Header("会員一覧の送付について（至急のご確認をお願いいたします）", "iso-2022-jp")
    message["Date"] = "Wed, 01 Apr 2026 09:00:00 +0900"
    return message.as_bytes().replace(b"\n", b"\r\n")


def missent():
    """A circular to five customers, each of whom sees the others."""
    message = start("夏のご案内")
    message["To"] = ", ".join(formataddr((row[NAME], row[MAIL]), charset="utf-8") for row in ROWS)
    message.set_content("いつもありがとうございます。\nご案内をお送りします。\n", charset="utf-8", cte="base64")
    return message


def attached(name, content, maintype="application", subtype="octet-stream"):
    message = start("名簿の件")
    message["To"] = "info@shop.example.jp"
    message.set_content("名簿を送ります。\n", charset="utf-8")
    message.add_alternative("<html><body><p>名簿を送ります。</p></body></html>\n", subtype="html", charset="utf-8")
    message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return message


def forwarded():
    message = start("Fwd: 名簿の件")
    message["To"] = "info@shop.example.jp"
    message.set_content("転送します。\n", charset="utf-8")
    message.add_attachment(attached("名簿.csv", table_csv("cp932"), "text", "x-own"))
    return message


def fix(message):
    for number, part in enumerate(p for p in message.walk() if p.is_multipart() and p.get_content_maintype() == "multipart"):
        part.set_boundary(f"=_sample_{number}_{part.get_content_subtype()}")
    return message.as_bytes(policy=email.policy.SMTP)


def mbox(path, messages):
    if os.path.exists(path):
        os.remove(path)
    box = mailbox.mbox(path)
    for raw in messages:
        entry = mailbox.mboxMessage(email.message_from_bytes(raw, policy=email.policy.compat32))
        entry.set_from("soumu@shop.example.jp", datetime.datetime(*FIXED).timetuple())
        box.add(entry)
    box.flush()
    box.close()


def main():
    os.makedirs("mail", exist_ok=True)
    write = lambda name, content: open(f"mail/{name}", "wb").write(content)
    write("iso-2022-jp.eml", body_in_jis())
    write("to-five.eml", fix(missent()))
    write("csv-cp932.eml", fix(attached("名簿.csv", table_csv("cp932"), "text", "x-own")))
    write("forwarded.eml", fix(forwarded()))
    with_zip = fix(attached("名簿.zip", zipped("会員.xlsx", table_xlsx())))
    mbox("mail/three.mbox", [body_in_jis(), fix(missent()), with_zip])
    content = open("mail/three.mbox", "rb").read()
    with tarfile.open("mail/box.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("backup/mail.mbox")
        member.size, member.mtime = len(content), 1775000000
        archive.addfile(member, io.BytesIO(content))


if __name__ == "__main__":
    main()
