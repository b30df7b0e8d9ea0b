"""What benches/detect writes: tables, records, logs and prose as Japanese firms have them. Standard library only."""

import csv
import io
import json

from page import *  # noqa: F403
from people import digits, some_uuid

# Each table: its columns, each with the headers that it goes by.
TABLES = {
    "shop": [
        ("会員番号|会員No|顧客ID|お客様番号|会員コード", member), ("氏名|お名前|顧客名|お客様名|会員氏名|氏名（漢字）", name), ("フリガナ|カナ氏名|お名前(カナ)|ヨミガナ|氏名カナ", kana), ("生年月日|ご生年月日|誕生日|生年月日（西暦）", birth), ("郵便番号|〒|郵便番号（7桁）", postal),
        ("住所|ご住所|自宅住所|現住所", address), ("電話番号|TEL|お電話番号（必須）|連絡先", phone), ("メールアドレス|Eメール|E-mail|メアド|PCメールアドレス", email), ("クレジットカード番号|カード番号|決済カード番号|カードNo", card), ("有効期限|カード有効期限", expiry), ("セキュリティコード|CVV|CVC2", cvv),
        ("パスワード|ログインパスワード|仮パスワード", password), ("注文番号|受注番号", order), ("JANコード|商品コード", jan_code), ("購入金額|合計", price), ("更新日時|最終ログイン", clock), ("備考|メモ", polite),
    ],
    "orders": [
        ("受注番号|注文ID|申込番号", order), ("注文者氏名|購入者名|ご依頼主名|申込者氏名", name), ("お届け先名|届け先氏名|配送先氏名|送付先名", name), ("お届け先郵便番号|配送先郵便番号|届け先郵便番号", postal), ("お届け先住所|配送先住所|送付先住所", long_address), ("お届け先電話番号|配送先電話番号|届け先電話番号", phone),
        ("送り状番号|お問い合わせ番号|伝票番号|追跡番号", slip), ("カード番号|クレジットカード", masked), ("商品番号|品番|型番", part), ("請求書番号", bill), ("JAN", jan_code), ("注文日|出荷日", other_day), ("緯度経度|位置情報", spot), ("税込金額|金額", price), ("取引ID|決済ID", random16),
    ],
    "staff": [
        ("社員番号|従業員番号|社員コード|職員番号|スタッフ番号", employee), ("氏名漢字|漢字氏名|社員名|従業員名|本人氏名", name), ("カナ氏名|氏名フリガナ|フリガナ", kana), ("生年月日(和暦)|生年月日|出生年月日", birth), ("個人番号|マイナンバー|特定個人番号", my_number), ("基礎年金番号|年金手帳番号|年金番号", pension),
        ("雇用保険被保険者番号|雇用保険番号|雇用保険No", employment), ("健康保険被保険者番号|被保険者番号", insured_digits), ("現住所|住所", address), ("携帯電話番号|携帯|スマホ番号", mobile), ("緊急連絡先|緊急連絡先電話番号", home_phone), ("給与振込口座|口座番号|振込先口座", account), ("内線|内線番号", extension), ("入社年月日|入社日", other_day), ("所属|所属コード", department), ("運転免許証番号|免許証番号|免許番号", licence), ("血圧", pressure),
    ],
    "clinic": [
        ("患者番号|患者ID|診察券番号|カルテ番号", patient), ("患者氏名|患者名|氏名", name), ("ふりがな|よみがな", hiragana), ("生年月日", birth), ("保険者番号", insurer_no), ("被保険者証記号番号|記号・番号|保険証番号", insured), ("電話番号|自宅電話番号|連絡先TEL", phone), ("傷病名|病名|既往歴|診断名", sensitive), ("要介護度|要介護状態区分", care_level), ("受診日|最終来院日", other_day), ("受付番号", order), ("事業所番号", other_insurer), ("担当医", polite),
    ],
    "school": [
        ("学籍番号|学生番号|生徒番号|受験番号", student), ("生徒名|児童名|学生名|氏名", name), ("ふりがな|読みがな", hiragana), ("生年月日", birth), ("保護者氏名|保護者名", name), ("都道府県", prefecture), ("市区町村", town), ("町名番地", rest), ("緊急連絡先|保護者携帯", phone), ("学年組番号", extension), ("入学日", other_day), ("アレルギー・既往歴", sensitive),
    ],
    "town hall": [
        ("住民票コード|住基コード", juminhyo), ("氏名", name), ("世帯主名|世帯主氏名|世帯主", name), ("住所1", town_and_part), ("住所2", house_alone), ("個人番号", my_number), ("介護保険被保険者番号|介護保険番号", care), ("障害等級|手帳等級", grade), ("本人連絡先電話番号|電話番号", phone), ("異動日", other_day), ("文書番号", order), ("回線ID", hexes),
    ],
    "guests": [
        ("氏名(ローマ字)|Full Name|Name (as in passport)", latin_name), ("旅券番号|パスポート番号|Passport No.", passport), ("在留カード番号|在留カードNo|Residence card", residence), ("運転免許証番号|Driver's License", licence), ("生年月日|Date of Birth", birth), ("電話番号|Phone", mobile), ("E-mail|メールアドレス", email), ("予約番号|Booking ID", order), ("チェックイン|Check-in", other_day), ("部屋", extension), ("IPアドレス", machine), ("ログインID", version),
    ],
    "crm": [
        ("customer_id|customerId|Customer No.|member_id", member), ("last_name|Last Name|family_name|lastName", latin_surname), ("email|Email Address|e-mail", email), ("phone|phone_number|mobile_phone|Tel", phone), ("postal_code|zip|Zip Code", postal), ("address|street_address|shipping address", long_address), ("last4|card_last4", last4), ("created_at|updated_at", clock), ("ip_address|remote_addr", machine), ("session_id|trace_id", hexes), ("order_id|order no", order), ("app_version", version), ("amount", price),
    ],
    "users": [
        ("ユーザーID|user_no", member), ("氏|姓|苗字", surname), ("名", given), ("姓カナ|セイ|姓フリガナ", kana_of(0)), ("名カナ|メイ|名フリガナ", kana_of(1)), ("mail|メール", email), ("password_hash|パスワードハッシュ|password", password_hash), ("APIキー|api_key|アクセストークン|access_token", opaque), ("連携トークン|token", secret), ("暗証番号", pin), ("最終アクセス日時|timestamp", clock), ("端末ID|device_id", hexes), ("file_sha256|checksum", hexes), ("version|バージョン", version),
    ],
    "partners": [
        ("会社名|取引先名", firm), ("法人番号", corporate_no), ("登録番号|適格請求書発行事業者登録番号|インボイス番号", invoice_no), ("個人番号又は法人番号|個人番号または法人番号", either_no), ("担当者名|ご担当者氏名|代表者氏名", name), ("電話番号|TEL", home_phone), ("FAX|FAX番号", landline), ("住所|本社住所", long_address), ("請求書番号", bill), ("契約日", other_day), ("管理番号", slip),
    ],
    "transfers": [
        ("銀行名", place_word), ("支店名", place_word), ("口座番号|口座No|銀行口座番号", account), ("口座名義(カナ)|口座名義カナ", kana), ("口座名義|口座名義人", name), ("ゆうちょ記号番号|記号番号|ゆうちょ番号", post_account), ("振込口座（銀行-支店-口座）|振込先口座", whole_account), ("金額", price), ("伝票番号", slip), ("処理日時", clock),
    ],
}

