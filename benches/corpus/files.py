"""Makers of files that hold people, each by a program that is used for such files. A maker takes the people and an empty folder and gives the path of the file; it raises Missing where its program is not there.

Each row of MAKERS: name → (made by, maker, how often the file itself holds a value of a kind, where that is not once).
"""

import csv
import io
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile

HEADER = ["氏名", "フリガナ", "メールアドレス", "電話番号"]


class Missing(Exception):
    """The program that makes such a file is not there."""


def tool(*names):
    for name in names:
        found = shutil.which(name) or (f"/usr/sbin/{name}" if os.path.exists(f"/usr/sbin/{name}") else None)
        if found:
            return found
    raise Missing(f"no {' or '.join(names)}")


def package(name):
    try:
        return __import__(name)
    except ImportError:
        raise Missing(f"no Python package {name}") from None


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, **more)
    if done.returncode != 0:
        raise Missing(f"{command[0]} ended with {done.returncode}: {done.stderr.decode('utf-8', 'replace').strip()[-200:]}")
    return done.stdout


def rows(people):
    return [[one["name"], one["kana"], one["mail"], one["phone"]] for one in people]


def table(people, folder, name="people.csv", encoding="utf-8"):
    path = os.path.join(folder, name)
    with open(path, "w", encoding=encoding, newline="") as out:
        csv.writer(out).writerows([HEADER, *rows(people)])
    return path


def packed(*command, ending):
    """An archive of a table: the command with {out} and {in}, run in the folder."""

    def make(people, folder):
        tool(command[0])
        path = table(people, folder, encoding="cp932")
        out = os.path.join(folder, f"people{ending}")
        run(*(part.replace("{out}", out).replace("{in}", os.path.basename(path)) for part in command), cwd=folder)
        os.remove(path)
        return out

    return make


def streamed(*command, ending):
    def make(people, folder):
        tool(command[0])
        path = table(people, folder)
        out = path + ending
        with open(path, "rb") as src:
            packed_bytes = run(*command, stdin=src)
        with open(out, "wb") as dst:
            dst.write(packed_bytes)
        os.remove(path)
        return out

    return make


def nested(people, folder):
    """A table in tar.xz in 7z in zip."""
    tool("7z")
    path = table(people, folder)
    run("tar", "-cJf", "a.tar.xz", os.path.basename(path), cwd=folder)
    run("7z", "a", "-bd", "b.7z", "a.tar.xz", cwd=folder)
    out = os.path.join(folder, "c.zip")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(os.path.join(folder, "b.7z"), "b.7z")
    for name in (path, os.path.join(folder, "a.tar.xz"), os.path.join(folder, "b.7z")):
        os.remove(name)
    return out


def office(source, ending, filter_name=None):
    """What LibreOffice saves a file of another maker as."""

    def make(people, folder):
        soffice = tool("soffice", "libreoffice")
        with tempfile.TemporaryDirectory() as work:
            path = source(people, work)
            profile = os.path.join(work, "profile")
            target = f"{ending}:{filter_name}" if filter_name else ending
            more = ["--infilter=CSV:44,34,76,1,2/2/2/2"] if path.endswith(".csv") else []
            run(soffice, f"-env:UserInstallation=file://{profile}", "--headless", *more, "--convert-to", target, "--outdir", folder, path)
        stem = os.path.splitext(os.path.basename(path))[0]
        return os.path.join(folder, f"{stem}.{ending}")

    return make


def xlsx_openpyxl(people, folder):
    book = package("openpyxl").Workbook()
    sheet = book.active
    sheet.title = "会員"
    for row in [HEADER, *rows(people)]:
        sheet.append(row)
    path = os.path.join(folder, "people.xlsx")
    book.save(path)
    return path


def xlsx_xlsxwriter(people, folder):
    path = os.path.join(folder, "people.xlsx")
    book = package("xlsxwriter").Workbook(path)
    sheet = book.add_worksheet("会員")
    for number, row in enumerate([HEADER, *rows(people)]):
        sheet.write_row(number, 0, row)
    book.close()
    return path


