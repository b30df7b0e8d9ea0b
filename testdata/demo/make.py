#!/usr/bin/env python3
"""Makes the demo incident (server/) and its truth (truth.json). Python 3 standard library only; same bytes every time.

    python3 testdata/demo/make.py           writes both
    python3 testdata/demo/make.py --check   makes them in memory and compares with what is committed

The truth comes from what this script wrote, never from what hozen found.
"""

import base64
import csv
import gzip
import io
import json
import os
import re
import sys
import zipfile
from collections import Counter

from containers import gzipped, pdf, png, zipped
from people import WIDE, Dice, Person, card, fixed, jan, luhn_ok, my_number, my_number_ok

HERE = os.path.dirname(os.path.abspath(__file__))
SHOP = "shop.example.jp"
LIST = "var/www/html/old/顧客名簿_20240930.csv"
JOIN = " ▸ "


class Leaf:
    """What one file (or member of a container) truly holds."""

    def __init__(self, path, fmt, encoding):
        self.path, self.format, self.encoding = path, fmt, encoding
        self.values, self.tolerated, self.people, self.lookalikes, self.gaps = [], [], set(), [], []
        self.status = ["scanned"]

    def put(self, entity, value, person=None):
        self.values.append((entity, norm(entity, value)))
        if person is not None:
            self.people.add(person.id)
        return value

    def business(self, entity, value):
        """Real, and no person: a role address, a shop's own telephone. May be counted or not; never a surprise."""
        self.tolerated.append((entity, norm(entity, value)))
        return value

    def lookalike(self, entity, kind, value):
        """Looks like an entity and is none: never likely, never certain."""
        self.lookalikes.append({"entity": entity, "kind": kind, "value": value})
        return value


def norm(entity, value):
    return value.lower() if entity == "email" else re.sub(r"\D", "", value)


class Incident:
    def __init__(self):
        self.files, self.links, self.leaves = {}, {}, []
        dice = Dice("people")
        self.people = [Person(n, dice) for n in range(298)]
        for first, second in zip(self.people[200:206], self.people[210:216]):  # households: one telephone, two people
            first.phone = second.phone = fixed(dice)
        for person in self.people[220:240]:  # never gave an address for mail
            person.email = None
        self.listed, self.magazine_only = self.people[:240], self.people[240:275]
        self.staff, self.writers, self.newcomers = self.people[275:287], self.people[287:293], self.people[293:298]
        for number, person in enumerate(self.staff):
            person.email = f"staff{number + 1:02d}@{SHOP}"

    def leaf(self, path, fmt="plain", encoding="utf-8"):
        self.leaves.append(Leaf(path, fmt, encoding))
        return self.leaves[-1]

    def unread(self, path, fmt, *gaps):
        leaf = self.leaf(path, fmt, None)
        leaf.gaps, leaf.status = list(gaps), ["not_scanned", "partial"]


def rows(lines, delimiter=",", end="\r\n"):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(lines)
    return text.getvalue()


def customer_list(inc):
    """240 people in 243 rows: three registered twice. CP932, as Excel on Windows writes it."""
    leaf, dice = inc.leaf(LIST, "csv", "cp932"), Dice("list")
    lines = [["会員番号", "氏名", "フリガナ", "郵便番号", "住所", "電話番号", "メールアドレス", "生年月日"]]
    for place, person in enumerate(inc.listed + [inc.listed[7], inc.listed[58], inc.listed[121]]):
        phone, email = person.phone, person.email or ""
        if place >= 240:
            phone, email = phone.replace("-", ""), email.upper()
        elif place % 11 == 3:
            phone = phone.translate(WIDE)
        member = person.member if place < 240 else f"A{20000 + place}"
        leaf.put("phone", phone.translate({v: k for k, v in WIDE.items()}), person)
        if email:
            leaf.put("email", email, person)
        lines.append([member, person.name, person.kana, person.postal, person.address, phone, email, person.birth])
    inc.files[LIST] = rows(lines).encode("cp932")
    return dice


