"""Makes a tree of everything that has ever broken a collector. `make.py DIR`; DIR must not exist.

As root it adds owners, devices, capabilities and a mount (give it a mount namespace: `unshare -m`). All content is made up.
"""

import os
import socket
import stat
import struct
import subprocess
import sys

ROOT = os.geteuid() == 0
OLD = 1_000_000_000_123_456_789  # An access time before all changes: relatime would move it at the first read.

NAMES = [
    b"\x8c\xda\x8b\x71\x96\xbc\x95\xeb\x83\x5c.csv",  # Shift_JIS, with a backslash as second byte
    "が.txt".encode(), "か\u3099.txt".encode(),  # NFC and NFD twins
    b"new\nline", b"back\\slash", b"100%", b"%2e%2e%2f", b"a=b", b"=41", b"-rf", b"--help", b"'single' \"double\"",
    b"$(touch pwned)", b"`touch pwned`;&|<>", b"CON", b"nul.txt", b"COM1.log", b"LPT9", b"trailing ", b"trailing.", b" leading",
    b"Case.txt", b"case.TXT", b"CASE.txt", b"x" * 255, ("長" * 85).encode(), b"...", b"..hidden", b"~", b"*", b"?", b"a:b",
    b"tab\there", b"\x1b[31mred\x7f\x01", "\u202egpj.exe".encode(), b"\xff\xfe\xfd", b"manifest-sha256.txt", b"data",
]


def write(name, content, fd=None):
    out = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644, dir_fd=fd)
    os.write(out, content)
    os.close(out)


def names():
    os.mkdir("names")
    for folder in (b"names", b"names/" + NAMES[0][:-4], b"names/CON "):
        os.makedirs(folder, exist_ok=True)
        for name in NAMES:
            write(folder + b"/" + name, b"content of " + name * 3)


def deep():
    """Paths of more than 4,096 bytes, which no system call takes as a whole."""
    for part in ("d" * 200, "深" * 80, "n"):
        os.mkdir("deep-" + part[0])
        here = os.open("deep-" + part[0], os.O_RDONLY)
        for level in range(45 if len(part) > 1 else 300):
            write(f"leaf{level}", f"level {level}".encode(), here)
            os.mkdir(part, dir_fd=here)
            inner = os.open(part, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
        os.close(here)


def times():
    os.mkdir("times")
    seconds = {
        "1938": -1_000_000_000, "quarter-before-1970": -1, "1970": 0, "1979": 300_000_000, "2038": 2**31, "2106": 2**32 - 1,
        "2107": 4_354_819_200, "2108": 4_354_819_200 + 400 * 86_400, "2200": 7_258_118_400, "2446": 15_000_000_000,
    }
    for name, at in seconds.items():
        write("times/" + name, name.encode())
        os.utime("times/" + name, ns=(at * 10**9 + 750_000_000, at * 10**9 + 250_000_000))
    return {"times/" + name for name in seconds}


def sparse():
    os.mkdir("sparse")
    for name, size, data in (
        ("image", 60 << 20, {0: os.urandom(200_000), 40 << 20: b"in the middle", (60 << 20) - 3: b"end"}),
        ("holes-only", 5 << 20, {}),
        ("ten-terabytes", 10 << 40, {1 << 30: os.urandom(9_000), 5 << 40: b"taro@example.jp", (10 << 40) - 1: b"."}),
    ):
        out = os.open("sparse/" + name, os.O_WRONLY | os.O_CREAT, 0o600)
        os.ftruncate(out, size)
        for at, content in data.items():
            os.pwrite(out, content, at)
        os.fsync(out)
        os.close(out)


def links():
    os.makedirs("links/b")
    write("links/a", b"one file, three names")
    os.link("links/a", "links/b/a")
    os.link("links/a", "links/z")
    os.link("sparse/ten-terabytes", "links/giant")
    for name, target in (
        ("self", "self"), ("dot", "."), ("up", ".."), ("root", "/"), ("dangling", "nowhere"), ("secret", "/etc/shadow"),
        ("ping", "pong"), ("pong", "ping"), ("long", "t" * 4_000), (b"b\xffytes", b"\x83\x5c"),
    ):
        os.symlink(target, os.fsencode("links/") + os.fsencode(name))
    if ROOT:  # Others move the access time of both names when they read one.
        os.link("links/dangling", "links/dangling-too", follow_symlinks=False)


def special():
    os.mkdir("special")
    os.mkfifo("special/pipe")
    os.link("special/pipe", "special/pipe-too")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind("special/socket")
    listening.close()
    if ROOT:
        os.mknod("special/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        os.mknod("special/disk", stat.S_IFBLK | 0o600, os.makedev(7, 999))


def rights():
    os.mkdir("rights")
    for name, mode in (("setuid", 0o4755), ("setgid", 0o2755), ("none", 0o000), ("all", 0o7777)):
        write("rights/" + name, b"#!/bin/sh\ntouch pwned\n")
        os.chmod("rights/" + name, mode)
    os.setxattr("rights/all", "user.note", b"\x00\xff binary")
    os.setxattr("rights", "user.folder", "フォルダー".encode())
    entries = [(1, 6, 2**32 - 1), (2, 4, 1234), (4, 4, 2**32 - 1), (16, 4, 2**32 - 1), (32, 0, 2**32 - 1)]
    acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    os.setxattr("rights/setgid", "system.posix_acl_access", acl)
    os.mkdir("rights/locked", 0o700)
    write("rights/locked/inside", b"inside")
    if ROOT:
        os.chown("rights/all", 99, 98)
        os.chown("rights", 1_234_567, 7_654_321)
        os.setxattr("rights/setuid", "security.capability", bytes.fromhex("0100000200200000000000000000000000000000"))
        os.chmod("rights/locked", 0)
    os.mkdir("empty")
    write("empty-file", b"")


def mounts():
    os.mkdir("mounted")
    if ROOT:
        subprocess.run(["mount", "-t", "tmpfs", "none", "mounted"], check=True)
        write("mounted/not-asked-for", b"another file system")


def settle(kept):
    """Gives everything an access time that a careless read would move."""
    for path, folders, files, fd in os.fwalk(".", topdown=False):
        for name in files + folders:
            if os.path.relpath(os.path.join(path, name)) in kept or name == "mounted":
                continue
            seen = os.stat(name, dir_fd=fd, follow_symlinks=False)
            os.utime(name, ns=(OLD, seen.st_mtime_ns), dir_fd=fd, follow_symlinks=False)


def main():
    os.mkdir(sys.argv[1])
    os.chdir(sys.argv[1])
    os.umask(0o022)
    names()
    deep()
    kept = times()
    sparse()
    links()
    special()
    rights()
    mounts()
    settle(kept)
    os.utime(".", ns=(OLD, OLD + 10**9))


main()
