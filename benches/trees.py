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


SENTENCES = [
    "今日は天気がよいので公園まで散歩をしました。", "会議の資料を準備して部長に送付する予定です。", "東京駅から新宿へ向かう電車の中で本を読み終えた。", "商品の在庫と納期を確認し、倉庫へ連絡する。",
    "年度末の決算にむけて伝票の整理をはじめる。", "新しい機種の説明書は棚のいちばん下にあります。", "講習会の参加費は当日に受付で集めます。", "窓口の混雑をさけるため、午前中の来場をおすすめします。",
]


def prose(path, size, seed):
    """Japanese text of at least `size` bytes, in UTF-8: sentences in a mixed order, and a number now and then. No personal data."""
    roll, written = dice(seed), 0
    with open(path, "wb") as text:
        while written < size:
            r = next(roll)
            line = "".join(SENTENCES[r >> shift & 7] for shift in (0, 3, 6, 9)) + (f"第{r >> 12 & 63}号（{1990 + (r >> 18) % 36}年）" if r >> 24 & 1 else "")
            written += text.write((line + "\n").encode())


def customers(path, size, seed):
    """A customer list of at least `size` bytes: nearly every cell is personal data, all of it made up."""
    roll, written, number = dice(seed), 0, 0
    with open(path, "wb") as table:
        table.write("会員番号,氏名,生年月日,郵便番号,住所,電話番号,メールアドレス\n".encode())
        while written < size:
            r, number = next(roll), number + 1
            name = "山川田村森林"[r % 6] + "田野本上下"[r >> 3 & 3] + " " + "太一健恵美花"[(r >> 6) % 6] + "郎子也代"[r >> 9 & 3]
            cells = [
                f"M{number:07d}", name, f"{1930 + (r >> 12) % 75}/{1 + (r >> 20) % 12:02d}/{1 + (r >> 24) % 28:02d}", f"{100 + (r >> 28) % 800}-{(r >> 32) % 10000:04d}",
                f"東京都千代田区丸の内{1 + (r >> 36) % 9}-{1 + (r >> 40) % 30}-{1 + (r >> 44) % 9}", f"090-{1000 + (r >> 48) % 9000}-{(r >> 52) % 10000:04d}", f"user{number}@example.jp",
            ]
            written += table.write((",".join(cells) + "\n").encode())