def magazine(inc):
    """60 subscribers of 2019, EUC-JP, in a zip in a zip: 25 of them are in the list too."""
    outer, inner = "var/backup/site_backup_20240901.zip", "db/mailmag_2019.zip"
    leaf = inc.leaf(JOIN.join([outer, inner, "members.csv"]), "csv", "euc-jp")
    plain = [p for p in inc.listed if p.email and not set(p.name) & set("髙﨑")][20:45]
    lines = [["登録日", "お名前", "メールアドレス", "配信"]]
    for place, person in enumerate(plain + inc.magazine_only):
        name = person.name.replace("髙", "高").replace("﨑", "崎")
        lines.append([f"2019-{1 + place % 12:02d}-{1 + place % 28:02d}", name, leaf.put("email", person.email, person), "1"])
    nested = zipped([("members.csv", rows(lines).encode("euc_jp"))])
    inc.leaf(JOIN.join([outer, "www/index.html"]), "html")  # members are UTF-8: both hold Japanese
    inc.leaf(JOIN.join([outer, "www/お知らせ.txt"]))
    inc.leaf(JOIN.join([outer, inner]), "zip", None)
    inc.leaf(outer, "zip", None)
    old = "<!doctype html>\n<title>まめや商店</title>\n<p>準備中です。build 1.12.0-rc.3</p>\n"
    notice = "2024年9月のお知らせ\n倉庫の移転は 2024-09-14 です。\n"
    inc.files[outer] = zipped([("www/index.html", old.encode()), (inner, nested), ("www/お知らせ.txt", notice.encode())])


def encrypted(inc):
    """30 people of the list once more, behind a password (shop-2024): a gap, and no more people than the list has."""
    path, member = "var/backup/取引先送付_20240815.zip", "会員_抜粋.csv"
    inc.leaf(path, "zip", None).status = ["not_scanned", "partial"]
    inc.unread(path + JOIN + member, None, "encrypted")
    lines = [["氏名", "電話番号"]] + [[p.name, p.phone] for p in inc.listed[100:130]]
    inc.files[path] = zipped([(member, rows(lines).encode("cp932"))], b"shop-2024", b"made-up-salt")


def cards(inc):
    """40 people's cards, all of them in the list: UTF-16 with a mark, tabs, as Excel saves "Unicode text"."""
    path = "srv/share/経理/カード決済_202409.txt"
    leaf, dice = inc.leaf(path, "csv", "utf-16le"), Dice("cards")
    lines = [["注文番号", "氏名", "電話番号", "メールアドレス", "カード番号", "有効期限"]]
    for place, person in enumerate(inc.listed[40:80]):
        number = leaf.put("card", card(dice, place), person)
        shown = " ".join(number[i : i + 4] for i in range(0, 16, 4)) if place % 2 else number
        email = leaf.put("email", person.email, person) if place % 4 else ""
        order = leaf.lookalike("card", "order_number", f"202409{1 + place % 28:02d}{dice.digits(6)}")
        phone = leaf.put("phone", person.phone, person)
        lines.append([order, person.name, phone, email, shown, f"{1 + dice.below(12):02d}/{26 + dice.below(4)}"])
    inc.files[path] = b"\xff\xfe" + rows(lines, "\t").encode("utf-16le")


def payroll(inc):
    """12 members of staff with their My Numbers, one JSON document."""
    path = "srv/share/人事/給与_202409.json"
    leaf, dice = inc.leaf(path, "json", "utf-8"), Dice("payroll")
    staff = []
    for place, person in enumerate(inc.staff):
        staff.append({
            "社員番号": f"E{place + 1:04d}", "氏名": person.name, "個人番号": leaf.put("my_number", my_number(dice), person),
            "電話番号": leaf.put("phone", person.phone, person), "メールアドレス": leaf.put("email", person.email, person),
            "支給額": 210000 + 1000 * dice.below(120), "更新": 1727654400000 + dice.below(86400000),
        })  # fmt: skip
    document = {"対象": "2024-09", "明細": staff}
    inc.files[path] = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def encoded_word(text, charset, label):
    return f"=?{label}?B?{base64.b64encode(text.encode(charset)).decode()}?="


