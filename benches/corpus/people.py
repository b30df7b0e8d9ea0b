"""The made-up people of benches/detect: names, places and numbers. Nobody here lives. Standard library only.

Surnames, given names and places were written down for this script from general knowledge, common and uncommon, not from any list that hozen has; every person is drawn from them by dice. Towns are real,
house numbers, telephone numbers, cards and all other numbers are dice with right check digits; mail goes to example.jp, keys and tokens open nothing.
"""

import uuid

SURNAMES = """佐藤 サトウ,鈴木 スズキ,高橋 タカハシ,田中 タナカ,伊藤 イトウ,渡辺 ワタナベ,山本 ヤマモト,中村 ナカムラ,小林 コバヤシ,加藤 カトウ,吉田 ヨシダ,山田 ヤマダ,佐々木 ササキ,山口 ヤマグチ,松本 マツモト,井上 イノウエ,
木村 キムラ,林 ハヤシ,斎藤 サイトウ,清水 シミズ,山崎 ヤマザキ,森 モリ,池田 イケダ,橋本 ハシモト,阿部 アベ,石川 イシカワ,山下 ヤマシタ,中島 ナカジマ,石井 イシイ,小川 オガワ,前田 マエダ,岡田 オカダ,長谷川 ハセガワ,藤田 フジタ,
後藤 ゴトウ,近藤 コンドウ,村上 ムラカミ,遠藤 エンドウ,青木 アオキ,坂本 サカモト,福田 フクダ,太田 オオタ,西村 ニシムラ,藤井 フジイ,金子 カネコ,和田 ワダ,中山 ナカヤマ,石田 イシダ,上田 ウエダ,原田 ハラダ,柴田 シバタ,酒井 サカイ,
宮崎 ミヤザキ,横山 ヨコヤマ,内田 ウチダ,千葉 チバ,福島 フクシマ,大阪谷 オオサカヤ,五十嵐 イガラシ,勅使河原 テシガワラ,小鳥遊 タカナシ,四月一日 ワタヌキ,八月一日 ホズミ,月見里 ヤマナシ,東海林 ショウジ,服部 ハットリ,長曽我部 チョウソカベ,
武者小路 ムシャノコウジ,伊集院 イジュウイン,西園寺 サイオンジ,綾小路 アヤノコウジ,京極 キョウゴク,二階堂 ニカイドウ,三枝 サエグサ,九鬼 クキ,一ノ瀬 イチノセ,八ツ橋 ヤツハシ,百目鬼 ドウメキ,鬼頭 キトウ,毛利 モウリ,蜂須賀 ハチスカ,
喜多川 キタガワ,比嘉 ヒガ,金城 キンジョウ,大城 オオシロ,仲宗根 ナカソネ,具志堅 グシケン,島袋 シマブクロ,玉城 タマシロ,喜屋武 キャン,知念 チネン,安里 アサト,西郷 サイゴウ,有馬 アリマ,鮫島 サメジマ,肝付 キモツキ,指宿 イブスキ,
黒木 クロキ,甲斐 カイ,長友 ナガトモ,日高 ヒダカ,御手洗 ミタライ,首藤 シュトウ,安心院 アジム,工藤 クドウ,三浦 ミウラ,対馬 ツシマ,成田 ナリタ,葛西 カサイ,相馬 ソウマ,一戸 イチノヘ,八戸 ハチノヘ,熊谷 クマガイ,及川 オイカワ,
菅原 スガワラ,小野寺 オノデラ,千田 チダ,早坂 ハヤサカ,今野 コンノ,五島 ゴトウ,土屋 ツチヤ,望月 モチヅキ,小池 コイケ,百瀬 モモセ,上條 カミジョウ,丸山 マルヤマ,降旗 フリハタ,味方 ミカタ,飯島 イイジマ,雨宮 アメミヤ,薬袋 ミナイ,
七條 シチジョウ,万城目 マキメ,榊原 サカキバラ,犬飼 イヌカイ,猿渡 サルワタリ,鵜飼 ウカイ,鷲尾 ワシオ,鷹取 タカトリ,我妻 アヅマ,御子柴 ミコシバ,神宮寺 ジングウジ,竜造寺 リュウゾウジ,十文字 ジュウモンジ,四方 シカタ,南雲 ナグモ,
東 アズマ,辻 ツジ,堤 ツツミ,原 ハラ,関 セキ,谷 タニ,岸 キシ,乾 イヌイ,巽 タツミ,占部 ウラベ,卜部 ウラベ,栗花落 ツユリ,躑躅森 ツツジモリ,纐纈 コウケツ,髙島 タカシマ,宮﨑 ミヤザキ,濵口 ハマグチ,渡邊 ワタナベ,齋藤 サイトウ,櫻井 サクライ"""

