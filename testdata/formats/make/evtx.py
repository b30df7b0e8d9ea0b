#!/usr/bin/env python3
"""A sample of a Windows event log, written by the published format ([MS-EVEN6] BinXml; libevtx documentation): there is no program
outside of Windows that writes one. Two chunks; events like 4624 (logons), one with UserData, one with several texts in one value,
binary values, and one for each person of people.csv. All personal data is made up. Run in testdata/formats.
The result was checked with python-evtx 0.8.1 and evtx 0.14.0 (PyPI): both read all of its events, with the values that were put in."""
import csv
import struct
import uuid
import zlib

TYPES = {'null': 0, 'text': 1, 'ansi': 2, 'u8': 4, 'u16': 6, 'u32': 8, 'u64': 10, 'bytes': 14, 'guid': 15, 'time': 17, 'sid': 19, 'h64': 21, 'xml': 33, 'texts': 129}
TICKS = 134_195_328_000_000_000  # 2026-04-01, in tenths of microseconds since 1601


def wide(text):
    return text.encode('utf-16-le')


class Value:
    """A place in a template for a value of this number and type."""

    def __init__(self, number, kind):
        self.number, self.kind = number, kind


class Chunk:
    def __init__(self, first):
        self.out, self.first, self.number = bytearray(512), first, first - 1
        self.names, self.templates, self.name_heads, self.template_heads, self.last = {}, {}, [0] * 64, [0] * 32, 0

    def put(self, form, *values):
        self.out += struct.pack('<' + form, *values)

    def name(self, name):
        if name in self.names:
            return self.put('I', self.names[name])
        at = len(self.out) + 4
        value = 0
        for unit in name:
            value = (value * 65599 + ord(unit)) & 0xFFFFFFFF
        bucket = (value & 0xFFFF) % 64
        self.put('IIHH', at, self.name_heads[bucket], value & 0xFFFF, len(name))
        self.out += wide(name) + b'\0\0'
        self.names[name] = self.name_heads[bucket] = at

    def content(self, content):
        if isinstance(content, Value):
            self.put('BHB', 14, content.number, TYPES[content.kind])
        else:
            self.put('BBH', 5, 1, len(content))
            self.out += wide(content)

    def element(self, name, attributes=(), children=(), template=True):
        self.put('B', 0x41 if attributes else 1)
        if template:
            self.put('H', 0xFFFF)
        size_at = len(self.out)
        self.put('I', 0)
        self.name(name)
        if attributes:
            list_at = len(self.out)
            self.put('I', 0)
            for number, (key, value) in enumerate(attributes):
                self.put('B', 0x46 if number + 1 < len(attributes) else 6)
                self.name(key)
                self.content(value)
            struct.pack_into('<I', self.out, list_at, len(self.out) - list_at - 4)
        if children:
            self.put('B', 2)
            for child in children:
                self.element(*child, template=template) if isinstance(child, tuple) else self.content(child)
        self.put('B', 4 if children else 3)
        struct.pack_into('<I', self.out, size_at, len(self.out) - size_at - 4)

    def instance(self, key, tree, values):
        """A fragment with an instance of a template, which is written where it is used first."""
        self.put('BBBB', 15, 1, 1, 0)
        identifier = uuid.uuid5(uuid.NAMESPACE_URL, key).bytes_le
        bucket = struct.unpack('<I', identifier[:4])[0] % 32
        known = self.templates.get(key)
        at = known or len(self.out) + 10
        self.put('BB', 12, 1)
        self.out += identifier[:4]
        self.put('I', at)
        if not known:
            self.templates[key] = at
            self.put('I', self.template_heads[bucket])
            self.template_heads[bucket] = at
            self.out += identifier
            size_at = len(self.out)
            self.put('IBBBB', 0, 15, 1, 1, 0)
            self.element(*tree)
            self.put('B', 0)
            struct.pack_into('<I', self.out, size_at, len(self.out) - size_at - 4)
        self.put('I', len(values))
        sizes_at = len(self.out)
        for kind, _ in values:
            self.put('HBB', 0, TYPES[kind], 0)
        for number, (kind, value) in enumerate(values):
            start = len(self.out)
            value() if callable(value) else self.out.extend(raw(kind, value))
            struct.pack_into('<H', self.out, sizes_at + number * 4, len(self.out) - start)
        self.put('B', 0)

    def record(self, key, tree, values):
        self.number += 1
        self.last = start = len(self.out)
        self.out += b'**\0\0'
        self.put('IQQ', 0, self.number, TICKS + self.number * 10_000_000)
        self.instance(key, tree, values)
        self.out += b'\0' * (-(len(self.out) - start + 4) % 8)
        size = len(self.out) - start + 4
        self.put('I', size)
        struct.pack_into('<I', self.out, start + 4, size)

    def whole(self):
        count = self.number - self.first + 1
        head = struct.pack('<8sQQQQIIII', b'ElfChnk\0', 1 if self.first == 1 else self.first, self.number, self.first, self.number, 128, self.last, len(self.out), zlib.crc32(self.out[512:]))
        self.out[:len(head)] = head
        struct.pack_into('<64I', self.out, 128, *self.name_heads)
        struct.pack_into('<32I', self.out, 384, *self.template_heads)
        struct.pack_into('<I', self.out, 124, zlib.crc32(self.out[:120] + self.out[128:512]))
        assert count > 0 and len(self.out) <= 65536
        return bytes(self.out) + b'\0' * (65536 - len(self.out))