def xls_xlwt(people, folder):
    book = package("xlwt").Workbook(encoding="cp932")
    sheet = book.add_sheet("会員")
    for number, row in enumerate([HEADER, *rows(people)]):
        for column, text in enumerate(row):
            sheet.write(number, column, text)
    path = os.path.join(folder, "people.xls")
    book.save(path)
    return path


def docx_table(people, folder):
    docx = package("docx")
    document = docx.Document()
    document.add_paragraph("会員の一覧")
    made = document.add_table(rows=len(people) + 1, cols=4)
    for row, texts in zip(made._tbl.tr_lst, [HEADER, *rows(people)]):
        for cell, text in zip(row.tc_lst, texts):
            cell.p_lst[0].add_r().text = text
    path = os.path.join(folder, "people.docx")
    document.save(path)
    return path


def docx_lines(people, folder):
    docx = package("docx")
    document = docx.Document()
    for one in people:
        document.add_paragraph(f"氏名：{one['name']}　電話：{one['phone']}　メール：{one['mail']}")
    path = os.path.join(folder, "people.docx")
    document.save(path)
    return path


def pptx_tables(people, folder):
    pptx = package("pptx")
    show = pptx.Presentation()
    for at in range(0, len(people), 20):
        slide = show.slides.add_slide(show.slide_layouts[6])
        some = rows(people[at : at + 20])
        made = slide.shapes.add_table(len(some) + 1, 4, 0, 0, show.slide_width, show.slide_height).table
        for number, texts in enumerate([HEADER, *some]):
            for column, text in enumerate(texts):
                made.cell(number, column).text = text
    path = os.path.join(folder, "people.pptx")
    show.save(path)
    return path


def html_table(people, folder):
    path = os.path.join(folder, "people.html")
    cells = lambda texts, tag: "<tr>" + "".join(f"<{tag}>{text}</{tag}>" for text in texts) + "</tr>\n"  # noqa: E731
    body = cells(HEADER, "th") + "".join(cells(row, "td") for row in rows(people))
    with open(path, "w", encoding="utf-8") as out:
        out.write(f'<!doctype html>\n<html lang="ja"><head><meta charset="utf-8"><title>会員</title></head><body><table border="1">\n{body}</table></body></html>\n')
    return path


def pdf_reportlab(people, folder):
    package("reportlab")
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import SimpleDocTemplate, Table

    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    path = os.path.join(folder, "people.pdf")
    style = [("FONT", (0, 0), (-1, -1), "HeiseiMin-W3", 8), ("GRID", (0, 0), (-1, -1), 0.5, colors.grey)]
    SimpleDocTemplate(path, pagesize=A4).build([Table([HEADER, *rows(people)], style=style, repeatRows=1)])
    return path


