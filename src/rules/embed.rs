//! The files under `rules/`, as `build.rs` put them into the binary.

include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));

/// The built-in detector files, by name, in the order of their names.
pub fn detectors() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().copied().filter(|(name, _)| name.starts_with("rules/detect/") && name.ends_with(".toml"))
}

/// The built-in files with rules about places, by name, in the order of their names.
pub fn places() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().copied().filter(|(name, _)| name.starts_with("rules/place/") && name.ends_with(".toml"))
}

/// The built-in files that say what profiles take, by name, in the order of their names.
pub fn collect() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().copied().filter(|(name, _)| name.starts_with("rules/collect/") && name.ends_with(".toml"))
}

/// The built-in tables that validators look things up in, by name.
pub fn tables() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().copied().filter(|(name, _)| name.starts_with("rules/tables/"))
}

/// The lines of one table, without comments and blanks; empty if there is no such table.
pub fn table_lines(name: &str) -> impl Iterator<Item = &'static str> + use<> {
    let text =
        FILES.iter().find(|(file, _)| file.strip_prefix("rules/tables/") == Some(name)).map_or("", |found| found.1);
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_code_table_is_whole() {
        let codes: Vec<_> = table_lines("area_codes_jp.txt").collect();
        assert_eq!(codes.len(), 396);
        assert!(codes.iter().all(|code| code.starts_with('0') && (2..=5).contains(&code.len())));
        assert_eq!(table_lines("no such table").count(), 0);
    }
}