def mail_spool(inc):
    """30 messages to the shop: 12 customers of the list, 6 people from nowhere else, and notices of machines."""
    path = "var/mail/info"
    leaf, dice, out = inc.leaf(path, "mbox", None), Dice("mail"), []
    customers = [p for p in inc.listed if p.email][90:102]
    for place in range(30):
        charset, label = ("utf-8", "UTF-8") if place % 2 else ("iso2022_jp", "ISO-2022-JP")
        person = (customers + inc.writers)[place] if place < 18 else None
        day = f"{1 + place:02d}"
        if person:
            name, address = person.name.replace("髙", "高").replace("﨑", "崎"), person.email
            body = "商品が届いていません。注文の状況を教えてください。\n\n" + name + "\n"
            if place % 3 == 0:
                body += "TEL: " + leaf.put("phone", person.phone, person) + "\n"
            leaf.put("email", address, person)  # envelope
            leaf.put("email", address, person)  # From:
        else:
            name, address = "配送システム", leaf.business("email", f"no-reply@{SHOP}")
            leaf.business("email", address)
            slip = "-".join([dice.digits(4), dice.digits(4), dice.digits(4)])
            body = f"伝票番号 {leaf.lookalike('my_number', 'tracking_number', slip)} を受け付けました。\n"
        to = leaf.business("email", f"info@{SHOP}")
        message_id = f"202409{day}.{dice.hex(8)}@mx{place % 3}.{MAIL_HOST}"
        leaf.lookalike("email", "message_id", message_id)
        head = (
            f"From {address} Sun Sep {day} 09:{place:02d}:00 2024\nFrom: {encoded_word(name, charset, label)} <{address}>\nTo: <{to}>\n"
            f"Subject: {encoded_word('お問い合わせ' if person else '出荷のお知らせ', charset, label)}\nMessage-ID: <{message_id}>\n"
            f"Date: Sun, {day} Sep 2024 09:{place:02d}:00 +0900\nMIME-Version: 1.0\n"
            f"Content-Type: text/plain; charset={label}\nContent-Transfer-Encoding: {'8bit' if place % 2 else '7bit'}\n\n"
        )
        out.append(head.encode() + body.encode(charset) + b"\n")
    inc.files[path] = b"".join(out)


MAIL_HOST = "mail.example.net"


