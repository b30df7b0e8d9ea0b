PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE 会員 (id INTEGER PRIMARY KEY, 氏名 TEXT NOT NULL, フリガナ TEXT, メールアドレス TEXT, 電話番号 TEXT, 郵便番号 TEXT, 住所 TEXT, 生年月日 TEXT,
  電話だけ TEXT GENERATED ALWAYS AS (電話番号) VIRTUAL);
INSERT INTO "会員" VALUES(1,'山田 太郎','ヤマダ タロウ','yamada.taro@example.jp','090-1234-5601','100-0001','東京都千代田区千代田1-1-1','1980/04/12');
INSERT INTO "会員" VALUES(2,'佐藤 花子','サトウ ハナコ','sato.hanako@example.jp','080-1234-5602','530-0001','大阪府大阪市北区梅田2-3-4','1975/11/03');
INSERT INTO "会員" VALUES(3,'鈴木 一郎','スズキ イチロウ','suzuki.ichiro@example.jp','070-1234-5603','460-0008','愛知県名古屋市中区栄3-5-12','1992/01/30');
INSERT INTO "会員" VALUES(4,'高橋 美咲','タカハシ ミサキ','takahashi.misaki@example.jp','090-1234-5604','980-0811','宮城県仙台市青葉区一番町4-6-1','2001/07/08');
INSERT INTO "会員" VALUES(5,'田中 健一','タナカ ケンイチ','tanaka.kenichi@example.jp','080-1234-5605','810-0001','福岡県福岡市中央区天神1-8-1','1968/09/21');
CREATE TABLE empty (mail TEXT);
CREATE INDEX by_mail ON 会員 (メールアドレス);
CREATE VIEW phones AS SELECT 氏名, 電話番号 FROM 会員;
COMMIT;
