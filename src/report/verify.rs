//! The commands that check the evidence with stock tools. They are made to be copied: every name is one quoted shell word.

use serde::Serialize;

use super::ReportInput;
use super::show::shell_word;

/// The commands for one evidence zip, in the order of `Words::verify_steps`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    /// Name of the zip.
    pub(super) zip: String,
    /// Five steps for a POSIX shell.
    pub(super) stock: [String; 5],
    /// The first step for PowerShell.
    pub(super) windows: String,
    /// The same with hozen.
    pub(super) hozen: String,
}

/// The commands for every evidence zip.
pub(super) fn checks(input: &ReportInput) -> Vec<Check> {
    input.evidence.iter().map(|zip| check(&zip.name, input)).collect()
}

fn check(name: &str, input: &ReportInput) -> Check {
    let zip = shell_word(name);
    let folder = shell_word(name.strip_suffix(".zip").unwrap_or(name));
    let beside = shell_word(&format!("{name}.sha256"));
    let signer = shell_word(&input.signer);
    // `sha256sum -c` takes no empty list for an answer.
    let payload = if input.collect.files > 0 { "sha256sum -c --quiet manifest-sha256.txt && " } else { "" };
    Check {
        zip: name.to_owned(),
        stock: [
            format!("sha256sum -c {beside}"),
            format!("LC_ALL=C.UTF-8 unzip -q {zip} && cd {folder}"),
            format!("{payload}sha256sum -c --quiet tagmanifest-sha256.txt"),
            "sha256sum tagmanifest-sha256.txt".to_owned(),
            format!(
                "ssh-keygen -Y verify -f custody/sig/allowed_signers -I {signer} -n hozen \
                 -s custody/sig/tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt"
            ),
        ],
        windows: format!("(Get-FileHash -Algorithm SHA256 -LiteralPath '{}').Hash.ToLower()", name.replace('\'', "''")),
        hozen: format!("hozen verify {zip}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_stays_one_word() {
        let check = check("a;rm -r ~.zip", &crate::report::tests::sample::empty());
        assert_eq!(check.stock[1], "LC_ALL=C.UTF-8 unzip -q 'a;rm -r ~.zip' && cd 'a;rm -r ~'");
        assert_eq!(check.stock[2], "sha256sum -c --quiet tagmanifest-sha256.txt");
        assert_eq!(check.hozen, "hozen verify 'a;rm -r ~.zip'");
    }
}
