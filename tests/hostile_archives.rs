//! Hostile containers of every kind, from outside: bombs, things inside each other without end, chains that go in a circle, names that
//! want to be paths. Each costs a gap (or nothing), little memory and little time, and what stands beside it is found. All data made up.
#![expect(clippy::disallowed_methods, reason = "a test makes its own folder")]

mod hostile_seen;
mod real;

use std::collections::BTreeSet;
use std::path::Path;

use hostile_seen::Seen;

/// A tar with an address, a picture that unfolds to 300 MiB of nothing, and an address behind it: `pieces` writes it.
const BOMB: &str = r"
import base64, bz2, gzip, io, lzma, os, subprocess, tarfile, zipfile, zlib
def info(name, size):
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf()
HEAD = info('a.txt', 16) + b'taro@example.jp\n'.ljust(512, b'\0') + info('b.png', 300 << 20) + b'\x89PNG\r\n\x1a\n'.ljust(1 << 20, b'\0')
TAIL = info('c.txt', 18) + b'hanako@example.jp\n'.ljust(512, b'\0') + bytes(1024)
def pieces():
    yield HEAD
    for _ in range(299):
        yield bytes(1 << 20)
    yield TAIL
";

/// The same in each stream and archive.
const IN_EACH: &str = r#"
def packed(name, packer):
    with open(name, 'wb') as out:
        for piece in pieces():
            out.write(packer.compress(piece))
        out.write(packer.flush())
packed('b.tar.gz', zlib.compressobj(9, zlib.DEFLATED, 31))
packed('b.tar.bz2', bz2.BZ2Compressor(1))
packed('b.tar.xz', lzma.LZMACompressor(preset=0))
packed('b.tar.lzma', lzma.LZMACompressor(format=lzma.FORMAT_ALONE, preset=0))
with open('b.tar', 'wb') as out:
    for piece in pieces():
        out.write(piece)
subprocess.run('zstd -q b.tar && lz4 -q -9 -B7 b.tar b.tar.lz4 && 7z a -bd -bso0 -mx=3 -m0=lzma:d=1m b.7z b.tar', shell=True, check=True)
os.remove('b.tar')

TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>doc@example.jp</w:t></w:r></w:p>'
def package(name, parts):
    with zipfile.ZipFile(name, 'w', zipfile.ZIP_DEFLATED) as zip:
        for part, text in parts:
            zip.writestr(part, text)
        with zip.open('b.tar', 'w') as out:
            for piece in pieces():
                out.write(piece)
        zip.writestr('z.txt', 'last@example.jp\n')
package('b.zip', [('first.txt', 'first@example.jp\n')])
package('b.docx', [('[Content_Types].xml', TYPES), ('word/document.xml', WORD + '</w:body></w:document>')])

def mail(attached):
    text = 'From: from@example.jp\nTo: to@example.jp\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nbody@example.jp\n'
    text += '--b\nContent-Type: application/zip\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename="b.zip"\n\n'
    return text + base64.encodebytes(attached).decode() + '--b--\n'
bomb = open('b.zip', 'rb').read()
open('b.eml', 'w').write(mail(bomb))
line = 'From a@example.jp Thu Nov 26 17:43:32 2026\n'
open('b.mbox', 'w').write(line + mail(bomb) + '\n' + line + 'From: next@example.jp\nTo: to@example.jp\n\nhello\n')
"#;

#[test]
fn a_bomb_in_each_container_is_one_gap_at_its_place() {
    let seen = Seen::of(&[BOMB, IN_EACH].concat());
    for (file, place) in [
        ("b.tar.gz", "b.tar"),
        ("b.tar.bz2", "b.tar"),
        ("b.tar.xz", "b.tar"),
        ("b.tar.lzma", "b.tar"),
        ("b.tar.zst", "b.tar"),
        ("b.tar.lz4", "b.tar"),
        ("b.7z", "b.tar"),
        ("b.zip", "b.tar"),
        ("b.docx", "b.tar"),
        ("b.eml", "b.zip \u{25b8} b.tar"),
        ("b.mbox", "message 1 \u{25b8} b.zip \u{25b8} b.tar"),
    ] {
        seen.one_gap(file, "over_limit", place);
        seen.has(&format!("{file} \u{25b8} {place} \u{25b8} a.txt"), "taro@example.jp");
    }
    seen.has("b.zip \u{25b8} first.txt", "first@example.jp");
    seen.has("b.docx", "doc@example.jp");
    seen.has("b.eml", "body@example.jp");
    seen.has("b.mbox \u{25b8} message 1", "body@example.jp");
    let gap = seen.result["gaps"].as_array().unwrap().iter().find(|gap| gap["kind"] == "over_limit").unwrap();
    assert!(gap["reason"].as_str().unwrap().contains("the rest of it was not looked at"), "{gap}");
}

