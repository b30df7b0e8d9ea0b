// A binary workbook as SheetJS (npm xlsx 0.18.5, Apache-2.0) writes it, with texts in the cells and with a table of texts, from
// ../people.csv (made-up people). Run in testdata/formats where `npm i xlsx` was run: node make/xlsb.js
const xlsx = require("xlsx");
const fs = require("fs");

const rows = fs.readFileSync("people.csv", "utf8").trim().split(/\r?\n/).map((line) => line.split(","));
for (const [name, bookSST] of [["sheetjs", false], ["sheetjs-texts", true]]) {
  const book = xlsx.utils.book_new();
  xlsx.utils.book_append_sheet(book, xlsx.utils.aoa_to_sheet([["備考"], ["ここには誰もいない"]]), "表紙");
  xlsx.utils.book_append_sheet(book, xlsx.utils.aoa_to_sheet(rows), "会員");
  xlsx.writeFile(book, `xlsb/${name}.xlsb`, { bookType: "xlsb", bookSST, compression: true });
}
