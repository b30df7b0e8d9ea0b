//! Brings both passes together: what was listed, what is there, and what that comes to.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::algorithm::ManifestAlgorithm;
use super::declaration::Declaration;
use super::info::{oddities, oxums};
use super::lists::{Manifest, Role, Tell, fetches};
use super::name::one_form;
use super::payload::{Demands, Reading};
use super::source::BagSource;
use super::survey::{Survey, TagFile};
use super::{Notes, VerifiedBag, seal_of};
use crate::case::results::{BagChecked, BagNote, Checked, Layer};
use crate::evidence::verify::{Expected, Problems};
use crate::model::RawPath;
use crate::model::limits::PROBLEMS;

/// One check of one bag.
pub(super) struct Judge {
    path: String,
    problems: Problems,
    notes: Notes,
    /// Whether anything is wrong but files that wait to be fetched.
    is_broken: bool,
}

impl Tell for Judge {
    fn problem(&mut self, layer: Layer, path: &str, what: String) {
        self.is_broken = true;
        self.told(layer, path, what);
    }

    fn note(&mut self, path: &str, what: String) {
        if self.notes.0.len() < PROBLEMS {
            self.notes.0.push(BagNote { path: RawPath(path.as_bytes().to_vec()).shown(), what });
        }
    }
}

/// What the tag files say.
struct Said {
    declared: Declaration,
    manifests: Vec<Manifest>,
    fetches: BTreeMap<String, Option<u64>>,
}

impl Judge {
    pub(super) fn new(path: &str, prefix: &str) -> Self {
        let mut problems = Problems::new(path);
        problems.set_prefix(prefix);
        Self { path: path.to_owned(), problems, notes: Notes::default(), is_broken: false }
    }

    fn told(&mut self, layer: Layer, path: &str, what: String) {
        match path.strip_prefix('/') {
            Some(outside) => self.problems.add_at(layer, outside, what),
            None => self.problems.add(layer, path, what),
        }
    }

    /// Checks all of the bag.
    pub(super) fn verify(mut self, source: &mut dyn BagSource, expected: &Expected) -> io::Result<VerifiedBag> {
        source.around(&mut self)?;
        let mut survey = Survey::new(&mut self);
        source.pass(&mut survey)?;
        survey.twins();
        let (files, tags, has_data) = (survey.files, survey.tags, survey.has_data);
        if !has_data {
            self.problem(Layer::Name, "data/", "is missing: a bag has its payload there".into());
        }
        if files.contains_key("custody/files.jsonl") {
            let what = "looks like evidence of hozen that was unpacked: its seal was not checked; check the zip";
            self.note("custody/files.jsonl", what.into());
        }
        let said = self.read_tags(&tags);
        let demands = self.demands(&said, &files);
        self.unlisted(&said, &files, &demands);
        let of = |is_of_tags: bool| -> Vec<ManifestAlgorithm> {
            let algorithms = said.manifests.iter().filter(|m| m.is_of_tags == is_of_tags).map(|m| m.algorithm);
            algorithms.collect::<BTreeSet<_>>().into_iter().collect()
        };
        let algorithms = [of(false), of(true)];
        let mut reading = Reading::new(&demands, &files, algorithms.clone(), &mut self);
        source.pass(&mut reading)?;
        reading.gone();
        for (path, tag) in &tags {
            reading.judge(path, tag.length, &tag.digests);
        }
        let (read, payload) = (reading.read, reading.payload);
        self.recommended(&said, &algorithms);
        self.info(&said.declared, &tags, payload);
        self.expected(expected, &tags);
        let names = |algorithms: &[ManifestAlgorithm]| algorithms.iter().map(|a| a.name().to_owned()).collect();
        let [payload, tag] = &algorithms;
        let (major, minor) = said.declared.version;
        let bag = BagChecked {
            version: format!("{major}.{minor}"),
            encoding: RawPath(said.declared.encoding.clone().into_bytes()).shown(),
            algorithms: names(payload),
            tag_algorithms: names(tag),
            notes: std::mem::take(&mut self.notes.0),
        };
        let problems = self.problems.take();
        Ok(VerifiedBag {
            is_only_unfetched: !problems.is_empty() && !self.is_broken,
            problems,
            checked: Checked {
                path: self.path,
                members: read.0,
                bytes: read.1,
                seal_sha256: None,
                key: None,
                digests: None,
                bag: Some(bag),
            },
        })
    }