/// What lies inside itself, as deep as it goes: of each what is reachable is found.
const DEEP: &str = r#"
import gzip, io, zipfile
data = b'taro@example.jp\n'
for n in range(12):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as zip:
        zip.writestr('n.zip' if n else 'f.txt', data)
    data = out.getvalue()
open('deep.zip', 'wb').write(data)
data = b'taro@example.jp\n'
for n in range(12):
    data = gzip.compress(data)
open('deep.gz', 'wb').write(data)
head = 'From: taro@example.jp\r\nTo: to@example.jp\r\nSubject: x\r\nMIME-Version: 1.0\r\n'
parts = ''.join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(10000))
parts += 'Content-Type: text/plain\r\n\r\nhanako@example.jp\r\n' + ''.join(f'--b{n}--\r\n' for n in reversed(range(10000)))
open('deep.eml', 'w', newline='').write(head + parts)
open('forwarded.eml', 'w', newline='').write((head + 'Content-Type: message/rfc822\r\n\r\n') * 1000 + head + '\r\nhanako@example.jp\r\n')
def around(name, first, begin, end, last):
    open(name, 'w').write(first + begin * 100000 + 'hanako@example.jp' + end * 100000 + last)
around('deep.rtf', '{\\rtf1 taro@example.jp\\par ', '{', '}', '\\par jiro@example.jp}')
around('deep.html', '<!DOCTYPE html><html><body><p>taro@example.jp</p>', '<div>', '</div>', '<p>jiro@example.jp</p></body></html>')
around('tables.html', '<!DOCTYPE html><html><body><p>taro@example.jp</p>', '<table><tr><td>', '</td></tr></table>', '<p>jiro@example.jp</p></body></html>')
around('deep.xml', '<?xml version="1.0"?><r><p>taro@example.jp</p>', '<d>', '</d>', '<p>jiro@example.jp</p></r>')
around('deep.json', '{"m":"taro@example.jp","a":', '[', ']', ',"z":"jiro@example.jp"}')
around('deep.yaml', 'm: taro@example.jp\na: ', '[', ']', '\nz: jiro@example.jp\n')
entities = '<!ENTITY a0 "taro@example.jp ">' + ''.join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
open('laughs.xml', 'w').write(f'<?xml version="1.0"?><!DOCTYPE r [{entities}]><r><p>hanako@example.jp</p><q>&a9;</q><p>jiro@example.jp</p></r>')
"#;

#[test]
fn what_lies_inside_itself_without_end_is_one_gap_or_read() {
    let seen = Seen::of(DEEP);
    let chain = |name: &str| [name; 9].join(" \u{25b8} ");
    seen.one_gap("deep.zip", "over_limit", &chain("n.zip"));
    seen.one_gap("forwarded.eml", "over_limit", &chain("message 1.eml"));
    let gaps = seen.gaps("deep.gz");
    assert!(gaps.len() == 1 && gaps[0].0 == "over_limit", "{gaps:?}");
    seen.one_gap("deep.eml", "over_limit", "");
    seen.has("deep.eml", "hanako@example.jp");
    seen.one_gap("tables.html", "over_limit", "");
    for file in ["deep.rtf", "deep.html", "tables.html", "deep.xml", "deep.yaml", "laughs.xml", "deep.json"] {
        let beyond = ["tables.html", "deep.rtf", "deep.xml"].contains(&file);
        assert_eq!(seen.gaps(file).len(), usize::from(beyond), "{file}: {:?}", seen.gaps(file));
        for name in ["taro", "hanako", "jiro"] {
            let email = format!("{name}@example.jp");
            assert!(seen.emails.iter().any(|(leaf, value)| leaf.contains(file) && *value == email), "{file}: {email}");
        }
    }
}