GIVEN = """太郎 タロウ,次郎 ジロウ,三郎 サブロウ,一郎 イチロウ,清 キヨシ,茂 シゲル,勇 イサム,実 ミノル,正雄 マサオ,義男 ヨシオ,武 タケシ,進 ススム,昭 アキラ,勝利 カツトシ,和夫 カズオ,博 ヒロシ,修 オサム,隆 タカシ,誠 マコト,浩二 コウジ,
健一 ケンイチ,哲也 テツヤ,直樹 ナオキ,大輔 ダイスケ,健太 ケンタ,翔太 ショウタ,拓也 タクヤ,達也 タツヤ,亮 リョウ,翼 ツバサ,翔 ショウ,大翔 ヒロト,蓮 レン,悠真 ユウマ,湊 ミナト,樹 イツキ,陽翔 ハルト,朝陽 アサヒ,蒼 アオイ,律 リツ,
碧 アオ,新 アラタ,凪 ナギ,暖 ダン,颯真 ソウマ,琉生 ルイ,陸斗 リクト,瑛太 エイタ,奏汰 カナタ,伊織 イオリ,虎太郎 コタロウ,慎之介 シンノスケ,龍之介 リュウノスケ,右京 ウキョウ,左近 サコン,源一郎 ゲンイチロウ,光右衛門 コウエモン,
宗一郎 ソウイチロウ,喜代治 キヨジ,与一 ヨイチ,万次郎 マンジロウ,寿 ヒサシ,貞治 サダハル,虎雄 トラオ,金吾 キンゴ,敬三 ケイゾウ,洋 ヒロシ,潔 キヨシ,剛志 ツヨシ,啓介 ケイスケ,裕司 ユウジ,孝之 タカユキ,信彦 ノブヒコ,雅人 マサト,
将大 マサヒロ,圭 ケイ,丈 ジョウ,司 ツカサ,岳 ガク,遼太郎 リョウタロウ,心 ココロ,絢斗 アヤト,仁 ジン,櫂 カイ,慶 ケイ,楓雅 フウガ,星那 セナ,理人 リヒト,昊 ソラ,永遠 トワ,
花子 ハナコ,幸子 サチコ,和子 カズコ,節子 セツコ,洋子 ヨウコ,京子 キョウコ,恵子 ケイコ,久美子 クミコ,由美 ユミ,明美 アケミ,直美 ナオミ,真由美 マユミ,智子 トモコ,陽子 ヨウコ,裕子 ユウコ,香織 カオリ,愛 アイ,彩 アヤ,美咲 ミサキ,
優花 ユウカ,葵 アオイ,陽菜 ヒナ,結衣 ユイ,結菜 ユイナ,凛 リン,紬 ツムギ,芽依 メイ,咲良 サクラ,心春 コハル,莉子 リコ,杏 アン,澪 ミオ,詩 ウタ,翠 スイ,琴音 コトネ,乃愛 ノア,柚葉 ユズハ,朱莉 アカリ,美桜 ミオ,彩葉 イロハ,
希空 ノア,心愛 ココア,月渚 ルナ,姫奈 ヒナ,絆 キズナ,叶 カナエ,千代 チヨ,八重子 ヤエコ,喜久江 キクエ,志乃 シノ,富美子 フミコ,美津子 ミツコ,鶴代 ツルヨ,菊 キク,梅子 ウメコ,貴美子 キミコ,千鶴 チヅル,千尋 チヒロ,真央 マオ,
春香 ハルカ,沙織 サオリ,麻衣 マイ,舞 マイ,七海 ナナミ,美羽 ミウ,亜希 アキ,瑠璃 ルリ,茉莉花 マリカ,環 タマキ,薫 カオル,光 ヒカル,忍 シノブ,歩 アユム,晶 アキラ,日向 ヒナタ,一二三 ヒフミ,四季 シキ,五月 サツキ,
さくら サクラ,ひかり ヒカリ,あかり アカリ,ひなた ヒナタ,すみれ スミレ,はるか ハルカ,めぐみ メグミ,みゆき ミユキ,さつき サツキ,いろは イロハ,つむぎ ツムギ,ゆい ユイ,りん リン,ひろみ ヒロミ,まどか マドカ,のぞみ ノゾミ,あおい アオイ,
キヨ キヨ,ハル ハル,トメ トメ,ウメ ウメ,イネ イネ,フミ フミ,エミリ エミリ,マリア マリア,リサ リサ,アンナ アンナ,ケン ケン,レオ レオ,みち子 ミチコ,ゆり子 ユリコ,まさ江 マサエ,なつ美 ナツミ"""

