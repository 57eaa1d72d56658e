//! What was typed at the prompt: a statement, or a command that begins with a backslash.

use std::path::PathBuf;

use clap::ValueEnum as _;

use crate::args::Format;

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Typed {
    /// Nothing.
    Blank,
    /// SQL, without the semicolon at its end.
    Statement(String),
    /// `\?`
    Help,
    /// `\d [NAME]`
    Describe(Option<String>),
    /// `\s [NAME [from=YEAR] [to=YEAR] [DIMENSION=CODE]...]`
    Statistic { name: Option<String>, from: Option<i16>, to: Option<i16>, filters: Vec<(String, String)> },
    /// `\f FORMAT`
    Format(Format),
    /// `\o FILE`
    Output(PathBuf),
    /// `\r`
    Refresh,
    /// `\q`
    Quit,
}

/// What the commands are, for `\?` and for completion.
pub(super) const COMMANDS: &[(&str, &str)] = &[
    ("SELECT...;", "ask; a statement ends with a semicolon"),
    ("\\d", "list the views, statistics, tables, code lists and sources"),
    ("\\d NAME", "explain one of them: its columns and what they say"),
    ("\\s", "list the statistics"),
    ("\\s NAME [from=YEAR] [to=YEAR] [DIMENSION=CODE]", "answer a statistic"),
    ("\\f table|csv|json|parquet", "how rows come out; parquet needs \\o"),
    ("\\o FILE", "write the next answer to a new file"),
    ("\\r", "begin anew, and see what was loaded since"),
    ("\\q", "end; so does Ctrl-D. Ctrl-C stops a query"),
];

/// Reads an entry. The error says what is wrong with it.
pub(super) fn read(entry: &str) -> Result<Typed, String> {
    let entry = entry.trim();
    if entry.is_empty() {
        return Ok(Typed::Blank);
    }
    let Some(command) = entry.strip_prefix('\\') else {
        if ["quit", "exit"].contains(&entry.trim_end_matches(';').trim_end().to_ascii_lowercase().as_str()) {
            return Ok(Typed::Quit);
        }
        return Ok(Typed::Statement(entry.trim_end_matches(';').trim_end().to_owned()));
    };
    let mut words = command.trim_end_matches(';').split_whitespace();
    let name = words.next().unwrap_or_default();
    let rest: Vec<&str> = words.collect();
    match (name, rest.as_slice()) {
        ("?" | "h" | "help", _) => Ok(Typed::Help),
        ("q" | "quit", []) => Ok(Typed::Quit),
        ("r", []) => Ok(Typed::Refresh),
        ("d" | "dt" | "dv" | "d+", []) => Ok(Typed::Describe(None)),
        ("d" | "dt" | "dv" | "d+", [name]) => Ok(Typed::Describe(Some((*name).to_owned()))),
        ("s", rest) => statistic(rest),
        ("f", [format]) => Format::from_str(format, true)
            .map(Typed::Format)
            .map_err(|_| "write \\f table, \\f csv, \\f json or \\f parquet".to_owned()),
        ("o", [_, ..]) => Ok(Typed::Output(command.trim_start_matches('o').trim().into())),
        _ => Err(format!("there is no command \\{command}; \\? lists them")),
    }
}

fn statistic(words: &[&str]) -> Result<Typed, String> {
    let mut name = None;
    let (mut from, mut to, mut filters) = (None, None, vec![]);
    for word in words {
        match word.split_once('=') {
            None if name.is_none() => name = Some((*word).to_owned()),
            None => return Err(format!("{word}: write from=YEAR, to=YEAR or DIMENSION=CODE after the name")),
            Some((side @ ("from" | "to"), year)) => {
                let year = year.parse().map_err(|_| format!("{word}: write a year, for example {side}=2018"))?;
                *(if side == "from" { &mut from } else { &mut to }) = Some(year);
            }
            Some((dimension, code)) => filters.push((dimension.to_owned(), code.to_owned())),
        }
    }
    Ok(Typed::Statistic { name, from, to, filters })
}

/// Whether an entry is whole: a command ends with its line, a statement with a semicolon that stands in no text, no quoted
/// name and no comment.
pub(super) fn is_whole(entry: &str) -> bool {
    let entry = entry.trim();
    if entry.is_empty() || entry.starts_with('\\') || ["quit", "exit"].contains(&entry.to_ascii_lowercase().as_str()) {
        return true;
    }
    ends_with_semicolon(entry)
}

fn ends_with_semicolon(text: &str) -> bool {
    let mut last = ' ';
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        match (char, rest.peek()) {
            ('\'' | '"', _) => {
                // A doubled quote closes and opens again, which comes to the same.
                if !rest.any(|other| other == char) {
                    return false;
                }
                last = char;
            }
            ('-', Some('-')) => drop(rest.by_ref().find(|char| *char == '\n')),
            ('/', Some('*')) => {
                let mut before = ' ';
                let is_end = |char: char| std::mem::replace(&mut before, char) == '*' && char == '/';
                rest.next();
                if !rest.by_ref().any(is_end) {
                    return false;
                }
            }
            (char, _) if !char.is_whitespace() => last = char,
            _ => {}
        }
    }
    last == ';'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_whole_with_its_semicolon() {
        for whole in [
            "",
            "  ",
            "SELECT 1;",
            "SELECT 1 ; ",
            "SELECT ';\n';",
            "SELECT 'it''s';",
            "SELECT 1; -- done",
            "SELECT /* ; */ 1;",
            "\\d",
            "\\d persons",
            "exit",
            "SELECT 1 -- ; '\n;",
        ] {
            assert!(is_whole(whole), "{whole}");
        }
        for open in
            ["SELECT", "SELECT ';", "SELECT 1 -- ;", "SELECT /* ;", "SELECT /* */", "SELECT \"a;", "SELECT 1; SELECT 2"]
        {
            assert!(!is_whole(open), "{open}");
        }
    }

    #[test]
    fn entries_are_told_apart() {
        let statistic = |name: Option<&str>, from, to, filters: &[(&str, &str)]| Typed::Statistic {
            name: name.map(str::to_owned),
            from,
            to,
            filters: filters.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect(),
        };
        for (entry, typed) in [
            ("  ", Typed::Blank),
            ("SELECT 1\n;", Typed::Statement("SELECT 1".into())),
            ("EXIT;", Typed::Quit),
            ("\\q", Typed::Quit),
            ("\\?", Typed::Help),
            ("\\d", Typed::Describe(None)),
            ("\\d persons;", Typed::Describe(Some("persons".into()))),
            ("\\f JSON", Typed::Format(Format::Json)),
            ("\\o two words.csv", Typed::Output("two words.csv".into())),
            ("\\r", Typed::Refresh),
            ("\\s", statistic(None, None, None, &[])),
            ("\\s routes from=2018 gender=woman", statistic(Some("routes"), Some(2018), None, &[("gender", "woman")])),
        ] {
            assert_eq!(read(entry), Ok(typed), "{entry}");
        }
        for wrong in ["\\x", "\\q now", "\\f xml", "\\o", "\\s routes from=early", "\\s routes women", "\\"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
