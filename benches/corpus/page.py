"""A page of benches/detect in the making: fields that write a value in one of its ways and keep the truth of it, and look-alikes that are no such value. Standard library only."""

import html
import re
import unicodedata
import urllib.parse
from collections import defaultdict

from people import FIRMS, corporate, digits, grouped, insurer, jan, some_uuid, text_of

WIDE = {ord(narrow): wide for narrow, wide in zip("0123456789-@.()", "０１２３４５６７８９－＠．（）")}
HALF = {}
for half in map(chr, range(0xFF66, 0xFF9E)):
    for mark in ("", "ﾞ", "ﾟ"):
        whole = unicodedata.normalize("NFKC", half + mark)
        if len(whole) == 1:
            HALF[whole] = half + mark
HEX = "0123456789abcdef"
RAW = ("password", "password_hash", "secret", "sensitive")


class Page:
    """What is written, what of it is due, what is kept apart (found or not, it counts in no cell), and what only looks alike."""

    def __init__(self, rng, form, encoding):
        self.rng, self.form, self.encoding = rng, form, encoding
        self.header = "–"
        self.lines, self.due, self.apart, self.alike = [], defaultdict(dict), defaultdict(dict), defaultdict(set)

    def can(self, text):
        try:
            return bool(encoded(text, self.encoding)) or True
        except UnicodeEncodeError:
            return False

    def one(self, *choices):
        return self.rng.choice(choices)

    def put(self, entity, value, ways, full=None, apart=False):
        """Writes a value in one of the ways that this encoding has. `full`: more that may stand in the finding (a building behind an address)."""
        way, text = self.rng.choice([(way, text) for way, text in ways.items() if text is not None and self.can(text)])
        kept = self.apart if apart else self.due
        kept[entity][normal(entity, value)] = (way, normal(entity, full or value), self.header)
        return text

    def like(self, kind, text):
        self.alike[kind].add(normal("", text))
        return text

    def is_(self, *forms):
        return self.form in forms


def encoded(text, encoding):
    """EUC-JP and ISO-2022-JP have one full-width minus, Unicode two."""
    if encoding in ("euc-jp", "iso-2022-jp"):
        text = text.replace("－", "−")
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    return mark + text.encode(encoding)


def normal(entity, value):
    """The value as both sides are compared: without width, spaces and hyphens."""
    if entity in RAW:
        return value
    value = re.sub(r"[\s・,]", "", unicodedata.normalize("NFKC", value))
    if entity == "confidential_mark":
        return value.strip("【】()[]")
    if entity == "email":
        return value.lower()
    if entity == "address":
        return re.sub("[−‐–—]", "-", value)
    if entity in ("person_name", "name_kana", "surname", "given_name", "birth_date"):
        return value
    return "".join(c for c in value.upper() if c.isalnum() or c in "*●")


def wide(text):
    return text.translate(WIDE)


def kanji(number):
    tens, ones = divmod(int(number), 10)
    figures = "〇一二三四五六七八九"
    if tens > 9:
        return "".join(figures[int(d)] for d in str(number))
    return ("" if tens == 0 else ("" if tens == 1 else figures[tens]) + "十") + (figures[ones] if ones or not tens else "")


def in_kanji(text):
    return re.sub(r"[0-9]+", lambda found: kanji(found.group()), text)


# People.

def name(page, p):
    s, g = p["surname"], p["given"]
    return page.put("person_name", s + g, {"with a space": f"{s} {g}", "with a wide space": f"{s}\u3000{g}", "unspaced": s + g})


def latin_name(page, p):
    s, g = (part.capitalize() for part in p["roman"])
    return page.put("person_name", g + s, {"in Latin letters": f"{g} {s}", "in Latin capitals": None}) if page.rng.random() < 0.5 else page.put("person_name", (s + g).upper(), {"in Latin capitals": f"{s} {g}".upper()})


def honoured(page, p):
    """A name with the word behind it that tells."""
    s, g = p["surname"], p["given"]
    after = page.one("様", "様", "さん", "さま", "殿", "氏", "先生")
    return page.put("person_name", s + g, {"before an honorific": page.one(f"{s}{g}{after}", f"{s} {g}{after}", f"{s}\u3000{g}\u3000{after}")})


