//! A Parquet file: row groups of plain columns, each packed with gzip as one page, and a footer in Thrift's compact form.
//! <https://github.com/apache/parquet-format> is the norm; of it, what such a table needs.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Cell, ColumnKind, Shape, TableOut};
use crate::disk::output::OutputFile;
use crate::model::limits;

const MAGIC: &[u8] = b"PAR1";
/// Numbers of the format: types, encodings, the codec.
const BOOLEAN: i64 = 0;
const INT64: i64 = 2;
const BYTE_ARRAY: i64 = 6;
const PLAIN: i64 = 0;
const RLE: i64 = 3;
const GZIP: i64 = 2;
const UTF8: i64 = 0;

pub(super) struct ParquetOut<'f> {
    file: &'f mut OutputFile,
    shape: Shape,
    columns: Vec<Gathered>,
    /// Rows of the group at hand, and of all.
    in_group: u64,
    rows: u64,
    groups: Vec<Group>,
}

/// A column of the group at hand.
#[derive(Default)]
struct Gathered {
    values: Vec<u8>,
    flags: Vec<bool>,
    /// Whether there is a value, row by row; only where there may be none.
    present: Vec<bool>,
}

struct Group {
    rows: u64,
    chunks: Vec<Chunk>,
}

struct Chunk {
    at: u64,
    plain: u64,
    packed: u64,
}

impl<'f> ParquetOut<'f> {
    pub(super) fn begin(shape: Shape, file: &'f mut OutputFile) -> io::Result<Self> {
        file.write_all(MAGIC)?;
        let columns = shape.columns.iter().map(|_| Gathered::default()).collect();
        Ok(Self { file, shape, columns, in_group: 0, rows: 0, groups: Vec::new() })
    }

    fn group(&mut self) -> io::Result<()> {
        let rows = std::mem::take(&mut self.in_group);
        if rows == 0 {
            return Ok(());
        }
        let mut chunks = Vec::new();
        for (column, gathered) in self.shape.columns.iter().zip(&mut self.columns) {
            let plain = page_of(column.kind, std::mem::take(gathered));
            let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
            packer.write_all(&plain)?;
            let packed = packer.finish()?;
            let head = page_head(rows, plain.len(), packed.len());
            let at = self.file.position();
            self.file.write_all(&head)?;
            self.file.write_all(&packed)?;
            let length = |bytes: &[u8]| (head.len() + bytes.len()) as u64;
            chunks.push(Chunk { at, plain: length(&plain), packed: length(&packed) });
        }
        self.groups.push(Group { rows, chunks });
        Ok(())
    }

    fn footer(&self, about: &[(String, String)]) -> Vec<u8> {
        let mut out = Compact::default();
        out.number(1, 2);
        out.list(2, Compact::STRUCT, self.shape.columns.len() + 1);
        out.open_item();
        out.text(4, self.shape.name);
        out.number(5, self.shape.columns.len() as i64);
        out.close();
        for column in &self.shape.columns {
            out.open_item();
            out.number(1, type_of(column.kind));
            out.number(3, i64::from(column.kind == ColumnKind::MaybeNumber));
            out.text(4, &column.name);
            if column.kind == ColumnKind::Text {
                out.number(6, UTF8);
            }
            out.close();
        }
        out.long(3, self.rows);
        out.list(4, Compact::STRUCT, self.groups.len());
        self.groups.iter().for_each(|group| self.group_of_footer(group, &mut out));
        out.list(5, Compact::STRUCT, self.shape.about.len() + about.len());
        for (key, value) in self.shape.about.iter().chain(about) {
            out.open_item();
            out.text(1, key);
            out.text(2, value);
            out.close();
        }
        out.text(6, concat!("hozen version ", env!("CARGO_PKG_VERSION")));
        out.close();
        out.bytes
    }

    fn group_of_footer(&self, group: &Group, out: &mut Compact) {
        out.open_item();
        out.list(1, Compact::STRUCT, group.chunks.len());
        for (chunk, column) in group.chunks.iter().zip(&self.shape.columns) {
            out.open_item();
            out.long(2, chunk.at);
            out.open(3);
            out.number(1, type_of(column.kind));
            out.list(2, Compact::I32, 2);
            out.item(PLAIN);
            out.item(RLE);
            out.list(3, Compact::BINARY, 1);
            out.item_text(&column.name);
            out.number(4, GZIP);
            out.long(5, group.rows);
            out.long(6, chunk.plain);
            out.long(7, chunk.packed);
            out.long(9, chunk.at);
            out.close();
            out.close();
        }
        out.long(2, group.chunks.iter().map(|chunk| chunk.plain).sum());
        out.long(3, group.rows);
        out.close();
    }
}

