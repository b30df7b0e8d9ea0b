#!/usr/bin/env python3
"""Writes the two documents that documents.sh converts, as flat OpenDocument text and presentation, and those of python-docx and python-pptx.

`table` holds the five people as a table with a header; `places` one of them each in a paragraph of split runs, a text box, a footnote, a comment
and the header of the page. All personal data is made up (people.csv)."""
import csv, sys
from xml.sax.saxutils import escape

here, work = sys.argv[1], sys.argv[2]
rows = list(csv.reader(open(f"{here}/people.csv", encoding="utf-8")))
head, people = rows[0], rows[1:]
NS = " ".join(f'xmlns:{p}="{u}"' for p, u in {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0", "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0", "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0", "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0", "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "dc": "http://purl.org/dc/elements/1.1/", "xlink": "http://www.w3.org/1999/xlink",
    "presentation": "urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"}.items())

def flat(kind, body, styles="", automatic=""):
    return (f'<?xml version="1.0" encoding="UTF-8"?><office:document {NS} office:version="1.2" '
            f'office:mimetype="application/vnd.oasis.opendocument.{kind}">'
            f'<office:meta><meta:initial-creator>記録係</meta:initial-creator><dc:title>名簿</dc:title></office:meta>'
            f'<office:automatic-styles>{automatic}<style:page-layout style:name="pl"><style:page-layout-properties/>'
            f'<style:header-style/></style:page-layout></office:automatic-styles>'
            f'<office:master-styles>{styles}</office:master-styles><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document>')

def table(rows):
    cell = lambda text: f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'
    line = lambda row: "<table:table-row>" + "".join(map(cell, row)) + "</table:table-row>"
    return (f'<table:table table:name="名簿"><table:table-column table:number-columns-repeated="{len(rows[0])}"/>'
            + "".join(map(line, rows)) + "</table:table>")

def say(p):
    return "、".join(f"{h}:{v}" for h, v in zip(head, p))

def split(text):
    """Every third character starts a span of its own style, as a word processor does it after edits."""
    parts = [text[i:i + 3] for i in range(0, len(text), 3)]
    return "".join(f'<text:span text:style-name="T{i % 2}">{escape(part)}</text:span>' for i, part in enumerate(parts))

SPANS = "".join(f'<style:style style:name="T{i}" style:family="text"><style:text-properties fo:color="#00000{i}"/></style:style>' for i in (0, 1))
a, b, c, d, e = people
places = (f'<text:p>{split(say(a))}</text:p>'
          f'<text:p>文書<draw:frame text:anchor-type="char" svg:width="9cm" svg:height="4cm"><draw:text-box><text:p>{escape(say(b))}</text:p></draw:text-box></draw:frame>'
          f'の本文<text:note text:id="n1" text:note-class="footnote"><text:note-citation>1</text:note-citation>'
          f'<text:note-body><text:p>{escape(say(c))}</text:p></text:note-body></text:note>です'
          f'<office:annotation><dc:creator>校閲者</dc:creator><dc:date>2026-01-05T10:00:00</dc:date><text:p>{escape(say(d))}</text:p></office:annotation>。</text:p>')
header = f'<style:master-page style:name="Standard" style:page-layout-name="pl"><style:header><text:p>{escape(say(e))}</text:p></style:header></style:master-page>'
plain = '<style:master-page style:name="Standard" style:page-layout-name="pl"/>'
open(f"{work}/table.fodt", "w", encoding="utf-8").write(flat("text", "<text:p>会員名簿</text:p>" + table(rows), plain))
open(f"{work}/places.fodt", "w", encoding="utf-8").write(flat("text", places, header, SPANS))

def slide(n, content, notes=""):
    notes = notes and f'<presentation:notes><draw:frame presentation:class="notes" svg:width="15cm" svg:height="10cm"><draw:text-box><text:p>{escape(notes)}</text:p></draw:text-box></draw:frame></presentation:notes>'
    return f'<draw:page draw:name="p{n}" draw:master-page-name="Standard">{content}{notes}</draw:page>'
box = lambda inner: f'<draw:frame svg:x="1cm" svg:y="1cm" svg:width="20cm" svg:height="8cm"><draw:text-box>{inner}</draw:text-box></draw:frame>'
grid = lambda rows: f'<draw:frame svg:x="1cm" svg:y="1cm" svg:width="24cm" svg:height="8cm">{table(rows)}</draw:frame>'
open(f"{work}/table.fodp", "w", encoding="utf-8").write(flat("presentation", slide(1, box("<text:p>名簿</text:p>")) + slide(2, grid(rows)), plain))
open(f"{work}/places.fodp", "w", encoding="utf-8").write(flat("presentation",
    slide(1, box(f"<text:p>{split(say(a))}</text:p>"), say(b)) + slide(2, box(f"<text:p>{escape(say(c))}</text:p><text:p>{escape(say(d))}</text:p>")) +
    slide(3, box(f"<text:p>{escape(say(e))}</text:p>")), plain, SPANS))

import docx, pptx
from pptx.util import Inches
doc = docx.Document()
doc.add_heading("会員名簿", 1)
grid = doc.add_table(rows=0, cols=len(head))
for row in rows:
    for cell, text in zip(grid.add_row().cells, row):
        cell.text = text
doc.core_properties.author = "記録係"
doc.save(f"{here}/docx/python-docx-table.docx")

doc = docx.Document()
doc.sections[0].header.paragraphs[0].text = say(a)
doc.sections[0].footer.paragraphs[0].text = say(b)
par = doc.add_paragraph()
for at in range(0, len(say(c)), 3):
    par.add_run(say(c)[at:at + 3])
outer = doc.add_table(rows=1, cols=2)
outer.cell(0, 0).text = "外"
outer.cell(0, 1).add_table(rows=1, cols=1).cell(0, 0).text = say(d)
doc.add_comment(par.runs, text=say(e), author="校閲者")
doc.save(f"{here}/docx/python-docx-places.docx")

deck = pptx.Presentation()
page = deck.slides.add_slide(deck.slide_layouts[5])
page.shapes.title.text = "名簿"
grid = page.shapes.add_table(len(rows), len(head), Inches(0), Inches(1), Inches(10), Inches(4)).table
for r, row in enumerate(rows):
    for col, text in enumerate(row):
        grid.cell(r, col).text = text
deck.save(f"{here}/pptx/python-pptx-table.pptx")

deck = pptx.Presentation()
page = deck.slides.add_slide(deck.slide_layouts[5])
run = page.shapes.title.text_frame.paragraphs[0]
for at in range(0, len(say(a)), 3):
    run.add_run().text = say(a)[at:at + 3]
page.notes_slide.notes_text_frame.text = say(b)
page = deck.slides.add_slide(deck.slide_layouts[5])
page.shapes.title.text = say(c)
page._element.set("show", "0")
group = page.shapes.add_group_shape()
group.shapes.add_textbox(0, 0, Inches(5), Inches(1)).text_frame.text = say(d)
page.shapes.add_textbox(0, Inches(3), Inches(5), Inches(1)).text_frame.text = say(e)
deck.save(f"{here}/pptx/python-pptx-places.pptx")
