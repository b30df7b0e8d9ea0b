//! Every failure is told in both languages, with a next step, and nothing hostile gets through.

use super::*;
use crate::case::resume::ResumeError;
use crate::case::stamp::StampError;
use crate::seal::reply::BadReply;

#[test]
fn every_failure_says_what_happened_and_what_to_do_in_both_languages() {
    let path = Path::new("/mnt/\u{1b}usb");
    let error = std::io::Error::other("cause");
    let disk =
        DiskError { path: path.into(), what: crate::disk::error::Doing::Write, source: std::io::Error::other("x") };
    let all = [
        Failure::no_such_source(&error),
        Failure::no_such_source(&error).of_begun(),
        Failure::interrupted(Some(path)).after_seal(),
        Failure::out_inside_source(path, path),
        Failure::out_unusable(path, &error),
        Failure::case_exists(path),
        Failure::bad_case_id("../x"),
        Failure::no_rule("x\u{1b}"),
        Failure::too_little_space(path, 10, 5),
        Failure::disk(&disk),
        Failure::writing(&error, &error),
        Failure::writing(&std::io::ErrorKind::FileTooLarge.into(), &error),
        Failure::writing(&error, &error).after_seal().resumable("respond", path),
        Failure::resume(path, &ResumeError::NothingTaken),
        Failure::resume(path, &ResumeError::NoCase),
        Failure::resume(path, &ResumeError::Complete),
        Failure::resume(path, &ResumeError::Orders("x".to_owned())),
        Failure::busy(path),
        Failure::other_machine("a\u{1b}", "b"),
        Failure::other_key("SHA256:x"),
        Failure::sealed_evidence_changed(&error),
        Failure::unreadable(&disk),
        Failure::findings(&disk),
        Failure::spool(path, &error),
        Failure::case_key(path, &error),
        Failure::cache(path, &error),
        Failure::key(path, &error),
        Failure::nothing_named(),
        Failure::no_such_profile("a\u{1b}", "b"),
        Failure::root(path, &error),
        Failure::nothing_found(path),
        Failure::profiles(&error),
        Failure::rules(&error),
        Failure::rule_folder(path, &error),
        Failure::exclude(&error),
        Failure::local_rules(path, &error),
        Failure::web_root(path, &error),
        Failure::since(&error),
        Failure::site_form(std::ffi::OsStr::new("a\u{1b}")),
        Failure::site_missing(path, &error),
        Failure::site_outside(path),
        Failure::site_is_evidence(path),
        Failure::own_domain("a\u{1b}"),
        Failure::not_evidence(path),
        Failure::bad_expectation("zz"),
        Failure::interrupted(Some(path)),
        Failure::output(&error),
        Failure::bug(&error),
        Failure::stamp(path, &StampError::NothingSealed),
        Failure::stamp(path, &StampError::Several("a b".to_owned())),
        Failure::stamp(path, &StampError::Already("custody/a.tsr".to_owned())),
        Failure::stamp(path, &StampError::TooMany),
        Failure::stamp(path, &StampError::Changed("a".to_owned())),
        Failure::stamp(path, &StampError::Reply(BadReply::OtherSeal)),
        Failure::query_exists(path),
        Failure::stamp_file(path, &disk),
    ];
    for failure in all {
        let (en, ja) = (failure.text(Lang::En), failure.text(Lang::Ja));
        assert!(en.starts_with("error: ") && en.contains("\nwhat to do: "), "{en}");
        assert!(ja.starts_with("エラー: ") && ja.contains("\n対処: "), "{ja}");
        assert!(!en.contains('\u{1b}') && !ja.contains('\u{1b}'));
        assert_ne!(failure.exit(), Exit::Done);
    }
}

#[test]
fn the_command_that_goes_on_can_be_copied() {
    let failure = Failure::interrupted(Some(Path::new("/c"))).resumable("collect", Path::new("/mnt/my usb/c'1"));
    let text = failure.text(Lang::En);
    assert!(text.contains("then go on: hozen collect --resume '/mnt/my usb/c'\\''1'\n"), "{text}");
    assert!(failure.text(Lang::Ja).contains("続行するには: hozen collect --resume "));
}
