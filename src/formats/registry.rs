//! The list of formats, and the choice among them. A new format is one line here.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Claim, Format, Head, ReadSeek};

/// Every format, the more particular first: among equal claims the earlier wins.
pub static FORMATS: &[&dyn Format] = &[
    // Containers and documents that a signature tells: kinds before what they are kinds of.
    &super::xlsx::Xlsx,
    &super::xlsx::Xlsb,
    &super::ods::Ods,
    &super::docx::Docx,
    &super::pptx::Pptx,
    &super::odf::Odf,
    &super::zip::Zip,
    &super::gzip::Gzip,
    &super::streams::bzip2::Bzip2,
    &super::streams::xz::Xz,
    &super::streams::xz::Lzma,
    &super::streams::lzip::Lzip,
    &super::streams::zstd::Zstd,
    &super::streams::lz4::Lz4,
    &super::streams::compress::Compress,
    &super::tar::Tar,
    &super::sevenzip::SevenZip,
    &super::lzh::Lzh,
    &super::rar::Rar,
    &super::xls::Xls,
    &super::doc::Doc,
    &super::ppt::Ppt,
    &super::msg::Msg,
    &super::tnef::Tnef,
    &super::ole::Ole,
    &super::pdf::Pdf,
    &super::pst::Pst,
    &super::sqlite::Sqlite,
    &super::sqlite::Log,
    &super::evtx::Evtx,
    &super::dbf::Dbf,
    &super::bson::Bson,
    &super::locked::Locked,
    &super::signed::Signed,
    &super::disk::Disk,
    &super::known::Known,
    // Text, by its shape.
    &super::rtf::Rtf,
    &super::mail::Mbox,
    &super::mail::Mail,
    &super::cards::Vcard,
    &super::cards::Calendar,
    &super::cards::Ldif,
    &super::sql::Sql,
    &super::html::Html,
    &super::xml::Xml,
    &super::json::Json,
    &super::csv::Csv,
    &super::yaml::Yaml,
    &super::settings::Settings,
    &super::plain::Plain,
    &super::binary::Binary,
];

/// The format that claims this leaf most surely; `None` if none does (the last one takes anything).
pub fn pick(head: &Head<'_>) -> Option<&'static dyn Format> {
    let mut best: Option<(Claim, &'static dyn Format)> = None;
    for format in FORMATS {
        let claim = format.claims(head);
        if claim > best.map_or(Claim::No, |(claim, _)| claim) {
            best = Some((claim, *format));
        }
    }
    best.map(|(_, format)| format)
}

/// Looks closer at a package: the format that claims its parts most surely, else the one that was picked. The source is left anywhere.
pub fn settle(picked: &'static dyn Format, src: &mut dyn ReadSeek, length: u64) -> &'static dyn Format {
    let kinds = || FORMATS.iter().filter(|format| format.kind_of() == Some(picked.id()));
    if kinds().next().is_none() {
        return picked;
    }
    // Trouble comes again when it is read, and is told there.
    let parts = catch_unwind(AssertUnwindSafe(|| picked.parts(src, length))).ok().flatten();
    let Some(parts) = parts else { return picked };
    let mut best = (Claim::No, picked);
    for format in kinds() {
        let claim = format.claims_parts(&parts);
        if claim > best.0 {
            best = (claim, *format);
        }
    }
    best.1
}

/// Endings that only text has.
const TEXT_ENDINGS: [&str; 12] =
    ["txt", "csv", "tsv", "log", "json", "jsonl", "xml", "html", "htm", "sql", "md", "yaml"];

/// What the name says that this is, where content of a signature says otherwise.
pub fn mislabelled(name: &str, format: &'static dyn Format) -> Option<&'static str> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase())?;
    let ending = ending.as_str();
    if format.endings().contains(&ending) {
        return None;
    }
    let named = FORMATS.iter().find(|other| other.endings().contains(&ending)).map(|other| other.id());
    named.or_else(|| {
        let is_text = || TEXT_ENDINGS.iter().find(|text| **text == ending).copied();
        if format.endings().is_empty() { None } else { is_text() }
    })
}