# Prefecture | municipality | town, and what a house number looks like there where it is out of the ordinary.
PLACES = """北海道|札幌市中央区|北一条西|条 北海道|札幌市白石区|本通|条 北海道|旭川市|五条通|条 北海道|帯広市|西二条南|条 北海道|余市郡余市町|黒川町 北海道|函館市|元町 北海道|虻田郡倶知安町|北三条東|条 青森県|弘前市|大字下白銀町|番地
青森県|八戸市|内丸 岩手県|盛岡市|中央通 岩手県|九戸郡野田村|大字野田|地割 宮城県|仙台市青葉区|一番町 宮城県|石巻市|穀町 秋田県|大仙市|大曲日の出町 秋田県|秋田市|山王 山形県|鶴岡市|馬場町 福島県|会津若松市|東栄町 福島県|福島市|五老内町
茨城県|つくば市|研究学園 茨城県|龍ケ崎市|字北方|番地 栃木県|宇都宮市|旭 群馬県|前橋市|大手町 群馬県|吾妻郡草津町|大字草津|番地 埼玉県|さいたま市浦和区|高砂 埼玉県|川越市|元町 埼玉県|入間郡三芳町|大字藤久保|番地 千葉県|市川市|八幡
千葉県|市原市|国分寺台中央 千葉県|鎌ケ谷市|新鎌ケ谷 千葉県|四街道市|鹿渡|番地 東京都|千代田区|丸の内 東京都|町田市|中町 東京都|武蔵村山市|本町 東京都|新宿区|西新宿 東京都|西多摩郡檜原村|本宿|村 東京都|小笠原村|父島字西町|無地
神奈川県|横浜市中区|本町 神奈川県|川崎市川崎区|宮本町 神奈川県|足柄下郡箱根町|湯本|番地 新潟県|十日町市|千歳町 新潟県|新潟市中央区|学校町通一番町|番地 富山県|富山市|新桜町 石川県|金沢市|広坂 石川県|七尾市|袖ケ江町|いろは 石川県|野々市市|三納
福井県|福井市|大手 福井県|鯖江市|西山町 山梨県|甲府市|丸の内 山梨県|南都留郡富士河口湖町|船津|番地 長野県|大町市|大町|番地 長野県|北佐久郡軽井沢町|大字長倉|番地 長野県|長野市|大字鶴賀緑町|番地 岐阜県|高山市|花岡町 岐阜県|大野郡白川村|荻町|番地
静岡県|浜松市中央区|元城町 静岡県|御殿場市|萩原|番地 愛知県|名古屋市中村区|名駅 愛知県|豊田市|西町 愛知県|海部郡大治町|大字馬島字大門西|番地 三重県|四日市市|諏訪町 三重県|三重郡菰野町|大字潤田|番地 三重県|津市|西丸之内 滋賀県|大津市|御陵町
滋賀県|近江八幡市|桜宮町 京都府|京都市中京区|寺町通御池上る上本能寺前町|通 京都府|京都市下京区|四条通烏丸東入長刀鉾町|通 京都府|京都市上京区|今出川通室町西入堀出シ町|通 京都府|京都市東山区|大和大路通四条下る四丁目小松町|通 大阪府|大阪市北区|梅田
大阪府|大阪市中央区|久太郎町四丁目渡辺|号 大阪府|堺市堺区|南瓦町 大阪府|泉南郡岬町|深日|番地 兵庫県|神戸市中央区|加納町 兵庫県|宍粟市|山崎町中広瀬|番地 奈良県|奈良市|登大路町 奈良県|吉野郡十津川村|大字小原|番地 和歌山県|和歌山市|七番丁
鳥取県|鳥取市|幸町 島根県|松江市|末次町 島根県|隠岐郡隠岐の島町|城北町 岡山県|倉敷市|西中新田|番地 岡山県|岡山市北区|大供 広島県|廿日市市|下平良 広島県|広島市中区|国泰寺町 広島県|福山市|東桜町 山口県|下関市|南部町 徳島県|徳島市|幸町
香川県|高松市|番町 愛媛県|松山市|二番町 愛媛県|四国中央市|三島宮川 愛媛県|大洲市|大洲|甲 高知県|高知市|本町 高知県|高岡郡四万十町|琴平町 福岡県|福岡市博多区|博多駅前 福岡県|北九州市小倉北区|城内 福岡県|糟屋郡志免町|志免中央 佐賀県|佐賀市|栄町
佐賀県|杵島郡大町町|大字大町|番地 長崎県|長崎市|魚の町 長崎県|壱岐市|郷ノ浦町本村触|番地 熊本県|熊本市中央区|手取本町 熊本県|阿蘇市|一の宮町宮地|番地 大分県|大分市|荷揚町 大分県|宇佐市|大字上田|番地 宮崎県|宮崎市|橘通西
鹿児島県|鹿児島市|山下町 鹿児島県|指宿市|十町|番地 鹿児島県|大島郡与論町|茶花|番地 沖縄県|那覇市|泉崎 沖縄県|国頭郡国頭村|字辺土名|番地 沖縄県|中頭郡北谷町|字桑江|番地"""

