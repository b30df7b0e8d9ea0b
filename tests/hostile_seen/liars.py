
# Containers that lie: sizes, places, headers that disagree, members that stand on each other.
end = bytes(1024)
put('size.tar', member('a.txt', MAIL), head('b.txt', (1 << 64) - 1), whole(LAST), end)
put('pax.tar', member('a.txt', MAIL), pax([(b'size', b'%d' % ((1 << 64) - 1))]), head('b.txt', 0), whole(LAST), end)
put('giant.tar', member('a.txt', MAIL), head('x', 8 << 30, b'x'), whole(b'12 path=abc\n'), end)
holes = [(b'GNU.sparse.offset', b'1'), (b'GNU.sparse.numbytes', b'1')] * 12000
put('holes.tar', member('a.txt', MAIL), pax(holes) * 90, member('z.txt', LAST), end)
put('global.tar', member('a.txt', MAIL), pax(holes, b'g') * 90, member('z.txt', LAST), end)
put('folder.tar', member('a.txt', MAIL), member('d/', LAST, b'5'), end)
put('long.tar', member('a.txt', MAIL), member('././@LongLink', b'n' * 600, b'L') * 3000, member('z.txt', LAST), end)

data = MAIL + LAST
put('disagree.zip', local(b'a.txt', data) + data, directory([listed(b'a.txt', MAIL, 0)], 35 + len(data)))
packed = zlib.compress(data)[2:-4]
put('method.zip', local(b'a.txt', packed, data, 8) + packed, directory([listed(b'a.txt', packed, 0)], 35 + len(packed)))
one, two, three = local(b'a.txt', MAIL) + MAIL, local(b'b.txt', LAST) + LAST, local(b'c.txt', b'') + b''
put('between.zip', one, two, three, directory([listed(b'a.txt', MAIL, 0), listed(b'c.txt', b'', len(one + two))], len(one + two + three)))
put('folder.zip', stored_zip([(b'a.txt', MAIL), (b'd/', LAST)]))
put('same.zip', one, directory([listed(b'a.txt', MAIL, 0)] * 1000, len(one)))
# A document of few parts with long names, which would be held in memory.
types = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
long = [(b'%05d' % n + b'n' * 60000, b'') for n in range(300)]
put('names.docx', stored_zip([(b'[Content_Types].xml', types), (b'word/document.xml', MAIL)] + long))
put('signatures.zip', b'PK\3\4' * 30000)
# Each member holds the header of the next, and all end in the same packed bytes.
kernel = b'\x89PNG\r\n\x1a\n' + bytes(1 << 20)
packer = zlib.compressobj(9, zlib.DEFLATED, -15)
packed = packer.compress(kernel) + packer.flush()
out, plain, entries = local(b'0250', packed, kernel, 8) + packed, kernel, []
entries.append((b'0250', packed, plain, len(out)))
for n in range(249, -1, -1):
    header = out[:34]
    packed, plain = b'\0' + struct.pack('<HH', 34, 34 ^ 0xffff) + header + packed, header + plain
    name = b'%04d' % n
    out = local(name, packed, plain, 8) + packed[:5] + out
    entries.append((name, packed, plain, len(out)))
put('overlap.zip', out, directory([listed(name, packed, len(out) - back, plain, 8) for name, packed, plain, back in reversed(entries)], len(out)))

put('size.rar', RAR, in_rar(b'a.txt', MAIL), in_rar(b'b.txt', LAST, 0, 1 << 60, 1 << 62), RAR_END)
put('folder.rar', RAR, in_rar(b'a.txt', MAIL), in_rar(b'd', LAST, flags=5), RAR_END)
put('names.rar', RAR, *[in_rar(name, MAIL) for name in NAMES], RAR_END)
put('size.lzh', in_lzh(b'a.txt', MAIL), in_lzh(b'b.txt', LAST, b'-lh5-', 0xfffffff0, 0xfffffff0), b'\0')
put('names.lzh', *[in_lzh(name, MAIL) for name in NAMES], b'\0')
put('size.7z', seven([b'a.txt', b'b.txt'], [MAIL, LAST], 0, [16, 1 << 40], (1 << 40) + 16))
put('names.7z', seven(NAMES, [MAIL] * 5))
put('many.7z', seven([b'a.txt'], [MAIL], 300000))
put('size.dat', TNEF, attached(b'a.txt', MAIL), struct.pack('<BII', 2, 0x0006800f, 0xfffffff0) + LAST)
put('names.dat', TNEF, *[attached(name, MAIL) for name in NAMES[:4]])
nested = TNEF + attached(b'a.txt', MAIL)
for _ in range(12):
    nested = TNEF + attached(b'winmail.dat', nested)
put('deep.dat', nested)

# Storages that hold themselves; nodes that lie below themselves, blocks that are longer than they are.
data = bytearray(open(SAMPLES + '/msg/attached.msg', 'rb').read())
table, sector, entry = 512 * (1 + struct.unpack('<I', data[0x4c:0x50])[0]), struct.unpack('<I', data[0x30:0x34])[0], 0
while sector < 0xfffffff0:
    for at in range(512 * (sector + 1), 512 * (sector + 2), 128):
        if data[at + 66] == 1:
            data[at + 76:at + 80] = struct.pack('<I', entry)
        entry += 1
    sector = struct.unpack('<I', data[table + 4 * sector:table + 4 * sector + 4])[0]
put('circle.msg', data)
whole_file = open(SAMPLES + '/pst/unicode.pst', 'rb').read()
def pages(at):
    count, size, level = whole_file[at + 488], whole_file[at + 490], whole_file[at + 491]
    for place in range(at, at + count * size, size):
        yield from pages(struct.unpack('<Q', whole_file[place + 16:place + 24])[0]) if level else [place]
nodes, blocks = struct.unpack('<Q', whole_file[224:232])[0], struct.unpack('<Q', whole_file[240:248])[0]
data, lying = bytearray(whole_file), bytearray(whole_file)
for place in pages(nodes):
    data[place + 24:place + 28] = data[place:place + 4]
put('parents.pst', data)
for place in pages(blocks):
    lying[place + 16:place + 18] = b'\xff\xff'
put('size.pst', lying)
