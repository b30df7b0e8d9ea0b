"""A writer that never stops: grows, rotates, truncates, rewrites, replaces and removes files below DIR until it is killed.

Every line says which state of its file it belongs to (16 bytes: `name generation`), so that a copy tells by itself whether
it was ever a state of the file. Prints a line once every file is there.
"""

import itertools
import os
import sys
import time

os.chdir(sys.argv[1])
LINES = 60_000  # Of 16 bytes: about a megabyte, so that reading one takes a while.
EACH = 6


def line(generation):
    return b"g%014d\n" % generation


def whole(name, generation, count=LINES):
    with open(name, "wb") as out:
        out.write(line(generation) * count)


def grow(n, generation):
    with open(f"grow/{n}.log", "ab") as out:
        start = out.tell() // 16
        out.write(b"".join(line(start + at) for at in range(50)))


def rotate(n, generation):
    # As logrotate does it: rename, and the service goes on in a new file.
    os.rename(f"rotate/{n}.log", f"rotate/{n}.log.1")
    whole(f"rotate/{n}.log.new", generation)
    os.rename(f"rotate/{n}.log.new", f"rotate/{n}.log")


def truncate(n, generation):
    with open(f"truncate/{n}", "r+b") as out:
        out.truncate(0)
        for _ in range(20):
            out.write(line(generation) * (LINES // 20))
            out.flush()


def rewrite(n, generation):
    out = os.open(f"rewrite/{n}", os.O_WRONLY)
    step = LINES // 20
    for at in range(20):
        os.pwrite(out, line(generation) * step, at * step * 16)
    os.close(out)


def replace(n, generation):
    whole(f"replace/.{n}", generation)
    os.rename(f"replace/.{n}", f"replace/{n}")


def vanish(n, generation):
    for old in os.listdir("vanish"):
        if old.startswith(f"{n}-"):
            os.unlink("vanish/" + old)
    for more in range(20):
        whole(f"vanish/{n}-{generation}-{more}", generation, 4)


KINDS = [grow, rotate, truncate, rewrite, replace, vanish]
for kind in KINDS:
    os.mkdir(kind.__name__)
for n in range(EACH):
    for name in (f"grow/{n}.log", f"rotate/{n}.log", f"truncate/{n}", f"rewrite/{n}", f"replace/{n}"):
        whole(name, 0) if not name.startswith("grow") else None
    with open(f"grow/{n}.log", "wb") as out:
        out.write(b"".join(line(at) for at in range(LINES)))
    vanish(n, 0)
print("ready", flush=True)
for generation in itertools.count(1):
    for kind in KINDS:
        kind(generation % EACH, generation)
    time.sleep(0.002)