BUILDINGS = ["コーポ青葉201", "グリーンハイツ305号室", "メゾン・ド・花B-102", "パークサイド東館1205号室", "第2山田荘6", "レジデンス中央 8F", "ヴィラ桜ヶ丘A棟410", "県営住宅3-2-11"]
ILLS = ["糖尿病", "高血圧症", "気管支喘息", "アレルギー性鼻炎", "うつ病", "脂質異常症", "心房細動", "てんかん", "関節リウマチ", "潰瘍性大腸炎"]
FIRMS = ["山田商事株式会社", "株式会社鈴木建設", "佐藤工業株式会社", "(有)田中運送", "合同会社みなと企画", "医療法人青空会", "高橋自動車株式会社", "株式会社北日本フーズ", "松本電機株式会社", "一般社団法人まちづくり協会"]
# Area codes with what begins behind them where no longer code goes on; a dot is any digit, the first of them 2 to 9.
AREAS = "03-.... 06-.... 011-2.. 022-2.. 025-2.. 043-2.. 045-2.. 052-2.. 075-2.. 078-3.. 082-2.. 092-2.. 098-8.. 0422-.. 0463-.. 0594-.. 0798-.. 0985-.. 0267-.. 0175-.. 0995-.. 04992-. 01267-. 09912-.".split()