def raw(kind, value):
    if kind in ('text', 'texts'):
        return wide(value if kind == 'text' else ''.join(text + '\0' for text in value))
    form = {'u8': 'B', 'u16': 'H', 'u32': 'I', 'u64': 'Q', 'time': 'Q', 'h64': 'Q'}.get(kind)
    if form:
        return struct.pack('<' + form, value)
    return uuid.UUID(value).bytes_le if kind == 'guid' else value


NAMESPACE = ('xmlns', 'http://schemas.microsoft.com/win/2004/08/events/event')


def event(provider, channel, tail):
    system = ('System', (), (
        ('Provider', (('Name', provider), ('Guid', '{54849625-5478-4994-A5BA-3E3B0328C30D}'))),
        ('EventID', (), (Value(0, 'u16'),)),
        ('Level', (), (Value(1, 'u8'),)),
        ('Keywords', (), (Value(2, 'h64'),)),
        ('TimeCreated', (('SystemTime', Value(3, 'time')),)),
        ('EventRecordID', (), (Value(4, 'u64'),)),
        ('Correlation', (('ActivityID', Value(5, 'guid')),)),
        ('Execution', (('ProcessID', Value(6, 'u32')), ('ThreadID', Value(7, 'u32')))),
        ('Channel', (), (channel,)),
        ('Computer', (), (Value(8, 'text'),)),
        ('Security', (('UserID', Value(9, 'sid')),)),
    ))
    return ('Event', (NAMESPACE,), (system, tail))


def data(names, first=10, kinds=None):
    kinds = kinds or ['text'] * len(names)
    return ('EventData', (), tuple(('Data', (('Name', name),), (Value(first + at, kind),)) if name else ('Data', (), (Value(first + at, kind),)) for at, (name, kind) in enumerate(zip(names, kinds))))


SID = bytes.fromhex('010500000000000515000000' + '01020304' + '05060708' + '090a0b0c' + 'e9030000')


def head(chunk, number):
    return [('u16', number), ('u8', 0), ('h64', 0x8020000000000000), ('time', TICKS + (chunk.number + 1) * 10_000_000), ('u64', chunk.number + 1), ('null', b''), ('u32', 716), ('u32', 760), ('text', 'dc01.example.jp'), ('sid', SID)]


LOGON = ['TargetUserName', 'TargetDomainName', 'LogonType', 'LogonGuid', 'WorkstationName', 'IpAddress', 'IpPort']
LOGON_KINDS = ['text', 'text', 'u32', 'guid', 'text', 'text', 'text']
PEOPLE = list(csv.reader(open('people.csv', encoding='utf-8')))


def logon(chunk, user, address):
    tree = event('Microsoft-Windows-Security-Auditing', 'Security', data(LOGON, kinds=LOGON_KINDS))
    values = [('text', user), ('text', 'EXAMPLE'), ('u32', 3), ('guid', '00010203-0405-0607-0809-0a0b0c0d0e0f'), ('text', 'PC-17'), ('text', address), ('text', '50123')]
    chunk.record('logon', tree, head(chunk, 4624) + values)


def person(chunk, row):
    chunk.record('person', event('Example-CRM', 'Application', data(PEOPLE[0])), head(chunk, 1001) + [('text', value) for value in row])


def user_data(chunk):
    inner = ('EventXML', (('xmlns', 'Event_NS'),), (('User', (), (Value(0, 'text'),)), ('SessionID', (), (Value(1, 'u32'),)), ('Address', (), (Value(2, 'text'),))))
    nested = lambda: chunk.instance('session', inner, [('text', 'EXAMPLE\\sato'), ('u32', 2), ('text', '192.0.2.44')])
    chunk.record('user', event('Microsoft-Windows-TerminalServices-LocalSessionManager', 'Operational', ('UserData', (), (Value(10, 'xml'),))), head(chunk, 21) + [('xml', nested)])


def application(chunk):
    tree = event('Example-Service', 'Application', ('EventData', (), (('Data', (), (Value(10, 'texts'),)), ('Binary', (), (Value(11, 'bytes'),)))))
    chunk.record('application', tree, head(chunk, 7) + [('texts', ['first text', 'second text']), ('bytes', bytes.fromhex('deadbeef00'))])


one, two = Chunk(1), None
for user, address in (('yamada', '192.0.2.10'), ('sato', '2001:db8::7'), ('SYSTEM', '-')):
    logon(one, user, address)
user_data(one)
for row in PEOPLE[1:4]:
    person(one, row)
two = Chunk(one.number + 1)
for row in PEOPLE[4:]:
    person(two, row)
application(two)
logon(two, 'tanaka', '198.51.100.9')
top = struct.pack('<8sQQQIHHHH', b'ElfFile\0', 0, 1, two.number + 1, 128, 1, 3, 4096, 2).ljust(120, b'\0')
top += struct.pack('<II', 0, zlib.crc32(top))
# Chunks are 64 KiB, most of it zeros here: packed for the repository.
whole = top.ljust(4096, b'\0') + one.whole() + two.whole()
import gzip
open('evtx/members.evtx.gz', 'wb').write(gzip.compress(whole, 9, mtime=0))
open('/tmp/members.evtx', 'wb').write(whole)
