#!/usr/bin/env python3
"""Samples of OpenDocument spreadsheets, of ../people.csv: LibreOffice 7.4 (soffice), odfpy 1.4. Run in testdata/formats.

    python3 make/ods.py

All personal data is made up. Encrypted spreadsheets are made in src/formats/ods/tests.rs.
"""
import csv, os, subprocess, tempfile, zipfile
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import Table, TableRow, TableCell, CoveredTableCell
from odf.text import P, S, A, Span
from odf.office import Annotation
from odf.dc import Creator

HERE = os.path.dirname(os.path.abspath(__file__)) + "/../"
PEOPLE = list(csv.reader(open(HERE + "people.csv", encoding="utf-8")))
HEAD, ROWS = PEOPLE[0], PEOPLE[1:]

def convert(source, kind, out, options=()):
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["soffice", "-env:UserInstallation=file://" + work + "/lo", "--headless", "--convert-to", kind, *options,
                        "--outdir", work, source], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        name = os.path.splitext(os.path.basename(source))[0] + "." + kind.split(":")[0]
        os.replace(os.path.join(work, name), out)

def by_odfpy(path):
    doc = OpenDocumentSpreadsheet()
    hidden = Style(name="verborgen", family="table")
    hidden.addElement(TableProperties(display="false"))
    doc.automaticstyles.addElement(hidden)
    table = Table(name="会員")
    def row(cells, repeated=None):
        r = TableRow(**({"numberrowsrepeated": repeated} if repeated else {}))
        for c in cells: r.addElement(c)
        table.addElement(r)
    def text(value, **more):
        cell = TableCell(valuetype="string", **more)
        cell.addElement(P(text=value))
        return cell
    row([text("会員名簿", numbercolumnsspanned=7)])
    row([TableCell()], 2)
    row([text("氏名", numberrowsspanned=2), text("フリガナ"), text("連絡先", numbercolumnsspanned=2), CoveredTableCell(), text("郵便番号"), text("住所"), text("生年月日")])
    row([CoveredTableCell(), TableCell(), text("メール"), text("電話"), TableCell(), TableCell(), TableCell()])
    for n, person in enumerate(ROWS):
        name = TableCell(valuetype="string")
        family, given = person[0].split(" ")
        p = P(); p.addText(family); p.addElement(S(c=1)); p.addElement(Span(text=given)); name.addElement(p)
        if n == 0:
            note = Annotation(); note.addElement(Creator(text="受付")); note.addElement(P(text="奥様 080-1234-5698")); name.addElement(note)
        mail = TableCell(valuetype="string")
        p = P(); p.addElement(A(href="mailto:" + person[2], text=person[2])); mail.addElement(p)
        phone = person[3].replace("-", "")
        tel = TableCell(valuetype="float", value=str(int(phone))); tel.addElement(P(text=phone))
        post = TableCell(valuetype="float", value=str(int(person[4].replace("-", "")))); post.addElement(P(text=person[4]))
        born = TableCell(valuetype="date", datevalue=person[6].replace("/", "-")); born.addElement(P(text="昭和" + person[6]))
        row([name, text(person[1]), mail, tel, post, text(person[5]), born, TableCell(numbercolumnsrepeated=16377)])
    row([TableCell(numbercolumnsrepeated=16384)], 1048566)
    doc.spreadsheet.addElement(table)
    table = Table(name="退会者", stylename=hidden)
    row([text("氏名"), text("電話番号")])
    row([text("伊藤 次郎"), text("090-1234-5699")])
    doc.spreadsheet.addElement(table)
    doc.save(path)

if __name__ == "__main__":
    os.chdir(HERE)
    os.makedirs("ods", exist_ok=True)
    by_odfpy("ods/odfpy.ods")
    convert("xlsx/xlsxwriter.xlsx", "ods", "ods/libreoffice.ods")
    convert("xlsx/openpyxl.xlsx", "fods", "ods/flat.fods")