def pairs(text):
    return [tuple(entry.split()) for entry in text.replace("\n", "").split(",")]


SURNAMES, GIVEN, PLACES = pairs(SURNAMES), pairs(GIVEN), [tuple(place.split("|")) for place in PLACES.split()]

SYLLABLES = dict(zip("アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポ", """a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho ma mi mu me mo ya yu yo
ra ri ru re ro wa o n ga gi gu ge go za ji zu ze zo da ji zu de do ba bi bu be bo pa pi pu pe po""".split()))


def roman(kana):
    """Hepburn, near enough for mail addresses and ID cards."""
    out = ""
    for letter in kana:
        if letter in "ャュョ":
            stem = out[:-1]
            out = stem + ("" if stem.endswith(("sh", "ch", "j")) else "y") + {"ャ": "a", "ュ": "u", "ョ": "o"}[letter]
        elif letter == "ッ":
            out += "*"
        elif letter != "ー":
            syllable = SYLLABLES[letter]
            out = out[:-1] + syllable[0] + syllable if out.endswith("*") else out + syllable
    return out


def digits(rng, count):
    return "".join(rng.choice("0123456789") for _ in range(count))


def text_of(rng, count, letters="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"):
    return "".join(rng.choice(letters) for _ in range(count))


def luhn(body):
    total = 0
    for at, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if at % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def card(rng):
    """Of the networks that Japanese shops take, Visa and JCB most often."""
    start, length = rng.choice([("4", 16), ("4", 16), ("35", 16), ("5", 16), ("37", 15), ("36", 14)])
    start += {"35": lambda: str(rng.randrange(28, 90)), "5": lambda: str(rng.randrange(1, 6))}.get(start, str)()
    return luhn(start + digits(rng, length - 1 - len(start)))


def grouped(number, mark):
    sizes = {16: (4, 4, 4, 4), 15: (4, 6, 5), 14: (4, 6, 4), 12: (4, 4, 4)}[len(number)]
    ends = [sum(sizes[: at + 1]) for at in range(len(sizes))]
    return mark.join(number[end - size : end] for end, size in zip(ends, sizes))


def my_number(rng):
    body = str(rng.randrange(10**10, 10**11))
    rest = sum(int(d) * w for d, w in zip(body, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])) % 11
    return body + str(0 if rest <= 1 else 11 - rest)


def licence(rng):
    while True:
        body = f"{rng.choice([10, 22, 30, 43, 45, 54, 62, 73, 90, 97])}{digits(rng, 8)}"
        rest = sum(int(d) * w for d, w in zip(body, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2])) % 11
        if rest:
            return body + str((11 - rest) % 10) + str(rng.randrange(3))


def corporate(rng):
    body = str(rng.randrange(10**11, 10**12))
    total = sum(int(d) * (1 if at % 2 == 0 else 2) for at, d in enumerate(reversed(body)))
    return str(9 - total % 9) + body


def insurer(rng):
    law = rng.choice(["01", "06", "31", "33", "39", "63", ""])
    return luhn(f"{law}{rng.randrange(1, 48):02d}{digits(rng, 3)}")


def jan(rng):
    body = rng.choice(["45", "49"]) + digits(rng, 10)
    total = sum(int(d) * (3 if at % 2 == 0 else 1) for at, d in enumerate(reversed(body)))
    return body + str(-total % 10)


def some_uuid(rng):
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def landline(rng):
    """As it is written, with hyphens."""
    start = rng.choice(AREAS).replace(".", rng.choice("23456789"), 1)
    return "".join(digits(rng, 1) if c == "." else c for c in start) + "-" + digits(rng, 4)


def mobile(rng, start=None):
    return f"{start or rng.choice(['070', '080', '090'])}-{rng.randrange(1000, 10000)}-{digits(rng, 4)}"


