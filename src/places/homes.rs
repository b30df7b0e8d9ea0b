//! The home folder of every user of a root: what its `/etc/passwd` says, and what lies in `/home` all the same.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::disk::find::{Finder, Follow, Found, Unseen};
use crate::model::{GapKind, PathPattern, limits};

/// Folders that accounts of services have as their home, and in which it would mean the system itself.
const NO_HOME: [&[u8]; 13] = [
    b"/bin",
    b"/dev",
    b"/etc",
    b"/nonexistent",
    b"/proc",
    b"/run",
    b"/sbin",
    b"/sys",
    b"/usr/bin",
    b"/usr/games",
    b"/usr/sbin",
    b"/var/cache",
    b"/var/run",
];

/// The homes, in byte order. A file system may hold homes of users that `/etc/passwd` does not know (LDAP, deleted users).
pub(super) fn homes(finder: &mut Finder, seen: &mut Found) -> Vec<Vec<u8>> {
    let mut homes: BTreeSet<Vec<u8>> = BTreeSet::from([b"/root".to_vec()]);
    homes.extend(
        finder.read(b"/etc/passwd", limits::CONFIG_FILE_BYTES).map(|(text, _)| of_passwd(&text)).unwrap_or_default(),
    );
    let mut found = Found::default();
    for pattern in PathPattern::parse("/home/*").unwrap_or_default() {
        finder.find(&pattern, Follow::Named, &mut found);
    }
    // A link in /home is a home too: as a plain name it is followed.
    let links: BTreeSet<&Vec<u8>> = found.links.iter().map(|link| &link.path).collect();
    homes.extend(found.spots.iter().filter(|s| s.is_folder || links.contains(&s.path)).map(|s| s.path.clone()));
    seen.unseen.append(&mut found.unseen);
    if homes.len() > limits::HOMES {
        let reason = format!(
            "there are more than {} home folders; the rest were not looked into: name them as PATHs",
            limits::HOMES
        );
        seen.unseen.push(Unseen { path: b"/home".to_vec(), kind: GapKind::OverLimit, reason });
    }
    homes.into_iter().take(limits::HOMES).collect()
}

/// The sixth field of each line, where it is a path of its own.
fn of_passwd(text: &[u8]) -> BTreeSet<Vec<u8>> {
    let fields = text.split(|&byte| byte == b'\n').filter_map(|line| line.split(|&byte| byte == b':').nth(5));
    let plain = fields.filter(|home| PathPattern::literal(home).is_ok());
    let kept = plain
        .filter(|home| !NO_HOME.iter().any(|no| Path::new(OsStr::from_bytes(home)).starts_with(OsStr::from_bytes(no))));
    kept.map(|home| home.strip_suffix(b"/").unwrap_or(home).to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_of_passwd_are_plain_paths_or_nothing() {
        let text = b"root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/nonexistent:/x\nsys:x:3:3::/dev:/x\n\
                     evil:x:1:1::/home/../etc:/x\nall:x:2:2::/:/x\nno line\ntaro:x:1000:1000:\x83\x5c:/srv/home/taro/:/bin/sh\n";
        let homes: Vec<Vec<u8>> = of_passwd(text).into_iter().collect();
        assert_eq!(homes, [b"/root".to_vec(), b"/srv/home/taro".to_vec()]);
    }
}
