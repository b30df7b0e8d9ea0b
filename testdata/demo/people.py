"""Made-up people and numbers, the same ones every time. Nobody here exists; addresses and postal codes do not either."""

import hashlib

SURNAMES = """佐藤/サトウ/sato 鈴木/スズキ/suzuki 髙橋/タカハシ/takahashi 田中/タナカ/tanaka 伊藤/イトウ/ito 渡邉/ワタナベ/watanabe
山本/ヤマモト/yamamoto 中村/ナカムラ/nakamura 小林/コバヤシ/kobayashi 加藤/カトウ/kato 吉田/ヨシダ/yoshida 山﨑/ヤマザキ/yamazaki
森/モリ/mori 池田/イケダ/ikeda 橋本/ハシモト/hashimoto 石川/イシカワ/ishikawa 前田/マエダ/maeda 藤田/フジタ/fujita
後藤/ゴトウ/goto 岡田/オカダ/okada 長谷川/ハセガワ/hasegawa 村上/ムラカミ/murakami 近藤/コンドウ/kondo 坂本/サカモト/sakamoto
表/オモテ/omote 能登/ノト/noto 十河/ソゴウ/sogo 曽根/ソネ/sone 芝浦/シバウラ/shibaura 蒲生/ガモウ/gamo""".split()
GIVEN = """陽菜/ハルナ/haruna 蓮/レン/ren 結衣/ユイ/yui 大翔/ヒロト/hiroto 美咲/ミサキ/misaki 健太/ケンタ/kenta さくら/サクラ/sakura
翔太/ショウタ/shota 葵/アオイ/aoi 直樹/ナオキ/naoki 恵子/ケイコ/keiko 誠/マコト/makoto 由美子/ユミコ/yumiko 隆/タカシ/takashi
真理/マリ/mari 浩二/コウジ/koji 千尋/チヒロ/chihiro 大輔/ダイスケ/daisuke 香織/カオリ/kaori 拓也/タクヤ/takuya 典子/ノリコ/noriko
学/マナブ/manabu 彩/アヤ/aya 和也/カズヤ/kazuya 久美/クミ/kumi 亮/リョウ/ryo 玲奈/レナ/rena 修/オサム/osamu 文/フミ/fumi 優斗/ユウト/yuto""".split()
MAIL_DOMAINS = ["example.jp", "mail.example.jp", "example.com", "example.net", "example.org", "docomo.example.jp", "example.co.jp"]
TOWNS = ["東京都架空区見本町", "神奈川県例示市表町", "大阪府架空市仮名町", "北海道見本市十勝沖", "福岡県例示区構想台", "愛知県架空市予定町"]
FIXED = [("03", 4, "3"), ("03", 4, "5"), ("06", 4, "6"), ("011", 3, "2"), ("045", 3, "3"), ("052", 3, "9"), ("092", 3, "7")]


class Dice:
    """Numbers from SHA-256 of a seed and a counter: the same in every version of Python."""

    def __init__(self, seed):
        self.seed, self.count = seed, 0

    def below(self, n):
        self.count += 1
        return int.from_bytes(hashlib.sha256(f"{self.seed}/{self.count}".encode()).digest()[:8], "big") % n

    def pick(self, things):
        return things[self.below(len(things))]

    def digits(self, n):
        return "".join(str(self.below(10)) for _ in range(n))

    def hex(self, n):
        return hashlib.sha256(f"{self.seed}/hex/{self.below(1 << 60)}".encode()).hexdigest()[:n]

    def uuid(self):
        h = self.hex(32)
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"


def luhn_ok(number):
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def my_number_check(first11):
    rest = sum(int(d) * w for d, w in zip(first11, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2))) % 11
    return "0" if rest <= 1 else str(11 - rest)


def my_number_ok(number):
    return len(number) == 12 and len(set(number)) > 1 and my_number_check(number[:11]) == number[11]


def jan(first12):
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(first12))
    return first12 + str(-total % 10)


class Person:
    """One person: all that any file may say of them."""

    def __init__(self, number, dice):
        surname = SURNAMES[number % len(SURNAMES)].split("/")
        given = GIVEN[(number // len(SURNAMES) * 7 + number) % len(GIVEN)].split("/")
        self.id = number
        self.name, self.kana = f"{surname[0]} {given[0]}", f"{surname[1]} {given[1]}"
        self.email = f"{given[2]}.{surname[2]}{number:03d}@{MAIL_DOMAINS[number % len(MAIL_DOMAINS)]}"
        self.phone = mobile(dice) if dice.below(3) else fixed(dice)
        self.postal = f"000-{dice.digits(4)}"  # no postal code begins with 000
        self.address = f"{dice.pick(TOWNS)}{1 + dice.below(9)}-{1 + dice.below(30)}-{1 + dice.below(20)}"
        self.birth = f"{1945 + dice.below(60)}/{1 + dice.below(12)}/{1 + dice.below(28)}"
        self.member = f"A{10000 + number * 3}"


def mobile(dice):
    return f"{dice.pick(['090', '080', '070'])}-{1 + dice.below(9)}{dice.digits(3)}-{dice.digits(4)}"


def fixed(dice):
    area, width, first = dice.pick(FIXED)
    return f"{area}-{first}{dice.digits(width - 1)}-{dice.digits(4)}"


def card(dice, number):
    """A number that passes Luhn, at the end of three issuers' ranges, where no issuer is known to the writer."""
    body = ["499999", "559999", "358999"][number % 3] + dice.digits(9)
    return next(body + check for check in "0123456789" if luhn_ok(body + check))


def my_number(dice):
    body = dice.digits(11)
    return body + my_number_check(body)


WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
