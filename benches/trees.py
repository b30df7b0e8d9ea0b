"""The made-up trees that benches/compare measures on: the same bytes everywhere. Standard library only."""

import os

AGENTS = ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X)", "curl/7.88.1"]


def dice(state):
    """xorshift64: quick, and the same everywhere."""
    while True:
        state ^= (state << 13) & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 7
        state ^= (state << 17) & 0xFFFFFFFFFFFFFFFF
        yield state


def access_log(path, size, seed):
    """A web server's log of at least `size` bytes."""
    roll, block, written = dice(seed), [], 0
    with open(path, "w", encoding="ascii") as log:
        second = 0
        while written < size:
            r, s = next(roll), next(roll)
            second += r & 1
            clock = f"{1 + second // 86400 % 28:02d}/Sep/2024:{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d} +0900"
            line = f'198.51.100.{r >> 8 & 255} - - [{clock}] "GET /item.php?id={s & 0xFFFFF}&_={r >> 20:x} HTTP/1.1" 200 {s >> 24 & 0xFFFF} "-" "{AGENTS[r % 3]}"\n'
            block.append(line)
            written += len(line)
            if len(block) == 20000:
                log.write("".join(block))
                block.clear()
        log.write("".join(block))


def notes(root, count, least, most=None):
    """`count` small text files, 500 a folder, of `least` to `most` bytes."""
    roll = dice(88172645463325252)
    most = most or least
    for number in range(count):
        folder = os.path.join(root, f"docs{number // 500:03d}")
        os.makedirs(folder, exist_ok=True)
        size = least + number * 7919 % (most - least + 1)
        words = "".join(f"{next(roll):016x} {number} memo\n" for _ in range(size // 22 + 1))
        with open(os.path.join(folder, f"note{number:05d}.txt"), "w", encoding="ascii") as note:
            note.write(words[:size])


def office(root, files, log_mib, logs=3):
    """What a small server holds: `files` notes of 2 KB and some access logs."""
    notes(root, files, 2048)
    os.makedirs(os.path.join(root, "log"), exist_ok=True)
    for number in range(logs):
        access_log(os.path.join(root, "log", f"access.log.{number}"), log_mib << 20, 7 + number)


def noise(root, count, mib):
    """`count` files of `mib` MiB that do not shrink and are not alike."""
    os.makedirs(root, exist_ok=True)
    roll = dice(7046029254386353131)
    for number in range(count):
        with open(os.path.join(root, f"image{number:02d}.bin"), "wb") as image:
            block = b"".join(next(roll).to_bytes(8, "little") for _ in range(1 << 17))
            for at in range(mib):
                image.write(block[at:] + block[:at])
