//! `--site` and `--own-domain`: whose people are counted together, and whose apart.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::{Failure, shown};
use crate::case::orders::CountOrders;
use crate::disk::own;

/// Whose people they are.
#[derive(Debug, Default, Args)]
pub(super) struct WhoseArgs {
    /// Count the people of this file or folder by themselves too, and member numbers in it as one system's (may be given again)
    #[arg(long = "site", value_name = "NAME=PATH")]
    pub sites: Vec<OsString>,
    /// Count people with mail addresses of exactly this domain apart, as own staff (may be given again)
    #[arg(long = "own-domain", value_name = "DOMAIN")]
    pub own_domains: Vec<String>,
}

/// What was asked for, before it is known where the paths lie in the sources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Whose {
    sites: Vec<(String, PathBuf)>,
    own_domains: Vec<String>,
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looked<'a> {
    /// Files and folders, as they are walked.
    pub roots: &'a [PathBuf],
    /// Evidence: the paths in it are those of the time of its collection.
    pub zips: &'a [PathBuf],
}

impl WhoseArgs {
    /// Reads them: mistakes of writing are told before anything is done.
    pub(super) fn read(&self) -> Result<Whose, Failure> {
        Ok(Whose {
            sites: self.sites.iter().map(|text| site(text)).collect::<Result<_, _>>()?,
            own_domains: self.own_domains.iter().map(|text| domain(text)).collect::<Result<_, _>>()?,
        })
    }
}

impl Whose {
    /// Whether nothing was asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.sites.is_empty() && self.own_domains.is_empty()
    }

    /// The same for a count of what is looked at.
    ///
    /// # Errors
    /// When a site is not there, or is not part of what is looked at: it would count nobody, and look like an answer.
    pub(super) fn orders(&self, looked: Looked<'_>) -> Result<CountOrders, Failure> {
        let mut sites = Vec::new();
        for (name, path) in &self.sites {
            sites.extend(beginnings(path, looked)?.into_iter().map(|path| (name.clone(), path)));
        }
        Ok(CountOrders { sites, own_domains: self.own_domains.clone() })
    }
}

fn site(text: &OsStr) -> Result<(String, PathBuf), Failure> {
    let wrong = || Failure::site_form(text);
    let bytes = text.as_bytes();
    let at = bytes.iter().position(|&byte| byte == b'=').ok_or_else(wrong)?;
    let (name, path) = bytes.split_at(at);
    let name = std::str::from_utf8(name).map_err(|_| wrong())?.trim();
    let path = path.get(1..).unwrap_or_default();
    if name.is_empty() || path.is_empty() {
        return Err(wrong());
    }
    Ok((name.to_owned(), PathBuf::from(OsStr::from_bytes(path))))
}

fn domain(text: &str) -> Result<String, Failure> {
    let domain = text.trim().trim_start_matches('@').trim_end_matches('.').to_lowercase();
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    if domain.contains('.') && domain.split('.').all(is_label) { Ok(domain) } else { Err(Failure::own_domain(text)) }
}

/// How the paths of leaves at this place begin: the walk shows each below its source as that was given.
fn beginnings(path: &Path, looked: Looked<'_>) -> Result<Vec<String>, Failure> {
    let real = own::canonical(path);
    let is_evidence =
        |zip: &PathBuf| real.as_ref().is_ok_and(|real| own::canonical(zip).is_ok_and(|zip| zip.starts_with(real)));
    if looked.zips.iter().any(is_evidence) {
        return Err(Failure::site_is_evidence(path));
    }
    let mut found: Vec<String> = Vec::new();
    for root in looked.roots {
        let inside = match (&real, own::canonical(root)) {
            (Ok(real), Ok(root_real)) => real.strip_prefix(root_real).ok().map(Path::to_path_buf),
            _ => None,
        };
        if let Some(inside) = inside {
            let whole = if inside.as_os_str().is_empty() { root.clone() } else { root.join(inside) };
            let beginning = plain(&whole);
            if !found.contains(&beginning) {
                found.push(beginning);
            }
        }
    }
    match (found.is_empty(), real) {
        (false, _) => Ok(found),
        // Only the evidence knows.
        (true, _) if !looked.zips.is_empty() => Ok(vec![plain(path)]),
        (true, Ok(_)) => Err(Failure::site_outside(path)),
        (true, Err(error)) => Err(Failure::site_missing(path, &error)),
    }
}

/// As the walk shows it: without slashes at its end.
fn plain(path: &Path) -> String {
    let text = shown(path);
    let cut = text.trim_end_matches('/');
    if cut.is_empty() { "/".to_owned() } else { cut.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lang;

    fn read(sites: &[&str], domains: &[&str]) -> Result<Whose, Failure> {
        let sites = sites.iter().map(OsString::from).collect();
        WhoseArgs { sites, own_domains: domains.iter().map(|&domain| domain.to_owned()).collect() }.read()
    }

    #[test]
    fn a_site_is_a_name_and_a_path_and_either_may_hold_more_signs() {
        let read = read(&["東校=a=b", " x y =./z/"], &["@Example.JP", "mail.example.co.jp."]).unwrap();
        let path = |text: &str| PathBuf::from(text);
        assert_eq!(read.sites, [("東校".to_owned(), path("a=b")), ("x y".to_owned(), path("./z/"))]);
        assert_eq!(read.own_domains, ["example.jp", "mail.example.co.jp"]);
    }

    #[test]
    fn what_is_no_site_or_domain_is_told_before_anything_is_read() {
        for wrong in ["東校", "=a", "  =a", "東校="] {
            let failure = read(&[wrong], &[]).unwrap_err().text(Lang::En);
            assert!(failure.contains("--site") && failure.contains("NAME=PATH"), "{failure}");
        }
        for wrong in ["", "jp", "a@b.jp", "a..jp", "http://a.jp", "a b.jp"] {
            let failure = read(&[], &[wrong]).unwrap_err().text(Lang::Ja);
            assert!(failure.contains("--own-domain"), "{failure}");
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a test makes the folder that it looks at")]
    #[test]
    fn a_site_begins_as_the_walk_shows_it() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        std::fs::create_dir_all(top.join("srv/east")).unwrap();
        let roots = [top.join("srv")];
        let looked = Looked { roots: &roots, zips: &[] };
        let begin = |path: &Path| beginnings(path, looked).map_err(|failure| failure.text(Lang::En));
        let want = vec![format!("{}/srv/east", top.display())];
        assert_eq!(begin(&top.join("srv/east/")).unwrap(), want);
        assert_eq!(begin(&top.join("srv/./east/../east")).unwrap(), want);
        assert_eq!(begin(&top.join("srv")).unwrap(), [format!("{}/srv", top.display())]);
        assert!(begin(top).unwrap_err().contains("not part of what is looked at"));
        assert!(begin(&top.join("srv/west")).unwrap_err().contains("can not be found"));
        let zips = [top.join("case/E001.zip")];
        let sealed = Looked { roots: &[], zips: &zips };
        assert_eq!(beginnings(Path::new("server/east/"), sealed).unwrap(), ["server/east"]);
    }
}
