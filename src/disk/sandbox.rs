//! From here on the kernel refuses every write outside our output (Landlock), and every program start and TCP connection.
//!
//! A parser that a hostile file takes over can still read and can fill the output folder; it cannot change a source, start
//! a program or open a TCP connection. What Landlock does not cover is not promised: changing the mode, owner, times or
//! extended attributes of a file by its path, and UDP. Reading stays allowed everywhere.
//!
//! Connecting to a socket by its path stays allowed too: an SSH agent may have to sign.

use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus, PathBeneath, PathFd,
    RestrictionStatus, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, make_bitflags,
};

use super::error::shown;

/// The newest Landlock version whose rights are asked for. Kernels that know less give what they have.
const ASKED: ABI = ABI::V6;

/// What is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confinement {
    /// Everything that the module promises.
    Full,
    /// Writes are confined, but this kernel does not know all the rest; what it lacks.
    Partial(String),
    /// Nothing; why.
    None(String),
}

/// Confines this thread and every thread it starts later; there is no way back. Call it before other threads exist, after
/// the output folder was made and [`super::quiet`] was asked for. `writable` may hold folders and files; all must exist.
pub fn confine(writable: &[&Path]) -> Confinement {
    let mut rules = Vec::with_capacity(writable.len());
    for path in writable {
        match PathFd::new(path) {
            Ok(handle) => rules.push(PathBeneath::new(handle, allowed(path))),
            Err(error) => return Confinement::None(format!("{} was not opened: {error}", shown(path))),
        }
    }
    match restrict(rules) {
        Ok(status) => in_force(&status),
        Err(error) => Confinement::None(format!("the kernel refused: {error}")),
    }
}

/// What may be done under a writable path: plain files and folders, never devices, pipes, sockets or links.
fn allowed(path: &Path) -> BitFlags<AccessFs> {
    if path.is_dir() {
        make_bitflags!(AccessFs::{WriteFile | Truncate | MakeReg | MakeDir | RemoveFile | RemoveDir | Refer})
    } else {
        make_bitflags!(AccessFs::{WriteFile | Truncate})
    }
}

fn restrict(rules: Vec<PathBeneath<PathFd>>) -> Result<RestrictionStatus, RulesetError> {
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_write(ASKED) | AccessFs::Execute)?
        // Handled and allowed for no port: refused.
        .handle_access(AccessNet::from_all(ASKED))?
        .scope(Scope::from_all(ASKED))?;
    ruleset.create()?.add_rules(rules.into_iter().map(Ok::<_, RulesetError>))?.restrict_self()
}

fn in_force(status: &RestrictionStatus) -> Confinement {
    match status.ruleset {
        RulesetStatus::FullyEnforced => Confinement::Full,
        RulesetStatus::PartiallyEnforced => Confinement::Partial(lacking(status.landlock)),
        RulesetStatus::NotEnforced => Confinement::None(match status.landlock {
            LandlockStatus::NotEnabled => "Landlock is switched off on this machine".to_owned(),
            _ => "this kernel has no Landlock (it came with Linux 5.13)".to_owned(),
        }),
    }
}

fn lacking(landlock: LandlockStatus) -> String {
    let LandlockStatus::Available { effective_abi, .. } = landlock else {
        return "Landlock is not available".to_owned();
    };
    let parts = [
        (ABI::V2, "moving files between folders"),
        (ABI::V3, "cutting a file's length by its path"),
        (ABI::V4, "TCP"),
        (ABI::V5, "device controls"),
        (ABI::V6, "signals and abstract sockets"),
    ];
    let lacks: Vec<&str> = parts.iter().filter(|(since, _)| effective_abi < *since).map(|(_, what)| *what).collect();
    format!("this kernel's Landlock (version {effective_abi}) does not restrict: {}", lacks.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_folder_confines_nothing_and_says_so() {
        let Confinement::None(why) = confine(&[Path::new("/no/such/folder")]) else { panic!("confined") };
        assert!(why.contains("/no/such/folder"), "{why}");
    }

    #[test]
    fn an_old_kernel_is_told_by_what_it_lacks() {
        let old = LandlockStatus::Available { effective_abi: ABI::V3, kernel_abi: None };
        let text = lacking(old);
        assert!(text.contains("version 3") && text.contains("TCP") && !text.contains("moving"), "{text}");
    }

    /// Only the thread that asks is confined, so this needs no process of its own. tests/readonly.rs tries the rest.
    #[test]
    fn writes_outside_are_refused_inside_allowed() {
        let outside = tempfile::tempdir().unwrap();
        let inside = tempfile::tempdir().unwrap();
        let (out, ins) = (outside.path().to_path_buf(), inside.path().to_path_buf());
        let thread = std::thread::spawn(move || {
            let confinement = confine(&[&ins]);
            let write = |folder: &Path| crate::disk::output::write_once(&folder.join("x"), b"x");
            (confinement, write(&out), write(&ins))
        });
        let (confinement, refused, allowed) = thread.join().unwrap();
        if let Confinement::None(why) = confinement {
            assert!(!why.is_empty());
            return;
        }
        assert_eq!(refused.unwrap_err().source.kind(), std::io::ErrorKind::PermissionDenied);
        allowed.unwrap();
    }
}