# Each record: keys, in objects inside objects; a field may go by several names.
RECORDS = {
    "shop": {"customer": {"customerId|customer_id|会員番号": member, "fullName|full_name|氏名|name": name, "nameKana|name_kana|フリガナ": kana, "birthDate|birth_date|dateOfBirth": birth, "contact": {"mobilePhone|tel|電話番号": phone, "email|mailAddress|メールアドレス": email}, "address|住所": {"postalCode|zip": postal, "homeAddress|address": long_address}},
             "payment": {"cardNumber|card_number|クレジットカード番号": card, "expiry|cardExpiry|exp": expiry, "cvv|securityCode": cvv}, "orderId|order_id": order, "jan": jan_code, "traceId": hexes, "location": spot, "ts|createdAt": clock, "price": price},
    "staff": {"employee_id|employeeId|社員番号": employee, "last_name|lastName|姓": surname, "first_name": given, "個人番号|my_number|myNumber": my_number, "basic_pension_number|基礎年金番号": pension, "雇用保険番号|employmentInsuranceNumber": employment, "被保険者番号|health_insurance_number": insured_digits, "bank": {"branch": extension, "account_number|accountNumber|口座番号": account}, "免許証番号|drivers_license": licence, "fax": landline, "joined": other_day, "build": version},
    "clinic": {"patient": {"patient_id|patientId|患者番号": patient, "患者氏名|full_name": name, "生年月日": birth, "insurance": {"保険者番号|insurer_number": insurer_no, "記号・番号|insured_number": insured}, "diagnosis|傷病名|medical_history": sensitive, "介護保険番号": care, "住民票コード": juminhyo}, "reception_no": order, "visited": other_day, "request_id": hexes},
    "guest": {"studentId|学籍番号|student_no": student, "passport": {"passportNumber|旅券番号|passport_no": passport}, "residenceCard|在留カード番号": residence, "corporateNumber|法人番号": corporate_no, "invoiceRegistrationNumber|登録番号": invoice_no, "maskedCard|card": masked, "last4|cardLast4": last4, "ip": machine, "tracking_number": slip, "random": random16},
    "login": {"user": {"password|パスワード": password, "password_hash|passwordHash|hashed_password": password_hash, "lastLogin": clock}, "auth": {"apiKey|api_key|access_token|refreshToken": opaque, "token|integration": secret, "id_token|jwt": jwt}, "mark|classification": confidential, "session": hexes, "client": {"ip": machine, "ua": version}},
}


