
# Streams of one file. Without number: empty ones, an address in the first and the last.
for ending, pack in (('gz', gzip.compress), ('bz2', bz2.compress), ('xz', lzma.compress), ('zst', zstd), ('lz4', lz4), ('lz', lzip)):
    put('many.txt.' + ending, pack(MAIL), pack(b'') * COUNT, pack(LAST))
for ending, pack in (('zst', zstd), ('lz4', lz4)):
    put('skips.txt.' + ending, pack(MAIL), skipped() * COUNT, pack(LAST))
    # What is to be skipped is longer than the file: another frame stands in it.
    put('skip.txt.' + ending, pack(MAIL), skipped(0xfffffff0), pack(LAST))

# Sizes that lie.
data = bytearray(gzip.compress(MAIL))
data[-4:] = struct.pack('<I', 0xfffffff0)
put('size.txt.gz', data)
data = bytearray(lzma.compress(MAIL, lzma.FORMAT_ALONE))
data[5:13] = struct.pack('<Q', 1 << 37)
put('size.txt.lzma', data)
data = bytearray(lzip(MAIL))
data[-16:-8] = struct.pack('<Q', 1 << 60)
put('size.txt.lz', data)
data = bytearray(lzma.compress(MAIL))
data[-12:-4] = data[-12:-8] + struct.pack('<I', 0x00ffffff)
put('size.txt.xz', data)
def plain(data):
    return struct.pack('<I', len(data) << 3 | 1)[:3] + data
put('size.txt.zst', b'\x28\xb5\x2f\xfd\xa0' + struct.pack('<I', 1 << 20) + plain(MAIL))

# Windows and dictionaries of gigabytes.
put('window.txt.zst', zstd(MAIL), b'\x28\xb5\x2f\xfd\0\xff' + plain(LAST))
data = bytearray(lzma.compress(MAIL))
data[data.index(b'\x21\1', 12) + 2] = 40
end = 12 + (data[12] + 1) * 4
data[end - 4:end] = struct.pack('<I', crc(bytes(data[12:end - 4])))
put('window.txt.xz', data)
data = bytearray(lzip(MAIL))
data[5] = 0x1d
put('window.txt.lz', data)
data = bytearray(lzma.compress(MAIL, lzma.FORMAT_ALONE))
data[1:5] = struct.pack('<I', 1 << 31)
put('window.txt.lzma', data)