/// Documents of one part that unfolds to 300 MiB of blanks; documents of 100,000 parts.
const PACKAGES: &str = r#"
import zipfile, zlib
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>doc@example.jp</w:t></w:r></w:p>'
BOOK = '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
LINKS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>doc@example.jp</t></is></c></row>'
OPEN = '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text><text:p>doc@example.jp</text:p>'
KINDS = {
    'docx': ([('[Content_Types].xml', TYPES)], 'word/document.xml', WORD, '</w:body></w:document>'),
    'xlsx': ([('[Content_Types].xml', TYPES), ('xl/workbook.xml', BOOK), ('xl/_rels/workbook.xml.rels', LINKS)], 'xl/worksheets/sheet1.xml', SHEET, '</sheetData></worksheet>'),
    'odt': ([('mimetype', 'application/vnd.oasis.opendocument.text')], 'content.xml', OPEN, '</office:text></office:body></office:document-content>'),
}
for kind, (parts, name, begin, end) in KINDS.items():
    for bomb in (True, False):
        with zipfile.ZipFile(('bomb.' if bomb else 'parts.') + kind, 'w', zipfile.ZIP_DEFLATED) as zip:
            for part, text in parts:
                zip.writestr(part, text, zipfile.ZIP_STORED if part == 'mimetype' else zipfile.ZIP_DEFLATED)
            with zip.open(name, 'w') as out:
                out.write(begin.encode())
                for _ in range(300 if bomb else 0):
                    out.write(b' ' * (1 << 20))
                out.write(end.encode())
            for n in range(0 if bomb else PARTS):
                zip.writestr(zipfile.ZipInfo(f'x/{n}.xml'), '<x/>')
            zip.writestr('zz/last.txt', 'last@example.jp\n')

def stream(data, words=''):
    return f'<</Length {len(data)}{words}>>stream\n'.encode() + data + b'\nendstream'
def text(value):
    return f'BT /F 12 Tf 50 700 Td ({value}) Tj ET\n'.encode()
packer = zlib.compressobj(9)
bomb = packer.compress(text('doc@example.jp')) + b''.join(packer.compress(b' ' * (1 << 20)) for _ in range(300)) + packer.flush()
page = b'<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R/Resources<</Font<</F 7 0 R>>>>>>'
objects = [b'<</Type/Catalog/Pages 2 0 R>>', b'<</Type/Pages/Kids[3 0 R 5 0 R]/Count 2>>', page % 4, stream(bomb, '/Filter/FlateDecode'),
           page % 6, stream(text('last@example.jp')), b'<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>']
out, at = b'%PDF-1.4\n', []
for n, object in enumerate(objects):
    at.append(len(out))
    out += b'%d 0 obj\n' % (n + 1) + object + b'\nendobj\n'
table = b'xref\n0 8\n0000000000 65535 f \n' + b''.join(b'%010d 00000 n \n' % place for place in at)
open('bomb.pdf', 'wb').write(out + table + b'trailer<</Size 8/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF' % len(out))
"#;

#[test]
fn a_document_of_one_part_without_end_or_of_parts_without_number_is_read_as_far_as_it_may() {
    // A document of more parts than are held in memory is read as an archive, and that is said.
    let seen = Seen::of(&format!("PARTS = 20100\n{PACKAGES}"));
    for (file, place) in [("bomb.docx", ""), ("bomb.xlsx", "S"), ("bomb.odt", ""), ("bomb.pdf", "")] {
        seen.one_gap(file, "over_limit", place);
        let leaf = if place.is_empty() { file.to_owned() } else { format!("{file} \u{25b8} {place}") };
        seen.has(&leaf, "doc@example.jp");
        let last = if file == "bomb.pdf" { file.to_owned() } else { format!("{file} \u{25b8} zz/last.txt") };
        seen.has(&last, "last@example.jp");
    }
    for (file, part) in
        [("parts.docx", "word/document.xml"), ("parts.xlsx", "xl/worksheets/sheet1.xml"), ("parts.odt", "content.xml")]
    {
        seen.one_gap(file, "unsupported_format", "");
        seen.has(&format!("{file} \u{25b8} {part}"), "doc@example.jp");
        seen.has(&format!("{file} \u{25b8} zz/last.txt"), "last@example.jp");
    }
}