# Logs. Each line is one that some program writes.


def access(page, p):
    when = f"[16/Oct/2026:12:{page.rng.randrange(60):02d}:56 +0900]"
    asked = page.one(
        lambda: f"/mypage?mail={coded_email(page, p)}&order={order(page, p)}", lambda: f"/entry?tel={page.put('phone', p['mobile'].replace('-', ''), {'mobile, plain': p['mobile'].replace('-', '')})}&name={coded_name(page, p)}&v={version(page, p)}",
        lambda: f"/item?jan={jan_code(page, p)}&sid={hexes(page, p)}&_={clock(page, p).replace(' ', '+')}", lambda: f"/reset?to=%3C{coded_email(page, p)}%3E&tel={page.put('phone', p['mobile'].replace('-', ''), {'mobile, %2B81': '%2B81' + p['mobile'].replace('-', '')[1:]})}",
    )()
    return f'{machine(page, p)} - - {when} "GET {asked} HTTP/1.1" 200 {page.rng.randrange(10**6)} "-" "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X) AppleWebKit/605.1.15"'


def shop_log(page, p):
    noise = f"2026-10-16 12:34:56,{digits(page.rng, 3)} INFO [{some_uuid(page.rng)}] order={order(page, p)} took={page.rng.random():.12f}"
    return noise + " " + page.one(
        lambda: f"mail={email(page, p)} tel={phone(page, p)} card_number={card(page, p)}", lambda: f"card_number={card(page, p)} exp={expiry(page, p)} cvv={cvv(page, p)}", lambda: f"authorised card={masked(page, p)} tracking={slip(page, p)}",
        lambda: f"member_id={member(page, p)} birth_date={birth(page, p)} zip={postal(page, p)}", lambda: f"氏名={name(page, p).replace(' ', chr(0x3000))} 電話={phone(page, p)}", lambda: f"住所={long_address(page, p)} 受付={order(page, p)}",
    )()


def office_log(page, p):
    noise = f"Oct 16 12:34:56 ap{page.rng.randrange(9)} batch[{page.rng.randrange(30000)}]: host={machine(page, p)} lib={version(page, p)}"
    return noise + " " + page.one(
        lambda: f"個人番号={my_number(page, p)} 照合OK 法人番号={corporate_no(page, p)}", lambda: f"my_number={my_number(page, p)} employee_id={employee(page, p)}", lambda: f"基礎年金番号={pension(page, p)} 雇用保険番号={employment(page, p)}", lambda: f"運転免許証番号={licence(page, p)} 旅券番号={passport(page, p)}",
        lambda: f"residence_card={residence(page, p)} juminhyo 住民票コード={juminhyo(page, p)}", lambda: f"保険者番号={insurer_no(page, p)} 介護保険番号={care(page, p)} patient_id={patient(page, p)}", lambda: f"口座番号={account(page, p)} 登録番号={invoice_no(page, p)}", lambda: f"取込ファイル={hexes(page, p)} 件数={price(page, p)} 時刻={clock(page, p)}",
    )()


