//! Every bound in the program, in one place. docs/limits.md explains each; a test keeps the two together.
//!
//! Over a limit is a gap that says how far it got, never silence.

/// One read from a source, and the unit in which hashing, compressing and scanning share a buffer.
pub const BLOCK_BYTES: usize = 256 * 1024;
/// Content waiting for the hashing service.
pub const HASH_QUEUE_BYTES: usize = 16 * 1024 * 1024;
/// Files that are open at once to fill the lanes of all hashing threads, where content is hashed alone.
pub const READERS: usize = 64;
/// Blocks of large files waiting for the deflate service.
pub const DEFLATE_QUEUE_BYTES: usize = 8 * 1024 * 1024;
/// Results of entries that finished before their turn in walk order.
pub const AHEAD_BYTES: usize = 32 * 1024 * 1024;
/// Results of the entry whose turn it is, waiting for the disk.
pub const HEAD_BYTES: usize = 16 * 1024 * 1024;
/// Entries that the walk may be ahead of the workers.
pub const WALK_AHEAD: usize = 1024;
/// Files with several names of which further names may still come.
pub const LINKED_FILES: usize = 500_000;
/// Names of the folders that a walk is inside of, all together.
pub const NAMES_BYTES: usize = 48 * 1024 * 1024;
/// Names in one folder, where not a walk but a profile or a look at the live state lists it.
pub const FOLDER_NAMES: usize = 10_000_000;
/// Folders that one walk holds open at once; deeper trees are walked by opening those above again.
pub const OPEN_FOLDERS: usize = 64;
/// Folders inside folders.
pub const WALK_DEPTH: usize = 4_000;

/// The longest record that is taken as one thing; a longer one is read in overlapping windows.
pub const RECORD_BYTES: usize = 1024 * 1024;
/// A line longer than this no longer says that its parts belong to one person.
pub const BOND_LINE_BYTES: usize = 4 * 1024;
/// One window of an over-long line: small, so that a dump in one line costs no more than the same in many.
pub const WINDOW_BYTES: usize = 64 * 1024;
/// Overlap of two windows of an over-long record; longer than any value that a rule may match.
pub const WINDOW_MARGIN_BYTES: usize = 4 * 1024;
/// The longest value a rule may match, in folded characters.
pub const RULE_MATCH_CHARS: usize = 320;
/// How far from a value a context word may stand, in folded characters.
pub const CONTEXT_CHARS: usize = 64;
/// Fields in one record; the rest are read as further records.
pub const RECORD_FIELDS: usize = 4_096;
/// Objects and arrays inside each other that are taken apart; what lies deeper is read as one text.
pub const JSON_DEPTH: usize = 128;
/// Quotes left open in one table before quotes are taken as plain characters for the rest of it.
pub const OPEN_QUOTES: usize = 8;
/// Multiparts inside each other in one mail; what lies deeper is read as lines.
pub const MAIL_DEPTH: usize = 32;
/// The shortest run of text that is read out of a binary file, in characters.
pub const TEXT_RUN_CHARS: usize = 6;
/// Matches kept of one record.
pub const RECORD_MATCHES: usize = 50_000;

/// Files that a cache remembers; the rest is looked at in every run.
pub const CACHE_FILES: usize = 2_000_000;
/// One line of a cache; a file with a longer one is looked at in every run.
pub const CACHE_LINE_BYTES: usize = 16 * 1024 * 1024;

