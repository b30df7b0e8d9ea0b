#!/usr/bin/env python3
"""Samples of old Excel workbooks, of ../people.csv: xlwt 1.3 and LibreOffice 7.4 (soffice). Run in testdata/formats, after xlsx.py.

    python3 make/xls.py

All personal data is made up. No program at hand writes BIFF5 (Excel 5 and 95): those are made in src/formats/xls/tests.rs."""
import csv, datetime, os, subprocess, tempfile
import xlwt

HERE = os.path.dirname(os.path.abspath(__file__)) + "/../"
PEOPLE = list(csv.reader(open(HERE + "people.csv", encoding="utf-8")))
HEAD, ROWS = PEOPLE[0], PEOPLE[1:]

def by_xlwt(path):
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("会員")
    phone = xlwt.easyxf(num_format_str="00000000000")
    post = xlwt.easyxf(num_format_str="000\\-0000")
    date = xlwt.easyxf(num_format_str="yyyy\"年\"m\"月\"d\"日\"")
    for at, word in enumerate(HEAD): sheet.write(2, at + 1, word)
    for n, row in enumerate(ROWS):
        for at in (0, 1, 2, 5): sheet.write(n + 3, at + 1, row[at])
        sheet.write(n + 3, 4, int(row[3].replace("-", "")), phone)
        sheet.write(n + 3, 5, int(row[4].replace("-", "")), post)
        sheet.write(n + 3, 7, datetime.datetime.strptime(row[6], "%Y/%m/%d"), date)
        sheet.write(n + 3, 8, [4980011112222330, 378282246310005, 12, 0.5, -3][n])
    sheet.write(10, 1, xlwt.Formula('"連絡: " & C4'))
    sheet.header_str = "&CTEL 03-1234-5697".encode("ascii")
    hidden = book.add_sheet("退会者")
    hidden.visibility = 1
    for at, cells in enumerate([["氏名", "電話番号"], ["伊藤 次郎", "090-1234-5699"]]):
        for column, text in enumerate(cells): hidden.write(at, column, text)
    # Many strings, so that their table goes on in further records.
    long = book.add_sheet("備考")
    long.visibility = 2
    for n in range(300): long.write(n, 0, "備考 %d " % n + ("あいうえお" if n % 2 else "abcde") * 6)
    book.save(path)

def convert(source, kind, out):
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["soffice", "-env:UserInstallation=file://" + work + "/lo", "--headless", "--convert-to", kind,
                        "--outdir", work, source], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        name = os.path.splitext(os.path.basename(source))[0] + "." + kind.split(":")[0]
        os.replace(os.path.join(work, name), out)

if __name__ == "__main__":
    os.chdir(HERE)
    os.makedirs("xls", exist_ok=True)
    by_xlwt("xls/xlwt.xls")
    convert("xlsx/xlsxwriter.xlsx", "xls:MS Excel 97", "xls/libreoffice.xls")