def ops_log(page, p):
    queue = text_of(page.rng, 10, "0123456789ABCDEF")
    return page.one(
        lambda: f"Oct 16 12:34:56 mx1 postfix/smtp[1234]: {queue}: to=<{email(page, p)}>, relay=mx.example.net[192.0.2.7]:25, delay=0.{digits(page.rng, 2)}, status=sent",
        lambda: f"Oct 16 12:34:56 mx1 postfix/cleanup[1234]: {queue}: message-id=<{page.like('message id', f'20261016{digits(page.rng, 6)}.{queue}@mx.example.net')}>",
        lambda: f"{p['roman'][0]}:{password_hash(page, p)}:20010:0:99999:7:::", lambda: f"export AWS_ACCESS_KEY_ID={secret(page, p)}", lambda: f"POST /v1/items Authorization: Bearer {jwt(page, p)}", lambda: f"X-Api-Key: {opaque(page, p)}",
        lambda: f"login failed user={p['roman'][1]} password={password(page, p)}", lambda: private_key(page, p), lambda: f"sha256={hexes(page, p)} pulled image app@{version(page, p)} at {clock(page, p)}", lambda: f"git remote {page.like('address of a machine', 'git@code.example.jp:shop/front.git')}",
    )()


LOGS = {"access": access, "shop": shop_log, "office": office_log, "ops": ops_log}


# Prose. Each paragraph is one that somebody types.


def letter(page, p):
    return page.one(
        lambda: f"{honoured(page, p)}よりご連絡がありました。折り返しは{phone(page, p)}、メールは{email(page, p)}まで。", lambda: f"{firm(page, p)}の{honoured(page, p)}が来社。次回は{other_day(page, p)}、見積は{bill(page, p)}。",
        lambda: f"{polite(page, p)}には後日お知らせします。{place_word(page, p)}の件は{called(page, p)}に確認してください。", lambda: f"本日{bare(page, p)}が欠席。{place_word(page, p)}の{polite(page, p)}は出席。", lambda: f"ご注文番号 {order(page, p)} の商品を発送しました。お問い合わせ番号は{slip(page, p)}です。お届け先は{street(page, p, True)}です。",
        lambda: f"株式会社みなと企画 御中\r\nご担当：{honoured(page, p)}\r\n{postal_mark(page, p)} {street(page, p, True)}\r\nTEL {landline(page, p)}　FAX {landline(page, p)}", lambda: f"フリーダイヤル{free(page, p)}、内線{extension(page, p)}、型番{part(page, p)}。{polite(page, p)}へのご案内です。",
        lambda: f"お客様の携帯{mobile(page, p)}にかけたが不在。IP電話{ip_phone(page, p)}へ。会員番号：{member(page, p)}",
    )()


def form(page, p):
    return page.one(
        lambda: f"{labelled(page, p)}　生年月日：{birth(page, p)}　住所：{street(page, p, True)}", lambda: f"{labelled(page, p)}\r\n電話番号：{phone(page, p)}\r\nメールアドレス：{email(page, p)}\r\nお問い合わせ内容：{polite(page, p)}の件", lambda: f"〒{page.put('postal_code', p['postal'], {'behind 〒': p['postal']})}\r\n住所：{street(page, p, False)}\r\n{labelled(page, p)}",
        lambda: f"カード番号：{card(page, p)}　有効期限：{expiry(page, p)}　セキュリティコード：{cvv(page, p)}", lambda: f"引越先は{street(page, p, False)}です。転送をお願いします。", lambda: f"口座番号 {account(page, p)}（普通）　名義 {labelled(page, p)}", lambda: f"ゆうちょ {post_account(page, p)}　金額 {price(page, p)}",
        lambda: f"振込先口座 {whole_account(page, p)} 伝票 {slip(page, p)}", lambda: f"{birth(page, p)}生まれの{honoured(page, p)}", lambda: f"ログインIDは{p['roman'][0]}、パスワード：{password(page, p)}",
    )()