/// Containers inside containers.
pub const CONTAINER_DEPTH: usize = 8;
/// Members of one container.
pub const CONTAINER_MEMBERS: usize = 1_000_000;
/// Bytes of the directory of an archive that is held whole (7z), unfolded.
pub const DIRECTORY_BYTES: u64 = 64 * 1024 * 1024;
/// Members that such a directory lists.
pub const DIRECTORY_MEMBERS: u64 = 250_000;
/// Bytes of the name of one member of a container.
pub const MEMBER_NAME_BYTES: u64 = 64 * 1024;
/// Bytes that all containers of one source file may unfold to before their ratio is looked at.
pub const EXPANSION_FREE_BYTES: u64 = 256 * 1024 * 1024;
/// A document that can only be opened whole (a PowerPoint file of before 2007, signed data).
pub const DOCUMENT_BYTES: u64 = 64 * 1024 * 1024;
/// One part of a document that is held whole (shared strings, styles, notes), unfolded.
pub const PART_BYTES: u64 = 32 * 1024 * 1024;
/// One tag or text in XML that is taken as one.
pub const XML_PIECE_BYTES: u64 = 8 * 1024 * 1024;
/// Elements inside each other, in XML that is read as a document.
pub const XML_DEPTH: usize = 4_096;
/// Tables and text boxes inside each other of which rows are told apart.
pub const TABLE_DEPTH: usize = 32;
/// Pages of one log of an SQLite database.
pub const SQLITE_LOG_PAGES: usize = 2_000_000;
/// Different addresses of one list of recipients that are counted.
pub const RECIPIENTS: usize = 100_000;
/// Objects of a PDF.
pub const PDF_OBJECTS: usize = 1_000_000;
/// Characters of one page of a PDF, which are held to lay them out.
pub const PDF_PAGE_CHARS: usize = 500_000;
/// Parts of a page of a PDF that are drawn inside each other.
pub const PDF_FORM_DEPTH: usize = 16;
/// One row of an SQL dump; a longer one is read in windows.
pub const SQL_ROW_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of SQL that are read again because what began there was no whole row; beyond, a dump is read as lines.
pub const SQL_AGAIN_BYTES: usize = 64 * 1024 * 1024;
/// Tables of an SQL dump whose names are kept; rows of further ones are not told apart by table.
pub const SQL_TABLES: usize = 20_000;
/// One document of MongoDB, of which the server allows 16 MiB.
pub const BSON_DOCUMENT_BYTES: usize = 32 * 1024 * 1024;
/// Elements inside each other in one event of a Windows event log.
pub const EVENT_DEPTH: usize = 256;
/// Templates and fragments inside each other in one event.
pub const EVENT_NESTING: usize = 24;
/// Tokens of the XML of one event.
pub const EVENT_TOKENS: usize = 100_000;
/// Tokens of all events of one chunk of a log (64 KiB).
pub const EVENT_CHUNK_TOKENS: usize = 1_000_000;
/// Text of one event.
pub const EVENT_TEXT_BYTES: usize = 1024 * 1024;
/// Members of a package that are listed to tell what kind of document it is.
pub const PARTS_LISTED: usize = 4096;
/// Members of a package that is read as a document: its directory is held whole, three KiB for each; one of more is read as an archive.
pub const DOCUMENT_PARTS: usize = 20_000;
/// The directory of a package that is read as a document, as it stands in the file: names, additions and remarks, which are held in memory.
pub const DOCUMENT_DIRECTORY_BYTES: u64 = 16 * 1024 * 1024;
/// Seconds of work (processor time) on one member, beyond one second for each [`MEMBER_BYTES_PER_SECOND`] that it unfolds to.
pub const MEMBER_SECONDS: u64 = 300;
/// See [`MEMBER_SECONDS`].
pub const MEMBER_BYTES_PER_SECOND: u64 = 256 * 1024;
/// Sectors of a compound file (an old Office document), of which the table is held in memory.
pub const COMPOUND_SECTORS: usize = 4_194_304;
/// Rows of the directory of a compound file.
pub const COMPOUND_ENTRIES: usize = 200_000;
/// What the decoders of one source file may hold together to refer back to: the dictionaries of xz, lzip and 7z, the windows of Zstandard.
pub const UNPACKER_BYTES: u64 = 192 * 1024 * 1024;
/// Shared strings of a workbook that are held, in bytes of UTF-8.
pub const SHARED_STRINGS_BYTES: usize = 64 * 1024 * 1024;
/// Their number.
pub const SHARED_STRINGS: usize = 4_000_000;
/// Mail addresses in the cells of one sheet that are remembered, so that a link to one is not told a second time.
pub const SHEET_ADDRESSES: usize = 500_000;
/// Unfolded bytes per byte of the source file, once past [`EXPANSION_FREE_BYTES`].
pub const EXPANSION_RATIO: u64 = 250;
/// A container that must seek is read from memory up to this size, beyond it from a spool file.
pub const SEEK_MEMORY_BYTES: u64 = 16 * 1024 * 1024;
/// The same of all workers together, where there is a folder for spool files; those inside each other take as much again.
pub const SEEK_MEMORY_ALL_BYTES: u64 = 32 * 1024 * 1024;
/// A spool file.
pub const SPOOL_BYTES: u64 = 64 * 1024 * 1024 * 1024;
/// Records and what counting them takes, where people are counted in memory alone.
pub const COUNT_BYTES: u64 = 96 * 1024 * 1024;
/// Mentions of people that are counted where there is a folder: each takes some forty bytes of memory.
pub const COUNT_MENTIONS: u64 = 60_000_000;
/// What each of three spools of a count holds in memory before it goes to a file.
pub const COUNT_SCRATCH_BYTES: u64 = 4 * 1024 * 1024;
/// Values that are sorted at once when people are counted.
pub const COUNT_SORT_BYTES: usize = 32 * 1024 * 1024;
/// Rows of a table that are written as one group (Parquet), before they are packed.
pub const TABLE_GROUP_BYTES: usize = 16 * 1024 * 1024;
/// Items that are sorted at once when letters are made; each of three sorts, before it goes to a file.
pub const SORTED_BYTES: usize = 16 * 1024 * 1024;
/// Values of one kind that a letter's row has of one person; the best attested are taken.
pub const LETTER_VALUES: usize = 5;
/// People that may have one telephone number or mail address in common; beyond it, it is nobody's own, and no letter's row has it.
pub const LETTER_SHARED: u64 = 20;
/// Files, members and sheets that a kept count lists: those with the most people.
pub const COUNT_LEAVES: usize = 1_000;
/// A kept count.
pub const COUNT_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// A list of results, packed, in memory; the rest of it is in a spool file.
pub const ROWS_MEMORY_BYTES: u64 = 2 * 1024 * 1024;
/// The same where there is no folder for a spool file (`hozen scan` without `--spool`).
pub const ROWS_ALONE_BYTES: u64 = 24 * 1024 * 1024;
/// A file whose size the kernel gives as 0 but which has content (`/proc`).
pub const UNSIZED_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// A sparse file of more than this, and at least half holes, is kept as its data stretches instead of whole.
pub const SPARSE_FILE_BYTES: u64 = 64 * 1024 * 1024 * 1024;

