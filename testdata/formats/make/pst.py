#!/usr/bin/env python3
"""Makes small Outlook data files by the specification [MS-PST]: no free program writes them (pst_aspose.py uses one that is not free). All people are made up.

Run in testdata/formats: python3 make/pst.py. Check that another reader takes them: readpst -r -o DIR pst/unicode.pst (pst-utils 0.6.76).
unicode.pst: 64 bits, blocks permuted; ansi.pst: 32 bits, texts in CP932, blocks in the cyclic cipher. Both: a folder with a mail of five
lines, a circular to five people, a mail with attachments (a table over several blocks, and a mail), and five contacts.
"""
import binascii
import csv
import os
import re
import struct

ROWS = list(csv.reader(open("people.csv", encoding="utf-8")))[1:]
NAME, KANA, MAIL, PHONE, POSTAL, ADDRESS, BIRTH = range(7)


def cipher_tables():
    """The tables of [MS-PST] 5.1, as hozen's own source has them."""
    source = open("../../src/formats/pst/cipher.rs").read()
    tables = re.findall(r"\[u8; 256\] = \[(.*?)\];", source, re.S)
    forward, middle = ([int(n) for n in re.findall(r"\d+", table)] for table in tables[:2])
    return forward, middle, [forward.index(n) for n in range(256)]


FORWARD, MIDDLE, BACKWARD = cipher_tables()


def crc(data):
    return binascii.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