def office(page, p):
    return page.one(
        lambda: f"マイナンバー{my_number(page, p)}は確認後に破棄してください。受付番号は{order(page, p)}です。", lambda: f"支払調書：個人番号 {my_number(page, p)}、支払者の法人番号 {corporate_no(page, p)}、登録番号 {invoice_no(page, p)}", lambda: f"運転免許証番号は{licence(page, p)}、旅券番号は{passport(page, p)}です。", lambda: f"在留カード{residence(page, p)}を確認した。住民票コード：{juminhyo(page, p)}",
        lambda: f"基礎年金番号 {pension(page, p)}／雇用保険被保険者番号 {employment(page, p)}", lambda: f"保険者番号 {insurer_no(page, p)}　記号・番号 {insured(page, p)}　介護保険被保険者番号 {care(page, p)}", lambda: f"社員番号 {employee(page, p)} の{honoured(page, p)}、既往歴：{page.put('sensitive', p['ill'], {'in prose': p['ill']})}", lambda: f"学籍番号：{student(page, p)}　患者番号：{patient(page, p)}",
        lambda: f"【{confidential(page, p)}】{other_day(page, p)} 会議資料", lambda: f"適格請求書発行事業者登録番号 {invoice_no(page, p)}、請求書番号{bill(page, p)}、合計{price(page, p)}",
    )()


def chat(page, p):
    return page.one(
        lambda: f"{page.one('カード番号', '決済カード', 'クレジットカード', 'カード')}{card(page, p)}の件、{called(page, p)}に確認済み。商品コード{jan_code(page, p)}は欠品です。", lambda: f"控えは{email(page, p)}へ送りました。サーバ{machine(page, p)}、版は{version(page, p)}。", lambda: f"カードは{masked(page, p)}で登録、取引は{random16(page, p)}。", lambda: f"鍵は {secret(page, p)} です。使ったら消して。", lambda: f"連絡は{html_email(page, p)} か {landline(page, p)}",
        lambda: f"ハッシュは {password_hash(page, p)} でした。端末は{hexes(page, p)}", lambda: f"現在地 {spot(page, p)}、{clock(page, p)}", lambda: f"番号{random16(page, p)}は何の番号？ {place_word(page, p)}の{polite(page, p)}に聞いて。", lambda: f"{honoured(page, p)}と{honoured(page, p | {'surname': '五十嵐', 'given': '環'})}が{place_word(page, p)}で合流", lambda: private_key(page, p),
    )()


PROSE = {"letter": letter, "form": form, "office": office, "chat": chat}


def under(page, header, field, p):
    page.header = header
    return field(page, p)


def write_table(page, layout, people, at):
    headers = [names.split("|")[at % len(names.split("|"))] for names, _ in layout]
    kinds = [{"delimiter": ","}, {"delimiter": "\t"}, {"delimiter": ",", "quoting": csv.QUOTE_ALL}]
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n", **kinds[at % 3])
    if at % 5 == 4:
        out.write(f"【{confidential(page, people[0])}】一覧（2026年10月16日現在）\r\n\r\n")
    sheet.writerow(headers)
    for p in people:
        sheet.writerow([under(page, header, field, p) for header, (_, field) in zip(headers, layout)])
    page.lines = [out.getvalue().removesuffix("\r\n")]


def filled(page, layout, p, at):
    record = {}
    for names, field in layout.items():
        key = names.split("|")[at % len(names.split("|"))]
        record[key] = filled(page, field, p, at) if isinstance(field, dict) else under(page, key, field, p)
    return record


def write_records(page, layout, people, at):
    """Lines, or one list with indents, as programs save it."""
    records = [filled(page, layout, p, at) for p in people]
    page.lines = [json.dumps(records, ensure_ascii=False, indent=2)] if at % 3 == 2 else [json.dumps(record, ensure_ascii=False) for record in records]


def write_lines(page, write, people, at):
    page.lines = [write(page, p) for p in people]


# Form: its layouts, what writes them, and the ending of the file.
FORMS = {"table": (TABLES, write_table, "csv"), "json": (RECORDS, write_records, "json"), "log": (LOGS, write_lines, "log"), "prose": (PROSE, write_lines, "txt")}