/// Gaps kept of one source file; a last one says how many more there were.
pub const GAPS_PER_FILE: usize = 1_000;
/// A rule file.
pub const RULE_FILE_BYTES: u64 = 1024 * 1024;
/// A line of a journal or manifest that hozen reads back.
pub const JOURNAL_LINE_BYTES: usize = 4 * 1024 * 1024;
/// Extended attributes of one entry: total bytes of names and values.
pub const XATTR_BYTES: usize = 256 * 1024;
/// Stretches of data that are listed of one sparse file.
pub const EXTENTS: usize = 10_000;
/// A stored name in UTF-16 units, as Windows counts: leaves 79 of its 259 for the folder that the bag is unpacked into.
pub const STORED_NAME_CHARS: usize = 180;
/// One part of a stored name in bytes, as Linux counts.
pub const STORED_PART_BYTES: usize = 255;
/// A member of an evidence zip that is read whole: the tag manifest, the signature, `acquisition.json`.
pub const TAG_FILE_BYTES: usize = 1024 * 1024;
/// Problems that one verification lists; a last one says that there were more.
pub const PROBLEMS: usize = 1_000;
/// A reply of a time-stamp authority, and a file with the certificates that it is checked by.
pub const STAMP_BYTES: usize = 256 * 1024;
/// Certificates in one of these.
pub const STAMP_CERTIFICATES: usize = 256;
/// Characters that are kept of the name of a time-stamp authority.
pub const STAMP_NAME_CHARS: usize = 200;
/// Time stamps on one piece of evidence.
pub const STAMPS: usize = 100;
/// A manifest or another tag file of a foreign bag that is read whole.
pub const BAG_TAG_FILE_BYTES: usize = 256 * 1024 * 1024;
/// Files in a foreign bag.
pub const BAG_FILES: usize = 2_000_000;
/// The chain of custody of a case, when it is copied into an evidence zip.
pub const CUSTODY_BYTES: u64 = 64 * 1024 * 1024;
/// One text that a person sets down in the chain of custody.
pub const CUSTODY_TEXT_BYTES: usize = 16 * 1024;
/// Gaps of one kind that a hand-over note names.
pub const HANDOVER_GAPS: usize = 5;
/// Paths and takes that one list of a hand-over note names.
pub const HANDOVER_LISTED: usize = 60;
/// Photos of one custody event.
pub const CUSTODY_PHOTOS: usize = 100;
/// One photo.
pub const CUSTODY_PHOTO_BYTES: u64 = 256 * 1024 * 1024;

