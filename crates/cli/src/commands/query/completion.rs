//! Completion of names at the prompt, and the wait for the semicolon.

use std::collections::BTreeSet;

use anyhow::Result;
use panoh_dictionary::Dictionary;
use panoh_warehouse::{Comment, comments, statistics};
use rustyline::completion::{Completer, Pair};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper, Highlighter, Hinter};

use super::typed;

/// Words that a statement is made of.
const WORDS: &[&str] = &[
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP BY",
    "ORDER BY",
    "HAVING",
    "LIMIT",
    "JOIN",
    "LEFT JOIN",
    "ON",
    "USING",
    "AND",
    "OR",
    "NOT",
    "NULL",
    "IS NULL",
    "IS NOT NULL",
    "IN",
    "BETWEEN",
    "LIKE",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "AS",
    "DISTINCT",
    "UNION ALL",
    "WITH",
    "DESC",
    "count(",
    "count(DISTINCT ",
    "sum(",
    "avg(",
    "min(",
    "max(",
    "unnest(",
    "coalesce(",
    "array_has(",
    "EXPLAIN",
    "DESCRIBE",
    "SHOW TABLES",
];

/// What the prompt knows of names.
#[derive(Helper, Hinter, Highlighter)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// Views, tables, columns, statistics and SQL.
    pub(super) fn of(dictionary: &Dictionary) -> Result<Names> {
        let mut names: BTreeSet<String> = WORDS.iter().map(|word| (*word).to_owned()).collect();
        for Comment { schema, table, column, .. } in comments(dictionary)? {
            let table = if schema == "public" { table } else { format!("{schema}.{table}") };
            names.insert(column.unwrap_or(table));
        }
        names.extend(statistics()?.into_iter().map(|statistic| statistic.name));
        Ok(Names(names))
    }

    /// Names that begin as the word before the cursor does, and where that begins.
    fn fitting(&self, line: &str, position: usize) -> (usize, Vec<&str>) {
        let before = &line[..position];
        let is_part = |char: char| char.is_alphanumeric() || char == '_' || char == '.';
        let start = before
            .rfind(|char| !is_part(char))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let begun = before[start..].to_lowercase();
        if begun.is_empty() {
            return (start, vec![]);
        }
        (start, self.0.iter().map(String::as_str).filter(|name| name.to_lowercase().starts_with(&begun)).collect())
    }
}

impl Completer for Names {
    type Candidate = Pair;

    fn complete(&self, line: &str, position: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, names) = self.fitting(line, position);
        let pair = |name: &str| Pair { display: name.trim().to_owned(), replacement: name.to_owned() };
        Ok((start, names.into_iter().map(pair).collect()))
    }
}

impl Validator for Names {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let is_whole = typed::is_whole(context.input());
        Ok(if is_whole { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_from_the_word_before_the_cursor() {
        let names = Names(["persons", "person", "purposes", "stored.cases", "GROUP BY"].map(str::to_owned).into());
        for (line, start, expected) in [
            ("SELECT per", 7, vec!["person", "persons"]),
            ("SELECT * FROM PUR", 14, vec!["purposes"]),
            ("SELECT * FROM stored.c", 14, vec!["stored.cases"]),
            ("SELECT 'ё', gr", 13, vec!["GROUP BY"]),
            ("SELECT ", 7, vec![]),
            ("\\d purp", 3, vec!["purposes"]),
        ] {
            assert_eq!(names.fitting(line, line.len()), (start, expected), "{line}");
        }
    }
}
