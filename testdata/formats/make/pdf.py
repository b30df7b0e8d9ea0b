#!/usr/bin/env python3
"""Makes the samples in testdata/formats/pdf from people.csv. All personal data in it is made up.

    apt-get install libreoffice-calc libreoffice-writer chromium qpdf fonts-ipaexfont-gothic python3-cairo
    pip install reportlab==5.1.0 pikepdf==10.18.0 pypdf==7.1.1 pillow==13.0.0 python-docx
    testdata/formats/make/pdf.py

Made with LibreOffice, Chromium, qpdf, cairo 1.16.0 and the packages above; the tests read the committed files only. Those that no program at
hand writes any more (90ms-RKSJ-H, EUC-H, UniJIS-UTF16-H, H, a font of CIDs alone) are written here byte by byte, by ISO 32000-1.
"""

import csv
import html
import io
import os
import shutil
import subprocess
import tempfile
import zlib

import pikepdf
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas
from reportlab.platypus import SimpleDocTemplate, Table, TableStyle

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "pdf")
TTF = "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf"
with open(os.path.join(HERE, "..", "people.csv"), encoding="utf-8") as source:
    ROWS = list(csv.reader(source))


def out(name):
    return os.path.join(OUT, name)


def table(name, font, encrypt=None, **more):
    doc = SimpleDocTemplate(
        out(name), pagesize=landscape(A4), invariant=1, author="経理部 中村 明", title="会員名簿", encrypt=encrypt, **more
    )
    style = [("FONT", (0, 0), (-1, -1), font, 8), ("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
    doc.build([Table(ROWS, style=TableStyle(style))])


def reportlab():
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    pdfmetrics.registerFont(TTFont("ipaex", TTF))
    table("cid.pdf", "HeiseiMin-W3")
    table("subset.pdf", "ipaex")
    table("owner-only.pdf", "HeiseiMin-W3", StandardEncryption("", "secret", strength=128))
    table("password.pdf", "HeiseiMin-W3", StandardEncryption("secret", "more secret", strength=128))
    boxed()
    form()
    image()


def boxed():
    """Lines, each under a black box: what people take for blacked out."""
    page = canvas.Canvas(out("boxed.pdf"), pagesize=A4, invariant=1)
    for at, row in enumerate(ROWS):
        y = 780 - 40 * at
        page.setFont("HeiseiMin-W3", 9)
        page.drawString(40, y, "　".join(row[:3]))
        page.drawString(40, y - 14, "　".join(row[3:]))
        page.setFillColorRGB(0, 0, 0)
        page.rect(35, y - 18, 520, 30, fill=1)
    page.save()


def form():
    page = canvas.Canvas(out("form.pdf"), pagesize=A4, invariant=1)
    page.setFont("Helvetica", 10)
    page.drawString(40, 800, "Members")
    for at, row in enumerate(ROWS[1:]):
        y = 760 - 100 * at
        for column, (name, value) in enumerate(zip(ROWS[0], row)):
            page.acroForm.textfield(
                name=f"{at + 1}.{name}", value="", x=40 + 250 * (column % 2), y=y - 20 * (column // 2), width=240, height=16
            )
    page.save()
    # reportlab writes no Japanese values, so they are set afterwards, as a viewer does.
    with pikepdf.open(out("form.pdf"), allow_overwriting_input=True) as pdf:
        for field in pdf.Root.AcroForm.Fields:
            at, name = str(field.T).split(".", 1)
            value = ROWS[int(at)][ROWS[0].index(name)]
            field.V = pikepdf.String(value)
            del field.AP
        pdf.save(out("form.pdf"), deterministic_id=True)


def image():
    """Two pages that are pictures alone, as a scanner makes them."""
    from PIL import Image, ImageDraw

    pages = []
    for text in ("page one", "page two"):
        picture = Image.new("L", (300, 400), 255)
        ImageDraw.Draw(picture).text((40, 40), text, fill=0)
        pages.append(picture)
    pages[0].save(out("scan.pdf"), save_all=True, append_images=pages[1:])


def office():
    with tempfile.TemporaryDirectory() as work:
        lo = ["soffice", f"-env:UserInstallation=file://{work}/lo", "--headless", "--convert-to"]
        shutil.copy(os.path.join(HERE, "..", "people.csv"), f"{work}/calc.csv")
        cells = lambda row: "".join(f"<td>{html.escape(cell)}</td>" for cell in row)
        rows = "".join(f"<tr>{cells(row)}</tr>" for row in ROWS)
        page = f'<!doctype html><meta charset="utf-8"><title>会員名簿</title><table border="1">{rows}</table>'
        for name in ("writer.html", "chromium.html"):
            with open(f"{work}/{name}", "w", encoding="utf-8") as file:
                file.write(page if name == "chromium.html" else page.replace("<table", '<table style="font-size: 7pt"'))
        # Landscape, on one page wide.
        subprocess.run([*lo, "ods:calc8", "--infilter=CSV:44,34,76,1,,0,false,true", "--outdir", work, f"{work}/calc.csv"], check=True)
        scaled = 'pdf:calc_pdf_Export:{"SinglePageSheets":{"type":"boolean","value":"true"}}'
        subprocess.run([*lo, scaled, "--outdir", work, f"{work}/calc.ods"], check=True)
        subprocess.run([*lo, "pdf:writer_web_pdf_Export", "--outdir", work, f"{work}/writer.html"], check=True)
        chromium = ["chromium", "--headless", "--no-sandbox", "--no-pdf-header-footer", f"--user-data-dir={work}/chromium"]
        subprocess.run([*chromium, f"--print-to-pdf={work}/chromium.pdf", f"{work}/chromium.html"], check=True)
        for name in ("calc", "writer", "chromium"):
            shutil.copy(f"{work}/{name}.pdf", out(f"{name}.pdf"))


def wrapped():
    """Tables without rules in narrow columns: cells go over several lines, one holds two numbers, and a row is broken over two pages."""
    import docx
    from docx.shared import Pt

    with tempfile.TemporaryDirectory() as work:
        for name, space, twice, skip in (
            ("wrapped-close", 0, False, 0),
            ("wrapped-apart", 8, False, 0),
            ("wrapped-two", 8, True, 0),
            ("wrapped-pages", 0, False, 43),
        ):
            document = docx.Document()
            document.add_paragraph("会員の一覧")

            def close(paragraph):
                form = paragraph.paragraph_format
                form.space_after, form.line_spacing, form.widow_control = Pt(space), 1.0, False

            for _ in range(skip):
                close(document.add_paragraph("・"))
            made = document.add_table(rows=0, cols=len(ROWS[0]))
            for at, row in enumerate(ROWS):
                for column, (cell, text) in enumerate(zip(made.add_row().cells, row)):
                    cell.paragraphs[0].add_run(text).font.size = Pt(9)
                    close(cell.paragraphs[0])
                    if twice and at == 4 and column == 3:
                        more = cell.add_paragraph()
                        more.add_run("03-1234-5604").font.size = Pt(9)
                        close(more)
            document.save(f"{work}/{name}.docx")
            lo = ["soffice", f"-env:UserInstallation=file://{work}/lo", "--headless", "--convert-to", "pdf", "--outdir", work]
            subprocess.run([*lo, f"{work}/{name}.docx"], check=True)
            shutil.copy(f"{work}/{name}.pdf", out(f"{name}.pdf"))
        cells = lambda row: "".join(f"<td>{html.escape(cell)}</td>" for cell in row)
        rows = "".join(f"<tr>{cells(row)}</tr>" for row in ROWS)
        style = "table{width:100%;table-layout:fixed;font-size:10pt;border-collapse:collapse}td{overflow-wrap:break-word;border-bottom:1px solid #888;padding:6px}"
        with open(f"{work}/centred.html", "w", encoding="utf-8") as file:
            file.write(f'<!doctype html><meta charset="utf-8"><title>会員名簿</title><style>{style}</style><table>{rows}</table>')
        chromium = ["chromium", "--headless", "--no-sandbox", "--no-pdf-header-footer", f"--user-data-dir={work}/chromium"]
        subprocess.run([*chromium, f"--print-to-pdf={out('wrapped-centred.pdf')}", f"{work}/centred.html"], check=True)


def qpdf():
    run = lambda *args: subprocess.run(["qpdf", "--deterministic-id", *args], check=True)
    run("--object-streams=generate", "--linearize", out("subset.pdf"), out("linear.pdf"))
    for name, bits in (("aes128", "128"), ("aes256", "256")):
        weak = ["--use-aes=y"] if bits == "128" else []
        args = ["--encrypt", "", "owner", bits, *weak, "--", out("cid.pdf"), out(f"{name}.pdf")]
        subprocess.run(["qpdf", "--static-aes-iv", "--static-id", "--allow-weak-crypto", *args], check=True)
    args = ["--encrypt", "user", "owner", "256", "--", out("cid.pdf"), out("locked256.pdf")]
    subprocess.run(["qpdf", "--static-aes-iv", "--static-id", *args], check=True)
    with pikepdf.open(out("cid.pdf")) as pdf:
        note = "\r\n".join(",".join(row) for row in ROWS).encode("utf-8")
        pdf.attachments["会員.csv"] = pikepdf.AttachedFileSpec(pdf, note, filename="会員.csv", mime_type="text/csv")
        pdf.pages[0].Contents = pdf.make_stream(b"")
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("会員の一覧", 0))
        box = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[10, 10, 30, 30])
        box.Contents, box.T = pikepdf.String("山田 太郎 090-1234-5601 に電話すること"), pikepdf.String("中村 明")
        action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("mailto:sato.hanako%40example.jp"))
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[10, 50, 30, 70], A=action)
        pdf.pages[0].Annots = pdf.make_indirect([pdf.make_indirect(box), pdf.make_indirect(link)])
        pdf.save(out("beside.pdf"), deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def by_hand(name, cmap, encode, ordering="Japan1", columns=(40, 110, 200, 340, 420, 480, 680), vertical=False):
    """A page of one font that is not embedded, whose codes are made by `encode`."""
    show = lambda text: b"<" + encode(text).hex().encode() + b"> Tj"
    content = b"BT /F1 8 Tf\n"
    for at, row in enumerate(ROWS):
        for x, cell in zip(columns, row):
            place = (780 - 30 * at, 560 - x / 1.5) if vertical else (x, 540 - 20 * at)
            content += b"1 0 0 1 %d %d Tm " % place + show(cell) + b"\n"
    content += b"ET"
    packed = zlib.compress(content, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 842 595]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed) + packed + b"\nendstream",
        b"<</Type/Font/Subtype/Type0/BaseFont/Ryumin-Light-%s/Encoding/%s/DescendantFonts[6 0 R]>>" % (cmap, cmap),
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/Ryumin-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(%s)/Supplement 2>>"
        b"/DW 1000/W[1 94 500 231 632 500]/FontDescriptor 7 0 R>>" % ordering.encode(),
        b"<</Type/FontDescriptor/FontName/Ryumin-Light/Flags 6/FontBBox[0 -137 1000 859]/ItalicAngle 0/Ascent 709/Descent -241/StemV 69>>",
    ]
    file = io.BytesIO()
    file.write(b"%PDF-1.3\n")
    places = []
    for at, body in enumerate(objects):
        places.append(file.tell())
        file.write(b"%d 0 obj\n" % (at + 1) + body + b"\nendobj\n")
    start = file.tell()
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    file.writelines(b"%010d 00000 n \n" % place for place in places)
    file.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    with open(out(name), "wb") as target:
        target.write(file.getvalue())