def house(rng, kind):
    """A house number, as it is written where such a town is."""
    a, b, c = rng.randrange(1, 9), rng.randrange(1, 30), rng.randrange(1, 20)
    kanji = "一二三四五六七八九"
    usual = [f"{a}-{b}-{c}", f"{a}丁目{b}番{c}号", f"{kanji[a - 1]}丁目{b}番{c}号", f"{a}丁目{b}-{c}", f"{a}-{b}", f"{b}番{c}号", f"{a}丁目{b}番地{c}"]
    return {
        "条": lambda: rng.choice([f"{a}丁目{b}-{c}", f"{a}丁目{b}番地", f"{a}丁目{b}番地{c}", f"{kanji[a - 1]}丁目{b}番地"]),
        "番地": lambda: rng.choice([f"{a}{b}番地", f"{a}{b}番地{c}", f"{a}{b}番地の{c}", f"{a}{b}-{c}", f"{a}{b}"]),
        "通": lambda: rng.choice([f"{a}{b}", f"{a}{b}番地", f"{a}{b}-{c}"]),
        "地割": lambda: f"第{b}地割{a}番地{c}",
        "いろは": lambda: rng.choice([f"イ{b}番地", f"ロ部{b}-{c}"]),
        "甲": lambda: rng.choice([f"甲{a}{b}番地", f"乙{a}{b}-{c}"]),
        "号": lambda: f"{a}号",
        "村": lambda: f"{a}{b}番地",
        "無地": lambda: rng.choice(["無番地", f"{b}番地"]),
    }.get(kind, lambda: rng.choice(usual))()


def person(rng, number):
    """Everything that somebody may have, each in its plainest form."""
    surname, given = rng.choice(SURNAMES), rng.choice(GIVEN)
    place = rng.choice(PLACES)
    ymd = (rng.randrange(1926, 2019), rng.randrange(1, 13), rng.randrange(1, 29))
    return {
        "number": number, "surname": surname[0], "given": given[0], "kana": (surname[1], given[1]), "roman": (roman(surname[1]), roman(given[1])), "ymd": ymd, "place": place[:3],
        "house": house(rng, place[3] if len(place) > 3 else ""), "building": rng.choice(BUILDINGS) if rng.random() < 0.4 else "", "postal": f"{rng.randrange(1, 1000):03d}-{digits(rng, 4)}",
        "mobile": mobile(rng), "landline": landline(rng), "ip_phone": mobile(rng, "050"), "free": rng.choice([f"0120-{rng.randrange(100, 1000)}-{digits(rng, 3)}", f"0800-{rng.randrange(100, 1000)}-{digits(rng, 4)}"]),
        "card": card(rng), "expiry": (rng.randrange(1, 13), rng.randrange(26, 33)), "my_number": my_number(rng), "licence": licence(rng), "pension": f"{rng.randrange(2100, 9000)}-{digits(rng, 6)}",
        "passport": f"{rng.choice(['TR', 'TS', 'TZ', 'MU', 'TK'])}{digits(rng, 7)}", "residence": f"{text_of(rng, 2, 'ABCDEFGHJKLMNPRSTU')}{digits(rng, 8)}{text_of(rng, 2, 'ABCDEFGHJKLMNPRSTU')}",
        "employment": f"{rng.randrange(1000, 6000)}-{digits(rng, 6)}-{digits(rng, 1)}", "juminhyo": str(rng.randrange(10**10, 10**11)), "care": f"{rng.randrange(10**7):010d}", "insurer": insurer(rng), "symbol": (digits(rng, 4), str(rng.randrange(10, 10000))),
        "corporate": corporate(rng), "firm": rng.choice(FIRMS), "account": str(rng.randrange(10**6, 10**7)), "post": (f"1{rng.randrange(100, 900)}0", f"{rng.randrange(10**4, 10**7)}1"), "ill": rng.choice(ILLS),
    }
