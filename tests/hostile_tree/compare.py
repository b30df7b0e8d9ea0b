"""Holds an evidence zip against a look at its source: `compare.py ZIP BEFORE WHOLE`. Prints what was compared; fails on any difference."""

import base64
import hashlib
import json
import os
import sys
import zipfile
from decimal import Decimal

zip_path, before_path, whole_path = sys.argv[1:]
archive = zipfile.ZipFile(zip_path)
bag = archive.namelist()[0].split("/")[0]
records = [json.loads(line) for line in archive.read(f"{bag}/custody/files.jsonl").decode().splitlines()]
# Metadata from the first look: the second one reads targets of links, which may move an access time.
before = {row["path"]: row for row in map(json.loads, open(before_path))}
looked = [{**row, **before[row["path"]]} for row in map(json.loads, open(whole_path))]
by_path = {record["path_b64"]: record for record in records}
wrong = []
counts = {"entries": 0, "contents": 0, "bytes": 0, "linked": 0, "giants": 0}

lost = {row["path"] for row in looked} - by_path.keys()
wrong += [f"lost: {base64.b64decode(path)!r}" for path in lost]


def same(record, what, mine, theirs):
    if mine != theirs:
        wrong.append(f"{record['path']}: {what} is {theirs!r}, not {mine!r}")


def giant(record, member):
    """Its stretches are what stands at these places in the source; outside them the source has no data."""
    counts["giants"] += 1
    fd = os.open(base64.b64decode(record["path_b64"]), os.O_RDONLY | os.O_NOATIME)
    at, end = 0, 0
    for (start, end), digest in zip(record["extents"], record["extent_digests"], strict=True):
        piece = member[at : at + end - start]
        same(record, "stretch", os.pread(fd, end - start, start), piece)
        same(record, "digest of a stretch", hashlib.sha256(piece).hexdigest(), digest)
        at += end - start
    same(record, "length of all stretches", at, len(member))


for row in looked:
    record = by_path.get(row["path"])
    if record is None:
        continue
    counts["entries"] += 1
    same(record, "kind", row["kind"], record["kind"])
    for key in ("size", "uid", "gid", "inode", "links"):
        same(record, key, row[key], record["stat"][key])
    same(record, "mode", f"{row['mode']:04o}", record["stat"]["mode"])
    for key in ("atime", "mtime", "ctime"):
        same(record, key, Decimal(row[key]) / 10**9, Decimal(record["stat"][key]))
    if row["kind"] == "link":
        same(record, "target", row["target"], record["link_target_b64"])
        same(record, "digest", hashlib.sha256(base64.b64decode(row["target"])).hexdigest(), record["sha256"])
    if row.get("unreadable"):
        same(record, "outcome", "gap", record["outcome"])
        continue
    if row["kind"] == "file":
        member = archive.read(f"{bag}/{record['stored']}")
        counts["contents"] += 1
        counts["bytes"] += len(member)
        counts["linked"] += record["outcome"] == "linked"
        same(record, "digest", hashlib.sha256(member).hexdigest(), record["sha256"])
        if row["sha256"] is None:
            if record["outcome"] == "kept":
                giant(record, member)
        else:
            same(record, "content", row["sha256"], record["sha256"])
            same(record, "length", row["size"], len(member))
    if row["kind"] in ("file", "folder") and not row["mounted"] and record["outcome"] != "linked":
        same(record, "xattrs", row["xattrs"], {one["name"]: one["value_b64"] for one in record.get("xattrs", [])})

print(json.dumps(counts))
if wrong:
    sys.exit("\n".join(wrong[:50]))
