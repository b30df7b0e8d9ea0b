//! The report in English.

use super::{ListingWords, ScreenWords, Verdict, Words};
use crate::case::results::LookStatus;
use crate::model::Lang;
use crate::report::assess::Level;
use crate::report::facts::Facts;
use crate::report::kinds::{Rung, label};
use crate::report::show::{grouped, size};
use crate::report::{Confinement, Note};

pub(super) static EN: Words = Words {
    title: "Report: personal data found and evidence preserved",
    made_by: "Made by",
    contents: "Contents",
    case: "Case",
    case_folder: "Case folder",
    host: "Machine",
    operator: "Operator",
    started: "Started",
    finished: "Finished",
    time_zone: "Time zone",
    time_zone_note: "Times are those of this machine's clock. Its error is not corrected: note its difference from standard time.",
    tool: "Tool",
    rules: "SHA-256 of the detection rules",
    sources: "Looked at",
    confined: "Held to its folder",
    confinement,
    notes: "About this run",
    note,
    verdict,
    kinds: "Kinds of personal data found",
    kinds_caption: "different values; repeats counted once",
    rung: |rung| match rung {
        Rung::Urgent => "Great harm",
        Rung::Identity => "Identifies a person",
        Rung::Contact => "Contact data",
        Rung::Other => "Other",
    },
    values: grouped,
    possible_values: |n| format!("and {} only possible", grouped(n)),
    no_values: "0 (looked for, none found)",
    nothing_read: "unknown (nothing was read)",
    not_looked_for: "not looked for",
    people: "People affected (estimated)",
    people_caption: "counted in what could be read; a range, never one number",
    at_least: "at least",
    estimate: "estimate",
    at_most: "at most",
    persons: "",
    thousand_mark: "1,000",
    unread: |n| {
        format!(
            "Not in these numbers: {} that could not be read, or only in part. There may be more people than \u{201c}at most\u{201d} says.",
            things(n)
        )
    },
    all_read: "Everything could be read.",
    names_not_counted: "This version does not count records that hold only a name or a postal address.",
    duties: "Duties to report that may apply",
    duties_caption: "Enforcement Rules, article 7, and My Number Act; not a legal conclusion",
    next: "Do next",
    sealed: "Evidence preserved and sealed",
    sealed_line: |entries, files, size| {
        format!(
            "{} entries recorded; the content of {} files ({size}) kept and sealed.",
            grouped(entries),
            grouped(files)
        )
    },
    all_kept: "No file's content is missing.",
    not_kept: |n| format!("Content not kept, or not whole: {} (see 5).", things(n)),
    presence_only: "This report says whether personal data lies in the places that were looked at. It does not say that any of it left the organisation or was seen by anyone.",
    duties_section: "Duties to report",
    duties_lead: "Held against article 26 of the Act on the Protection of Personal Information (APPI) with article 7 of its Enforcement Rules, and article 29-4 of the My Number Act: what the data found can tell, and what it cannot. Suspicion of a leak is enough for the duty.",
    duty_rule: "Rule",
    duty_answer: "Reading",
    duty_why: "Why",
    ask: "Files cannot tell: ask the people who know",
    exemption: "Data that was protected by strong encryption or the like may be exempt. Do not take a ZIP or Excel password alone for such protection.",
    deadlines: "Deadlines",
    law_date: "The rules are described as of October 2026, after the law in force and the guidelines of the Personal Information Protection Commission (June 2025 edition). The amendment promulgated in July 2026 was not yet in force. Check the Commission's site (www.ppc.go.jp) for what holds now.",
    people_section: "How people were counted",
    people_number: "People",
    people_rule: "Rule",
    at_least_rule: "Records that could plausibly be linked are taken for the same person; never fewer than the different values of a kind that each person has only one of, nor than the people of a table in which each row has a number of its own.",
    estimate_rule: "Only records whose link is supported by evidence are taken for the same person: a value of one\u{2019}s own, a member number of one system, or two things together (name and date of birth, name and telephone).",
    at_most_rule: "Only records that are certainly of one person are joined, and each value that is only possible counts as a person. The duty to report is read by this number.",
    records: |records, conflicts| {
        format!(
            "Records (rows, lines, values) with something of a person\u{2019}s: {}. That is not the number of people: one person may be in many. {} joins were refused because something speaks against one person.",
            grouped(records),
            grouped(conflicts)
        )
    },
    by_chance: |n| {
        format!(
            "{} values whose check digit fits by chance, as far as can be told, are left out of \u{201c}at most\u{201d} too.",
            grouped(n)
        )
    },
    kinds_section: "Counts by kind",
    kind: "Kind",
    distinct: "Different values",
    occurrences: "Occurrences",
    possible: "Only possible (values / occurrences)",
    possible_label: "only possible",
    possible_explained: "\u{201c}Only possible\u{201d} values have the right shape and check digit, but chance could explain them (an order number, say). The two columns before it leave them out. A person must look.",
    distinct_explained: "\u{201c}Different values\u{201d} counts a value once, however often it stands there.",
    files_section: "Files in which personal data was found",
    looked_lead: |n| {
        format!(
            "{} met; an archive is counted by its members.",
            if n == 1 { "1 file was".to_owned() } else { format!("{} files were", grouped(n)) }
        )
    },
    looked_found: "found",
    looked_none: "read to the end, 0 found",
    looked_partly: "read in part, 0 found",
    looked_not: "not looked at",
    looked_difference: "\u{201c}0 found\u{201d} is the result of looking. Files \u{201c}not looked at\u{201d} may hold personal data (see 5).",
    file: "File",
    status: "Read",
    look_status: |status| match status {
        LookStatus::Scanned => "to the end",
        LookStatus::Partial => "in part",
        LookStatus::NotScanned => "not looked at",
    },
    format: "Format, encoding, size",
    findings: "Found",
    file_findings_caption: "numbers are occurrences, most first; people: the estimate for this file alone, and the least and the most below it",
    no_files: "Personal data was found in no file.",
    more_files: |n| format!("{} more in results/scan.json.", grouped(n)),
    same_file: |first| format!("the same file as {first} (a hard link): counted once"),
    stored: "How the data was stored",
    stored_lead: "Encrypted data may be exempt from the report only where the method was sound at that time and its key was kept apart and safe: people must check that. A password on a zip or an office file is not taken for that here. \u{201c}Encrypted\u{201d} files were not read: nobody knows from this report what is in them.",
    stored_plain: "in clear",
    stored_hashed: "hashed",
    stored_encrypted: "encrypted",
    stored_weak: "too weak to count as protection",
    mislabelled: |named, is| format!("its name says {named}, its content is {is}"),
    open_lists: "Messages that show many people to each other",
    open_lists_lead: "Ten or more different addresses stand in To and Cc: each of the receivers sees all of them. If such a message went out by mistake, these are the people concerned.",
    open_list: |of| format!("To {}, Cc {}, Bcc {}", grouped(of.to), grouped(of.cc), grouped(of.bcc)),
    risky: "Files that lie where they should not",
    risky_lead: "By where they lie and who may read them, whether or not personal data was found in them.",
    risky_note: |n| format!("{} file(s) or folder(s) lie where they should not: see section 4.", grouped(n)),
    gaps_section: "What could not be read or kept",
    gaps_lead: "hozen skips nothing silently. What it could not read stands here, with the reason.",
    no_gaps: "Nothing: everything was read and kept.",
    gap_counts: |paths, not_kept, not_looked_at| {
        format!("{} (keeping: {}, searching: {})", grouped(paths), grouped(not_kept), grouped(not_looked_at))
    },
    gap_next: "Do next",
    gap_recorded: "Reason as recorded",
    more_gaps: |n| format!("{} more in collect.json and scan.json under results/.", grouped(n)),
    sealed_section: "What was preserved",
    entries: "Entries recorded",
    kept_files: "Files whose content was kept",
    kept_bytes: "Their size",
    seal_number: "Digest of the seal (SHA-256)",
    seal_number_note: "Copy it onto the paper form now, or print this page and sign it. It is how anyone can tell later that the evidence was not changed.",
    key: "Fingerprint of the signing key",
    zip: "Evidence file",
    zip_digest: "SHA-256 of the whole file",
    paper: "Paper form",
    paper_fields: ["Operator (signature)", "Witness (signature)", "Date and time", "Kept where"],
    custody_section: "Record of the work",
    verify_section: "How to check that the evidence is unchanged",
    verify_lead: "This needs no hozen, only tools that anyone can get. In a folder with a copy of the evidence file, run from the top down.",
    verify_hozen: "With hozen, one line checks everything.",
    verify_steps: [
        "The evidence file as a whole is unchanged (prints OK)",
        "Unpack it",
        "Every single member is unchanged (silence is good)",
        "The digest of the seal is the one on paper",
        "The signature is good (prints Good \"hozen\" signature) and the key's fingerprint is the one on paper",
    ],
    verify_windows: "The evidence file as a whole, on Windows (PowerShell)",
    limits_section: "Limits of this report",
    limits,
    list_separator: ", ",
    colon: ": ",
    space: " ",
    screen: ScreenWords {
        kinds: "Kinds",
        people: "People",
        duties: "Duties",
        places: "Places",
        kept: "Kept",
        seal: "Seal",
        report: "Report",
        next: "Next",
        people_line: |least, estimate, most| format!("at least {least} - estimate {estimate} - at most {most}"),
        people_open: |least, estimate, most, unread| {
            format!(
                "at least {least} - estimate {estimate} - at most {most} in what was read; {unread} not read or only in part: there may be more"
            )
        },
        risky: |n| format!("open or misplaced: {n}"),
        cached: |n| format!("as in the last scan, and not read again: {n}"),
        kept_line: |entries, files, size| format!("{entries} entries, {files} files ({size}) preserved and sealed"),
        not_kept: |n| format!("content not kept, or not whole: {n}"),
        may_apply: |rules| format!("may apply: {rules}"),
        must_check: |rules| format!("cannot tell: {rules}"),
        ask: "ask people: item 1 (special-care data), item 3 (wrongful act)",
        also_kinds: |kinds| format!("also: {kinds}"),
        more_kinds: |n| format!("{n} more kinds were looked for and not found"),
        not_looked_for: |kinds| format!("not looked for: {kinds}, ..."),
        next_seal: "Copy the seal's digest to paper; show the report to those responsible.",
        next_report: "First report: about 3-5 days from the day you knew. Keep originals.",
        next_keep: "Keep the originals; read the limits at the end of the report.",
    },
    listing: ListingWords {
        more_files: |n| format!("{} more (--format json lists all)", grouped(n)),
        gaps: |n, hidden| {
            let may = if hidden { " (personal data may be in there)" } else { "" };
            format!("Gaps, what could not be read: {n}{may}")
        },
        more: |n| format!("{n} more"),
        all_in_json: "Every place and its reason: --format json",
    },
};

