//! What a `CREATE TABLE` says: the name of the table and its columns, in the dialects of SQLite, MySQL, PostgreSQL and others.

/// A piece of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A bare word or number.
    Word(String),
    /// A name in quotes: `"a"`, `` `a` ``, `[a]`, or `'a'`, which SQLite takes for a name too.
    Quoted(String),
    /// Any other character.
    Mark(char),
}

impl Token {
    fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own.eq_ignore_ascii_case(word))
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Word(name) | Self::Quoted(name) => Some(name),
            Self::Mark(_) => None,
        }
    }
}

/// One column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::formats) struct Column {
    pub(in crate::formats) name: String,
    /// Computed when it is read: it stands in no row.
    pub(in crate::formats) is_virtual: bool,
    /// Its type is exactly `INTEGER`.
    is_integer: bool,
}

/// A table as it was declared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::formats) struct Created {
    pub(in crate::formats) name: String,
    pub(in crate::formats) columns: Vec<Column>,
    /// Columns of the primary key, from 0, in its order.
    pub(in crate::formats) key: Vec<usize>,
    pub(in crate::formats) without_rowid: bool,
}

impl Created {
    /// The column that is SQLite's row number by another name.
    pub(in crate::formats) fn alias(&self) -> Option<usize> {
        match self.key.as_slice() {
            [one] if !self.without_rowid => self.columns.get(*one).filter(|column| column.is_integer).map(|_| *one),
            _ => None,
        }
    }
}

/// Pieces that are looked at of one statement.
const TOKENS: usize = 200_000;
/// Columns of one table; SQLite allows 32,767.
const COLUMNS: usize = 32_768;

/// Reads `CREATE TABLE`; `None` if this is none, or one without columns.
pub(in crate::formats) fn create_table(sql: &str) -> Option<Created> {
    let tokens = tokens(sql);
    let at = tokens.iter().take(6).position(|token| token.is("table"))?;
    if !tokens.first()?.is("create") {
        return None;
    }
    let mut rest = tokens.get(at + 1..)?;
    if let [first, second, third, ..] = rest
        && first.is("if")
        && second.is("not")
        && third.is("exists")
    {
        rest = rest.get(3..)?;
    }
    let mut name = rest.first()?.name()?;
    rest = rest.get(1..)?;
    while let [Token::Mark('.'), next, ..] = rest {
        name = next.name()?;
        rest = rest.get(2..)?;
    }
    let Some((Token::Mark('('), body)) = rest.split_first() else { return None };
    let (definitions, tail) = split(body);
    let mut created = Created { name: name.to_owned(), ..Created::default() };
    let mut keys: Vec<Vec<String>> = Vec::new();
    for definition in definitions {
        match constraint(definition) {
            Some(key) => keys.extend(key),
            None if created.columns.len() < COLUMNS => created.column(definition),
            None => {}
        }
    }
    for name in keys.into_iter().flatten() {
        let named = created.columns.iter().position(|column| column.name.eq_ignore_ascii_case(&name));
        created.key.extend(named.filter(|at| !created.key.contains(at)));
    }
    created.without_rowid = tail.windows(2).any(|pair| matches!(pair, [a, b] if a.is("without") && b.is("rowid")));
    Some(created).filter(|created| !created.columns.is_empty())
}

impl Created {
    fn column(&mut self, definition: &[Token]) {
        let Some((Some(name), rest)) = definition.split_first().map(|(name, rest)| (name.name(), rest)) else { return };
        let has = |words: &[&str]| rest.windows(words.len()).any(|at| at.iter().zip(words).all(|(t, word)| t.is(word)));
        // `AS (…)`, with or without `GENERATED ALWAYS`; only `STORED` ones (MySQL: `PERSISTENT`) are kept in rows.
        let computed = rest.windows(2).any(|pair| matches!(pair, [a, Token::Mark('(')] if a.is("as")));
        let stored = has(&["stored"]) || has(&["persistent"]) || has(&["persisted"]);
        let is_integer = rest.first().is_some_and(|word| word.is("integer")) && rest.get(1) != Some(&Token::Mark('('));
        if has(&["primary", "key"]) && self.key.is_empty() {
            self.key.push(self.columns.len());
        }
        self.columns.push(Column { name: name.to_owned(), is_virtual: computed && !stored, is_integer });
    }
}

/// Whether a definition is no column but a rule of the table; if it is the primary key, its columns.
fn constraint(definition: &[Token]) -> Option<Option<Vec<String>>> {
    let named = definition.first().is_some_and(|token| token.is("constraint"));
    let rest = if named { definition.get(2..)? } else { definition };
    let (first, second, third) = (rest.first()?, rest.get(1), rest.get(2));
    let opens = |token: Option<&Token>| token == Some(&Token::Mark('('));
    let second_is = |word: &str| second.is_some_and(|token| token.is(word));
    if first.is("primary") && second_is("key") {
        let from = rest.iter().position(|token| *token == Token::Mark('('))?;
        let (columns, _) = split(rest.get(from + 1..)?);
        let names = columns.iter().filter_map(|column| column.first()?.name().map(str::to_owned)).collect();
        return Some(Some(names));
    }
    let quoted = matches!(second, Some(Token::Quoted(_)));
    let is_rule = named
        || (first.is("unique") && (opens(second) || second_is("key") || second_is("index") || (quoted && opens(third))))
        || ((first.is("check") || first.is("exclude")) && (opens(second) || second_is("using")))
        || (first.is("foreign") && second_is("key"))
        || ((first.is("fulltext") || first.is("spatial")) && (second_is("key") || second_is("index") || quoted))
        // A column may be called `key`: only a rule goes on with a name in quotes or with columns.
        || ((first.is("key") || first.is("index")) && (opens(second) || quoted))
        || (first.is("like") && !opens(second) && matches!(second, Some(Token::Quoted(_))))
        || (first.is("period") && second_is("for"));
    is_rule.then_some(None)
}