def app_log(inc):
    """Sign-ins of customers, and of five who registered after the list was made; order numbers that pass Luhn by chance."""
    path = "var/log/app/app.jsonl"
    leaf, dice, out = inc.leaf(path, "json", "utf-8"), Dice("app"), []
    known = [p for p in inc.listed if p.email][:60]
    for place in range(600):
        line = {"ts": 1727654400000 + place * 61337, "level": "info", "req": dice.uuid(), "elapsed": dice.below(10**9) / 10**10}
        if place % 4 == 0:
            person = inc.newcomers[place // 40 % 5] if place % 40 == 0 else dice.pick(known)
            line.update(event="login", user=leaf.put("email", person.email, person), ip=address(dice))
        elif place % 4 == 1:
            order = f"{dice.pick(['4', '51', '3540'])}{dice.digits(15)}"[:16]
            line.update(event="order", order_id=leaf.lookalike("card", "order_number", order), total=dice.below(30000))
        else:
            line.update(event="cache", key=dice.hex(40), asset=leaf.lookalike("email", "retina_image", f"banner{place % 7}@2x.png"))
        out.append(json.dumps(line, ensure_ascii=False))
    inc.files[path] = ("\n".join(out) + "\n").encode()


def address(dice):
    return f"{dice.pick(['192.0.2', '198.51.100', '203.0.113'])}.{1 + dice.below(250)}"  # RFC 5737: for documents


AGENTS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.6613.120 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (compatible; ExampleBot/2.1; +http://bot.example.org/bot.html)",
    "curl/7.88.1",
]
EXPOSED = "/old/%E9%A1%A7%E5%AE%A2%E5%90%8D%E7%B0%BF_20240930.csv"


def access_logs(inc):
    """Two days of requests; nine clients fetch the list, one of them a crawler, three only in the older, packed log."""
    size, fetched = len(inc.files[LIST]), []
    for path, day, count in (("var/log/nginx/access.log.1", "30/Sep/2024", 1400), ("var/log/nginx/access.log", "01/Oct/2024", 1800)):
        packed = path.endswith(".1")
        if packed:
            inc.leaf(path + ".gz", "gzip", None)
        leaf = inc.leaf(path + ".gz" + JOIN + "access.log.1" if packed else path, "plain", "ascii")
        dice, out = Dice(path), []
        hits = {count // 5: 0, count // 3: 1, count // 2: 2} if packed else {count * k // 8: 2 + k for k in range(1, 7)}
        for place in range(count):
            clock = f"{day}:{place * 86400 // count // 3600:02d}:{place * 1440 // count % 60:02d}:{place % 60:02d} +0900"
            if place in hits:
                who, agent = f"203.0.113.{hits[place] * 9 + 5}", AGENTS[2] if hits[place] == 4 else AGENTS[hits[place] % 2]
                out.append(f'{who} - - [{clock}] "GET {EXPOSED} HTTP/1.1" 200 {size} "-" "{agent}"')
                fetched.append({"client": who, "crawler": hits[place] == 4, "time": clock})
                continue
            page = dice.pick(["/", "/item.php?id=%d" % dice.below(900), "/img/logo@2x.png", "/app.js?_=%d" % (1727654400000 + place * 43000), "/cart"])
            if "@" in page:
                leaf.lookalike("email", "retina_image", page.split("/")[-1])
            status = dice.pick(["200", "200", "200", "304", "404"])
            out.append(f'{address(dice)} - - [{clock}] "GET {page} HTTP/1.1" {status} {dice.below(60000)} "-" "{dice.pick(AGENTS)}"')
        text = ("\n".join(out) + "\n").encode()
        inc.files[path + ".gz" if packed else path] = gzipped(text, "access.log.1") if packed else text
    return fetched


def shipping(inc):
    """Order numbers of 12 digits and slip numbers in fours: one in ten passes the check of a My Number, by chance."""
    path = "srv/share/出荷/出荷一覧_202409.csv"
    leaf, dice = inc.leaf(path, "csv", "utf-8"), Dice("shipping")
    lines = [["出荷日", "注文番号", "伝票番号", "JANコード", "品名", "数量", "重量kg"]]
    for place in range(150):
        order = leaf.lookalike("my_number", "order_number", f"202409{1 + place % 30:02d}{dice.digits(4)}")
        slip = leaf.lookalike("my_number", "tracking_number", "-".join([dice.digits(4), dice.digits(4), dice.digits(4)]))
        code = leaf.lookalike("card", "jan", jan(dice.pick(["45", "49"]) + dice.digits(10)))
        lines.append([f"2024-09-{1 + place % 30:02d}", order, slip, code, "深煎り豆 200g", 1 + dice.below(5), f"0.{dice.digits(12)}"])
    inc.files[path] = b"\xef\xbb\xbf" + rows(lines).encode()


def ordinary(inc):
    """What else lies about on a server."""
    def text(path, content, fmt="plain"):
        inc.files[path] = content.encode()
        return inc.leaf(path, fmt)

    page = text("var/www/html/index.html", "", "html")
    toll_free, info = page.business("phone", "0120-000-555"), page.business("email", f"info@{SHOP}")
    inc.files[page.path] = (
        f"<!doctype html>\n<html lang=ja><meta charset=utf-8><title>まめや商店</title>\n"
        f'<img src="/img/logo.png" srcset="/img/{page.lookalike("email", "retina_image", "logo@2x.png")} 2x">\n'
        f"<p>お問い合わせ: {toll_free} / {info}</p>\n</html>\n"
    ).encode()
    dice = Dice("products")
    codes = [jan(dice.pick(["45", "49"]) + dice.digits(10)) for _ in range(80)]
    products = text("var/www/html/products.json", "", "json")
    items = [{"jan": products.lookalike("card", "jan", c), "sku": f"SKU090{dice.digits(8)}", "rev": dice.hex(16)} for c in codes]
    inc.files[products.path] = (json.dumps({"items": items}, indent=0) + "\n").encode()
    text("etc/nginx/nginx.conf", "user www-data;\n# 1.26.2-1~bookworm\nhttp {\n  autoindex on;\n  access_log /var/log/nginx/access.log;\n}\n")
    text("etc/hostname", "shop01\n")
    notes = text("home/shop/作業メモ.txt", "")
    inc.files[notes.path] = (
        "2024-09-30 旧サイトから名簿を移す。終わったら消すこと!\n"
        f"jquery {notes.lookalike('email', 'package_version', 'jquery@3.7.1')} / commit {dice.hex(40)}\n"
        f"バックアップ {dice.uuid()} 12345678901234567890 3.14159265358979\n"
        f"処理時刻 1727654400123 と 1727654400123456 を比べる。内線 123-4567\n"
    ).encode()
    notes.lookalike("card", "epoch_microseconds", "1727654400123456")
    text("var/log/nginx/error.log", "")
    for path, data, fmt, gaps in (
        ("var/www/html/img/logo.png", png(16, 16, (90, 60, 30)), None, ["no_text", "unsupported_format"]),
        ("var/www/html/img/logo@2x.png", png(32, 32, (90, 60, 30)), None, ["no_text", "unsupported_format"]),
    ):
        inc.files[path] = data
        inc.unread(path, fmt, *gaps)
    inc.files["var/www/html/catalog.pdf"] = pdf()
    inc.leaf("var/www/html/catalog.pdf", "pdf", None)
    inc.links["home/shop/html"] = "../../var/www/html"


def chance(leaf):
    """Look-alikes of a leaf that pass the arithmetic of what they look like."""
    def passes(item):
        digits = re.sub(r"\D", "", item["value"])
        return luhn_ok(digits) if item["entity"] == "card" else item["entity"] == "my_number" and my_number_ok(digits)

    return [item["value"] for item in leaf.lookalikes if passes(item)]


def tally(values):
    out = {}
    for entity in ("card", "email", "my_number", "phone"):
        found = [value for kind, value in values if kind == entity]
        out[entity] = {"distinct": len(set(found)), "occurrences": len(found)}
    return out


def truth(inc, fetched):
    files = {}
    for leaf in inc.leaves:
        if leaf.encoding == "utf-8" and leaf.path in inc.files and inc.files[leaf.path].isascii():
            leaf.encoding = "ascii" if inc.files[leaf.path] else None
    for leaf in sorted(inc.leaves, key=lambda leaf: leaf.path):
        found = {k: v for k, v in tally(leaf.values).items() if v["occurrences"]}
        business = Counter(entity for entity, _ in leaf.tolerated)
        files[leaf.path] = {
            "format": leaf.format, "encoding": leaf.encoding, "status": leaf.status, "gaps": leaf.gaps, "entities": found, "people": len(leaf.people),
            "tolerated_occurrences": dict(sorted(business.items())),
            "lookalikes": dict(sorted(Counter(f"{x['entity']}/{x['kind']}" for x in leaf.lookalikes).items())),
            "lookalikes_that_pass_the_check": len(chance(leaf)),
        }  # fmt: skip
    everything = [pair for leaf in inc.leaves for pair in leaf.values]
    people = set().union(*(leaf.people for leaf in inc.leaves))
    real = {value for _, value in everything}
    lookalikes = {}
    for leaf in inc.leaves:
        for item in leaf.lookalikes:
            assert norm(item["entity"], item["value"]) not in real, item
            lookalikes.setdefault(item["entity"], set()).add(norm(item["entity"], item["value"]))
    return {
        "about": "What the demo incident truly holds. Made by make.py from its own data; everything is made up.",
        "collect": {"files": len(inc.files), "links": len(inc.links), "bytes": sum(map(len, inc.files.values()))},
        "entities": tally(everything),
        "people": {
            "true": len(people), "estimate_within_percent": 5,
            "groups": {"list": 240, "magazine_only": 35, "staff": 12, "mail_only": 6, "registered_later": 5},
            "list_rows": 243, "cards": 40, "magazine_and_list": 25, "behind_a_password": 30,
        },
        "exposure": {"path": LIST, "request": EXPOSED, "clients": len({hit["client"] for hit in fetched}), "requests": fetched},
        "files": files,
        "values": {entity: sorted({v for e, v in everything if e == entity}) for entity in ("card", "email", "my_number", "phone")},
        "tolerated": {e: sorted({v for leaf in inc.leaves for k, v in leaf.tolerated if k == e}) for e in ("email", "phone")},
        "lookalikes": {entity: sorted(values) for entity, values in sorted(lookalikes.items())},
    }  # fmt: skip


def self_check(inc, facts):
    """A second opinion on the generator: addresses counted in the decoded bytes are those that were put there."""
    assert facts["people"]["true"] == sum(facts["people"]["groups"].values()) == len(inc.people)
    assert facts["exposure"]["clients"] == 9
    for leaf in inc.leaves:
        if JOIN in leaf.path or leaf.format == "zip" or leaf.gaps:
            continue
        data = inc.files[leaf.path]
        text = data.decode("utf-16") if leaf.encoding == "utf-16le" else data.decode(leaf.encoding or "utf-8", "replace")
        seen = Counter(hit.lower() for hit in re.findall(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+\.[A-Za-z0-9]+", text))
        put = Counter(v for e, v in leaf.values + leaf.tolerated if e == "email")
        put.update(item["value"].lower() for item in leaf.lookalikes if item["entity"] == "email")
        assert seen == put, (leaf.path, seen - put, put - seen)
    passing = {kind: sum(len(chance(leaf)) for leaf in inc.leaves if leaf.path.endswith(kind)) for kind in (".jsonl", "products.json", "202409.csv")}
    assert all(count >= 5 for count in passing.values()), passing


def make():
    inc = Incident()
    for step in (customer_list, magazine, encrypted, cards, payroll, mail_spool, app_log, shipping, ordinary):
        step(inc)
    facts = truth(inc, access_logs(inc))
    self_check(inc, facts)
    inc.files = dict(sorted(inc.files.items()))
    return inc, json.dumps(facts, ensure_ascii=False, indent=1) + "\n"


def unpacked(path, data):
    """Packed bytes may differ between builds of zlib; what is in them may not."""
    if path.endswith(".gz"):
        return gzip.decompress(data)
    if path.endswith(".zip") and "取引先" not in path:
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            return [(i.filename, unpacked(i.filename, z.read(i))) for i in z.infolist()]
    return data


def check(inc, facts):
    bad, root = [], os.path.join(HERE, "server")
    on_disk = {os.path.relpath(os.path.join(at, name), root) for at, dirs, names in os.walk(root) for name in names + dirs}
    on_disk = {p for p in on_disk if not os.path.isdir(os.path.join(root, p)) or os.path.islink(os.path.join(root, p))}
    bad += sorted(on_disk ^ (set(inc.files) | set(inc.links)))
    for path, data in inc.files.items():
        with open(os.path.join(root, path), "rb") as file:
            if unpacked(path, file.read()) != unpacked(path, data):
                bad.append(path)
    with open(os.path.join(HERE, "truth.json"), encoding="utf-8") as file:
        then, now = json.load(file), json.loads(facts)
    then["collect"].pop("bytes"), now["collect"].pop("bytes")  # packed sizes, as above
    if then != now:
        bad.append("truth.json")
    for path in bad:
        print(f"differs from make.py: {path}", file=sys.stderr)
    sys.exit(1 if bad else 0)


def write(inc, facts):
    for path, data in inc.files.items():
        whole = os.path.join(HERE, "server", path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "wb") as file:
            file.write(data)
    for path, target in inc.links.items():
        whole = os.path.join(HERE, "server", path)
        if not os.path.islink(whole):
            os.symlink(target, whole)
    with open(os.path.join(HERE, "truth.json"), "w", encoding="utf-8") as file:
        file.write(facts)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    (check if sys.argv[1:] == ["--check"] else write)(*make())
