//! People beside their number: who had what, of which kind, where, what is counted apart, and what is to be looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::files::Listed;
use super::kinds::{label, place};
use super::show::{calm, grouped};
use super::words::{people as said, words};
use crate::case::results::Rows;
use crate::model::{Breakdown, Lang, LeafPeople, SitePeople};

/// Sets of kinds that the page lists.
const SETS: usize = 30;
/// Sets of kinds that the terminal lists.
const FEW_SETS: usize = 8;
/// Records to be looked at that the terminal lists.
const FEW_REVIEWS: usize = 5;

/// One line of a table: what, and how many.
pub(super) struct Line {
    pub(super) what: String,
    pub(super) note: &'static str,
    pub(super) people: String,
}

/// A site's people.
pub(super) struct SiteLine {
    pub(super) site: String,
    pub(super) numbers: [String; 3],
}

/// Records to be looked at.
pub(super) struct ReviewLine {
    pub(super) why: &'static str,
    pub(super) spots: Vec<[String; 2]>,
}

/// All that is told.
pub(super) struct Who {
    pub(super) sets: Vec<Line>,
    pub(super) more_sets: Option<String>,
    pub(super) categories: Vec<Line>,
    pub(super) sites: Vec<SiteLine>,
    pub(super) apart: Vec<Line>,
    pub(super) reviews: Vec<ReviewLine>,
    pub(super) more_reviews: Option<String>,
}

impl Who {
    /// In one language, with so many sets.
    fn of(who: &Breakdown, (sets, reviews): (usize, usize), lang: Lang) -> Self {
        let rest: u64 = who.by_kinds.iter().skip(sets).map(|set| set.people).sum::<u64>() + who.by_kinds_more;
        let set = |kinds: &[String], people| {
            let mut kinds: Vec<&String> = kinds.iter().collect();
            kinds.sort_by_key(|kind| (place(kind), kind.as_str()));
            let labels: Vec<String> = kinds.into_iter().map(|kind| label(kind, lang)).collect();
            Line { what: labels.join(words(lang).list_separator), note: "", people: grouped(people) }
        };
        let mut categories: Vec<Line> = who
            .categories
            .iter()
            .map(|(of, people)| Line { what: said::category(*of, lang).to_owned(), note: "", people: grouped(*people) })
            .collect();
        if !categories.is_empty() && who.uncategorised > 0 {
            categories.push(Line {
                what: said::uncategorised(lang).to_owned(),
                note: "",
                people: grouped(who.uncategorised),
            });
        }
        let all_reviews: u64 = who.conflicts.values().sum();
        let listed = who.clusters.iter().take(reviews);
        let more = all_reviews.saturating_sub(listed.len() as u64);
        Self {
            sets: who.by_kinds.iter().take(sets).map(|set_of| set(&set_of.kinds, set_of.people)).collect(),
            more_sets: (rest > 0).then(|| said::more_sets(rest, lang)),
            categories,
            sites: who.sites.iter().map(|site| site_line(site, lang)).collect(),
            apart: who
                .apart
                .iter()
                .map(|(of, number)| {
                    let [what, note] = said::apart(*of, lang);
                    Line { what: what.to_owned(), note, people: grouped(*number) }
                })
                .collect(),
            reviews: listed
                .map(|cluster| ReviewLine {
                    why: said::review(&cluster.why, lang),
                    spots: cluster.spots.iter().map(|spot| [spot.leaf.clone(), said::spot(spot, lang)]).collect(),
                })
                .collect(),
            more_reviews: (more > 0).then(|| said::more_reviews(more, lang)),
        }
    }

    /// As the page lists it.
    pub(super) fn whole(who: &Breakdown, lang: Lang) -> Self {
        Self::of(who, (SETS, usize::MAX), lang)
    }
}

fn site_line(site: &SitePeople, lang: Lang) -> SiteLine {
    SiteLine { site: site_name(site, lang), numbers: [site.at_least, site.estimate, site.at_most].map(grouped) }
}

fn site_name(site: &SitePeople, lang: Lang) -> String {
    if site.site.is_empty() { said::people_words(lang).elsewhere.to_owned() } else { site.site.clone() }
}

/// What the terminal lists below the numbers.
pub(super) fn listing(all: &Breakdown, lang: Lang) -> String {
    let (w, who) = (said::people_words(lang), Who::of(all, (FEW_SETS, FEW_REVIEWS), lang));
    let unit = lang.pick("", " 人");
    let mut text = String::new();
    let mut part = |name: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            text += &format!("\n{name}\n");
            lines.iter().for_each(|line| text += &format!("  {}\n", calm(line)));
        }
    };
    let width = who.sets.iter().map(|line| line.people.len()).max().unwrap_or(0);
    let sets = who.sets.iter().map(|line| format!("{:>width$}{unit}  {}", line.people, line.what));
    part(w.who_had_what, sets.chain(who.more_sets.clone()).collect());
    let each = |lines: &[Line]| {
        lines.iter().map(|line| format!("{}{}{}{unit}", line.what, words(lang).colon, line.people)).collect()
    };
    part(w.category, each(&who.categories));
    let sites = all.sites.iter().map(|site| {
        let range = said::range([site.at_least, site.estimate, site.at_most], lang);
        format!("{}{}{range}", site_name(site, lang), words(lang).colon)
    });
    part(w.site, sites.collect());
    let apart = who.apart.iter().map(|line| {
        format!(
            "{}{}{}",
            line.what,
            lang.pick(format!(" ({})", line.note), format!("（{}）", line.note)),
            words(lang).colon
        ) + &line.people
    });
    part(w.apart, apart.collect());
    let reviews = who.reviews.iter().map(|review| {
        let spots: Vec<String> = review.spots.iter().map(|[leaf, at]| format!("{leaf} {at}")).collect();
        format!("{}{}{}", review.why, words(lang).colon, spots.join(lang.pick(" / ", " ／ ")))
    });
    part(w.review, reviews.chain(who.more_reviews.clone()).collect());
    text
}

/// People of the leaves that are listed, by path.
pub(super) fn of_listed(leaves: &Rows<LeafPeople>, files: &[Listed]) -> io::Result<BTreeMap<String, LeafPeople>> {
    let members = files.iter().flat_map(|listed| &listed.members_with_findings);
    let wanted: BTreeSet<&str> =
        files.iter().map(|listed| &listed.file).chain(members).map(|row| row.path.as_str()).collect();
    let mut found = BTreeMap::new();
    for leaf in leaves.iter() {
        let leaf = leaf?;
        if wanted.contains(leaf.path.as_str()) {
            found.insert(leaf.path.clone(), leaf);
        }
    }
    Ok(found)
}
