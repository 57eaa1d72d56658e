//! A statement without anything that a person could be found by, for the audit log.
//!
//! The log outlives an erasure, so no pseudonym may stand in it. Literals are not enough: a pseudonym can be typed where a
//! name is expected. Only words of SQL and names of this warehouse stay; literals become `?`, every other name `_`.

use std::collections::HashSet;

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

/// Most characters that are kept.
const LONGEST: usize = 4000;

/// The statement with `?` for every literal and `_` for every name that is not one of `names`. Empty when it cannot be
/// taken apart.
pub(crate) fn shape(sql: &str, names: &HashSet<String>) -> String {
    let Ok(tokens) = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize() else { return String::new() };
    let mut text = String::with_capacity(sql.len().min(LONGEST));
    for token in &tokens {
        match token {
            Token::Whitespace(_) if text.ends_with(' ') || text.is_empty() => {}
            Token::Whitespace(_) => text.push(' '),
            Token::Word(word) if word.quote_style.is_none() && word.keyword != Keyword::NoKeyword => {
                text.push_str(&word.value);
            }
            Token::Word(word) if names.contains(&word.value.to_ascii_lowercase()) => text.push_str(&word.value),
            Token::Word(_) => text.push('_'),
            Token::Placeholder(name) if name.strip_prefix('$').is_some_and(is_short_number) => text.push_str(name),
            sign if is_sign(sign) => text.push_str(&sign.to_string()),
            _ => text.push('?'),
        }
        if text.len() > LONGEST {
            text.push('…');
            break;
        }
    }
    text.trim_end().to_owned()
}

/// The statement's first word in lower case, when it is a word of SQL.
pub(crate) fn kind(sql: &str) -> String {
    let mut tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize().unwrap_or_default().into_iter();
    match tokens.find(|token| !matches!(token, Token::Whitespace(_) | Token::LParen)) {
        Some(Token::Word(word)) if word.keyword != Keyword::NoKeyword => word.value.to_ascii_lowercase(),
        _ => "unknown".to_owned(),
    }
}

fn is_short_number(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_sign(token: &Token) -> bool {
    matches!(
        token,
        Token::Comma
            | Token::DoubleEq
            | Token::Eq
            | Token::Neq
            | Token::Lt
            | Token::Gt
            | Token::LtEq
            | Token::GtEq
            | Token::Plus
            | Token::Minus
            | Token::Mul
            | Token::Div
            | Token::Mod
            | Token::StringConcat
            | Token::LParen
            | Token::RParen
            | Token::Period
            | Token::Colon
            | Token::DoubleColon
            | Token::SemiColon
            | Token::LBracket
            | Token::RBracket
            | Token::Tilde
            | Token::TildeAsterisk
            | Token::ExclamationMarkTilde
            | Token::ExclamationMarkTildeAsterisk
            | Token::Arrow
            | Token::LongArrow
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sql: &str, wanted: &str) {
        let names = ["cases", "person", "gender"].map(str::to_owned).into_iter().collect();
        assert_eq!(shape(sql, &names), wanted);
    }

    #[test]
    fn keeps_the_words_and_no_value() {
        check(
            "SELECT gender, count(*) FROM cases WHERE person = 'feed0000000000000000000000000001' -- of Ann",
            "SELECT gender, count(*) FROM cases WHERE person = ?",
        );
        check("select 0xfeed, 1.5e3, $$feed$$, E'feed', U&'feed', x'feed'", "select ?, ?, ?, ?, ?, ?");
        check(
            "SELECT gender AS \"feed01\", feed02 FROM cases feed03 /* feed04 */",
            "SELECT gender AS _, _ FROM cases _",
        );
        check(
            "SELECT * FROM cases WHERE person = $1 AND gender = $$x$$",
            "SELECT * FROM cases WHERE person = $1 AND gender = ?",
        );
        check("SELECT \"SELECT\" FROM \"Cases\"", "SELECT _ FROM \"Cases\"".replace('"', "").as_str());
        check("SELECT 'unclosed", "");
    }

    #[test]
    fn keeps_no_digit_of_a_pseudonym_however_it_is_written() {
        let names = HashSet::from(["person".to_owned()]);
        for sql in [
            "SELECT feed0000000000000000000000000001",
            "SELECT \"feed0000000000000000000000000001\"",
            "SELECT 0feed000000000000000000000000001",
            "SELECT person.feed0000000000000000000000000001",
            "SELECT $feed0000000000000000000000000001",
            "SELECT :feed0000000000000000000000000001",
            "SELECT @feed0000000000000000000000000001",
            "COPY feed0000000000000000000000000001 TO 'feed0000000000000000000000000001'",
        ] {
            let left = shape(sql, &names);
            assert!(!left.contains("feed") && !left.contains("0000"), "{sql} left {left}");
        }
    }

    #[test]
    fn names_the_kind() {
        assert_eq!(kind(" -- x\n(SELECT 1)"), "select");
        assert_eq!(kind("feed00"), "unknown");
        assert_eq!(kind(""), "unknown");
    }
}