fn things(n: u64) -> String {
    if n == 1 { "1 item".to_owned() } else { format!("{} items", grouped(n)) }
}

fn verdict(level: Level, unread: u64) -> Verdict {
    let (headline, more) = match level {
        Level::NotLooked => (
            "Nothing has been looked at yet.",
            "This does not mean \u{201c}no personal data\u{201d}: not one file could be looked at. Section 5 says why.".to_owned(),
        ),
        Level::DutyPossible => (
            "Personal data was found, and a legal duty to report may apply.",
            "Tell the person responsible for personal data at once. The deadlines run from the day on which anyone in the organisation knew.".to_owned(),
        ),
        Level::Found => (
            "Personal data was found.",
            "Nothing that was read shows card numbers, My Numbers or more than a thousand people for certain. That alone does not rule a report out: go through the points below.".to_owned(),
        ),
        Level::DoubtfulOnly => (
            "Values that may be personal data were found.",
            "Chance could explain them. Open the files listed in section 4 and look.".to_owned(),
        ),
        Level::NothingInWhatWasRead => (
            "Nothing was found in what could be read, but that is no all-clear.",
            format!("Personal data may lie in {} that could not be read, or only in part (see 5).", things(unread)),
        ),
        Level::Nothing => (
            "None of the kinds looked for was found.",
            "Everything was read to its end. Some kinds were not looked for: see the list below.".to_owned(),
        ),
    };
    Verdict { headline, more }
}

