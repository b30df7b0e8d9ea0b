
# Containers of members without number, an address in the first and the last.
put('many.tar', member('a.txt', MAIL), head('n', 0) * COUNT, member('z.txt', LAST), bytes(1024))
put('many.zip', stored_zip([(b'a.txt', MAIL)] + [(b'n', b'')] * COUNT + [(b'z.txt', LAST)]))
put('many.rar', RAR, in_rar(b'a.txt', MAIL), in_rar(b'n', b'') * COUNT, in_rar(b'z.txt', LAST), RAR_END)
put('many.lzh', in_lzh(b'a.txt', MAIL), in_lzh(b'n', b'') * COUNT, in_lzh(b'z.txt', LAST), b'\0')
put('many.7z', seven([b'a.txt', b'z.txt'], [MAIL, LAST], COUNT))
put('many.dat', TNEF, attached(b'a.txt', MAIL), attached(b'n', b'x') * COUNT, attached(b'z.txt', LAST))
line = b'From a@example.com Thu Nov 26 17:43:32 2026\n'
put('many.mbox', line + b'Subject: x\n\n' + MAIL + b'\n', (line + b'Subject: x\n\n\n') * COUNT, line + b'Subject: x\n\n' + LAST)
begin = b'Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n'
put('many.eml', begin + b'--b\n\n' + MAIL, b'--b\nContent-Disposition: attachment; filename=n\n\n\n' * COUNT, b'--b\n\n' + LAST + b'--b--\n')

# An Outlook file in whose index one message stands without number.
data = bytearray(open(SAMPLES + '/pst/unicode.pst', 'rb').read())
def leaves(at):
    page = data[at:at + 512]
    count, size, level = page[488], page[490], page[491]
    for n in range(count):
        entry = bytes(page[n * size:(n + 1) * size])
        if level:
            yield from leaves(struct.unpack('<Q', entry[16:24])[0])
        else:
            yield entry
entries = list(leaves(struct.unpack('<Q', data[224:232])[0]))
message = [entry for entry in entries if entry[0] & 31 == 4][-1]
entries += [struct.pack('<Q', 0x200004 + n * 32) + message[8:] for n in range(PST_COUNT)]
entries.sort(key=lambda entry: struct.unpack('<Q', entry[:8])[0])
data += bytes(-len(data) % 512)
size, level = 32, 0
while True:
    above = []
    for first in range(0, len(entries), 488 // size):
        held = entries[first:first + 488 // size]
        at = len(data)
        above.append(held[0][:8] + struct.pack('<QQ', 0, at))
        data += b''.join(held).ljust(488, b'\0') + bytes([len(held), 488 // size, size, level]) + bytes(4) + b'\x81\x81' + bytes(14)
    if len(above) == 1:
        break
    entries, size, level = above, 24, level + 1
data[224:232] = struct.pack('<Q', at)
put('many.pst', data)