impl TableOut for ParquetOut<'_> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        for ((column, gathered), cell) in self.shape.columns.iter().zip(&mut self.columns).zip(cells) {
            if column.kind == ColumnKind::MaybeNumber {
                gathered.present.push(*cell != Cell::Empty);
            }
            match cell {
                Cell::Empty => {}
                Cell::Number(number) => gathered.values.extend_from_slice(&number.to_le_bytes()),
                Cell::Flag(flag) => gathered.flags.push(*flag),
                Cell::Text(text) => {
                    let length = u32::try_from(text.len()).map_err(io::Error::other)?;
                    gathered.values.extend_from_slice(&length.to_le_bytes());
                    gathered.values.extend_from_slice(text.as_bytes());
                }
            }
        }
        (self.in_group, self.rows) = (self.in_group + 1, self.rows + 1);
        let held: usize = self.columns.iter().map(|column| column.values.len() + column.flags.len()).sum();
        if held >= limits::TABLE_GROUP_BYTES { self.group() } else { Ok(()) }
    }

    fn finish(&mut self, about: &[(String, String)]) -> io::Result<()> {
        self.group()?;
        let footer = self.footer(about);
        let length = u32::try_from(footer.len()).map_err(io::Error::other)?;
        self.file.write_all(&footer)?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(MAGIC)
    }
}

fn type_of(kind: ColumnKind) -> i64 {
    match kind {
        ColumnKind::Number | ColumnKind::MaybeNumber => INT64,
        ColumnKind::Flag => BOOLEAN,
        ColumnKind::Text => BYTE_ARRAY,
    }
}

/// Bits, the lowest first.
fn bits(flags: &[bool]) -> Vec<u8> {
    flags.chunks(8).map(|eight| (0..).zip(eight).fold(0, |byte, (at, &flag)| byte | u8::from(flag) << at)).collect()
}

/// What a page holds before it is packed.
fn page_of(kind: ColumnKind, gathered: Gathered) -> Vec<u8> {
    match kind {
        ColumnKind::Number | ColumnKind::Text => gathered.values,
        ColumnKind::Flag => bits(&gathered.flags),
        ColumnKind::MaybeNumber => {
            let present = bits(&gathered.present);
            // One run of packed bits.
            let mut levels = Vec::new();
            put_varint(&mut levels, (present.len() as u64) << 1 | 1);
            levels.extend_from_slice(&present);
            let mut page = (levels.len() as u32).to_le_bytes().to_vec();
            page.append(&mut levels);
            page.extend_from_slice(&gathered.values);
            page
        }
    }
}

fn page_head(rows: u64, plain: usize, packed: usize) -> Vec<u8> {
    let mut out = Compact::default();
    out.number(1, 0);
    out.number(2, plain as i64);
    out.number(3, packed as i64);
    out.open(5);
    out.number(1, rows as i64);
    out.number(2, PLAIN);
    out.number(3, RLE);
    out.number(4, RLE);
    out.close();
    out.close();
    out.bytes
}

fn put_varint(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

/// Thrift's compact protocol, as far as a footer needs it.
#[derive(Default)]
struct Compact {
    bytes: Vec<u8>,
    /// The number of the field before, in this struct.
    field: i64,
    /// The same of those around it.
    around: Vec<i64>,
}

impl Compact {
    const I32: u8 = 5;
    const I64: u8 = 6;
    const BINARY: u8 = 8;
    const LIST: u8 = 9;
    const STRUCT: u8 = 12;

    fn head(&mut self, field: i64, kind: u8) {
        // Fields rise by less than 16 everywhere here.
        self.bytes.push(((field - self.field) as u8) << 4 | kind);
        self.field = field;
    }

    fn zigzag(&mut self, value: i64) {
        put_varint(&mut self.bytes, (value << 1 ^ value >> 63) as u64);
    }

    fn number(&mut self, field: i64, value: i64) {
        self.head(field, Self::I32);
        self.zigzag(value);
    }

    fn long(&mut self, field: i64, value: u64) {
        self.head(field, Self::I64);
        self.zigzag(value as i64);
    }

    fn text(&mut self, field: i64, text: &str) {
        self.head(field, Self::BINARY);
        self.item_text(text);
    }

    fn item(&mut self, value: i64) {
        self.zigzag(value);
    }

    fn item_text(&mut self, text: &str) {
        put_varint(&mut self.bytes, text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn list(&mut self, field: i64, kind: u8, length: usize) {
        self.head(field, Self::LIST);
        if length < 15 {
            self.bytes.push((length as u8) << 4 | kind);
        } else {
            self.bytes.push(0xf0 | kind);
            put_varint(&mut self.bytes, length as u64);
        }
    }

    /// A struct in a field.
    fn open(&mut self, field: i64) {
        self.head(field, Self::STRUCT);
        self.open_item();
    }

    /// A struct in a list.
    fn open_item(&mut self) {
        self.around.push(std::mem::take(&mut self.field));
    }

    fn close(&mut self) {
        self.bytes.push(0);
        self.field = self.around.pop().unwrap_or(0);
    }
}
