//! A path pattern of a profile: absolute, over raw bytes, and bounded: what it can match is known before a disk is touched.

use super::limits;

/// What stands for the home folder of every user, as ForensicArtifacts spells it.
const HOMES: &str = "%%users.homedir%%";

/// Levels that `**` goes down where it names no number.
const BELOW: usize = 4;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The home folder of every user; only ever the first step.
    Home,
    /// Exactly this name.
    Name(Vec<u8>),
    /// Every name that fits.
    Wild(Wild),
    /// This folder and those below it, so many levels down (`**`, `**7`).
    Below(usize),
}

/// One name with wildcards in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wild(Vec<Token>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Byte(u8),
    One,
    Any,
    Class { except: bool, ranges: Vec<(u8, u8)> },
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It has no place to begin.
    #[error("a path begins with `/` or `%%users.homedir%%`")]
    NotAbsolute,
    /// It could lead out of its folder.
    #[error("a path has no `.` and no `..` in it, no empty part and no NUL")]
    Part,
    /// `{` without `}`, or one inside another.
    #[error("`{{a,b}}` is not closed, or stands inside another")]
    Brace,
    /// `[` without `]`.
    #[error("`[a-z]` is not closed, or empty")]
    Class,
    /// `**` beside other characters, or too deep.
    #[error("`**` stands alone between slashes, with a depth of 1 to {} at most (`**3`)", limits::FIND_DEPTH)]
    Below,
    /// Only `%%users.homedir%%` is known.
    #[error("of the variables only `%%users.homedir%%` is known, and only as the first part")]
    Variable,
    /// Too many alternatives or parts.
    #[error(
        "the pattern is too wide: {} alternatives and {} parts at most",
        limits::PATTERN_ALTERNATIVES,
        limits::PATTERN_STEPS
    )]
    TooWide,
    /// It would take everything.
    #[error("the pattern takes the whole disk; name what is wanted below it")]
    Everything,
}

/// A pattern, without alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern {
    steps: Vec<Step>,
}

impl PathPattern {
    /// Reads a pattern; each `{a,b}` in it makes as many patterns as it has alternatives.
    pub fn parse(text: &str) -> Result<Vec<Self>, PatternError> {
        alternatives(text)?.iter().map(|text| Self::one(text.as_bytes())).collect()
    }

    /// A path without wildcards, as bytes: nothing in it has a meaning.
    pub fn literal(path: &[u8]) -> Result<Self, PatternError> {
        let names = names(path)?;
        Self::checked(names.into_iter().map(|name| Step::Name(name.to_vec())).collect())
    }

    /// A path in which only `*`, `?` and `[…]` have a meaning: what a configuration file says.
    pub fn globbed(path: &[u8]) -> Result<Self, PatternError> {
        let steps =
            names(path)?.into_iter().map(|name| if name == b"**" { Wild::parse(b"*") } else { Wild::parse(name) });
        Self::checked(steps.collect::<Result<_, _>>()?)
    }

    fn one(text: &[u8]) -> Result<Self, PatternError> {
        let (first, rest) = match text.strip_prefix(HOMES.as_bytes()) {
            Some(rest) => (Some(Step::Home), rest),
            None => (None, text),
        };
        if rest.windows(2).any(|two| two == b"%%") {
            return Err(PatternError::Variable);
        }
        let mut steps: Vec<Step> = first.into_iter().collect();
        if !rest.is_empty() || steps.is_empty() {
            for name in names(rest)? {
                steps.push(if name.starts_with(b"**") { below(name)? } else { Wild::parse(name)? });
            }
        }
        Self::checked(steps)
    }

    fn checked(steps: Vec<Step>) -> Result<Self, PatternError> {
        if steps.len() > limits::PATTERN_STEPS {
            return Err(PatternError::TooWide);
        }
        let everything = |step: &Step| match step {
            Step::Below(_) => true,
            Step::Wild(wild) => wild.0.iter().all(|token| *token == Token::Any),
            Step::Home | Step::Name(_) => false,
        };
        if steps.iter().all(everything) { Err(PatternError::Everything) } else { Ok(Self { steps }) }
    }

    /// Its steps from the root on.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether it names one path, without wildcards.
    pub fn is_plain(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Name(_)))
    }

    /// Whether it begins with every user's home folder.
    pub fn is_in_homes(&self) -> bool {
        self.steps.first() == Some(&Step::Home)
    }

    /// The same place and what stands beside it under longer names: how log files are rotated (`access.log.1`,
    /// `access.log-20261121.gz`, `access-20261121.log`).
    pub fn with_rotated(&self) -> Vec<Self> {
        let mut all = vec![self.clone()];
        let mut beside = |tokens: Vec<Token>| {
            let mut steps = self.steps.clone();
            if let Some(last) = steps.last_mut() {
                *last = Step::Wild(Wild(tokens));
                all.push(Self { steps });
            }
        };
        let bytes = |name: &[u8]| name.iter().map(|&byte| Token::Byte(byte)).collect::<Vec<_>>();
        match self.steps.last() {
            Some(Step::Name(name)) => {
                beside([bytes(name), vec![Token::Any]].concat());
                let stem =
                    name.iter().rposition(|&byte| byte == b'.').and_then(|dot| name.get(..dot)).unwrap_or_default();
                if stem.len() > 1 {
                    let mark =
                        Token::Class { except: false, ranges: b"-_.".iter().map(|&byte| (byte, byte)).collect() };
                    beside([bytes(stem), vec![mark, Token::Any]].concat());
                }
            }
            Some(Step::Wild(wild)) => beside([wild.0.clone(), vec![Token::Any]].concat()),
            _ => {}
        }
        all
    }

    /// The same below one home folder, given as a path; `None` where that path is no plain absolute one.
    pub fn in_home(&self, home: &[u8]) -> Option<Self> {
        let mut steps: Vec<Step> = names(home).ok()?.into_iter().map(|name| Step::Name(name.to_vec())).collect();
        steps.extend(self.steps.iter().skip(1).cloned());
        Some(Self { steps })
    }
}

