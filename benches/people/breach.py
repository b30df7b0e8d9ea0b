"""Breaches with known people, for truth.py: nobody here lives. Seeded, standard library only.

One seed makes one breach: a house with customers, families, staff and suppliers, and the files that leaked from it. Beside the files stands the truth: how many people are in
them, and how many by kind of data. What one person of the breach is, is decided here and nowhere written in the files.

A *hard* breach is made of what makes counting hard: more further addresses, and any of them at any site; people who changed the name, the home and the address of mail at once;
changed telephone numbers, slips in days of birth, and no list that has everybody.

Names are drawn as names are spread (few surnames have many bearers), so that people of one name are in each larger breach. Addresses are of made-up firms under example.jp; numbers are dice.
"""

import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "corpus"))
import people as pool  # noqa: E402

OLD_FORMS = {"高": "髙", "崎": "﨑", "辺": "邊", "浜": "濵", "桜": "櫻", "沢": "澤"}
ROLES = ["info", "support", "sales", "contact", "noreply"]
DUMMY_PHONE, DUMMY_BIRTH = "000-0000-0000", "1900/01/01"


def spread(rng, items, bent=0.8):
    """One of them, the first ones far more often: Zipf's law, a little flattened."""
    return rng.choices(items, [1 / (at + 3) ** bent for at in range(len(items))])[0]


class Unique:
    """Numbers and addresses that no two people get by accident."""

    def __init__(self, rng):
        self.rng, self.seen = rng, set()

    def __call__(self, make):
        while True:
            value = make(self.rng)
            if value not in self.seen:
                self.seen.add(value)
                return value


class Person:
    """Somebody: what is theirs alone, and what their household shares."""

    def __init__(self, rng, unique, number, home, surname, hard=False):
        self.number, self.home, self.surname, self.hard = number, home, surname, hard
        self.given = spread(rng, pool.GIVEN)
        while (self.surname, self.given) in home["names"]:
            self.given = spread(rng, pool.GIVEN)
        home["names"].add((self.surname, self.given))
        self.maiden = None
        self.birth = (rng.randrange(1935, 2006), rng.randrange(1, 13), rng.randrange(1, 29))
        self.emails = [self.email(rng, unique)]
        while rng.random() < (0.25 if hard else 0.15):
            self.emails.append(self.email(rng, unique))
        # A site knows each by one address, and not always the one that the house writes to.
        self.login = rng.choice(self.emails)
        self.mobile = unique(pool.mobile) if rng.random() < 0.92 else None
        self.mobile_before = unique(pool.mobile) if hard and self.mobile and rng.random() < 0.08 else None
        self.cards = [unique(pool.card) for _ in range(rng.choices([0, 1, 2, 3], [4, 4, 1, 1])[0])]
        self.expiry = f"{rng.randrange(1, 13):02d}/{rng.randrange(27, 33)}"
        self.member = None
        self.my_number = None
        self.old_form = rng.random() < 0.3
        # Some have moved: older files have the home before.
        self.before = None

    def slip(self, rng, text, chance=0.01):
        """Now and then two letters change places, as they do at a keyboard."""
        if rng.random() >= chance or len(text) < 4:
            return text
        at = rng.randrange(1, len(text) - 1)
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]

    def email(self, rng, unique):
        def make(rng):
            given, surname = pool.roman(self.given[1]), pool.roman(self.surname[1])
            at = rng.choice(["mail.example.jp", "post.example.jp", "keitai.example.ne.jp", "net-a.example.co.jp", "net-b.example.jp"])
            name = rng.choice([f"{given}.{surname}", f"{surname}_{given}", f"{given[0]}{surname}", f"{given}{self.birth[0]}", f"{surname}-{pool.text_of(rng, 4, 'abcdefghkmnprstuvwxyz')}"])
            return f"{name}{rng.choice(['', str(rng.randrange(100))])}@{at}"

        return unique(make)

    def name(self, rng, gap=None, maiden=False):
        surname = self.maiden[0] if maiden and self.maiden else self.surname[0]
        if self.old_form and rng.random() < 0.5:
            surname = "".join(OLD_FORMS.get(letter, letter) for letter in surname)
        return surname + (rng.choice([" ", "　", ""]) if gap is None else gap) + self.given[0]

    def kana(self, maiden=False):
        surname = self.maiden[1] if maiden and self.maiden else self.surname[1]
        return surname + " " + self.given[1]

    def day(self, mark="/"):
        return mark.join([f"{self.birth[0]}", f"{self.birth[1]:02d}", f"{self.birth[2]:02d}"])

    def lives(self, older):
        return self.before if older and self.before else self.home

    def address(self, older=False):
        home = self.lives(older)
        return "".join(home["place"]) + home["house"] + home["building"]