def japan1_cids(text):
    with open(os.path.join(HERE, "..", "..", "..", "rules", "tables", "adobe_japan1.txt"), encoding="utf-8") as file:
        cids = {}
        for cid, shown in enumerate(file.read().split("\n")):
            cids.setdefault(shown, cid)
    return b"".join(cids[one].to_bytes(2, "big") for one in text)


def wide(text):
    """Digits and letters as wide ones: JIS X 0208 has no others."""
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else "　" if one == " " else one for one in text).replace("－", "−")


def hand_made():
    by_hand("90ms-rksj-h.pdf", b"90ms-RKSJ-H", lambda text: text.encode("cp932"))
    by_hand("euc-h.pdf", b"EUC-H", lambda text: text.encode("euc-jp"))
    by_hand("unijis-utf16-h.pdf", b"UniJIS-UTF16-H", lambda text: text.encode("utf-16-be"))
    by_hand("unijis-utf16-v.pdf", b"UniJIS-UTF16-V", lambda text: text.encode("utf-16-be"), vertical=True, columns=(40, 140, 240, 460, 600, 660, 800))
    jis = lambda text: bytes(byte & 0x7F for byte in wide(text).encode("euc-jp"))
    by_hand("jis-h.pdf", b"H", jis, columns=(20, 80, 160, 380, 500, 570, 740))
    by_hand("identity-japan1.pdf", b"Identity-H", japan1_cids)
    by_hand("untold.pdf", b"Identity-H", japan1_cids, ordering="Identity")