def labelled(page, p):
    s, g = p["surname"], p["given"]
    return page.put("person_name", s + g, {"behind a label": page.one("氏名：", "お名前：", "【氏名】", "氏名: ", "患者名：", "ご担当者名：") + page.one(f"{s} {g}", f"{s}{g}", f"{s}\u3000{g}")})


def bare(page, p):
    return page.put("person_name", p["surname"] + p["given"], {"bare: no label, no honorific": p["surname"] + p["given"]}, apart=True)


def called(page, p):
    return page.put("person_name", p["surname"], {"surname alone before an honorific": p["surname"] + page.one("様", "さん", "先生")}, apart=True)


def coded_name(page, p):
    return page.put("person_name", p["surname"] + p["given"], {"percent-encoded": urllib.parse.quote(p["surname"] + p["given"])})


def surname(page, p):
    return page.put("surname", p["surname"], {"as it is": p["surname"]})


def latin_surname(page, p):
    return page.put("surname", p["roman"][0].capitalize(), {"in Latin letters": p["roman"][0].capitalize()})


def given(page, p):
    # One way to write it: no dice.
    page.due["given_name"][normal("given_name", p["given"])] = ("as it is", normal("given_name", p["given"]), page.header)
    return p["given"]


def reading(text):
    """How a reading is written: in which kana, of which width, taken apart or not."""
    hira = "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)
    apart = unicodedata.normalize("NFD", text)
    return {"katakana": text, "half width": "".join(HALF.get(c, c) for c in text), "NFD": apart if apart != text else None}, hira


def kana(page, p):
    spaced = page.one(" ", "\u3000", "").join(p["kana"])
    ways, _ = reading(spaced)
    if not page.encoding.startswith("utf"):
        ways["NFD"] = None
    return page.put("name_kana", spaced, ways)


def hiragana(page, p):
    spaced = reading(page.one(" ", "").join(p["kana"]))[1]
    return page.put("name_kana", spaced, {"hiragana": spaced})


def kana_of(at):
    return lambda page, p: page.put("name_kana", p["kana"][at], {"surname and given name apart": p["kana"][at]})


def era(ymd):
    year, month, day = ymd
    for letter, word, before, first in (("R", "令和", 2018, (2019, 5, 1)), ("H", "平成", 1988, (1989, 1, 8)), ("S", "昭和", 1925, (1926, 12, 25)), ("T", "大正", 1911, (1912, 7, 30))):
        if ymd >= first:
            return letter, word, year - before, month, day
    raise ValueError(ymd)


def birth(page, p):
    year, month, day = p["ymd"]
    letter, word, count, *_ = era(p["ymd"])
    first = "元" if count == 1 else count
    ways = {
        "1980/1/2": f"{year}/{month}/{day}", "1980-01-02": f"{year}-{month:02d}-{day:02d}", "1980.01.02": f"{year}.{month:02d}.{day:02d}", "1980年1月2日": f"{year}年{month}月{day}日",
        "昭和55年1月2日": f"{word}{first}年{month}月{day}日", "S55.1.2": f"{letter}{count}.{month}.{day}", "full width": wide(f"{word}{first}年{month}月{day}日"), "kanji numerals": f"{word}{'元' if count == 1 else kanji(count)}年{kanji(month)}月{kanji(day)}日",
        "19800102": f"{year}{month:02d}{day:02d}",
    }
    if page.is_("table"):
        ways |= {"3550102": f"{'MTSHR'.index(letter) + 1}{count:02d}{month:02d}{day:02d}", "S550102": f"{letter}{count:02d}{month:02d}{day:02d}"}
    if page.is_("log"):
        ways = {"1980-01-02": ways["1980-01-02"], "19800102": ways["19800102"]}
    return page.put("birth_date", f"{year}-{month:02d}-{day:02d}", ways)


# Where they live.

