"""Containers with the same bytes every time: zip (stored, deflated, ZipCrypto), gzip, PNG, PDF. Standard library only."""

import struct
import zlib

DOS_TIME, DOS_DATE = 0x1800, 0x5941  # 2024-10-01 03:00:00: no clock is read
STORED, DEFLATED = 0, 8


def crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0xEDB88320 if byte & 1 else 0)
        table.append(byte)
    return table


CRC = crc_table()


def zipcrypto(plain, password, check, salt):
    """The traditional PKWARE encryption (APPNOTE.TXT 6.1), header included; weak, and that is the point."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte):
        keys[0] = (keys[0] >> 8) ^ CRC[(keys[0] ^ byte) & 0xFF]
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = (keys[2] >> 8) ^ CRC[(keys[2] ^ (keys[1] >> 24)) & 0xFF]

    for byte in password:
        update(byte)
    out = bytearray()
    for byte in salt[:11] + bytes([check]) + plain:
        temp = (keys[2] | 2) & 0xFFFF
        out.append(byte ^ (((temp * (temp ^ 1)) >> 8) & 0xFF))
        update(byte)
    return bytes(out)


def zipped(members, password=None, salt=b"0123456789a"):
    """A zip of (name, bytes), in order; names in UTF-8 with the flag that says so."""
    body, directory = bytearray(), bytearray()
    for name, plain in members:
        raw, flags, crc = name.encode(), 0x0800, zlib.crc32(plain)
        if password is None:
            packer = zlib.compressobj(6, zlib.DEFLATED, -15)
            method, data = DEFLATED, packer.compress(plain) + packer.flush()
        else:
            flags |= 1
            method, data = STORED, zipcrypto(plain, password, crc >> 24, salt)
        common = struct.pack("<HHHHHIIIHH", 20, flags, method, DOS_TIME, DOS_DATE, crc, len(data), len(plain), len(raw), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + raw
        body += b"PK\x03\x04" + common + raw + data
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(body), 0)
    return bytes(body + directory) + b"PK\x05\x06" + end


def gzipped(plain, name):
    """One gzip member that names its file and has no time."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    head = b"\x1f\x8b\x08\x08\0\0\0\0\0\x03" + name.encode() + b"\0"
    return head + packer.compress(plain) + packer.flush() + struct.pack("<II", zlib.crc32(plain), len(plain))


def png(width, height, colour):
    """A picture of one colour."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes(colour) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")


def pdf():
    """One empty page: a known format without anything to read."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
