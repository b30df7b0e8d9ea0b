#!/usr/bin/env python3
"""A sample of a binary workbook, of ../people.csv. Made by hand after [MS-XLSB], with what SheetJS (xlsb.js) does not write; LibreOffice 7.4 and
pyxlsb only read this format. `soffice --convert-to csv` and pyxlsb read it back. Run in testdata/formats.

    python3 make/xlsb.py

All personal data is made up."""
import csv, datetime, os, struct, zipfile

HERE = os.path.dirname(os.path.abspath(__file__)) + "/../"
PEOPLE = list(csv.reader(open(HERE + "people.csv", encoding="utf-8")))
HEAD, ROWS = PEOPLE[0], PEOPLE[1:]

def number(n, most):
    out = bytearray()
    for _ in range(most):
        out.append(n & 0x7F | (0x80 if n > 0x7F else 0))
        n >>= 7
        if not n: break
    return bytes(out)

def rec(kind, data=b""):
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + number(len(data), 4) + data

def text(s): return struct.pack("<I", len(s.encode("utf-16le")) // 2) + s.encode("utf-16le")

def sheet(rows):
    out = rec(129) + rec(148, struct.pack("<4I", 0, len(rows), 0, 7)) + rec(145)
    for r, cells in enumerate(rows):
        out += rec(0, struct.pack("<IIHBBBI", r, 0, 300, 0, 0, 0, 1) + struct.pack("<II", 0, 7))
        for c, (kind, style, data) in enumerate(cells):
            out += rec(kind, struct.pack("<II", c, style) + data)
    return out + rec(146) + rec(130)

def main(path):
    strings = []
    def shared(s):
        if s not in strings: strings.append(s)
        return (7, 0, struct.pack("<I", strings.index(s)))
    rows = [[shared(word) for word in HEAD]]
    for row in ROWS:
        days = (datetime.datetime.strptime(row[6], "%Y/%m/%d") - datetime.datetime(1899, 12, 30)).days
        rows.append([shared(row[0]), shared(row[1]), (6, 0, text(row[2])),
                     (5, 1, struct.pack("<d", int(row[3].replace("-", "")))),
                     (2, 2, struct.pack("<I", int(row[4].replace("-", "")) << 2 & 0xFFFFFFFF | 2)),
                     shared(row[5]), (2, 3, struct.pack("<I", days << 2 | 2))])
    hidden = [[(6, 0, text("氏名")), (6, 0, text("電話番号"))], [(6, 0, text("伊藤 次郎")), (6, 0, text("090-1234-5699"))]]
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    pack = "http://schemas.openxmlformats.org/package/2006/relationships"
    def rels(*kinds): return f'<Relationships xmlns="{pack}">' + "".join(f'<Relationship Id="rId{n+1}" Type="{rel}/{kind}" Target="{target}"/>' for n, (kind, target) in enumerate(kinds)) + "</Relationships>"
    sst = rec(159, struct.pack("<II", len(strings), len(strings))) + b"".join(rec(19, b"\0" + text(s)) for s in strings) + rec(160)
    xf = lambda fmt: rec(47, struct.pack("<HHHHHBBHH", 0, fmt, 0, 0, 0, 0, 0, 0, 0x3F))
    styles = rec(278) + rec(615, struct.pack("<I", 2)) + rec(44, struct.pack("<H", 176) + text("00000000000")) + rec(44, struct.pack("<H", 177) + text("000\\-0000")) + rec(616)
    styles += rec(626, struct.pack("<I", 1)) + rec(47, struct.pack("<HHHHHBBHH", 0xFFFF, 0, 0, 0, 0, 0, 0, 0, 0)) + rec(627)
    styles += rec(617, struct.pack("<I", 4)) + xf(0) + xf(176) + xf(177) + xf(14) + rec(618) + rec(279)
    book = rec(131) + rec(153, struct.pack("<III", 0, 0, 0)) + rec(143)
    book += rec(156, struct.pack("<II", 0, 1) + text("rId1") + text("会員")) + rec(156, struct.pack("<II", 1, 2) + text("rId2") + text("退会者")) + rec(144) + rec(132)
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/><Override PartName="/xl/worksheets/sheet1.bin" ContentType="application/vnd.ms-excel.worksheet"/><Override PartName="/xl/worksheets/sheet2.bin" ContentType="application/vnd.ms-excel.worksheet"/><Override PartName="/xl/sharedStrings.bin" ContentType="application/vnd.ms-excel.sharedStrings"/><Override PartName="/xl/styles.bin" ContentType="application/vnd.ms-excel.styles"/></Types>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("[Content_Types].xml", types)
        out.writestr("_rels/.rels", rels(("officeDocument", "xl/workbook.bin")))
        out.writestr("xl/workbook.bin", book)
        out.writestr("xl/_rels/workbook.bin.rels", rels(("worksheet", "worksheets/sheet1.bin"), ("worksheet", "worksheets/sheet2.bin"), ("styles", "styles.bin"), ("sharedStrings", "sharedStrings.bin")))
        out.writestr("xl/worksheets/sheet1.bin", sheet(rows))
        out.writestr("xl/worksheets/sheet2.bin", sheet(hidden))
        out.writestr("xl/styles.bin", styles)
        out.writestr("xl/sharedStrings.bin", sst)

if __name__ == "__main__":
    os.chdir(HERE)
    os.makedirs("xlsb", exist_ok=True)
    main("xlsb/by-hand.xlsb")