class Store:
    def __init__(self, wide, cipher):
        self.wide, self.cipher = wide, cipher
        self.number, self.trailer = ("<Q", 16) if wide else ("<I", 12)
        self.out = bytearray(0x4600)
        self.blocks, self.nodes, self.next = [], [], 4

    def num(self, value):
        return struct.pack(self.number, value)

    def encode(self, data, bid):
        if self.cipher == 1:
            return bytes(FORWARD[b] for b in data)
        key, out = ((bid ^ bid >> 16) & 0xFFFF), bytearray()
        for b in data:
            low, high = key & 0xFF, key >> 8
            b = (FORWARD[(b + low) & 0xFF] + high) & 0xFF
            b = (MIDDLE[b] - high) & 0xFF
            out.append((BACKWARD[b] - low) & 0xFF)
            key = (key + 1) & 0xFFFF
        return bytes(out)

    def signature(self, at, bid):
        value = at ^ bid
        return (value >> 16 ^ value) & 0xFFFF

    def block(self, data, internal=False):
        bid = self.next | (2 if internal else 0)
        self.next += 4
        data = data if internal else self.encode(data, bid)
        at, size = len(self.out), -(-(len(data) + self.trailer) // 64) * 64
        end = struct.pack("<HHIQ", len(data), self.signature(at, bid), crc(data), bid)
        if not self.wide:
            end = struct.pack("<HHII", len(data), self.signature(at, bid), bid, crc(data))
        self.out += data.ljust(size - self.trailer, b"\0") + end
        self.blocks.append((bid, at, len(data)))
        return bid

    def data(self, content, most=8176):
        if len(content) <= most:
            return self.block(content)
        ids = [self.block(content[at:at + most]) for at in range(0, len(content), most)]
        return self.block(struct.pack("<BBHI", 1, 1, len(ids), len(content)) + b"".join(map(self.num, ids)), True)

    def below(self, nodes):
        if not nodes:
            return 0
        head = struct.pack("<BBH", 2, 0, len(nodes)) + (b"\0" * 4 if self.wide else b"")
        return self.block(head + b"".join(self.num(n) for node in sorted(nodes) for n in node), True)

    def node(self, nid, parent, heap, nodes=()):
        self.nodes.append((nid, self.data(heap), self.below(list(nodes)), parent))

    def text(self, value):
        return (0x1F, value.encode("utf-16-le")) if self.wide else (0x1E, value.encode("cp932"))

    def page(self, kind, level, entries, size):
        at, bid = len(self.out), self.next
        self.next += 4
        room = 488 if self.wide else 496
        body = b"".join(entries).ljust(room, b"\0") + bytes([len(entries), room // size, size, level])
        assert len(body) <= room + 4, "a page is full"
        body += b"\0" * (4 if self.wide else 0)
        signature = self.signature(at, bid)
        end = struct.pack("<BBHIQ", kind, kind, signature, crc(body), bid)
        if not self.wide:
            end = struct.pack("<BBHII", kind, kind, signature, bid, crc(body))
        self.out += body + end
        return bid, at

    def tree(self, kind, entries, size):
        """Entries (key, bytes) as leaves below one page."""
        most = (488 if self.wide else 496) // size
        entries.sort()
        pages = [entries[at:at + most] for at in range(0, len(entries), most)]
        leaves = [(page[0][0], *self.page(kind, 0, [entry for _, entry in page], size)) for page in pages]
        above = [self.num(key) + self.num(bid) + self.num(at) for key, bid, at in leaves]
        return self.page(kind, 1, above, 24 if self.wide else 12)

    def save(self, path):
        self.out += b"\0" * (-len(self.out) % 512)
        nodes = []
        for nid, data, below, parent in self.nodes:
            tail = struct.pack("<II", parent, 0) if self.wide else struct.pack("<I", parent)
            nodes.append((nid, self.num(nid) + self.num(data) + self.num(below) + tail))
        tail = b"\0" * 4 if self.wide else b""
        blocks = [(bid, self.num(bid) + self.num(at) + struct.pack("<HH", size, 2) + tail) for bid, at, size in self.blocks]
        node_tree = self.tree(0x81, nodes, 32 if self.wide else 16)
        block_tree = self.tree(0x80, blocks, 24 if self.wide else 12)
        refs = b"".join(self.num(n) for ref in (node_tree, block_tree) for n in ref)
        size = self.num(len(self.out))
        root = struct.pack("<I", 0) + size + self.num(0x4400) + self.num(0) * 2 + refs + struct.pack("<BBH", 2, 0, 0)
        start = b"SM" + struct.pack("<HHBBII", 23 if self.wide else 14, 19, 1, 1, 0, 0)
        if self.wide:
            start += self.num(0) + self.num(self.next) + struct.pack("<I", 1) + struct.pack("<32I", *[0x400] * 32) + self.num(0)
            start = start.ljust(172, b"\0") + root
            start = start.ljust(248, b"\0") + b"\xff" * 256
            header = b"!BDN" + struct.pack("<I", crc(start[:471])) + start
            header += bytes([0x80, self.cipher]) + b"\0\0" + self.num(self.next) + struct.pack("<I", crc(start[:516]))
        else:
            start += self.num(self.next) * 2 + struct.pack("<I", 1) + struct.pack("<32I", *[0x400] * 32) + root
            start = start.ljust(196, b"\0") + b"\xff" * 256
            header = b"!BDN" + struct.pack("<I", crc(start[:471])) + start + bytes([0x80, self.cipher]) + b"\0\0"
        self.out[: len(header)] = header
        open(path, "wb").write(self.out)


class Heap:
    def __init__(self, client):
        self.client, self.parts = client, []

    def add(self, data):
        self.parts.append(data)
        return len(self.parts) << 5

    def bytes(self, root):
        out, places = bytearray(12), []
        for part in self.parts:
            places.append(len(out))
            out += part
        places.append(len(out))
        out += b"\0" * (len(out) % 2)
        struct.pack_into("<HBBII", out, 0, len(out), 0xEC, self.client, root, 0)
        out += struct.pack("<HH", len(self.parts), 0) + struct.pack(f"<{len(places)}H", *places)
        assert len(out) <= 8176, "a heap of more than one block is not made here"
        return bytes(out)


def properties(store, values, nodes):
    """A property context; long values go to nodes below."""
    heap, records = Heap(0xBC), []
    header = heap.add(b"")
    table = heap.add(b"")
    for number, (kind, value) in sorted(values.items()):
        if isinstance(value, int) and kind == 3:
            place = value
        elif len(value) > 3000:
            place = (0x100 + len(nodes)) << 5 | 0x1F
            nodes.append((place, store.data(value), 0))
        else:
            place = heap.add(value)
        records.append(struct.pack("<HHI", number, kind, place))
    heap.parts[0] = struct.pack("<BBBBI", 0xB5, 2, 6, 0, table)
    heap.parts[1] = b"".join(records)
    return heap.bytes(header)


def recipients(store, people):
    """A table context of recipients: type, name, address."""
    heap = Heap(0x7C)
    info, index, rows = heap.add(b""), heap.add(b""), heap.add(b"")
    order = heap.add(b"")
    kind = 0x1F if store.wide else 0x1E
    columns = [(0x0C15, 3, 8), (0x3001, kind, 12), (0x3003, kind, 16), (0x67F2, 3, 0), (0x67F3, 3, 4)]
    body, keys = b"", b""
    for number, (which, name, address) in enumerate(people):
        body += struct.pack("<IIIII", number + 1, 1, which, heap.add(store.text(name)[1]), heap.add(store.text(address)[1])) + b"\xf8"
        keys += struct.pack("<I", number + 1) + (struct.pack("<I", number) if store.wide else struct.pack("<H", number))
    heap.parts[0] = struct.pack("<BBHHHHIII", 0x7C, len(columns), 20, 20, 20, 21, index, rows, 0)
    bits = {0x67F2: 3, 0x67F3: 4, 0x0C15: 0, 0x3001: 1, 0x3003: 2}
    heap.parts[0] += b"".join(struct.pack("<HHHBB", k, n, at, 4, bits[n]) for n, k, at in columns)
    heap.parts[1] = struct.pack("<BBBBI", 0xB5, 4, 4 if store.wide else 2, 0, order)
    heap.parts[2], heap.parts[3] = body, keys
    return heap.bytes(info)


MOMENT = struct.pack("<Q", (1775001600 + 11644473600) * 10_000_000)


def message(store, subject, body, people, attachments=(), **more):
    """The heap of a message, and the nodes below it."""
    nodes = []
    values = {
        0x001A: store.text("IPM.Note"), 0x0037: store.text(subject), 0x0C1A: store.text("総務部"), 0x0C1F: store.text("soumu@shop.example.jp"),
        0x0E06: (0x40, MOMENT), 0x0E07: (3, 1), 0x1000: store.text(body), **more,
    }
    if people:
        nodes.append((0x692, store.data(recipients(store, people)), 0))
    for number, (name, content) in enumerate(attachments):
        inner = []
        values_of = {0x3707: store.text(name), 0x0E20: (3, 1000)}
        if isinstance(content, bytes):
            values_of.update({0x3705: (3, 1), 0x3701: (0x102, content)})
        else:
            heap, below = content
            nid = 0x200004 + (number << 5)
            inner.append((nid, store.data(heap), store.below(below)))
            values_of.update({0x3705: (3, 5), 0x3701: (0x0D, struct.pack("<II", nid, 1000))})
        heap = properties(store, values_of, inner)
        nodes.append((0x8005 + (number << 5), store.data(heap), store.below(inner)))
    return properties(store, values, nodes), nodes


def lines():
    return "".join(f"{r[NAME]} 様 {r[MAIL]} TEL {r[PHONE]} 〒{r[POSTAL]} {r[ADDRESS]} 生年月日 {r[BIRTH]}\r\n" for r in ROWS)


def main(path, wide, cipher):
    store = Store(wide, cipher)
    folder = lambda nid, parent, name: store.node(nid, parent, properties(store, {0x3001: store.text(name), 0x3602: (3, 0)}, []))
    entry = b"\0" * 4 + b"0123456789abcdef" + struct.pack("<I", 0x8022)
    store.node(0x21, 0, properties(store, {0x3001: store.text("個人用フォルダー"), 0x0FF9: (0x102, b"0123456789abcdef"), 0x35E0: (0x102, entry)}, []))
    folder(0x122, 0x122, "")
    folder(0x8022, 0x122, "個人用フォルダー")
    folder(0x8042, 0x8022, "受信トレイ")
    folder(0x8062, 0x8022, "連絡先")
    shop = [(1, "店", "info@shop.example.jp")]
    circular = message(store, "夏のご案内", "ご案内をお送りします。\r\n", [(1 + (at > 2), r[NAME], r[MAIL]) for at, r in enumerate(ROWS)])
    inner = message(store, "夏のご案内", "ご案内をお送りします。\r\n", [(1 + (at > 2), r[NAME], r[MAIL]) for at, r in enumerate(ROWS)])
    table = open("people.csv", encoding="utf-8").read().encode("cp932")
    # A table over several blocks: the same header, rows of nobody, then the five.
    head, rest = table.split(b"\n", 1)
    padded = head + b"\n" + "".join(f"-,-,-,-,-,-,{n}\n" for n in range(700)).encode() + rest
    items = [
        message(store, "会員一覧", lines(), shop),
        circular,
        message(store, "名簿と転送", "添付をご覧ください。\r\n", shop, [("名簿.csv", padded), ("夏のご案内", inner)]),
    ]
    for number, (heap, nodes) in enumerate(items):
        store.node(0x200024 + (number << 5), 0x8042, heap, nodes)
    for number, r in enumerate(ROWS):
        values = {0x001A: "IPM.Contact", 0x3001: r[NAME], 0x3A1C: r[PHONE], 0x3A15: r[ADDRESS], 0x3A2A: r[POSTAL], 0x3003: r[MAIL]}
        store.node(0x200204 + (number << 5), 0x8062, properties(store, {k: store.text(v) for k, v in values.items()}, []))
    store.save(path)


if __name__ == "__main__":
    os.makedirs("pst", exist_ok=True)
    main("pst/unicode.pst", True, 1)
    main("pst/ansi.pst", False, 2)