def taken_out():
    """A page taken out of a form: its fields are left without a form that leads to them."""
    import pypdf

    writer = pypdf.PdfWriter()
    writer.add_page(pypdf.PdfReader(out("form.pdf")).pages[0])
    writer._root_object.pop("/AcroForm", None)
    writer.write(out("form-page.pdf"))


def lists():
    """A form whose lists hold the members: two are chosen, three may be."""
    page = canvas.Canvas(out("lists.pdf"), pagesize=A4, invariant=1)
    page.drawString(40, 800, "In charge")
    page.acroForm.choice(name="mail", value=ROWS[1][2], options=[row[2] for row in ROWS[1:]], x=40, y=760, width=240, height=16)
    options = [(row[3], row[4]) for row in ROWS[1:]]
    page.acroForm.listbox(name="phone", value=ROWS[1][3], options=options, x=40, y=640, width=240, height=100)
    page.save()


# The system's Python has cairo: `drawn.py` is run with that.
CAIRO = """
import csv, sys
import cairo

rows = list(csv.reader(open(sys.argv[1], encoding="utf-8")))
page = cairo.Context(cairo.PDFSurface(sys.argv[2], 595, 842))

def write(context, rows):
    context.select_font_face("IPAexGothic")
    context.set_font_size(7)
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            context.move_to((5, 65, 145, 265, 335, 385, 520)[column], 20 + 20 * at)
            context.show_text(cell)

# Two of the members are the tile of a pattern, three the mask of a colour.
tile = cairo.RecordingSurface(cairo.Content.COLOR_ALPHA, (0, 0, 595, 300))
write(cairo.Context(tile), rows[:3])
pattern = cairo.SurfacePattern(tile)
pattern.set_extend(cairo.Extend.REPEAT)
page.set_source(pattern)
page.rectangle(0, 0, 590, 590)
page.fill()
page.push_group()
page.set_source_rgba(0, 0, 0, 0.5)
write(page, [rows[0], *rows[3:]])
mask = page.pop_group()
page.set_source_rgb(0.8, 0, 0)
page.mask(mask)
page.show_page()
"""


def drawn():
    with tempfile.TemporaryDirectory() as work:
        with open(f"{work}/drawn.py", "w", encoding="utf-8") as file:
            file.write(CAIRO)
        subprocess.run(["/usr/bin/python3", f"{work}/drawn.py", os.path.join(HERE, "..", "people.csv"), f"{work}/drawn.pdf"], check=True)
        with pikepdf.open(f"{work}/drawn.pdf") as pdf:
            del pdf.trailer["/Info"]
            pdf.save(out("drawn.pdf"), deterministic_id=True)


if __name__ == "__main__":
    os.makedirs(OUT, exist_ok=True)
    reportlab()
    hand_made()
    qpdf()
    office()
    wrapped()
    taken_out()
    lists()
    drawn()