    fn read_tags(&mut self, tags: &BTreeMap<String, TagFile>) -> Said {
        let mut declared = Declaration::default();
        match tags.get("bagit.txt") {
            None => self.problem(
                Layer::TagManifest,
                "bagit.txt",
                "is missing or could not be read: without it this is no bag".into(),
            ),
            Some(tag) => {
                declared =
                    Declaration::parse(&tag.bytes, &mut |what| self.problem(Layer::TagManifest, "bagit.txt", what));
            }
        }
        let mut said = Said { declared, manifests: Vec::new(), fetches: BTreeMap::new() };
        for (file, tag) in tags {
            let (layer, named) = match Role::of(file) {
                Some(Role::Manifest(named)) => (Layer::Manifest, Some(named)),
                Some(Role::TagManifest(named)) => (Layer::TagManifest, Some(named)),
                Some(Role::Fetch) => (Layer::TagManifest, None),
                _ => continue,
            };
            let Some(text) = self.text(layer, file, tag, &said.declared) else { continue };
            match named.as_deref().map(ManifestAlgorithm::named) {
                None => said.fetches = fetches(&text, &said.declared, self),
                Some(None) => {
                    let what = "is of an algorithm that hozen does not have: it was not checked";
                    self.problem(layer, file, what.into());
                }
                Some(Some(algorithm)) => {
                    self.spelling(layer, file, named.as_deref(), algorithm, &said.declared);
                    said.manifests.push(Manifest::parse(file, algorithm, &text, &said.declared, self));
                }
            }
        }
        if !said.manifests.iter().any(|manifest| !manifest.is_of_tags) {
            let what = "has no payload manifest that could be checked: nothing vouches for its payload";
            self.problem(Layer::Manifest, "", what.into());
        }
        said
    }

    /// The name of an algorithm must be in lower case and without hyphens; before 1.0 that was no rule.
    fn spelling(
        &mut self,
        layer: Layer,
        file: &str,
        named: Option<&str>,
        algorithm: ManifestAlgorithm,
        declared: &Declaration,
    ) {
        if named == Some(algorithm.name()) {
            return;
        }
        let what = format!("names its algorithm in another spelling than the rules want ({})", algorithm.name());
        if declared.is_final() {
            self.problem(layer, file, what);
        } else {
            self.note(file, what);
        }
    }

    fn text(&mut self, layer: Layer, file: &str, tag: &TagFile, declared: &Declaration) -> Option<String> {
        match declared.decode(&tag.bytes) {
            Ok((text, has_mark)) => {
                if has_mark && declared.is_final() {
                    self.problem(
                        layer,
                        file,
                        "begins with a byte-order mark, which version 1.0 forbids in UTF-8".into(),
                    );
                } else if has_mark {
                    self.note(file, "begins with a byte-order mark, which UTF-8 does not need: it was left out".into());
                }
                Some(text.into_owned())
            }
            Err(why) => {
                self.problem(layer, file, format!("{why}: it was not checked"));
                None
            }
        }
    }

    /// What is demanded of each file that is there; what is not there is told.
    fn demands<'m>(&mut self, said: &'m Said, files: &'m BTreeMap<Box<str>, bool>) -> Demands<'m> {
        let mut forms: BTreeMap<String, &str> = BTreeMap::new();
        for path in files.keys().filter(|path| !path.is_ascii()) {
            forms.insert(one_form(path), path);
        }
        let mut demands = Demands::new();
        for manifest in &said.manifests {
            for (path, listed) in &manifest.entries {
                let there = |path: &str| files.get_key_value(path).map(|(path, _)| &**path);
                let literally = || listed.written.as_deref().and_then(there);
                let form = || forms.get(&one_form(path)).copied();
                let found = there(path).or_else(literally).or_else(form);
                match found {
                    Some(found) => {
                        if found != &**path {
                            self.note(
                                found,
                                format!("stands in {} in another spelling (%HH or Unicode form)", manifest.file),
                            );
                        }
                        demands.entry(found).or_default().push((manifest, &listed.digest));
                    }
                    None if said.fetches.contains_key(&**path) => {
                        let what = "is not here yet: fetch.txt says where it lies; hozen fetches nothing";
                        self.told(Layer::Manifest, path, what.into());
                    }
                    None => self.problem(manifest.layer(), path, format!("is missing: {} lists it", manifest.file)),
                }
            }
        }
        demands
    }