def street(page, p, with_prefecture, with_building=True):
    prefecture, town, part = p["place"]
    start = page.one(prefecture, prefecture, prefecture + " ") if with_prefecture else ""
    core, full = start + town + part + p["house"], start + town + part + p["house"] + (p["building"] if with_building else "")
    gap, house = page.one(" ", "\u3000", ""), p["house"]
    tail = (gap + p["building"]) if p["building"] and with_building else ""
    kind = "with prefecture" if with_prefecture else "without prefecture"
    written = page.one("as it is", "full width", "kanji numerals") if page.is_("table", "prose") else "as it is"
    house = {"full width": wide(house), "kanji numerals": in_kanji(house)}.get(written, house) if page.can(wide(house)) else house
    text = start + town + part + house + tail
    way = {f"{kind}, {written}": text}
    return page.put("address", core.replace(p["house"], house), way, full=full.replace(p["house"], house))


def address(page, p):
    return street(page, p, page.rng.random() < 0.75)


def long_address(page, p):
    return street(page, p, True, with_building=page.rng.random() < 0.5)


def short_address(page, p):
    return street(page, p, False)


def prefecture(page, p):
    return page.put("address", p["place"][0], {"in columns: prefecture": p["place"][0]})


def town(page, p):
    return page.put("address", p["place"][1], {"in columns: town": p["place"][1]})


def town_and_part(page, p):
    return page.put("address", "".join(p["place"]), {"in columns: the first": "".join(p["place"])})


def rest(page, p):
    """The house number in a column of its own: by itself it says nothing."""
    text = p["place"][2] + p["house"] + p["building"]
    return page.put("address", text, {"in columns: house number": text}, apart=True)


def house_alone(page, p):
    text = p["house"] + (" " + p["building"] if p["building"] else "")
    return page.put("address", text, {"in columns: house number": text}, apart=True)


def postal(page, p):
    code, ways = p["postal"], {"hyphen": p["postal"], "full width": wide(p["postal"])}
    if not page.is_("prose", "log"):
        ways["plain"] = code.replace("-", "")
    if page.is_("table") and code.startswith("0") and not code.startswith("00"):
        ways["zero lost"] = code.replace("-", "")[1:]
        return page.put("postal_code", ways["zero lost"], {"zero lost": ways["zero lost"]}) if page.rng.random() < 0.3 else page.put("postal_code", code, {k: v for k, v in ways.items() if k != "zero lost"})
    return page.put("postal_code", code, ways)


def postal_mark(page, p):
    return page.put("postal_code", p["postal"], {"behind 〒": page.one("〒", "〒 ") + page.one(p["postal"], p["postal"].replace("-", ""))})


# How they are reached.

def mobile(page, p):
    number = p["mobile"]
    plain, (a, b, c) = number.replace("-", ""), number.split("-")
    ways = {"mobile, plain": plain, "mobile, hyphens": number, "mobile, +81-90": f"+81-{number[1:]}", "mobile, +8190": f"+81{plain[1:]}"}
    if not page.is_("log"):
        ways |= {"mobile, full width": wide(number), "mobile, brackets": f"{a}({b}){c}", "mobile, spaces": f"{a} {b} {c}"}
    if page.is_("table"):
        ways["mobile, zero lost"] = plain[1:]
    return page.put("phone", plain, ways)


def landline(page, p):
    number = p["landline"]
    plain, (a, b, c) = number.replace("-", ""), number.split("-")
    ways = {"landline, plain": plain, "landline, hyphens": number, "landline, +81-3": f"+81-{number[1:]}"}
    if not page.is_("log"):
        ways |= {"landline, full width": wide(number), "landline, brackets": page.one(f"({a}){b}-{c}", f"{a}({b}){c}")}
    return page.put("phone", plain, ways)


def ip_phone(page, p):
    return page.put("phone", p["ip_phone"].replace("-", ""), {"050, hyphens": p["ip_phone"], "050, plain": p["ip_phone"].replace("-", "")})


def free(page, p):
    return page.put("phone", p["free"].replace("-", ""), {"toll-free": p["free"]}, apart=True)


def phone(page, p):
    return page.rng.choices([mobile, landline, ip_phone, free], [6, 4, 1, 1])[0](page, p)


def home_phone(page, p):
    return page.rng.choices([landline, ip_phone, free], [6, 2, 1])[0](page, p)