def new_home(rng, unique):
    place = rng.choice(pool.PLACES)
    plain = place[3] if len(place) > 3 else ""
    return {
        "names": set(), "place": place[:3], "house": pool.house(rng, plain), "building": rng.choice(pool.BUILDINGS) if rng.random() < 0.4 else "",
        "postal": f"{rng.randrange(100, 999):03d}-{pool.digits(rng, 4)}", "landline": unique(pool.landline),
    }


def homes(rng, unique, count, hard=False):
    """`count` people in families at one address and landline, and alone."""
    people = []
    while len(people) < count:
        home = new_home(rng, unique)
        surname = spread(rng, pool.SURNAMES)
        for _ in range(rng.choices([1, 2, 3, 4], [60, 22, 10, 8])[0]):
            if len(people) < count:
                people.append(Person(rng, unique, len(people), home, surname, hard))
    rng.shuffle(people)
    for person in people:
        if rng.random() < 0.04:
            person.before = new_home(rng, unique)
        if rng.random() < 0.03:
            person.maiden = spread(rng, pool.SURNAMES)
            if person.maiden == person.surname:
                person.maiden = None
            # Who changes the name keeps the address, and who changes the address the name: nobody could know them else.
            if not hard:
                person.emails, person.login = person.emails[:1], person.emails[0]
    return people


