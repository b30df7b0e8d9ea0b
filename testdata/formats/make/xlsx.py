#!/usr/bin/env python3
"""Samples of Excel workbooks, of ../people.csv: openpyxl 3.1, XlsxWriter 3.2, LibreOffice 7.4 (soffice). Run in testdata/formats.

    python3 make/xlsx.py

All personal data is made up. `traps.xlsx` and `pivot.xlsx` are a workbook of openpyxl with parts added by hand that only Excel writes."""
import csv, datetime, os, subprocess, sys, tempfile, zipfile
import openpyxl, xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import Font

HERE = os.path.dirname(os.path.abspath(__file__)) + "/../"
PEOPLE = list(csv.reader(open(HERE + "people.csv", encoding="utf-8")))
HEAD, ROWS = PEOPLE[0], PEOPLE[1:]

def day(text): return datetime.datetime.strptime(text, "%Y/%m/%d")

def by_openpyxl(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "会員"
    sheet.append(["2026年度 会員名簿"])
    sheet.append([])
    sheet.append(HEAD)
    for row in ROWS: sheet.append(row)
    sheet["B4"].comment = Comment("折り返し電話 03-1234-5699", "受付")
    sheet["C5"].hyperlink = "mailto:" + ROWS[1][2]
    sheet.oddHeader.center.text = "&\"MS Gothic\"&12社外秘 &D"
    book.properties.creator = "総務部"
    book.properties.title = "会員名簿"
    hidden = book.create_sheet("退会者")
    hidden.sheet_state = "hidden"
    hidden.append(["氏名", "メールアドレス"])
    hidden.append(["伊藤 次郎", "ito.jiro@example.jp"])
    secret = book.create_sheet("内部")
    secret.sheet_state = "veryHidden"
    secret.append(["備考", "電話番号"])
    secret.append(["代理人", "090-1234-5699"])
    book.save(path)

def by_xlsxwriter(path):
    """Two header lines with merged cells, from C4 on; numbers that lost their zeros, dates as numbers, long numbers."""
    book = xlsxwriter.Workbook(path)
    book.set_properties({"author": "総務部", "company": "見本会社"})
    sheet = book.add_worksheet("会員")
    sheet.merge_range("C4:C5", "氏名", None)
    sheet.merge_range("D4:D5", "フリガナ", None)
    sheet.merge_range("E4:F4", "連絡先", None)
    sheet.write("E5", "メール")
    sheet.write("F5", "電話")
    sheet.merge_range("G4:H4", "住まい", None)
    sheet.write("G5", "郵便番号")
    sheet.write("H5", "住所")
    sheet.merge_range("I4:I5", "生年月日", None)
    sheet.merge_range("J4:J5", "カード番号", None)
    phone = book.add_format({"num_format": "00000000000"})
    post = book.add_format({"num_format": "000\\-0000"})
    date = book.add_format({"num_format": "[$-411]ggge\"年\"m\"月\"d\"日\""})
    cards = [4980011112222330, 4111111111111110, 378282246310005, 371449635398431, 30569309025904]
    for n, (row, card) in enumerate(zip(ROWS, cards)):
        at = 5 + n
        sheet.write(at, 2, row[0]); sheet.write(at, 3, row[1]); sheet.write(at, 4, row[2])
        sheet.write_number(at, 5, int(row[3].replace("-", "")), phone)
        sheet.write_number(at, 6, int(row[4].replace("-", "")), post)
        sheet.write(at, 7, row[5])
        sheet.write_datetime(at, 8, day(row[6]), date)
        sheet.write_number(at, 9, card)
    sheet.write_comment("C6", "奥様の携帯 080-1234-5698")
    sheet.insert_textbox("L2", "担当: 内線 03-1234-5697")
    sheet.data_validation("K6:K10", {"validate": "list", "source": ["代表", "担当 jiro@example.jp"]})
    book.define_name("連絡先", "=\"soumu@example.jp\"")
    book.close()

def by_1904(path):
    book = xlsxwriter.Workbook(path, {"date_1904": True, "constant_memory": True})
    sheet = book.add_worksheet("名簿")
    date = book.add_format({"num_format": 14})
    sheet.write_row(0, 0, HEAD)
    for n, row in enumerate(ROWS):
        sheet.write_row(n + 1, 0, row[:6])
        sheet.write_datetime(n + 1, 6, day(row[6]), date)
    book.close()

def by_libreoffice(path, kind):
    with tempfile.TemporaryDirectory() as work:
        source = os.path.join(work, "list.csv")
        open(source, "w", encoding="utf-8").write(open(HERE + "people.csv", encoding="utf-8").read())
        subprocess.run(["soffice", "-env:UserInstallation=file://" + work + "/lo", "--headless", "--convert-to", kind,
                        "--infilter=CSV:44,34,76,1,,1041,false,true", "--outdir", work, source], check=True, stdout=subprocess.DEVNULL)
        os.replace(os.path.join(work, "list." + kind.split(":")[0]), path)

def with_parts(path, out, parts, edits):
    with zipfile.ZipFile(path) as src, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as dst:
        for name in src.namelist():
            data = src.read(name)
            for old, new in edits.get(name, []):
                assert old in data, (name, old, data)
                data = data.replace(old, new)
            dst.writestr(name, data)
        for name, text in parts.items(): dst.writestr(name, text)

def traps(path):
    """Readings above kanji, runs of rich text, a thread of comments, a link to another workbook, a string that no cell shows."""
    book = xlsxwriter.Workbook(path + ".tmp")
    sheet = book.add_worksheet("会員")
    bold = book.add_format({"bold": True})
    sheet.write_row(0, 0, HEAD)
    for n, row in enumerate(ROWS): sheet.write_row(n + 1, 0, row)
    sheet.write_rich_string(6, 7, bold, "緊急 ", "連絡先は 090-1234", "-5696")
    book.close()
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    threads = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    parts = {
        "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{rel}/comments" Target="../comments1.xml"/><Relationship Id="rId2" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" Target="../threadedComments/threadedComment1.xml"/></Relationships>',
        "xl/comments1.xml": f'<comments xmlns="{main}"><authors><author>tc={{A}}</author></authors><commentList><comment ref="A2" authorId="0"><text><t>[Threaded comment] 至急 naoko@example.jp へ</t></text></comment></commentList></comments>',
        "xl/threadedComments/threadedComment1.xml": f'<ThreadedComments xmlns="{threads}"><threadedComment ref="A2" dT="2026-01-02T03:04:05.67" personId="{{P}}" id="{{A}}"><text>至急 naoko@example.jp へ</text></threadedComment></ThreadedComments>',
        "xl/persons/person.xml": f'<personList xmlns="{threads}"><person displayName="渡辺 直子" id="{{P}}" userId="watanabe.naoko@example.jp" providerId="AD"/></personList>',
        "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{main}"><externalBook xmlns:r="{rel}" r:id="rId1"><sheetNames><sheetName val="人事"/></sheetNames><sheetDataSet><sheetData sheetId="0"><row r="3"><cell r="B3" t="str"><v>jinji@example.jp</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>',
        "xl/externalLinks/_rels/externalLink1.xml.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{rel}/externalLinkPath" Target="file:///C:/Users/kato/jinji.xlsx" TargetMode="External"/></Relationships>',
    }
    name = "<si><t>山田 太郎</t></si>".encode()
    edits = {"xl/sharedStrings.xml": [
        (name, "<si><t>山田 太郎</t><rPh sb=\"0\" eb=\"2\"><t>ヤマダ</t></rPh><rPh sb=\"3\" eb=\"5\"><t>タロウ</t></rPh><phoneticPr fontId=\"1\"/></si>".encode()),
        (b"</sst>", "<si><t>消した行 090-1234-5695</t></si></sst>".encode())]}
    with_parts(path + ".tmp", path, parts, edits)
    os.remove(path + ".tmp")

def pivot(path):
    """A pivot table whose source sheet was deleted: its cache keeps all five. As Excel writes it; the sheet shows sums only."""
    book = openpyxl.Workbook()
    book.active.title = "集計"
    book.active.append(["市", "人数"])
    book.active.append(["大阪", 1])
    book.save(path + ".tmp")
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    def items(n): return "".join(f'<s v="{row[n]}"/>' for row in ROWS)
    fields = "".join(f'<cacheField name="{name}" numFmtId="0"><sharedItems' + (f' count="5">{items(n)}</sharedItems>' if n in (0, 5) else "/>") + "</cacheField>" for n, name in enumerate(HEAD))
    def record(n, row):
        return "<r>" + "".join(f'<x v="{n}"/>' if c in (0, 5) else f'<d v="{day(v).isoformat()}"/>' if c == 6 else f'<s v="{v}"/>' for c, v in enumerate(row)) + "</r>"
    parts = {
        "xl/pivotCache/pivotCacheDefinition1.xml": f'<pivotCacheDefinition xmlns="{main}" xmlns:r="{rel}" r:id="rId1" recordCount="5"><cacheSource type="worksheet"><worksheetSource ref="A1:G6" sheet="名簿"/></cacheSource><cacheFields count="7">{fields}</cacheFields></pivotCacheDefinition>',
        "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{rel}/pivotCacheRecords" Target="pivotCacheRecords1.xml"/></Relationships>',
        "xl/pivotCache/pivotCacheRecords1.xml": f'<pivotCacheRecords xmlns="{main}" count="5">{"".join(record(n, row) for n, row in enumerate(ROWS))}</pivotCacheRecords>',
    }
    with_parts(path + ".tmp", path, parts, {})
    os.remove(path + ".tmp")

if __name__ == "__main__":
    os.chdir(HERE)
    os.makedirs("xlsx", exist_ok=True)
    by_openpyxl("xlsx/openpyxl.xlsx")
    by_xlsxwriter("xlsx/xlsxwriter.xlsx")
    by_1904("xlsx/1904.xlsx")
    traps("xlsx/traps.xlsx")
    pivot("xlsx/pivot.xlsx")
    by_libreoffice("xlsx/libreoffice.xlsx", "xlsx")