fn confinement(confinement: &Confinement) -> String {
    match confinement {
        Confinement::Landlock => {
            "The kernel (Landlock) refused every write outside the case folder during the run.".to_owned()
        }
        Confinement::Partly { reason } => {
            format!(
                "The kernel (Landlock) refused writes outside the case folder during the run, with this reservation: {reason}."
            )
        }
        Confinement::Unavailable { reason } => {
            format!(
                "The kernel's Landlock could not be used ({reason}). Sources were opened for reading only; nothing was written to them."
            )
        }
    }
}

fn note(note: &Note) -> String {
    match note {
        Note::OutputOnSourceDisk { source } => format!(
            "The output lies on the same disk as a source ({source}): traces of deleted data there may have been overwritten. Tell whoever may try to recover them."
        ),
        Note::AccessTimesMayHaveChanged { entries } => format!(
            "For {} the kernel refused to leave access times alone: reading may have changed them. The times before reading are in custody/files.jsonl.",
            things(*entries)
        ),
        Note::LiveState { processes, sockets, deleted } => format!(
            "The live state of the machine was taken before anything else: {} processes, {} sockets, {} deleted files in use. What was found under volatile/ (command lines, environments) was in the machine's memory, not in a file.",
            grouped(*processes),
            grouped(*sockets),
            grouped(*deleted)
        ),
        Note::Gentle { bytes_per_second } => format!(
            "The machine went on serving meanwhile: the sources were read last in line and at no more than {} a second.",
            size(*bytes_per_second)
        ),
        Note::Other(text) => text.clone(),
    }
}

fn limits(facts: &Facts, key: &str) -> Vec<String> {
    let missing: Vec<String> = facts.not_looked_for.iter().map(|id| label(id, Lang::En)).collect();
    let mut limits = vec![EN.presence_only.to_owned()];
    if !missing.is_empty() {
        limits.push(format!("This version does not look for: {}.", missing.join("; ")));
    }
    limits.extend(
        [
            "Personal data inside images, photographs, sound and video (scanned forms, licences) cannot be read.",
            "Deleted files, free disk space and memory are out of scope: only what shows as a file is kept and looked at.",
            "People are inferred from e-mail addresses, phone numbers, names with dates of birth and the like. One person with several addresses that never stand together, or a family with one phone, can make the numbers differ from the truth. Role addresses (info@), samples and blanks are counted apart where they are known; own staff is, if --own-domain named its domain.",
            "Who fetched which file, and when, is not analysed in this report.",
        ]
        .map(str::to_owned),
    );
    limits.push(format!(
        "The signature shows that whoever holds the key ({key}) made the seal. Proof of the time of sealing by a third party is not part of this report; the paper form stands in for it."
    ));
    limits.push("This report is not legal advice.".to_owned());
    limits
}
