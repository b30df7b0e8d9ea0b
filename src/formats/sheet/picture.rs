//! Formats that put the digits of a whole number into places: `000-0000`, `[<=999]000;000-00`, `0##-####-####`.

/// A format made of digit places and plain characters alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::formats) struct Picture {
    sections: Vec<Section>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Section {
    /// For numbers up to this one, or below it.
    most: Option<u64>,
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// `0`: a zero where there is no digit.
    Zero,
    /// `#` or `?`: nothing where there is no digit.
    Place,
    Literal(char),
}

/// Places in one section; more are no format of a person.
const MOST_TOKENS: usize = 64;

impl Picture {
    /// `None` where the format does more than that.
    pub(in crate::formats) fn of(code: &str) -> Option<Self> {
        let mut sections = Vec::new();
        for (index, part) in split(code).into_iter().enumerate() {
            let (most, rest) = condition(&part)?;
            // Without conditions the second section is for negative numbers, the third for zero, the fourth for text.
            let conditional = most.is_some() || sections.iter().any(|section: &Section| section.most.is_some());
            if index > 0 && !conditional {
                break;
            }
            sections.push(Section { most, tokens: tokens(&rest)? });
        }
        let places = sections.iter().all(|section| section.tokens.iter().any(|t| !matches!(t, Token::Literal(_))));
        (places && !sections.is_empty()).then_some(Self { sections })
    }

    /// A whole number in it, and whether it got leading zeros.
    pub(in crate::formats) fn show(&self, digits: &str) -> Option<(String, bool)> {
        if digits.is_empty() || digits.len() > 18 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let value: u64 = digits.parse().ok()?;
        let section = self.sections.iter().find(|section| section.most.is_none_or(|most| value <= most))?;
        Some(section.fill(digits.trim_start_matches('0')))
    }
}

impl Section {
    fn fill(&self, digits: &str) -> (String, bool) {
        let places = self.tokens.iter().filter(|token| !matches!(token, Token::Literal(_))).count();
        let digits: Vec<char> = digits.chars().collect();
        let (mut text, mut place, mut shows, mut zeros) = (String::new(), 0, false, false);
        for token in &self.tokens {
            if let Token::Literal(c) = token {
                text.push(*c);
                continue;
            }
            // Behind the first zero every place is shown, as in 0##.
            shows |= *token == Token::Zero;
            let missing = places.saturating_sub(digits.len());
            if place == 0 && digits.len() > places {
                text.extend(digits.iter().take(digits.len() - places));
            }
            match (digits.len() + place).checked_sub(places).and_then(|at| digits.get(at)) {
                Some(digit) if place >= missing => text.push(*digit),
                _ if shows => {
                    zeros |= !digits.is_empty();
                    text.push('0');
                }
                _ => {}
            }
            place += 1;
        }
        (text, zeros)
    }
}

/// Sections, at semicolons that are not quoted.
fn split(code: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in code.chars().take(1024) {
        let splits = c == ';' && !quoted && !escaped;
        quoted ^= c == '"' && !escaped;
        escaped = matches!(c, '\\' | '!') && !escaped && !quoted;
        match sections.last_mut() {
            Some(last) if !splits => last.push(c),
            _ => sections.push(String::new()),
        }
    }
    sections
}

/// The condition that a section begins with; other brackets (a colour, a language) are left out. `None` for one that is not understood.
fn condition(section: &str) -> Option<(Option<u64>, String)> {
    let (mut most, mut rest) = (None, section);
    while let Some(inner) = rest.strip_prefix('[') {
        let (inside, behind) = inner.split_once(']')?;
        if let Some(bound) = inside.strip_prefix("<=") {
            most = Some(bound.trim().parse().ok()?);
        } else if let Some(bound) = inside.strip_prefix('<') {
            most = Some(bound.trim().parse::<u64>().ok()?.checked_sub(1)?);
        } else if inside.starts_with(['>', '=']) {
            return None;
        }
        rest = behind;
    }
    Some((most, rest.to_owned()))
}

fn tokens(section: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = section.chars();
    while let Some(c) = chars.next() {
        match c {
            '0' => tokens.push(Token::Zero),
            '#' | '?' => tokens.push(Token::Place),
            '"' => tokens.extend(chars.by_ref().take_while(|c| *c != '"').map(Token::Literal)),
            '\\' | '!' => tokens.extend(chars.next().map(Token::Literal)),
            '_' | '*' => drop(chars.next()),
            c if !c.is_ascii_alphanumeric() && !"%,./@[]".contains(c) => tokens.push(Token::Literal(c)),
            _ => return None,
        }
        if tokens.len() > MOST_TOKENS {
            return None;
        }
    }
    Some(tokens)
}
