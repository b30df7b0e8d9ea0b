# How hostile archives and streams of each kind are built, byte by byte. All data made up.
import bz2, gzip, io, lzma, os, struct, subprocess, tarfile, zlib
from zlib import crc32 as crc

MAIL, LAST = b'taro@example.jp\n', b'hanako@example.jp\n'
NAMES = [b'../../etc/passwd', b'/etc/shadow', b'a\nb', b'x\x1b[31mred', 'c \u25b8 d'.encode()]

def put(name, *parts):
    with open(name, 'wb') as out:
        for part in parts:
            out.write(part)

def run(command, data=b''):
    return subprocess.run(command, shell=True, input=data, stdout=subprocess.PIPE, check=True).stdout

def zstd(data):
    return run('zstd -q -c', data)

def lz4(data):
    return run('lz4 -q -c', data)

def lzip(data):
    packed = lzma.compress(data, lzma.FORMAT_ALONE, filters=[{'id': lzma.FILTER_LZMA1, 'dict_size': 4096}])[13:]
    return b'LZIP\1\x0c' + packed + struct.pack('<IQQ', crc(data), len(data), len(packed) + 26)

def skipped(length=0):
    return struct.pack('<II', 0x184d2a50, length)

# tar
def head(name, size, kind=b'0'):
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size if size < 1 << 62 else 0
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    if size >= 1 << 62:
        block[124:136] = b'\x80' + bytes(3) + struct.pack('>Q', size)
        block[148:156] = b' ' * 8
        block[148:156] = b'%06o\0 ' % sum(block)
    return bytes(block)

def whole(data):
    return data + bytes(-len(data) % 512)

def member(name, data, kind=b'0'):
    return head(name, len(data), kind) + whole(data)

def record(key, value):
    length = len(key) + len(value) + 4
    while len(b'%d %s=%s\n' % (length, key, value)) != length:
        length += 1
    return b'%d %s=%s\n' % (length, key, value)

def pax(records, kind=b'x'):
    return member('pax', b''.join(record(*one) for one in records), kind)

# zip
def local(name, data, plain=None, method=0):
    plain = data if plain is None else plain
    return struct.pack('<IHHHHHIIIHH', 0x04034b50, 20, 0, method, 0, 33, crc(plain), len(data), len(plain), len(name), 0) + name

def listed(name, data, at, plain=None, method=0):
    plain = data if plain is None else plain
    return struct.pack('<IHHHHHHIIIHHHHHII', 0x02014b50, 20, 20, 0, method, 0, 33, crc(plain), len(data), len(plain), len(name), 0, 0, 0, 0, 0, at) + name

def directory(entries, at):
    count, entries = len(entries), b''.join(entries)
    return entries + struct.pack('<IHHHHIIH', 0x06054b50, 0, 0, count, count, len(entries), at, 0)

def stored_zip(members):
    out, entries = bytearray(), []
    for name, data in members:
        entries.append(listed(name, data, len(out)))
        out += local(name, data) + data
    return bytes(out) + directory(entries, len(out))

# rar 5
def vint(value):
    out = b''
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])

def block(kind, own, packed=None):
    fields = vint(kind) + vint(0 if packed is None else 2) + (b'' if packed is None else vint(packed)) + own
    fields = vint(len(fields)) + fields
    return struct.pack('<I', crc(fields)) + fields

def in_rar(name, data, method=0, size=None, packed=None, flags=4):
    size, packed = len(data) if size is None else size, len(data) if packed is None else packed
    own = vint(flags) + vint(size) + vint(0) + struct.pack('<I', crc(data)) + vint(method << 7) + vint(0) + vint(len(name)) + name
    return block(2, own, packed) + data

RAR, RAR_END = b'Rar!\x1a\x07\1\0' + block(1, vint(0)), block(5, vint(0))

# lzh, level 0
def crc16(data):
    sum = 0
    for byte in data:
        sum ^= byte
        for _ in range(8):
            sum = sum >> 1 ^ 0xa001 if sum & 1 else sum >> 1
    return sum

def in_lzh(name, data, method=b'-lh0-', size=None, packed=None):
    size, packed = len(data) if size is None else size, len(data) if packed is None else packed
    fields = method + struct.pack('<IIIBB', packed, size, 0, 32, 0) + bytes([len(name)]) + name + struct.pack('<H', crc16(data))
    return bytes([len(fields), sum(fields) & 255]) + fields + data

# 7z: one block, stored, and empty members
def number(value):
    for count in range(8):
        if value < 1 << 7 * (count + 1):
            first = (0xff << (8 - count) & 0xff) | value >> 8 * count
            return bytes([first]) + (value & (1 << 8 * count) - 1).to_bytes(count, 'little')
    return b'\xff' + value.to_bytes(8, 'little')

def seven(names, datas, empty=0, sizes=None, unfolded=None):
    packed = b''.join(datas)
    sizes, unfolded = sizes or [len(data) for data in datas], unfolded or len(packed)
    out = b'\1\4\6' + number(0) + number(1) + b'\x09' + number(len(packed)) + b'\0'
    out += b'\7\x0b' + number(1) + b'\0' + number(1) + b'\1\0\x0c' + number(unfolded) + b'\0'
    out += b'\x08\x0d' + number(len(datas)) + b'\x09' + b''.join(number(size) for size in sizes[:-1])
    out += b'\x0a\1' + b''.join(struct.pack('<I', crc(data)) for data in datas) + b'\0\0'
    out += b'\5' + number(len(datas) + empty)
    def property(kind, data):
        return bytes([kind]) + number(len(data)) + data
    def bits(zeros, ones):
        every = '0' * zeros + '1' * ones
        return int(every.ljust(-len(every) % 8 + len(every), '0'), 2).to_bytes((len(every) + 7) // 8, 'big')
    if empty:
        out += property(14, bits(len(datas), empty)) + property(15, bits(0, empty))
    every = [name.decode() for name in names] + ['n'] * empty
    out += property(17, b'\0' + b''.join(name.encode('utf-16le') + b'\0\0' for name in every)) + b'\0\0'
    start = struct.pack('<QQI', len(packed), len(out), crc(out))
    return b'7z\xbc\xaf\x27\x1c\0\4' + struct.pack('<I', crc(start)) + start + packed + out

# winmail.dat
def attribute(level, id, data):
    return struct.pack('<BII', level, id, len(data)) + data + struct.pack('<H', sum(data) & 0xffff)

TNEF = struct.pack('<IH', 0x223e9f78, 1) + attribute(1, 0x00089006, struct.pack('<I', 0x10000))

def attached(name, data):
    return attribute(2, 0x00069002, bytes(14)) + attribute(2, 0x00018010, name + b'\0') + attribute(2, 0x0006800f, data)