/// Chains that go in a circle, sizes that lie, names that want to be paths.
const LIES: &str = r#"
import io, os, sqlite3, struct, tarfile, zipfile
base = sqlite3.connect('circle.db')
base.execute('create table t(name text, mail text)')
base.executemany('insert into t values(?, ?)', [(f'x{n}', f'u{n:04}@example.jp') for n in range(3000)])
base.execute('create table u(mail text)')
base.execute("insert into u values('side@example.jp')")
base.commit()
base.close()
data = bytearray(open('circle.db', 'rb').read())
cell = 4096 + struct.unpack('>H', data[4096 + 12:4096 + 14])[0]
data[cell:cell + 4] = struct.pack('>I', 2)
open('circle.db', 'wb').write(data)

for kind in ('doc/table.doc', 'xls/xlwt.xls'):
    data = bytearray(open(os.path.join(SAMPLES, kind), 'rb').read())
    table = 512 * (1 + struct.unpack('<I', data[0x4c:0x50])[0])
    # Every chain of the table of sectors goes to its own third sector.
    for n in range(3, 128):
        at = table + 4 * n
        if at + 4 <= len(data) and struct.unpack('<I', data[at:at + 4])[0] < 0xfffffff0:
            data[at:at + 4] = struct.pack('<I', n)
    open('circle.' + kind.split('/')[0], 'wb').write(data)

mail = b'taro@example.jp\n'
out = io.BytesIO()
with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as zip:
    zip.writestr('a.txt', mail)
    zip.writestr('b.txt', mail)
data = bytearray(out.getvalue())
at = data.index(b'PK\1\2')
data[at + 24:at + 28] = struct.pack('<I', 0xfffffff0)
open('lying.zip', 'wb').write(data)
first, second = tarfile.TarInfo('a.txt'), tarfile.TarInfo('b.txt')
first.size, second.size = 16, 1 << 62
block = mail.ljust(512, b'\0')
open('lying.tar', 'wb').write(first.tobuf() + block + second.tobuf(tarfile.GNU_FORMAT) + block + bytes(1024))

names = ['../../etc/passwd', '/etc/shadow', 'a\nb', 'x\x1b[31mred', 'c \u25b8 d', 'nul\0x']
with zipfile.ZipFile('names.zip', 'w') as zip:
    for name in names:
        info = zipfile.ZipInfo('p')
        info.filename = name
        zip.writestr(info, mail)
with tarfile.open('names.tar', 'w') as tar:
    for name in names:
        info = tarfile.TarInfo('p')
        info.name, info.size = name, 16
        tar.addfile(info, io.BytesIO(mail))
parts = ''.join(f'--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="{name}"\r\n\r\ntaro@example.jp\r\n' for name in names if '\n' not in name)
open('names.eml', 'w', newline='').write('From: from@example.jp\r\nTo: to@example.jp\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n' + parts + '--b--\r\n')
"#;

#[test]
fn what_lies_is_not_believed() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/formats");
    let seen = Seen::of(&format!("SAMPLES = {:?}\n{LIES}", samples.to_str().unwrap()));
    seen.has("circle.db \u{25b8} u", "side@example.jp");
    let all = seen.emails.iter().filter(|(leaf, _)| leaf.starts_with("circle.db")).map(|(_, email)| email);
    assert_eq!(all.collect::<BTreeSet<_>>().len(), 3001, "each row of the table is there, found by its page");
    for file in ["circle.db", "circle.doc", "circle.xls"] {
        assert!(!seen.gaps(file).is_empty(), "{file}");
    }
    seen.has("lying.zip \u{25b8} a.txt", "taro@example.jp");
    seen.has("lying.zip \u{25b8} b.txt", "taro@example.jp");
    seen.one_gap("lying.tar", "truncated", "b.txt");
    seen.has("lying.tar \u{25b8} a.txt", "taro@example.jp");
    for (file, count) in [("names.zip", 6), ("names.tar", 6), ("names.eml", 5)] {
        let leaves = seen.emails.iter().filter(|(leaf, email)| leaf.starts_with(file) && email == "taro@example.jp");
        let leaves: Vec<_> = leaves.map(|(leaf, _)| leaf).collect();
        assert_eq!(leaves.len(), count, "{leaves:?}");
        for leaf in leaves {
            assert_eq!(leaf.matches(" \u{25b8} ").count(), 1, "{leaf:?}");
            assert!(!leaf.contains(char::is_control), "{leaf:?}");
        }
    }
}