def mail_of(page, p):
    s, g = p["roman"]
    local = page.one(f"{s}.{g}", f"{g}-{s}", f"{g[0]}_{s}", f"{s}{p['ymd'][0] % 100:02d}", f"{s}+shop")
    return f"{local}{p['number']}@{page.one('mail', 'web', 'post', 'kaisha.co')}.example.{page.one('jp', 'com', 'net')}"


def email(page, p):
    plain = mail_of(page, p)
    local, domain = plain.split("@")
    carrier = f"{p['roman'][0]}{page.one('..', '.-.')}{p['number']}@{page.one('docomo', 'ezweb')}.example.jp"
    ways = {"plain": plain, "in capitals": local.capitalize() + "@" + domain.upper()}
    if page.is_("table", "prose"):
        ways["full-width ＠"] = f"{local}＠{domain}"
        ways["full width"] = "".join(chr(ord(c) + 0xFEE0) for c in plain)
    if page.rng.random() < 0.15:
        plain, ways = carrier, {"as carriers issued": carrier}
    elif page.rng.random() < 0.1:
        plain = f"{p['roman'][1]}{p['number']}.@docomo.example.jp"
        ways = {"as carriers issued": plain}
    return page.put("email", plain, ways)


def coded_email(page, p):
    plain = mail_of(page, p)
    return page.put("email", plain, {"%40": urllib.parse.quote(plain, safe="")})


def html_email(page, p):
    plain = mail_of(page, p)
    return page.put("email", plain, {"&#64;": html.escape(plain).replace("@", "&#64;"), "mailto:": f"mailto:{plain}"})


# What they pay with.

def card(page, p):
    plain = p["card"]
    ways = {"plain": plain, "hyphens": grouped(plain, "-"), "spaces": grouped(plain, " ")}
    if page.is_("table", "prose"):
        ways["full width"] = wide(grouped(plain, "-"))
    return page.put("card", plain, ways)


def expiry(page, p):
    month, year = p["expiry"]
    text = page.one(f"{month:02d}/{year}", f"{month:02d}{year}", f"{month:02d}/20{year}", f"20{year}/{month:02d}", f"20{year}-{month:02d}", f"{month:02d} / {year}")
    return page.put("card_expiry", text, {"beside a card": text})


def cvv(page, p):
    text = digits(page.rng, 4 if p["card"].startswith("37") else 3)
    return page.put("card_cvv", text, {"beside a card": text})


def masked(page, p):
    last, first = p["card"][-4:], "4111"
    ways = {"************1111": f"{'*' * 12}{last}", "****-****-****-1111": f"****-****-****-{last}", "411111******1111": f"{first}11******{last}", "4111-11**-****-1111": f"{first}-11**-****-{last}", "XXXX-XXXX-XXXX-1111": f"XXXX-XXXX-XXXX-{last}"}
    if page.can("●") and not page.is_("log"):
        ways["●●●●-●●●●-●●●●-1111"] = f"●●●●-●●●●-●●●●-{last}"
    way = page.one(*ways)
    return page.put("card_last4", ways[way], {way: ways[way]})


def last4(page, p):
    return page.put("card_last4", p["card"][-4:], {"the four alone": p["card"][-4:]})


def account(page, p):
    plain = p["account"]
    return page.put("bank_account", plain, {"seven digits": plain, "full width": wide(plain)} if page.is_("table", "prose") else {"seven digits": plain})


def whole_account(page, p):
    text = f"{page.rng.randrange(1, 600):04d}-{digits(page.rng, 3)}-{p['account']}"
    return page.put("bank_account", text, {"bank-branch-number": text})


def post_account(page, p):
    return page.put("bank_account", "".join(p["post"]), {"post bank": "-".join(p["post"])})


# What the state and their houses call them.

def numbered(entity, field, with_spaces=False):
    """A number with hyphens, which may also be written without or in full width."""

    def write(page, p):
        number = p[field]
        ways = {"plain": number.replace("-", "")}
        if "-" in number:
            ways["hyphens"] = number
        if page.is_("table", "prose"):
            ways["full width"] = wide(number)
        if with_spaces:
            ways |= {"hyphens": grouped(number, "-"), "spaces": grouped(number, " ")}
        return page.put(entity, number, ways)

    return write