/// The definitions up to the bracket that closes them, and what follows it.
fn split(tokens: &[Token]) -> (Vec<&[Token]>, &[Token]) {
    let (mut parts, mut begin, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark('(') => depth += 1,
            Token::Mark(')') if depth == 0 => {
                parts.push(tokens.get(begin..at).unwrap_or_default());
                return (parts, tokens.get(at + 1..).unwrap_or_default());
            }
            Token::Mark(')') => depth -= 1,
            Token::Mark(',') if depth == 0 => {
                parts.push(tokens.get(begin..at).unwrap_or_default());
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(tokens.get(begin..).unwrap_or_default());
    (parts, &[])
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        if tokens.len() >= TOKENS {
            break;
        }
        let length = match first {
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            // `/*!50100 … */` is SQL to MySQL; its words do not matter here.
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' | '`' | '\'' | '[' => {
                let (name, length) = quoted(rest, if first == '[' { ']' } else { first });
                tokens.push(Token::Quoted(name));
                length
            }
            c if c.is_alphanumeric() || c == '_' || c == '$' => {
                let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
                let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
                tokens.push(Token::Word(rest.get(..length).unwrap_or_default().to_owned()));
                length
            }
            c => {
                if !c.is_whitespace() {
                    tokens.push(Token::Mark(c));
                }
                c.len_utf8()
            }
        };
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    tokens
}

/// A name in quotes, in which a doubled quote stands for one, and the length of it all.
fn quoted(text: &str, close: char) -> (String, usize) {
    let mut name = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != close {
            name.push(c);
        } else if chars.peek().is_some_and(|(_, next)| *next == close) {
            name.push(c);
            chars.next();
        } else {
            return (name, at + c.len_utf8());
        }
    }
    (name, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sql: &str) -> Vec<String> {
        create_table(sql).unwrap().columns.into_iter().map(|column| column.name).collect()
    }

    #[test]
    fn names_come_out_of_every_way_of_writing_them() {
        let sql = "CREATE TEMP TABLE IF NOT EXISTS main.\"a \"\"b\"\"\" (id INTEGER PRIMARY KEY, -- one, (two\n\
                   [氏 名] TEXT DEFAULT 'a,b)', `tel` VARCHAR(20) /* , x */, 'mail' CHECK (length(mail) > 3), key TEXT, value,\n\
                   CONSTRAINT c UNIQUE (tel, mail), FOREIGN KEY (id) REFERENCES b(id))";
        let created = create_table(sql).unwrap();
        assert_eq!(created.name, "a \"b\"");
        assert_eq!(names(sql), ["id", "氏 名", "tel", "mail", "key", "value"]);
        assert_eq!(created.alias(), Some(0));
    }

    #[test]
    fn keys_rules_and_computed_columns_are_told() {
        let sql = "create table t (a int, b text, c integer generated always as (a+1), d as (b) stored, primary key (b, a)) without rowid";
        let created = create_table(sql).unwrap();
        assert_eq!((created.key.as_slice(), created.without_rowid, created.alias()), ([1, 0].as_slice(), true, None));
        assert_eq!(created.columns.iter().map(|c| c.is_virtual).collect::<Vec<_>>(), [false, false, true, false]);
        let mysql = "CREATE TABLE `u` (`id` int(11) NOT NULL AUTO_INCREMENT, `key` varchar(9), PRIMARY KEY (`id`), \
                     UNIQUE KEY `m` (`mail`(20)), KEY `k` (`key`), FULLTEXT KEY `f` (`key`)) ENGINE=InnoDB COMMENT='x (y'";
        assert_eq!(names(mysql), ["id", "key"]);
        let late = create_table("CREATE TABLE t(x TEXT, id INTEGER, PRIMARY KEY(id))").unwrap();
        assert_eq!(late.alias(), Some(1));
    }

    #[test]
    fn what_is_no_table_is_none_and_nothing_panics() {
        for sql in
            ["", "CREATE", "CREATE TABLE", "CREATE TABLE t", "CREATE TABLE t AS SELECT 1", "CREATE INDEX i ON t(a)"]
        {
            assert_eq!(create_table(sql), None, "{sql}");
        }
        let whole = "CREATE TABLE IF NOT EXISTS x.t (a \"b\", [c] 'd', PRIMARY KEY (a, b), CONSTRAINT";
        for cut in 0..whole.len() {
            create_table(&whole[..cut]);
        }
    }
}