/// Levels that one `**` of a profile's path goes down.
pub const FIND_DEPTH: usize = 16;
/// Paths that a profile finds on one machine.
pub const FIND_PATHS: usize = 40_000;
/// Names that are looked at to find them.
pub const FIND_LOOKS: usize = 10_000_000;
/// Links behind each other on the way to one path, as the kernel counts.
pub const FIND_LINKS: usize = 40;
/// A path that is found: below the kernel's 4,096, so that it can be opened by name.
pub const FIND_PATH_BYTES: usize = 4_000;
/// Paths that one pattern of a profile stands for by its `{a,b}`.
pub const PATTERN_ALTERNATIVES: usize = 1_000;
/// Parts of one pattern.
pub const PATTERN_STEPS: usize = 64;
/// Home folders on one machine.
pub const HOMES: usize = 20_000;
/// Configuration files that are read to learn where a server keeps its logs.
pub const CONFIG_FILES: usize = 2_000;
/// One such file; the rest of a longer one is not read.
pub const CONFIG_FILE_BYTES: u64 = 1024 * 1024;
/// Configuration files that include each other.
pub const CONFIG_DEPTH: usize = 8;
/// Places that configuration files name.
pub const CONFIG_PLACES: usize = 10_000;
/// Paths that `acquisition.json` lists of one take; a number says how many more there were.
pub const TAKE_LISTED: usize = 20;
/// What the takes of a profile list together in `acquisition.json`, in bytes.
pub const TAKES_BYTES: usize = 256 * 1024;
/// The orders of a collection that is not at its end; they list every path that a profile found.
pub const ORDERS_BYTES: u64 = 256 * 1024 * 1024;
/// One text of the kernel that is read for the volatile state.
pub const VOLATILE_TEXT_BYTES: usize = 16 * 1024 * 1024;
/// Texts of the volatile state, packed: all of it waits in memory until it is written.
pub const VOLATILE_BYTES: usize = 48 * 1024 * 1024;
/// Rows of one table of the volatile state, packed.
pub const VOLATILE_ROWS_BYTES: u64 = 12 * 1024 * 1024;
/// Handles of sockets, by which the sockets get their processes.
pub const VOLATILE_SOCKET_HANDLES: usize = 1_000_000;
/// Deleted files in use that are listed.
pub const DELETED_LISTED: usize = 20_000;
/// Names and holders of deleted files.
pub const DELETED_NAMES_BYTES: usize = 8 * 1024 * 1024;
/// Interfaces, modules and logins: names in one folder of the kernel's.
pub const VOLATILE_NAMES: usize = 10_000;
/// What was looked for and is not there.
pub const VOLATILE_ABSENT: usize = 20_000;
/// Processes.
pub const VOLATILE_PROCESSES: usize = 200_000;
/// Open files of one process.
pub const VOLATILE_OPEN_FILES: usize = 100_000;
/// Text of one value in a table of the volatile state; the raw text beside it has all.
pub const VOLATILE_VALUE_BYTES: usize = 64 * 1024;
/// One executable that is hashed for the table of processes.
pub const EXECUTABLE_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Content kept of one file that is deleted but still in use.
pub const DELETED_FILE_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Content kept of all files that are deleted but still in use.
pub const DELETED_BYTES: u64 = 32 * 1024 * 1024 * 1024;
/// Files that are deleted but still in use: each is held open until it was read.
pub const DELETED_FILES: usize = 4_096;
/// An identity file, or a file of recipients.
pub const IDENTITY_BYTES: u64 = 1024 * 1024;
/// Work, as a power of two, that a passphrase of someone else's file may cost us: 1 GiB of memory.
pub const PASSPHRASE_WORK_MOST: u8 = 20;
/// A tag file of a bundle that is held whole: manifests, facts, the signature.
pub const BUNDLE_TEXT_BYTES: usize = 64 * 1024 * 1024;
/// Members of a bundle.
pub const BUNDLE_MEMBERS: u64 = 500_000;

/// A passphrase.
pub const PASSPHRASE_BYTES: usize = 1024;
/// How often a passphrase is asked for on the terminal.
pub const PASSPHRASE_TRIES: usize = 3;
/// An answer of an SSH agent: as long as OpenSSH's own may be.
pub const AGENT_REPLY_BYTES: usize = 256 * 1024;
/// Seconds in which an SSH agent must say which keys it holds.
pub const AGENT_LIST_SECONDS: u64 = 10;
/// Seconds in which an SSH agent must sign: it may have to ask a person first.
pub const AGENT_SIGN_SECONDS: u64 = 120;
/// Seconds that a time-stamp authority has for its answer, from the first look for its address to the last byte.
pub const TSA_SECONDS: u64 = 60;
/// Seconds that a time server has for one answer.
pub const NTP_SECONDS: u64 = 3;
/// How often a time server is asked, if it does not answer.
pub const NTP_TRIES: usize = 3;