my_number, licence = numbered("my_number", "my_number", True), numbered("drivers_license", "licence", True)
pension, employment = numbered("pension_number", "pension"), numbered("employment_insurance_no", "employment")
juminhyo, care, insurer_no = numbered("juminhyo_code", "juminhyo"), numbered("care_insurance_no", "care"), numbered("health_insurer_no", "insurer")
passport, residence = numbered("passport_number", "passport"), numbered("residence_card", "residence")


def insured(page, p):
    symbol, number = p["symbol"]
    ways = {f"{mark.strip() or 'space'} between": f"{symbol}{mark}{number}" for mark in ("-", "・", " ")}
    return page.put("health_insurance_no", symbol + number, ways)


def insured_digits(page, p):
    text = f"{int(p['care']) + 10**7:08d}"
    return page.put("health_insurance_no", text, {"eight digits": text})


def corporate_no(page, p):
    number = p["corporate"]
    return page.put("corporate_number", number, {"plain": number, "hyphens": f"{number[0]}-{number[1:5]}-{number[5:9]}-{number[9:]}"})


def invoice_no(page, p):
    number = corporate(page.rng)
    return page.put("invoice_number", "T" + number, {"plain": "T" + number, "hyphens": f"T{number[0]}-{number[1:5]}-{number[5:9]}-{number[9:]}"})


def either_no(page, p):
    """The column that has a person's number or a firm's."""
    return my_number(page, p) if p["number"] % 3 else corporate_no(page, p)


def house_id(entity, *shapes):
    def write(page, p):
        text = page.one(*shapes).format(n=p["number"], y=p["ymd"][0] % 100)
        return page.put(entity, text, {"as the house writes it": text})

    return write


member = house_id("member_id", "M{n:07d}", "{n:08d}", "C-{n:06d}", "{n}")
employee = house_id("employee_id", "E{n:05d}", "{n:06d}", "{y:02d}-{n:05d}")
student = house_id("student_id", "26A{n:04d}", "s{n:07d}", "1{n:05d}")
patient = house_id("patient_id", "{n:07d}", "P-{n:05d}", "{n:04d}-{y:02d}")


# What must not be known.

def sensitive(page, p):
    if p["number"] % 4 == 0:
        return page.like("no illness", page.one("なし", "特になし", "無", "-"))
    return page.put("sensitive", p["ill"], {"in a column": p["ill"]})


def grade(page, p):
    text = f"{page.rng.randrange(1, 7)}級"
    return page.put("sensitive", text, {"in a column": text})


def care_level(page, p):
    text = page.one("要介護", "要支援") + page.one("1", "2", "３")
    return page.put("sensitive", unicodedata.normalize("NFKC", text), {"in a column": text})


def pressure(page, p):
    text = f"{page.rng.randrange(95, 180)}/{page.rng.randrange(55, 110)}"
    return page.put("sensitive", text, {"in a column": text})


def password(page, p):
    s, g = p["roman"]
    text = page.one(f"{s.capitalize()}{page.rng.randrange(1980, 2027)}", f"{g}{digits(page.rng, 4)}", f"Pw{text_of(page.rng, 8)}!", f"{text_of(page.rng, 6)}#{digits(page.rng, 2)}", f"{s}@{digits(page.rng, 3)}", "sakura-" + digits(page.rng, 4))
    return page.put("password", text, {"as people choose them": text})


def pin(page, p):
    text = digits(page.rng, 4)
    return page.put("password", text, {"four digits": text})


def password_hash(page, p):
    crypt = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    some = lambda count: text_of(page.rng, count, crypt)  # noqa: E731
    ways = {
        "bcrypt": f"${page.one('2y', '2a', '2b')}${page.one('10', '12')}${some(53)}", "sha512-crypt": f"$6${some(16)}${some(86)}", "argon2": f"$argon2id$v=19$m=65536,t=3,p=4${text_of(page.rng, 22)}${text_of(page.rng, 43)}",
        "yescrypt": f"$y$j9T${some(22)}${some(43)}", "PBKDF2": f"pbkdf2_sha256$260000${text_of(page.rng, 22)}${text_of(page.rng, 43)}=", "LDAP": f"{{SSHA}}{text_of(page.rng, 36)}==",
    }
    if page.is_("table", "json"):
        ways |= {"MD5": text_of(page.rng, 32, HEX), "SHA-1": text_of(page.rng, 40, HEX), "SHA-256": text_of(page.rng, 64, HEX)}
    if page.is_("table"):
        ways = {way: text for way, text in ways.items() if "," not in text}
    way = page.one(*ways)
    return page.put("password_hash", ways[way], {way: ways[way]})