def pdf_chromium(people, folder):
    chromium = tool("chromium", "google-chrome")
    with tempfile.TemporaryDirectory() as work:
        page = html_table(people, work)
        path = os.path.join(folder, "people.pdf")
        run(chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={work}/profile", "--no-pdf-header-footer", f"--print-to-pdf={path}", f"file://{page}")
    if not os.path.exists(path):
        raise Missing("Chromium printed nothing")
    return path


def mails(people, attach):
    from email.headerregistry import Address
    from email.message import EmailMessage

    for number, one in enumerate(people):
        message = EmailMessage()
        message["From"] = Address("窓口", addr_spec="office@shop.example.jp")
        message["To"] = Address(one["name"], addr_spec=one["mail"])
        message["Subject"] = f"お知らせ {number + 1}"
        message.set_content(f"いつもありがとうございます。\nご連絡先は {one['phone']} で承っております。\n", charset="iso-2022-jp" if number % 2 else "utf-8")
        if attach:
            message.add_attachment(attach, maintype="text", subtype="csv", filename="名簿.csv")
        yield message


def eml_attachment(people, folder):
    """One mail with the table as a zip and nothing else of it."""
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "office@shop.example.jp", "boss@shop.example.jp", "名簿"
    message.set_content("添付します。\n")
    packed_bytes = io.BytesIO()
    with tempfile.TemporaryDirectory() as work, zipfile.ZipFile(packed_bytes, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(xlsx_openpyxl(people, work), "名簿.xlsx")
    message.add_attachment(packed_bytes.getvalue(), maintype="application", subtype="zip", filename="名簿.zip")
    path = os.path.join(folder, "people.eml")
    with open(path, "wb") as out:
        out.write(message.as_bytes())
    return path


def mbox(people, folder):
    import mailbox

    path = os.path.join(folder, "people.mbox")
    box = mailbox.mbox(path)
    for message in mails(people, None):
        box.add(message)
    box.close()
    return path


def maildir(people, folder):
    import mailbox

    path = os.path.join(folder, "Maildir")
    box = mailbox.Maildir(path)
    for message in mails(people, None):
        box.add(message)
    return path


def vcards(people, folder):
    vobject = package("vobject")
    path = os.path.join(folder, "people.vcf")
    with open(path, "w", encoding="utf-8", newline="") as out:
        for one in people:
            card = vobject.vCard()
            family, given = one["name"].split()[:2] if " " in one["name"] else (one["name"][:2], one["name"][2:])
            card.add("n").value = vobject.vcard.Name(family=family, given=given)
            card.add("fn").value = one["name"]
            card.add("email").value = one["mail"]
            card.add("tel").value = one["phone"]
            out.write(card.serialize())
    return path


def calendar(people, folder):
    icalendar = package("icalendar")
    whole = icalendar.Calendar()
    for number, one in enumerate(people):
        event = icalendar.Event()
        event.add("summary", f"面談 {number + 1}")
        guest = icalendar.vCalAddress(f"mailto:{one['mail']}")
        guest.params["CN"] = icalendar.vText(one["name"])
        event.add("attendee", guest)
        event.add("description", f"連絡先 {one['phone']}")
        whole.add_component(event)
    path = os.path.join(folder, "people.ics")
    with open(path, "wb") as out:
        out.write(whole.to_ical())
    return path


CREATE = "CREATE TABLE members (id INTEGER PRIMARY KEY, 氏名 VARCHAR(80), フリガナ VARCHAR(80), email VARCHAR(120), phone VARCHAR(20))"


def sqlite(people, folder):
    path = os.path.join(folder, "people.sqlite3")
    with sqlite3.connect(path) as db:
        db.execute(CREATE)
        db.executemany("INSERT INTO members (氏名, フリガナ, email, phone) VALUES (?, ?, ?, ?)", rows(people))
        db.execute("CREATE INDEX by_mail ON members (email)")
    db.close()
    return path


def sqlite_dump(people, folder):
    tool("sqlite3")
    with tempfile.TemporaryDirectory() as work:
        text = run("sqlite3", sqlite(people, work), ".dump")
    path = os.path.join(folder, "people.sql")
    with open(path, "wb") as out:
        out.write(text)
    return path


def inserts(people):
    return "".join("INSERT INTO members (氏名, フリガナ, email, phone) VALUES ('%s','%s','%s','%s');\n" % tuple(row) for row in rows(people))


def owned_by(user, folder):
    entry = pwd.getpwnam(user)
    for at, _, names in os.walk(folder):
        os.chown(at, entry.pw_uid, entry.pw_gid)
        for name in names:
            os.chown(os.path.join(at, name), entry.pw_uid, entry.pw_gid)


def mysqldump(people, folder):
    server, dump, client = tool("mariadbd", "mysqld"), tool("mariadb-dump", "mysqldump"), tool("mariadb", "mysql")
    install = tool("mariadb-install-db", "mysql_install_db")
    work = tempfile.mkdtemp(prefix="mdb")
    try:
        run(install, f"--datadir={work}/data", "--auth-root-authentication-method=normal", "--user=root")
        socket = f"{work}/s"
        running = subprocess.Popen([server, "--no-defaults", f"--datadir={work}/data", f"--socket={socket}", "--skip-networking", "--user=root"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            import time

            for _ in range(100):
                if subprocess.run([client, "--no-defaults", f"--socket={socket}", "-uroot", "-e", "SELECT 1"], capture_output=True).returncode == 0:
                    break
                time.sleep(0.2)
            sql = "CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop; SET NAMES utf8mb4;\n" + CREATE.replace("INTEGER PRIMARY KEY", "INT AUTO_INCREMENT PRIMARY KEY") + ";\n" + inserts(people)
            run(client, "--no-defaults", f"--socket={socket}", "-uroot", "--default-character-set=utf8mb4", input=sql.encode())
            text = run(dump, "--no-defaults", f"--socket={socket}", "-uroot", "--default-character-set=utf8mb4", "shop")
        finally:
            running.terminate()
            running.wait()
    finally:
        shutil.rmtree(work)
    path = os.path.join(folder, "shop.sql")
    with open(path, "wb") as out:
        out.write(text)
    return path


def pg_dump(*more):
    def make(people, folder):
        base = "/usr/lib/postgresql"
        versions = sorted(os.listdir(base)) if os.path.isdir(base) else []
        if not versions:
            raise Missing("no PostgreSQL server")
        bin_folder = os.path.join(base, versions[-1], "bin")
        work = tempfile.mkdtemp(prefix="pg")
        os.chmod(work, 0o755)
        data = os.path.join(work, "data")
        os.mkdir(data)
        owned_by("postgres", work)
        by = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        try:
            run(*by, f"{bin_folder}/initdb", "-D", data, "-E", "UTF8", "--locale=C.UTF-8", cwd=work)
            run(*by, f"{bin_folder}/pg_ctl", "-D", data, "-w", "-l", f"{work}/log", "-o", f"-k {work} -c listen_addresses=", "start", cwd=work)
            try:
                sql = CREATE.replace("INTEGER PRIMARY KEY", "SERIAL PRIMARY KEY") + ";\n" + inserts(people)
                run(*by, f"{bin_folder}/psql", "-q", "-h", work, "postgres", input=sql.encode(), cwd=work)
                text = run(*by, f"{bin_folder}/pg_dump", "-h", work, *more, "postgres", cwd=work)
            finally:
                run(*by, f"{bin_folder}/pg_ctl", "-D", data, "-m", "immediate", "stop", cwd=work)
        finally:
            shutil.rmtree(work)
        path = os.path.join(folder, "members.sql")
        with open(path, "wb") as out:
            out.write(text)
        return path

    return make


def dbase(people, folder):
    dbf = package("dbf")
    path = os.path.join(folder, "people.dbf")
    made = dbf.Table(path, "NAME C(80); KANA C(80); EMAIL C(100); TEL C(20)", codepage="cp932")
    made.open(dbf.READ_WRITE)
    for row in rows(people):
        made.append(tuple(row))
    made.close()
    return path


def written(ending, text_of):
    def make(people, folder):
        path = os.path.join(folder, f"people{ending}")
        with open(path, "w", encoding="utf-8") as out:
            out.write(text_of(people))
        return path

    return make


def json_text(people):
    import json

    return json.dumps({"members": [dict(zip(HEADER, row)) for row in rows(people)]}, ensure_ascii=False, indent=1)


def yaml_text(people):
    return "members:\n" + "".join(f"  - 氏名: {one['name']}\n    メールアドレス: {one['mail']}\n    電話番号: \"{one['phone']}\"\n" for one in people)


def xml_text(people):
    row = "  <会員><氏名>{name}</氏名><フリガナ>{kana}</フリガナ><メールアドレス>{mail}</メールアドレス><電話番号>{phone}</電話番号></会員>\n"
    return '<?xml version="1.0" encoding="UTF-8"?>\n<会員一覧>\n' + "".join(row.format(**one) for one in people) + "</会員一覧>\n"


def settings_text(people):
    return "".join(f"[会員{number}]\n氏名={one['name']}\nメールアドレス={one['mail']}\n電話番号={one['phone']}\n\n" for number, one in enumerate(people))


MAKERS = {
    "csv": ("Python csv", table, {}),
    "zip": ("7z -tzip", packed("7z", "a", "-bd", "-tzip", "{out}", "{in}", ending=".zip"), {}),
    "7z": ("7z", packed("7z", "a", "-bd", "{out}", "{in}", ending=".7z"), {}),
    "lzh": ("jlha", packed("jlha", "a", "{out}", "{in}", ending=".lzh"), {}),
    "tar": ("GNU tar", packed("tar", "-cf", "{out}", "{in}", ending=".tar"), {}),
    "tar.gz": ("GNU tar, gzip", packed("tar", "-czf", "{out}", "{in}", ending=".tar.gz"), {}),
    "bz2": ("bzip2", streamed("bzip2", "-c", ending=".bz2"), {}),
    "xz": ("xz", streamed("xz", "-c", ending=".xz"), {}),
    "zst": ("zstd", streamed("zstd", "-c", ending=".zst"), {}),
    "lz4": ("lz4", streamed("lz4", "-c", ending=".lz4"), {}),
    "tar.xz in 7z in zip": ("GNU tar, 7z, Python zipfile", nested, {}),
    "xlsx": ("openpyxl", xlsx_openpyxl, {}),
    "xlsx (shared strings)": ("xlsxwriter", xlsx_xlsxwriter, {}),
    "xlsx (LibreOffice)": ("LibreOffice", office(table, "xlsx"), {}),
    "xls": ("LibreOffice", office(table, "xls"), {}),
    "xls (xlwt)": ("xlwt", xls_xlwt, {}),
    "ods": ("LibreOffice", office(table, "ods"), {}),
    "docx (table)": ("python-docx", docx_table, {}),
    "docx (lines)": ("python-docx", docx_lines, {}),
    "doc": ("LibreOffice", office(docx_table, "doc"), {}),
    "odt": ("LibreOffice", office(docx_table, "odt"), {}),
    "rtf": ("LibreOffice", office(docx_table, "rtf"), {}),
    "pptx": ("python-pptx", pptx_tables, {}),
    "ppt": ("LibreOffice", office(pptx_tables, "ppt"), {}),
    "odp": ("LibreOffice", office(pptx_tables, "odp"), {}),
    "html": ("by hand", html_table, {}),
    "pdf (CID font)": ("reportlab", pdf_reportlab, {}),
    "pdf (LibreOffice)": ("LibreOffice", office(docx_table, "pdf"), {}),
    "pdf (Chromium)": ("Chromium", pdf_chromium, {}),
    "eml (xlsx in zip)": ("Python email, openpyxl", eml_attachment, {}),
    "mbox": ("Python mailbox", mbox, {}),
    "Maildir": ("Python mailbox", maildir, {}),
    "vcf": ("vobject", vcards, {}),
    "ics": ("icalendar", calendar, {}),
    "SQLite": ("Python sqlite3", sqlite, {}),
    "SQL (SQLite)": ("sqlite3 .dump", sqlite_dump, {}),
    "SQL (MariaDB)": ("mariadb-dump", mysqldump, {}),
    "SQL (pg_dump, COPY)": ("pg_dump", pg_dump(), {}),
    "SQL (pg_dump, INSERT)": ("pg_dump --inserts", pg_dump("--inserts"), {}),
    "dbf": ("dbf", dbase, {}),
    "json": ("Python json", written(".json", json_text), {}),
    "yaml": ("by hand", written(".yaml", yaml_text), {}),
    "xml": ("by hand", written(".xml", xml_text), {}),
    "ini": ("by hand", written(".ini", settings_text), {}),
}
