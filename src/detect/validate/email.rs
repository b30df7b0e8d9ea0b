//! E-mail addresses: what the pattern leaves open. Image names, unit names, versions and remote logins are not mail.

use super::{Shape, Validator, Verdict};
use crate::model::Confidence;

/// `email`
pub static EMAIL: Validator = Validator {
    id: "email",
    about: "an address that mail could be sent to, in lower case",
    check: |shape, verdict| {
        trim(shape, verdict);
        let value = std::mem::take(&mut verdict.value);
        let Some((local, domain)) = value.split_once('@') else { return false };
        if !is_local(local) || !is_domain(domain) || continues_before(shape) {
            return false;
        }
        doubts(shape, local, domain, verdict);
        verdict.value = value;
        true
    },
};

/// What looks like a top-level domain and is the ending of a file or unit name.
static NOT_DOMAINS: &[&str] = &[
    "png",
    "jpg",
    "jpeg",
    "gif",
    "svg",
    "webp",
    "ico",
    "bmp",
    "tif",
    "tiff",
    "avif",
    "heic",
    "css",
    "scss",
    "js",
    "jsx",
    "mjs",
    "tsx",
    "json",
    "html",
    "htm",
    "xml",
    "yml",
    "yaml",
    "woff",
    "ttf",
    "otf",
    "pdf",
    "exe",
    "dll",
    "log",
    "txt",
    "csv",
    "conf",
    "service",
    "socket",
    "slice",
    "scope",
    "mount",
    "automount",
    "timer",
    "target",
    "device",
    "swap",
];
/// Names that are never on the public internet (RFC 2606, RFC 6762, common use): mail stays in the house.
static INTERNAL: &[&str] = &["local", "localdomain", "localhost", "lan", "internal", "intranet", "invalid"];

/// Takes off what the pattern took too much: percent escapes (`%3Ctanaka@`) and leading punctuation.
fn trim(shape: &Shape<'_>, verdict: &mut Verdict) {
    let escaped =
        shape.before.ends_with('%') && verdict.value.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    let mut skip = if escaped { 2 } else { 0 };
    skip += verdict.value.bytes().skip(skip).take_while(|byte| matches!(byte, b'.' | b'-' | b'+')).count();
    verdict.value.drain(..skip.min(verdict.value.len()));
    verdict.skip = skip;
}

/// Whether the local part begins before the match: it is longer than an address may have.
fn continues_before(shape: &Shape<'_>) -> bool {
    shape.before.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-' | '@'))
}

fn is_local(local: &str) -> bool {
    !local.is_empty() && local.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

fn is_domain(domain: &str) -> bool {
    let labels = domain
        .split('.')
        .all(|label| (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-'));
    let last = domain.rsplit('.').next().unwrap_or("");
    labels && !NOT_DOMAINS.contains(&last)
}

fn doubts(shape: &Shape<'_>, local: &str, domain: &str, verdict: &mut Verdict) {
    let mut after = shape.after.chars();
    let (next, second) = (after.next(), after.next());
    let last = domain.rsplit('.').next().unwrap_or("");
    if INTERNAL.contains(&last) {
        verdict.hold(Confidence::Possible, "internal_host");
    }
    // `user@host:path` and `git@host:owner`: a remote login. `a@b.jp: text` and `a@b.jp:25` are not.
    if next == Some(':') && (local == "git" || second.is_some_and(|c| matches!(c, '/' | '~'))) {
        verdict.hold(Confidence::Possible, "remote_login");
    }
    // `package@1.2.3-beta`; but 163.com and 126.com are mail services.
    if domain.split('.').take(2).all(|label| label.bytes().all(|byte| byte.is_ascii_digit())) {
        verdict.hold(Confidence::Possible, "version_like");
    }
    // More of a name follows: the address may be cut.
    let more = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if next.is_some_and(more) || (matches!(next, Some('.' | '-')) && second.is_some_and(more)) {
        verdict.hold(Confidence::Possible, "cut");
    }
}
