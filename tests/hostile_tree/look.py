"""Looks at a tree without a trace and prints one JSON line per path: `look.py DIR [whole]`.

Without `whole` only metadata, so that two looks can be compared; with it also content, attributes and targets of links.
"""

import base64
import hashlib
import json
import os
import stat
import sys

WHOLE = len(sys.argv) > 2
QUIET = os.O_RDONLY | os.O_NOATIME | os.O_NOFOLLOW | os.O_NONBLOCK
sys.setrecursionlimit(10_000)


def content(fd, size):
    digest = hashlib.sha256()
    if size > 1 << 40:
        return None
    while block := os.read(fd, 1 << 20):
        digest.update(block)
    return digest.hexdigest()


def row(path, name, at, device):
    seen = os.stat(name, dir_fd=at, follow_symlinks=False)
    kind = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket",
            stat.S_IFCHR: "char_device", stat.S_IFBLK: "block_device"}[stat.S_IFMT(seen.st_mode)]
    line = {
        "path": base64.b64encode(path).decode(), "kind": kind, "size": seen.st_size, "mode": seen.st_mode & 0o7777,
        "uid": seen.st_uid, "gid": seen.st_gid, "inode": seen.st_ino, "links": seen.st_nlink,
        "atime": seen.st_atime_ns, "mtime": seen.st_mtime_ns, "ctime": seen.st_ctime_ns, "mounted": seen.st_dev != device,
    }
    opened = None
    if kind in ("file", "folder"):
        try:
            opened = os.open(name, QUIET, dir_fd=at)
        except PermissionError:  # Not root.
            line["unreadable"] = True
        if WHOLE and opened is not None:
            line["xattrs"] = {key: base64.b64encode(os.getxattr(opened, key)).decode() for key in os.listxattr(opened)}
    if kind == "file" and opened is not None:
        if WHOLE:
            line["sha256"] = content(opened, seen.st_size)
        os.close(opened)
        opened = None
    if kind == "link" and WHOLE:
        line["target"] = base64.b64encode(os.fsencode(os.readlink(name, dir_fd=at))).decode()
    print(json.dumps(line, sort_keys=True))
    return opened, line["mounted"]


def walk(path, name, at, device):
    opened, is_mounted = row(path, name, at, device)
    if opened is None:
        return
    if not is_mounted:
        for inner in sorted(os.fsencode(one) for one in os.listdir(opened)):
            walk(path + b"/" + inner, inner, opened, device)
    os.close(opened)


root = os.fsencode(sys.argv[1])
walk(root, root, None, os.stat(root).st_dev)