class Breach:
    """Files as they are written, and who is in them."""

    def __init__(self, seed, least=100, most=2000, only=None, hard=False):
        self.rng, self.hard = random.Random(seed), hard
        self.unique = Unique(self.rng)
        self.files, self.kinds = {}, {}
        self.apart = set()
        size = int(least * (most / least) ** self.rng.random())
        self.people = homes(self.rng, self.unique, size, hard)
        self.staff = self.people[: max(3, size // 40)]
        for person in self.staff:
            person.login = person.emails[0].split("@")[0] + "@kaisha-a.example.jp"
            person.emails = [person.login]
        rng = self.rng
        for at, person in enumerate(rng.sample(self.people, size)):
            person.member = f"M{at + 100001}"
        self.users = []
        parts = [self.members, self.dump, self.shop, self.survey, self.log, self.mail, self.cards, self.prize, self.children, self.payroll, self.suppliers, self.names]
        # A house has a list of its people: of its members, of its site's users, or both. What else leaks, leaks beside it.
        chosen = [] if hard else rng.choice([[self.members], [self.dump], [self.members, self.dump]])
        chosen = chosen + rng.sample(parts, rng.randrange(3, len(parts) + 1))
        for part in parts:
            if part in chosen if only is None else part.__name__ in only:
                part()
        if only is None:
            self.copies()

    # Who is in it.

    def has(self, person, *kinds, **cells):
        """Kinds of a person's data that a file tells; those by name only where the cell says something."""
        said = [kind for kind, cell in cells.items() if cell not in ("", DUMMY_PHONE, DUMMY_BIRTH)]
        self.kinds.setdefault(person.number, set()).update(kinds, said)

    def some(self, least, most):
        share = self.rng.uniform(least, most)
        return self.rng.sample(self.people, max(3, int(len(self.people) * share)))

    # How it is written.

    def table(self, path, header, rows, encoding="utf-8", broken=0.0):
        """CSV; some rows broken: a cell missing at the end, an empty one, one shifted by a stray comma before a cell that says nothing."""
        rng, lines = self.rng, [",".join(header)]
        for row in rows:
            if rng.random() < broken:
                how = rng.randrange(3)
                if how == 0 and row[-1] in ("", "済", "未"):
                    row = row[:-1]
                elif how == 1:
                    lines.append("," * (len(header) - 1))
                elif how == 2 and row[-1] in ("", "済", "未"):
                    row = row[:-1] + ["", row[-1]]
            lines.append(",".join(row))
        self.files[path] = ("\r\n".join(lines) + "\r\n").encode(encoding, "replace" if encoding == "cp932" else "strict")

    def phone(self, person):
        """A mobile, else the landline of the home; now and then nothing or a filler."""
        if self.rng.random() < 0.02:
            return self.rng.choice(["", DUMMY_PHONE])
        return self.phone_now(person)

    def phone_now(self, person):
        """Its number, or the one before; who has none, the landline of the home."""
        if person.mobile_before and self.rng.random() < 0.5:
            return person.mobile_before
        return person.mobile or person.home["landline"]

    def site_address(self, person):
        """The address that a site knows."""
        return self.rng.choice(person.emails) if self.hard else person.login

    def birth(self, person, mark="/"):
        if self.rng.random() < 0.01:
            return DUMMY_BIRTH
        if self.hard and self.rng.random() < 0.01:
            return mark.join([f"{person.birth[0]}", f"{person.birth[1]:02d}", f"{person.birth[2] % 28 + 1:02d}"])
        return person.day(mark)

    # The files.

    def members(self):
        """The members table: one row per person, by member number. People of the house are in it too."""
        rows = []
        for person in sorted(self.some(0.6, 1.0), key=lambda p: p.member):
            mail = person.emails[0] if self.rng.random() < 0.97 else ""
            name = person.slip(self.rng, person.name(self.rng, "")) if self.rng.random() < 0.5 else person.name(self.rng)
            phone, birth = self.phone(person), self.birth(person)
            self.has(person, "member_id", "person_name", "address", email=mail, phone=phone, birth_date=birth)
            rows.append([person.member, name, person.kana(), mail, phone, birth, person.home["postal"], person.address(), self.rng.choice(["済", "未", ""])])
        self.table("会員/会員台帳.csv", ["会員番号", "氏名", "フリガナ", "メールアドレス", "電話番号", "生年月日", "郵便番号", "住所", "確認"], rows, "cp932", 0.02)
        self.member_rows = rows

    def shop(self):
        """Orders: a person may have several, from a new address of mail, under a maiden name."""
        rows = []
        for person in self.some(0.2, 0.6):
            for _ in range(self.rng.choices([1, 2, 4], [6, 3, 1])[0]):
                mail = self.site_address(person) if self.rng.random() < 0.9 else self.rng.choice(person.emails)
                older = self.rng.random() < 0.5
                name, phone = person.name(self.rng, maiden=self.rng.random() < 0.5), self.phone(person)
                self.has(person, "person_name", "email", "address", phone=phone)
                rows.append([f"A-{len(rows) + 1:06d}", name, mail, phone, person.lives(older)["postal"], person.address(older), str(self.rng.randrange(5, 300) * 100), ""])
        self.rng.shuffle(rows)
        self.table("web/受注一覧.csv", ["注文番号", "お名前", "メールアドレス", "電話番号", "郵便番号", "お届け先住所", "金額", "備考"], rows, broken=0.02)

    def survey(self):
        """Answers as JSON lines: surname and given name apart, keys in English."""
        lines = []
        for person in self.some(0.1, 0.4):
            answer = {"id": len(lines) + 1, "last_name": person.surname[0], "first_name": person.given[0], "email": self.rng.choice(person.emails), "birthday": person.day("-"), "answer": self.rng.choice(["満足", "ふつう", "不満"])}
            if person.mobile and self.rng.random() < 0.5:
                answer["phone"] = person.mobile.replace("-", "")
            if self.rng.random() < 0.02:
                del answer["birthday"]
            self.has(person, "surname", "given_name", "email", birth_date=answer.get("birthday", ""), phone=answer.get("phone", ""))
            lines.append(json.dumps(answer, ensure_ascii=self.rng.random() < 0.3))
        self.files["survey/answers.jsonl"] = ("\n".join(lines) + "\n").encode()

    def dump(self):
        """A dump of the users of a site, with an administrator under a role address."""
        rows = [f"(1,'管理 窓口','{self.rng.choice(ROLES)}@kaisha-a.example.jp','0','03-1234-5678')"]
        self.users = self.some(0.2, 0.7)
        for person in self.users:
            self.has(person, "person_name", "email", "birth_date", "phone")
            rows.append(f"({len(rows) + 1},'{person.name(self.rng, ' ')}','{self.site_address(person)}','{person.day('-')}','{self.phone_now(person)}')")
        lines = ["-- MySQL dump", "CREATE TABLE `users` (`id` int, `full_name` varchar(64), `email` varchar(128), `birth_date` varchar(10), `phone` varchar(20));"]
        for at in range(0, len(rows), 50):
            lines.append("INSERT INTO `users` (`id`,`full_name`,`email`,`birth_date`,`phone`) VALUES " + ",".join(rows[at : at + 50]) + ";")
        self.files["db/users.sql"] = ("\n".join(lines) + "\n").encode()

    def log(self):
        """What the site wrote down: addresses of mail alone, many times; of its users, and of some whom no list has."""
        lines, users = [], self.users or [person for person in self.people if person.number in self.kinds]
        people = self.rng.sample(users, max(3, int(len(users) * self.rng.uniform(0.1, 0.7)))) if users else self.some(0.05, 0.5)
        for person in people + self.some(0.0, 0.01):
            mail = self.site_address(person) if self.users or self.hard else person.emails[0]
            for _ in range(self.rng.randrange(1, 6)):
                self.has(person, "email")
                lines.append(f"2026-03-{self.rng.randrange(1, 29):02d} {self.rng.randrange(24):02d}:{self.rng.randrange(60):02d}:{self.rng.randrange(60):02d} INFO login ok user={mail} ip=198.51.100.{self.rng.randrange(1, 255)}")
        lines.sort()
        self.files["log/app.log"] = ("\n".join(lines) + "\n").encode()

    def mail(self):
        """A mail to many in To, with the senders' role address and examples in the text."""
        people = self.some(0.02, 0.15)
        to = []
        for person in people:
            mail = self.site_address(person) if self.hard else person.emails[0]
            if self.rng.random() < 0.7:
                self.has(person, "person_name", "email")
                to.append(f'"{person.name(self.rng, " ")}" <{mail}>')
            else:
                self.has(person, "email")
                to.append(mail)
        head = ["From: <info@kaisha-a.example.jp>", "To: " + ",\r\n ".join(to), "Subject: =?UTF-8?B?44GK55+l44KJ44Gb?=", "Date: Mon, 02 Mar 2026 09:00:00 +0900", "MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit"]
        self.files["mail/notice.eml"] = ("\r\n".join(head) + "\r\n\r\nご不明な点は support@kaisha-a.example.jp まで。書式の例: user@example.com\r\n").encode()

    def cards(self):
        """Card data, some rows with security code: the number, whose name, no address of mail for half of them."""
        rows = []
        for person in self.some(0.1, 0.4):
            # A family may pay by one card.
            family = [other for other in self.people if other.home is person.home and other is not person and other.cards]
            for card in person.cards + ([family[0].cards[0]] if family and self.rng.random() < 0.2 else []):
                mail = person.emails[0] if self.rng.random() < 0.5 else ""
                name, number, code = person.name(self.rng), pool.grouped(card, self.rng.choice(["-", ""])), pool.digits(self.rng, 3) if self.rng.random() < 0.5 else ""
                self.has(person, "card", "person_name", "phone", email=mail)
                rows.append([name, number, person.expiry, code, mail, self.phone_now(person)])
        if rows:
            self.table("web/決済.csv", ["お名前", "カード番号", "有効期限", "セキュリティコード", "メールアドレス", "電話番号"], rows)

    def prize(self):
        """Who entered a prize draw by post: name, reading and address, by hand."""
        rows = []
        for person in self.some(0.05, 0.3):
            address, name = person.address(), person.name(self.rng)
            phone = person.home["landline"] if self.rng.random() < 0.8 else ""
            self.has(person, "person_name", "address", phone=phone)
            rows.append([name, person.kana(), person.home["postal"], address, phone, str(2026 - person.birth[0])])
        self.table("懸賞/応募者.csv", ["氏名", "フリガナ", "郵便番号", "住所", "電話番号", "年齢"], rows, "cp932", 0.02)

    def children(self):
        """A class list with surname, given name and readings in columns of their own, and the household's landline."""
        rows = []
        for person in self.some(0.03, 0.15):
            self.has(person, "surname", "given_name", "phone", "birth_date")
            rows.append([person.surname[0], person.given[0], person.surname[1], person.given[1], person.day(), person.home["landline"]])
        self.table("教室/受講者.csv", ["姓", "名", "セイ", "メイ", "生年月日", "電話番号"], rows)

    def payroll(self):
        """Own staff with My Number and the number that the house gave them."""
        rows = []
        for at, person in enumerate(self.staff):
            person.my_number = person.my_number or self.unique(pool.my_number)
            self.has(person, "my_number", "employee_id", "person_name", "email")
            rows.append([f"E{at + 1:04d}", person.name(self.rng, " "), person.kana(), pool.grouped(person.my_number, ""), person.emails[0]])
        self.table("人事/給与.csv", ["社員番号", "氏名", "フリガナ", "個人番号", "メールアドレス"], rows, "cp932")

    def suppliers(self):
        """Firms by their number; some rows name who is in charge there, who is nobody of the other files."""
        rows = []
        for at in range(self.rng.randrange(5, 40)):
            number = self.unique(pool.corporate)
            firm = self.rng.choice(pool.FIRMS)
            name, mail = "", f"info@torihiki-{at}.example.co.jp"
            if self.rng.random() < 0.3:
                clerk = Person(self.rng, self.unique, 1000000 + at, new_home(self.rng, self.unique), spread(self.rng, pool.SURNAMES))
                self.has(clerk, "person_name", "email", "phone")
                name, mail = clerk.name(self.rng), clerk.emails[0].split("@")[0] + f"@torihiki-{at}.example.co.jp"
            rows.append([number, firm, self.unique(pool.landline), name, mail])
        self.table("取引先/一覧.csv", ["法人番号", "会社名", "電話番号", "担当者名", "メールアドレス"], rows, "cp932")

    def names(self):
        """A list that holds names alone."""
        rows = []
        for person in self.some(0.02, 0.1):
            self.has(person, "person_name")
            rows.append([str(len(rows) + 1), person.name(self.rng), self.rng.choice(["出席", "欠席"])])
        self.table("懸賞/出席者.csv", ["番号", "氏名", "出欠"], rows)

    def copies(self):
        """A copy of a file, and an older version of a list: fewer rows, another order."""
        rng = self.rng
        path = rng.choice(sorted(self.files))
        stem, dot, end = path.rpartition(".")
        self.files[f"backup/{os.path.basename(stem)} - コピー{dot}{end}"] = self.files[path]
        lists = [path for path in self.files if path.endswith(".csv") and not path.startswith("backup")]
        if lists:
            path = rng.choice(sorted(lists))
            encoding = "cp932" if any(part in path for part in ("会員台帳", "応募者", "給与", "取引先")) else "utf-8"
            head, *rows = self.files[path].decode(encoding).split("\r\n")
            rows = [row for row in rows if row and rng.random() < 0.8]
            self.files[f"old/{os.path.basename(path)[:-4]}_2025.csv"] = ("\r\n".join([head, *rows]) + "\r\n").encode(encoding)

    # The truth.

    def truth(self, staff=True):
        """Who is in it, and who has what; without those of the house where they are not asked for. Whom no file calls one of the house by its address is not known as such."""
        house = set() if staff else {person.number for person in self.staff if "email" in self.kinds.get(person.number, ())}
        by_kind = {}
        for number, kinds in self.kinds.items():
            for kind in kinds if number not in house else ():
                by_kind[kind] = by_kind.get(kind, 0) + 1
        return {"people": len(self.kinds.keys() - house), "by_kind": dict(sorted(by_kind.items()))}

    def write(self, root):
        for path, data in self.files.items():
            place = os.path.join(root, path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as file:
                file.write(data)