def secret(page, p):
    some, upper = lambda count: text_of(page.rng, count), "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # noqa: E731
    ways = {
        "AWS": "AKIA" + text_of(page.rng, 16, upper), "GitHub": page.one("ghp_", "gho_", "ghs_") + some(36), "GitHub, fine-grained": "github_pat_" + some(22) + "_" + some(59), "GitLab": "glpat-" + some(20),
        "Slack": f"xoxb-{digits(page.rng, 12)}-{digits(page.rng, 12)}-{some(24)}", "Google": "AIza" + some(35), "Stripe": page.one("sk_live_", "rk_live_") + some(24),
    }
    way = page.one(*ways)
    return page.put("secret", ways[way], {way: ways[way]})


def private_key(page, p):
    text = f"-----BEGIN {page.one('RSA ', 'EC ', 'OPENSSH ', '')}PRIVATE KEY-----"
    return page.put("secret", text, {"private key": text})


def opaque(page, p):
    """A key without any mark of its maker: its column or key alone names it."""
    ways = {"no maker's mark, hexadecimal": text_of(page.rng, page.one(32, 40), HEX), "no maker's mark, letters": text_of(page.rng, 43)}
    way = page.one(*ways)
    return page.put("secret", ways[way], {way: ways[way]})


def jwt(page, p):
    text = f"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOi{text_of(page.rng, 60)}.{text_of(page.rng, 43)}"
    return page.put("secret", text, {"JWT": text})


def confidential(page, p):
    text = page.one(*[mark for mark in ("社外秘", "部外秘", "関係者外秘", "極秘", "取扱注意", "㊙", "Strictly Confidential") if page.can(mark)])
    return page.put("confidential_mark", text, {"as it is": text})


# What only looks like it.

def order(page, p):
    return page.like("order number", page.one(digits(page.rng, 12), f"20261016{digits(page.rng, 4)}", f"202610{digits(page.rng, 6)}", f"{p['number']:012d}"))


def slip(page, p):
    d = lambda count: digits(page.rng, count)  # noqa: E731
    return page.like("slip or tracking number", page.one(f"{d(4)}-{d(4)}-{d(4)}", d(12), d(16), f"{d(4)}-{d(4)}-{d(4)}-{d(4)}", f"EM{d(9)}JP", f"{d(3)}-{d(4)}-{d(4)}"))


def bill(page, p):
    return page.like("invoice or quotation number", page.one(f"INV-2026-{digits(page.rng, 5)}", f"2026-1016-{digits(page.rng, 4)}", f"{digits(page.rng, 4)}-{digits(page.rng, 6)}", f"Q{digits(page.rng, 8)}"))


def jan_code(page, p):
    return page.like("JAN code", jan(page.rng))


def part(page, p):
    return page.like("product code", page.one(f"03-{digits(page.rng, 4)}-{digits(page.rng, 4)}", f"0{digits(page.rng, 2)}-{digits(page.rng, 3)}-{digits(page.rng, 4)}", f"AB{digits(page.rng, 7)}", f"TK-{digits(page.rng, 4)}", f"AB{digits(page.rng, 8)}CD"))


def department(page, p):
    return page.like("department code", page.one(f"{page.rng.randrange(1000, 9999)}", f"S{digits(page.rng, 3)}-{digits(page.rng, 2)}", "総務部", "大阪支店営業一課"))


def extension(page, p):
    return page.like("extension", f"{digits(page.rng, 3)}-{digits(page.rng, 4)}")


