//! References in HTML: numbers, and the names that occur in real pages. One that is not known is left as it stands.

/// Names and what they stand for; of the rest only the letters of Latin-1 are used in names and addresses.
const NAMED: [(&str, &str); 95] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", "\u{a0}"),
    ("copy", "©"),
    ("reg", "®"),
    ("yen", "¥"),
    ("sect", "§"),
    ("laquo", "«"),
    ("raquo", "»"),
    ("middot", "·"),
    ("times", "×"),
    ("deg", "°"),
    ("shy", ""),
    ("ndash", "–"),
    ("mdash", "—"),
    ("hellip", "…"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("bull", "•"),
    ("euro", "€"),
    ("trade", "™"),
    ("larr", "←"),
    ("rarr", "→"),
    ("uarr", "↑"),
    ("darr", "↓"),
    ("commat", "@"),
    ("period", "."),
    ("hyphen", "-"),
    ("dash", "-"),
    ("lowbar", "_"),
    ("colon", ":"),
    ("comma", ","),
    ("sol", "/"),
    ("plus", "+"),
    ("num", "#"),
    ("lpar", "("),
    ("rpar", ")"),
    ("ensp", " "),
    ("emsp", " "),
    ("thinsp", " "),
    ("zwj", ""),
    ("zwnj", ""),
    ("Tab", "\t"),
    ("NewLine", "\n"),
    ("equals", "="),
    ("semi", ";"),
    ("quest", "?"),
    ("excl", "!"),
    ("percnt", "%"),
    ("dollar", "$"),
    ("Agrave", "À"),
    ("Aacute", "Á"),
    ("Acirc", "Â"),
    ("Auml", "Ä"),
    ("Aring", "Å"),
    ("AElig", "Æ"),
    ("Ccedil", "Ç"),
    ("Egrave", "È"),
    ("Eacute", "É"),
    ("Iacute", "Í"),
    ("Ntilde", "Ñ"),
    ("Oacute", "Ó"),
    ("Ouml", "Ö"),
    ("Oslash", "Ø"),
    ("Uuml", "Ü"),
    ("szlig", "ß"),
    ("agrave", "à"),
    ("aacute", "á"),
    ("acirc", "â"),
    ("atilde", "ã"),
    ("auml", "ä"),
    ("aring", "å"),
    ("aelig", "æ"),
    ("ccedil", "ç"),
    ("egrave", "è"),
    ("eacute", "é"),
    ("ecirc", "ê"),
    ("euml", "ë"),
    ("iacute", "í"),
    ("icirc", "î"),
    ("iuml", "ï"),
    ("ntilde", "ñ"),
    ("oacute", "ó"),
    ("ocirc", "ô"),
    ("otilde", "õ"),
    ("ouml", "ö"),
    ("oslash", "ø"),
    ("ugrave", "ù"),
    ("uacute", "ú"),
    ("uuml", "ü"),
];

/// The longest reference that is looked for, with its `&`.
pub(super) const LONGEST: usize = 16;

/// The text with its references resolved.
pub(super) fn resolved(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('&') {
        all.push_str(before);
        match one(from) {
            Some((length, stands_for)) => {
                all.push_str(&stands_for);
                rest = from.get(length..).unwrap_or_default();
            }
            None => {
                all.push('&');
                rest = from;
            }
        }
    }
    all.push_str(rest);
    all
}

/// The reference at the start of a text behind `&`: its length, and what it stands for.
fn one(text: &str) -> Option<(usize, String)> {
    if let Some(number) = text.strip_prefix('#') {
        let (digits, radix, before) = match number.strip_prefix(['x', 'X']) {
            Some(digits) => (digits, 16, 2),
            None => (number, 10, 1),
        };
        let length = digits.bytes().take_while(|b| char::from(*b).is_digit(radix)).count();
        let value = u32::from_str_radix(digits.get(..length)?, radix).ok()?;
        let end = before + length + usize::from(digits.get(length..)?.starts_with(';'));
        return Some((end, char::from_u32(value).filter(|c| *c != '\0')?.to_string()));
    }
    let length = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (name, ended) = (text.get(..length)?, text.get(length..)?.starts_with(';'));
    let (_, stands_for) = NAMED.iter().find(|(known, _)| *known == name)?;
    // Without a semicolon only the oldest ones count.
    let counts = ended || matches!(name, "amp" | "lt" | "gt" | "quot" | "nbsp" | "copy");
    counts.then(|| (length + usize::from(ended), (*stands_for).to_owned()))
}
