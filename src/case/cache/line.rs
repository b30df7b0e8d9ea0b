//! The lines of a cache: those of one file follow each other, and the one that names it comes last.

use std::borrow::Cow;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use crate::count::Fact;
use crate::detect::{Chance, Passes, SeriesId};
use crate::model::{
    Bond, Confidence, Entry, FileResult, Finding, Gap, Kind, LinkClass, Locator, Place, Secret, Timestamp,
};
use crate::pass::{Found, Looked, LookedLeaf};

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Line<'a> {
    /// Findings of one record in the file whose line comes next.
    #[serde(borrow)]
    Found(FoundLine<'a>),
    /// A member of it.
    Member(LeafLine<'a>),
    /// The file.
    File(FileLine<'a>),
    /// What came before it since the last file counts for nothing.
    Dropped,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FoundLine<'a> {
    bond: Bond,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row: Option<u64>,
    #[serde(borrow)]
    findings: Vec<FindingLine<'a>>,
    #[serde(default, skip_serializing_if = "<[Fact]>::is_empty")]
    facts: Cow<'a, [Fact]>,
}

#[derive(Debug, Serialize, Deserialize)]
struct FindingLine<'a> {
    entity: Cow<'a, str>,
    rule: Cow<'a, str>,
    leaf: Cow<'a, str>,
    place: Place,
    masked: Cow<'a, str>,
    digest: String,
    confidence: Confidence,
    reasons: Vec<Cow<'a, str>>,
    class: LinkClass,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    series: Option<SeriesId>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LeafLine<'a> {
    row: Cow<'a, FileResult>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    chances: Vec<(String, SeriesId, u64, u64)>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FileLine<'a> {
    pub(super) is: Identity,
    leaf: LeafLine<'a>,
    #[serde(default, skip_serializing_if = "<[Gap]>::is_empty")]
    gaps: Cow<'a, [Gap]>,
}

/// By what a file is known again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    pub(super) path_b64: String,
    device: u64,
    inode: u64,
    size: u64,
    mtime: Timestamp,
    ctime: Timestamp,
}

impl Identity {
    /// Of a regular file of which the kernel told enough. An empty file is read as fast as remembered, and files that are made up as they are read say that they are empty.
    pub(super) fn of(entry: &Entry) -> Option<Self> {
        let stat = entry.stat.as_ref().filter(|stat| entry.kind == Kind::File && stat.size > 0)?;
        let (device, inode, size, mtime, ctime) = (stat.device, stat.inode, stat.size, stat.mtime, stat.ctime);
        Some(Self { path_b64: entry.path.base64(), device, inode, size, mtime, ctime })
    }

    /// The last change of it.
    pub(super) fn changed(&self) -> Timestamp {
        self.mtime.max(self.ctime)
    }
}

impl<'a> FoundLine<'a> {
    pub(super) fn of(found: &'a Found) -> Self {
        let series = found.series.iter().copied().chain(std::iter::repeat(None));
        let line = |((finding, class), series): (&'a (Finding, LinkClass), Option<SeriesId>)| FindingLine {
            entity: (&*finding.entity).into(),
            rule: (&*finding.rule).into(),
            leaf: (&*finding.locator.leaf).into(),
            place: finding.locator.place.clone(),
            masked: (&finding.masked).into(),
            digest: HEXLOWER.encode(&finding.digest),
            confidence: finding.confidence,
            reasons: finding.reasons.iter().map(|reason| Cow::Borrowed(&**reason)).collect(),
            class: *class,
            series,
        };
        let findings = found.findings.iter().zip(series).map(line).collect();
        Self { bond: found.bond, row: found.row, findings, facts: Cow::Borrowed(&found.facts) }
    }

    /// Nothing if a digest in it is none.
    pub(super) fn found(self) -> Option<Found> {
        let series = self.findings.iter().map(|finding| finding.series).collect();
        let findings = self.findings.into_iter().map(FindingLine::finding).collect::<Option<_>>()?;
        Some(Found { bond: self.bond, row: self.row, findings, facts: self.facts.into_owned(), series })
    }
}

impl FindingLine<'_> {
    fn finding(self) -> Option<(Finding, LinkClass)> {
        let digest = HEXLOWER.decode(self.digest.as_bytes()).ok()?.try_into().ok()?;
        let finding = Finding {
            entity: self.entity.into(),
            rule: self.rule.into(),
            locator: Locator { leaf: self.leaf.into(), place: self.place },
            // It was never written; who wants it looks at the file again.
            value: Secret::new(""),
            masked: self.masked.into_owned(),
            digest,
            confidence: self.confidence,
            reasons: self.reasons.into_iter().map(|reason| Cow::Owned(reason.into_owned())).collect(),
        };
        Some((finding, self.class))
    }
}

impl<'a> LeafLine<'a> {
    pub(super) fn of(leaf: &'a LookedLeaf) -> Self {
        let chance =
            |chance: &Chance| (chance.entity.to_string(), chance.series, chance.passes.failed, chance.passes.passed);
        Self { row: Cow::Borrowed(&leaf.row), chances: leaf.chances.iter().map(chance).collect() }
    }

    pub(super) fn leaf(self) -> LookedLeaf {
        let chance = |(entity, series, failed, passed): (String, SeriesId, u64, u64)| Chance {
            entity: entity.into(),
            series,
            passes: Passes { failed, passed },
        };
        let row = FileResult { cached: true, ..self.row.into_owned() };
        LookedLeaf { row, chances: self.chances.into_iter().map(chance).collect() }
    }
}

impl<'a> FileLine<'a> {
    pub(super) fn of(is: Identity, looked: &'a Looked) -> Self {
        Self { is, leaf: LeafLine::of(&looked.file), gaps: looked.gaps.as_slice().into() }
    }

    pub(super) fn looked(self) -> Looked {
        Looked { file: self.leaf.leaf(), gaps: self.gaps.into_owned() }
    }
}