/// The names of an absolute path; one closing slash is allowed.
fn names(path: &[u8]) -> Result<Vec<&[u8]>, PatternError> {
    let rest = path.strip_prefix(b"/").ok_or(PatternError::NotAbsolute)?;
    let rest = rest.strip_suffix(b"/").unwrap_or(rest);
    if rest.is_empty() {
        return Err(PatternError::Everything);
    }
    let names: Vec<&[u8]> = rest.split(|&byte| byte == b'/').collect();
    let bad = |name: &&[u8]| matches!(**name, [] | [b'.'] | [b'.', b'.']) || name.contains(&0);
    if names.iter().any(bad) { Err(PatternError::Part) } else { Ok(names) }
}

fn below(name: &[u8]) -> Result<Step, PatternError> {
    let depth = match name.get(2..) {
        None | Some([]) => BELOW,
        Some(digits) => {
            let digits = std::str::from_utf8(digits).map_err(|_| PatternError::Below)?;
            digits.parse().map_err(|_| PatternError::Below)?
        }
    };
    if (1..=limits::FIND_DEPTH).contains(&depth) { Ok(Step::Below(depth)) } else { Err(PatternError::Below) }
}

/// Unfolds every `{a,b}`.
fn alternatives(text: &str) -> Result<Vec<String>, PatternError> {
    let mut found = vec![String::new()];
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (inside, after) = after.split_once('}').ok_or(PatternError::Brace)?;
        if inside.contains('{') || before.contains('}') {
            return Err(PatternError::Brace);
        }
        let choices: Vec<&str> = inside.split(',').collect();
        if found.len().saturating_mul(choices.len()) > limits::PATTERN_ALTERNATIVES {
            return Err(PatternError::TooWide);
        }
        found = found
            .iter()
            .flat_map(|start| choices.iter().map(move |choice| format!("{start}{before}{choice}")))
            .collect();
        rest = after;
    }
    if rest.contains('}') {
        return Err(PatternError::Brace);
    }
    found.iter_mut().for_each(|one| one.push_str(rest));
    Ok(found)
}

impl Wild {
    /// Reads one name; a name without wildcards becomes [`Step::Name`].
    fn parse(name: &[u8]) -> Result<Step, PatternError> {
        let mut tokens = Vec::new();
        let mut rest = name;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            tokens.push(match byte {
                b'*' if tokens.last() == Some(&Token::Any) => continue,
                b'*' => Token::Any,
                b'?' => Token::One,
                b'[' => {
                    let end = rest.iter().skip(1).position(|&byte| byte == b']').ok_or(PatternError::Class)? + 1;
                    let class = class(rest.get(..end).unwrap_or_default())?;
                    rest = rest.get(end + 1..).unwrap_or_default();
                    class
                }
                byte => Token::Byte(byte),
            });
        }
        if tokens.iter().all(|token| matches!(token, Token::Byte(_))) {
            return Ok(Step::Name(name.to_vec()));
        }
        Ok(Step::Wild(Self(tokens)))
    }

    /// Whether the whole name fits. A leading dot is a byte like any other: evidence must not hide behind one.
    pub fn fits(&self, name: &[u8]) -> bool {
        let (mut token, mut at) = (0, 0);
        // Where to go on when what follows the last `*` does not fit: that star, and one byte more for it.
        let mut back: Option<(usize, usize)> = None;
        loop {
            let step = match self.0.get(token) {
                Some(Token::Any) => {
                    back = Some((token, at));
                    token += 1;
                    continue;
                }
                Some(wanted) => name.get(at).is_some_and(|&byte| wanted.fits(byte)),
                None if at == name.len() => return true,
                None => false,
            };
            if step {
                token += 1;
                at += 1;
                continue;
            }
            match back {
                Some((star, from)) if from < name.len() => {
                    back = Some((star, from + 1));
                    token = star + 1;
                    at = from + 1;
                }
                _ => return false,
            }
        }
    }
}

impl Token {
    fn fits(&self, byte: u8) -> bool {
        match self {
            Self::Byte(wanted) => *wanted == byte,
            Self::One => true,
            Self::Any => false,
            Self::Class { except, ranges } => ranges.iter().any(|&(low, high)| (low..=high).contains(&byte)) != *except,
        }
    }
}

fn class(inside: &[u8]) -> Result<Token, PatternError> {
    let (except, mut rest) = match inside.split_first() {
        Some((b'!' | b'^', rest)) => (true, rest),
        _ => (false, inside),
    };
    let mut ranges = Vec::new();
    while let Some((&low, tail)) = rest.split_first() {
        rest = match tail {
            [b'-', high, tail @ ..] => {
                ranges.push((low, *high));
                tail
            }
            tail => {
                ranges.push((low, low));
                tail
            }
        };
    }
    if ranges.is_empty() { Err(PatternError::Class) } else { Ok(Token::Class { except, ranges }) }
}

#[cfg(test)]
mod tests;