    /// What is there, or to be fetched, and not listed.
    fn unlisted(&mut self, said: &Said, files: &BTreeMap<Box<str>, bool>, demands: &Demands<'_>) {
        let payload: Vec<&Manifest> = said.manifests.iter().filter(|m| !m.is_of_tags).collect();
        let tags: Vec<&Manifest> = said.manifests.iter().filter(|m| m.is_of_tags).collect();
        let is_final = said.declared.is_final();
        for path in files.keys() {
            let lists = |manifest: &&&Manifest| {
                demands.get(&**path).is_some_and(|all| all.iter().any(|(by, _)| by.file == manifest.file))
            };
            if path.starts_with("data/") {
                let without: Vec<_> = payload.iter().filter(|manifest| !lists(manifest)).collect();
                if is_final || without.len() == payload.len() {
                    for manifest in without {
                        self.problem(
                            Layer::Manifest,
                            path,
                            format!("is not in {}: nothing vouches for it", manifest.file),
                        );
                    }
                }
            } else if !matches!(Role::of(path), Some(Role::TagManifest(_))) {
                let is_manifest = matches!(Role::of(path), Some(Role::Manifest(_)));
                for manifest in tags.iter().filter(|manifest| !lists(manifest)) {
                    let what = format!("is not in {}: nothing vouches for it", manifest.file);
                    if is_final && is_manifest {
                        self.problem(Layer::TagManifest, path, what);
                    } else {
                        self.note(path, what);
                    }
                }
            }
        }
        for path in said.fetches.keys() {
            let without: Vec<_> =
                payload.iter().filter(|manifest| !manifest.entries.contains_key(path.as_str())).collect();
            if is_final || without.len() == payload.len() {
                for manifest in without {
                    self.problem(Layer::Manifest, path, format!("stands in fetch.txt and not in {}", manifest.file));
                }
            }
        }
    }

    /// What version 1.0 recommends of tag manifests and encodings.
    fn recommended(&mut self, said: &Said, [payload, tags]: &[Vec<ManifestAlgorithm>; 2]) {
        if !said.declared.is_final() {
            return;
        }
        if !said.declared.encoding.eq_ignore_ascii_case("utf-8") {
            self.note("bagit.txt", "names another encoding than UTF-8, which is recommended".into());
        }
        if !tags.is_empty() && payload != tags {
            self.note("", "has tag manifests of other algorithms than its payload manifests".into());
        }
    }

    /// What `bag-info.txt` says of the payload, and how it is written.
    fn info(&mut self, declared: &Declaration, tags: &BTreeMap<String, TagFile>, payload: (u64, u64)) {
        let file = declared.info_file();
        let Some(tag) = tags.get(file) else { return };
        let Some(text) = self.text(Layer::TagManifest, file, tag, declared) else { return };
        for (what, is_problem) in oddities(&text, declared.is_final()) {
            if is_problem {
                self.problem(Layer::TagManifest, file, what);
            } else {
                self.note(file, what);
            }
        }
        let all = oxums(&text);
        if all.len() > 1 {
            self.problem(Layer::TagManifest, file, "has more than one Payload-Oxum".into());
        }
        let (files, bytes) = payload;
        for said in all {
            match said {
                None => self.problem(Layer::TagManifest, file, "has a Payload-Oxum that is not BYTES.FILES".into()),
                Some(said) if said == (bytes, files) => {}
                // While files wait to be fetched it can not fit.
                Some(_) if !self.is_broken && !self.problems.is_empty() => {}
                Some((due_bytes, due_files)) => {
                    let what = format!(
                        "says {due_bytes} bytes in {due_files} files (Payload-Oxum), and the payload has {bytes} in {files}"
                    );
                    self.problem(Layer::Record, file, what);
                }
            }
        }
    }

    /// What the user brought from a paper form.
    fn expected(&mut self, expected: &Expected, tags: &BTreeMap<String, TagFile>) {
        const FILE: &str = "tagmanifest-sha256.txt";
        let digest = seal_of(tags.get(FILE).map(|tag| tag.bytes.as_slice()));
        if let Some(due) = expected.seal_sha256.filter(|due| digest != Some(*due)) {
            self.problem(Layer::Seal, FILE, format!("is missing, or its digest is not the one that was named: {due}"));
        }
        if let Some(key) = &expected.key {
            let key = RawPath(key.as_bytes().to_vec()).shown();
            let what = format!(
                "a bag has no signature, so nothing shows that {key} signed it: check evidence as the zip that hozen sealed"
            );
            self.problem(Layer::Seal, "", what);
        }
    }
}