def clock(page, p):
    day = page.rng.randrange(1, 29)
    return page.like("time", page.one(f"2026/10/{day} 12:34:56", f"2026-10-{day:02d}T12:34:56.{digits(page.rng, 6)}+09:00", f"202610{day:02d}{page.rng.randrange(10, 24)}{digits(page.rng, 4)}", f"1760{digits(page.rng, 9)}", f"1760{digits(page.rng, 6)}", f"1760{digits(page.rng, 12)}"))


def other_day(page, p):
    year = page.rng.randrange(1985, 2027)
    return page.like("date that is no birthday", page.one(f"{year}/{page.rng.randrange(1, 13)}/{page.rng.randrange(1, 29)}", f"{year}年4月1日"))


def hexes(page, p):
    return page.like("UUID or digest", page.one(str(some_uuid(page.rng)), some_uuid(page.rng).hex, text_of(page.rng, 40, HEX), text_of(page.rng, 64, HEX)))


def machine(page, p):
    rng = page.rng
    return page.like("address of a machine", page.one(f"192.0.2.{rng.randrange(256)}", f"2001:db8::{rng.randrange(65536):x}:{rng.randrange(65536):x}", f"2001:0db8:{digits(rng, 4)}:{digits(rng, 4)}:{digits(rng, 4)}:{digits(rng, 4)}:{digits(rng, 4)}:{digits(rng, 4)}", ":".join(text_of(rng, 2, HEX) for _ in range(6))))


def version(page, p):
    rng = page.rng
    return page.like("version", page.one(f"{rng.randrange(20)}.{rng.randrange(20)}.{rng.randrange(5000)}.{rng.randrange(200)}", f"v{rng.randrange(9)}.{rng.randrange(9)}.{rng.randrange(30)}-rc{rng.randrange(9)}", f"libx@{rng.randrange(9)}.{rng.randrange(9)}.{rng.randrange(9)}", f"KB{digits(rng, 7)}"))


def spot(page, p):
    return page.like("latitude and longitude", f"{35 + page.rng.random():.{page.one(6, 12)}f} {139 + page.rng.random():.{page.one(6, 12)}f}")


def price(page, p):
    return page.like("price", page.one(f"{page.rng.randrange(100, 9999999)}", f"￥{page.rng.randrange(10, 999)}.{page.rng.randrange(10, 99)}", f"{page.rng.randrange(10**9, 10**10)}円"))


def random16(page, p):
    return page.like("16 random digits", digits(page.rng, 16))


def firm(page, p):
    return page.like("firm", p["firm"])


def polite(page, p):
    """Words before an honorific that name nobody: crowds, firms, towns, houses."""
    return page.like("no person before an honorific", page.one(crowd, honoured_firm, honoured_town)(page))


def crowd(page):
    return page.one("お客様", "皆様", "患者様", "ご担当者様", "関係者各位様", "奥様", "お取引先様", "会員の皆様", "保護者様", "株主様", "お母さん", "お子様", "皆さん", "業者さん", "本屋さん", "担任の先生")


def honoured_firm(page):
    known = page.one(*FIRMS) + page.one("様", "御中", " 様", "さん")
    short = page.one("田中商事", "佐藤建設", "山本電機", "鈴木自動車", "高橋酒造", "中村不動産", "小林製薬所", "山口百貨店", "石川製菓", "松本楽器") + page.one("様", "さん", "殿")
    return page.one(known, short)


def honoured_town(page):
    town = page.one("福島市", "千葉市", "山口市", "宮崎市", "長野市", "松本市", "川口市", "市川市", "町田市", "渋谷区", "石川町", "大町市") + page.one("様", "役所様", "の皆様", "さん")
    branch = page.one("福島", "千葉", "渋谷", "秋葉原", "町田", "川口", "石川", "高松") + page.one("支店様", "営業所様", "駅前店様", "支店さん", "工場様")
    return page.one(town, branch)


def place_word(page, p):
    """Surnames that are places."""
    return page.like("surname that is a place", page.one("福島", "千葉", "石川", "宮崎", "山口", "長野", "松本", "市川", "町田", "渋谷", "秋田", "高松") + page.one("市", "駅", "支店", "営業所", "インター", "空港"))


def other_insurer(page, p):
    return page.like("office number", insurer(page.rng)[:4] + digits(page.rng, 6))
