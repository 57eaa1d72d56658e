//! What an officer says about a person who is to be erased: read from a file or asked for, checked, and sealed. Nothing of
//! it is ever shown again, in no error either.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use anyhow::Result;
use panoh_custody::{SendersRecord, Whom};
use panoh_dictionary::{Accept, Dictionary, Does, Identity as Identifies, Source};
use panoh_identity::{BirthDate, Identity, LinkKeys, Population, Pseudonym, Sealer, Sex};

use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::output::note;

/// What may be said about a person, and how it is asked for.
const FIELDS: [(&str, &str); 12] = [
    ("document", "Number of an identity document"),
    ("document_country", "Country that issued it, three letters (TJK)"),
    ("full_name", "Full name, if it is not known which part is which"),
    ("given_name", "Given name"),
    ("family_name", "Family name"),
    ("father_name", "Father's name"),
    ("birth_date", "Birth date (YYYY-MM-DD, YYYY-MM or YYYY)"),
    ("sex", "Sex (female or male)"),
    ("population", "Among victims or suspects [victims]"),
    ("source", "If a record id is known: the mapping that its export was loaded by"),
    ("record", "The record id, as in that export"),
    ("pseudonym", "Or the pseudonym, from the column person of a query"),
];

/// The fields that link keys are made of.
const LINKING: [&str; 8] =
    ["document", "document_country", "full_name", "given_name", "family_name", "father_name", "birth_date", "sex"];

/// What was said about a person, in the order of [`FIELDS`]. It has no `Debug`, and no error shows a part of it.
#[derive(Default)]
pub(super) struct Said([Option<String>; FIELDS.len()]);

impl Said {
    /// From a TOML file, which must not lie in the home: the home would then hold the identity itself.
    pub(super) fn read(file: &Path, home: &Home) -> Result<Said> {
        let usage = |problem: String| Failure::new(Code::Usage, format!("{}: {problem}", file.display()));
        let place = file.canonicalize().map_err(|e| usage(format!("cannot be read: {e}")))?;
        if home.root().canonicalize().is_ok_and(|root| place.starts_with(root)) {
            return Err(
                usage("the file is inside the home folder; move it out, it says who the person is".into()).into()
            );
        }
        let text = std::fs::read_to_string(&place).map_err(|e| usage(format!("cannot be read: {e}")))?;
        Ok(Said::parse(&text).map_err(usage)?)
    }

    /// Says what is wrong by line and field; the parser's own message would show what stands there.
    fn parse(text: &str) -> Result<Said, String> {
        let parsed: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start).min(text.len());
            let line = text.get(..at).map_or(1, |before| before.split('\n').count());
            format!("line {line} is no TOML; write lines such as given_name = \"…\"")
        })?;
        let mut said = Said::default();
        for (name, value) in parsed {
            let Some(field) = FIELDS.iter().position(|(known, _)| *known == name) else {
                let known = FIELDS.map(|(known, _)| known).join(", ");
                return Err(format!("a field is not known; there are {known}"));
            };
            said.0[field] = Some(match value {
                toml::Value::String(text) => text,
                // A date or a year may stand without quotes.
                toml::Value::Datetime(date) => date.to_string(),
                toml::Value::Integer(number) => number.to_string(),
                _ => return Err(format!("{name} must be a text")),
            });
        }
        Ok(said)
    }

    /// Field by field on the terminal.
    pub(super) fn ask() -> Result<Said> {
        if !std::io::stdin().is_terminal() {
            let message = "who is to be erased is asked on a terminal and there is none; name a file with --from";
            return Err(Failure::new(Code::Usage, message).into());
        }
        note(
            "Who is to be erased? Leave empty what is not known. Ctrl-C ends it; nothing is changed before the last answer.",
        );
        let mut said = Said::default();
        for (field, (_, question)) in FIELDS.iter().enumerate() {
            said.0[field] = Some(answer(question)?);
        }
        let sure = answer("This cannot be undone. Write erase to go on")?;
        if sure.trim() != "erase" {
            return Err(Failure::new(Code::Usage, "nothing was changed").into());
        }
        Ok(said)
    }

    fn get(&self, name: &str) -> Option<&str> {
        let field = FIELDS.iter().position(|(known, _)| *known == name)?;
        self.0[field].as_deref().map(str::trim).filter(|text| !text.is_empty())
    }

    /// The person who is meant.
    pub(super) fn seal(&self, sealer: &Sealer, words: &Dictionary) -> Result<Whom> {
        let record = self.record(sealer, words)?;
        let person = self.get("pseudonym").map(|digits| {
            Pseudonym::of_digits(digits).ok_or_else(|| usage("pseudonym must be the 32 hexadecimal digits of a person"))
        });
        let person = person.transpose()?;
        let keys = self.keys(sealer, words)?;
        if keys.is_empty() {
            if record.is_none() && person.is_none() {
                return Err(usage(TOO_LITTLE).into());
            }
            if LINKING.iter().any(|name| self.get(name).is_some()) {
                note(
                    "Document and names say too little to tell one person. They are left aside; rows are looked for by \
                     record id or pseudonym alone.",
                );
            }
        }
        Ok(Whom { keys: Some(keys).filter(|keys| !keys.is_empty()), record, person })
    }

    /// The sender's record that was named.
    fn record(&self, sealer: &Sealer, words: &Dictionary) -> Result<Option<SendersRecord>> {
        let (named, id) = match (self.get("source"), self.get("record")) {
            (None, None) => return Ok(None),
            (Some(named), Some(id)) => (named, id),
            _ => return Err(usage("source and record belong together: give both or neither").into()),
        };
        let source = source(named, words)?;
        let has_id = |column: &panoh_dictionary::SourceColumn| {
            matches!(column.does, Does::Identity(Identifies::RecordId { .. }))
        };
        if words.table(&source.table).is_none_or(|table| table.population.is_none()) {
            return Err(usage("the rows of this source are about nobody").into());
        }
        if !source.columns.iter().any(has_id) {
            return Err(usage(NO_IDS).into());
        }
        Ok(SendersRecord::seal(sealer, &source.name, id))
    }

    /// The link keys of the person; none in them when too little was said.
    fn keys(&self, sealer: &Sealer, words: &Dictionary) -> Result<LinkKeys> {
        let country = self.get("document_country").map(|word| {
            let ways = [Accept::Code, Accept::Alias, Accept::En, Accept::Ru, Accept::Tg, Accept::Names];
            let found = words.list("country").and_then(|list| list.by_word(&ways, word));
            found
                .map(|country| country.code.as_str())
                .ok_or_else(|| usage("document_country is no country that is known"))
        });
        let country = country.transpose()?;
        let identity = Identity {
            document: self.get("document"),
            document_country: country,
            full_name: self.get("full_name"),
            given_name: self.get("given_name"),
            family_name: self.get("family_name"),
            father_name: self.get("father_name"),
            birth: self.get("birth_date").map(birth).transpose().map_err(usage)?,
            sex: match self.get("sex") {
                None => None,
                Some("female") => Some(Sex::Female),
                Some("male") => Some(Sex::Male),
                Some(_) => return Err(usage("sex must be female or male").into()),
            },
        };
        let population = match self.get("population") {
            None | Some("victims") => Population::Victims,
            Some("suspects") => Population::Suspects,
            Some(_) => return Err(usage("population must be victims or suspects").into()),
        };
        Ok(sealer.seal(&identity, population))
    }
}

const TOO_LITTLE: &str = "this says too little to tell one person: give the number of a document, or given and family name with \
                          the full birth date. A birth date of 1 January and a number such as 1234567 stand for “not known” \
                          in many registers and tell nobody apart; with them give the father's name too. A person of whom no \
                          more is known is one row: give source and record, or pseudonym. Nothing was changed";

const NO_IDS: &str = "the rows of this source carry no record id, so a row can only be found by its pseudonym: find the row \
                      with a query, such as SELECT person FROM cases WHERE …, and give pseudonym = \"…\" instead of source \
                      and record. Nothing was changed";

fn usage(message: impl Into<String>) -> Failure {
    Failure::new(Code::Usage, message)
}

/// The mapping of this name, or in this file. What was written is not shown: it may stand in the wrong field.
fn source(named: &str, words: &Dictionary) -> Result<Source> {
    if let Some(source) = words.source(named) {
        return Ok(source.clone());
    }
    if Path::new(named).extension().is_some_and(|ending| ending == "toml") {
        let text =
            std::fs::read_to_string(named).map_err(|e| usage(format!("source: the mapping cannot be read: {e}")))?;
        return Ok(words.parse_source("source", &text).map_err(|e| usage(e.to_string()))?);
    }
    let names: Vec<_> = words.sources().iter().map(|source| source.name.as_str()).collect();
    let message = format!(
        "source is no mapping that is known; there are {}. Of a mapping of your own give the TOML file. Nothing was changed",
        names.join(", ")
    );
    Err(usage(message).into())
}

/// One line from the terminal.
fn answer(question: &str) -> Result<String> {
    let mut error = std::io::stderr();
    write!(error, "{question}: ")?;
    error.flush()?;
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(Failure::new(Code::Usage, "the answers ended; nothing was changed").into());
    }
    Ok(line.trim().to_owned())
}

/// A date of birth as far as it is known.
fn birth(text: &str) -> Result<BirthDate, &'static str> {
    const WRONG: &str = "birth_date must be YYYY-MM-DD, YYYY-MM or YYYY";
    let mut parts = text.split('-');
    let mut number = |digits: usize| {
        let Some(part) = parts.next() else { return Ok(None) };
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse::<i16>().ok()).flatten().map(Some).ok_or(WRONG)
    };
    let (year, month, day) = (number(4)?.ok_or(WRONG)?, number(2)?, number(2)?);
    let day = day.map(|day| u8::try_from(day).map_err(|_| WRONG)).transpose()?;
    let month = month.map(|month| u8::try_from(month).map_err(|_| WRONG)).transpose()?;
    let whole = |of: u8| i8::try_from(of).unwrap_or(0);
    let is_date = jiff::civil::Date::new(year, whole(month.unwrap_or(1)), whole(day.unwrap_or(1))).is_ok();
    if parts.next().is_some() || !is_date {
        return Err(WRONG);
    }
    Ok(BirthDate { year, month, day })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_who_in_any_of_these_ways() {
        for text in [
            "document = \"A4071536\"",
            "given_name = \"Ҷамшед\"\nfamily_name = \"Раҳмонов\"\nbirth_date = \"1985-03-09\"\nsex = \"male\"",
            "full_name = \"Раҳмонов Ҷамшед\"\nbirth_date = 1985-03-09\npopulation = \"suspects\"",
            "source = \"mission-en\"\nrecord = 17",
            "pseudonym = \"0123456789abcdef0123456789abcdef\"",
        ] {
            let said = Said::parse(text).expect(text);
            assert!(FIELDS.iter().any(|(name, _)| said.get(name).is_some()));
        }
        let empty = Said::parse("given_name = \"  \"").expect("read");
        assert_eq!(empty.get("given_name"), None);
    }

    #[test]
    fn what_is_wrong_is_told_without_showing_it() {
        let cases = [
            ("given_name = \"Planted\nfamily_name = \"x\"", "line 1"),
            ("given_name = \"x\"\nPlanted", "line 2"),
            ("Planted = \"x\"", "a field is not known"),
            ("given_name = [\"Planted\"]", "given_name"),
        ];
        for (text, says) in cases {
            let refused = Said::parse(text).err().expect(text);
            assert!(refused.contains(says) && !refused.contains("Planted"), "{refused}");
        }
    }

    #[test]
    fn what_does_not_name_a_record_or_a_person_is_refused_without_showing_it() {
        let words = Dictionary::builtin().expect("sound");
        let folder = tempfile::tempdir().expect("a folder");
        let key = panoh_identity::KeyFile::create(&folder.path().join("a.key"), None).expect("a key");
        let sealer = key.key().sealer();
        let seal = |text: &str| Said::parse(text).expect(text).seal(&sealer, &words);
        for (text, says) in [
            ("record = \"Planted\"", "source and record"),
            ("source = \"mission-en\"", "source and record"),
            ("source = \"Planted\"\nrecord = 17", "mission-en, ngo-assistance"),
            ("source = \"Planted.toml\"\nrecord = 17", "cannot be read"),
            ("source = \"htcds\"\nrecord = \"Planted\"", "pseudonym = "),
            ("source = \"activities\"\nrecord = \"Planted\"", "nobody"),
            ("pseudonym = \"Planted\"", "32 hexadecimal digits"),
            ("given_name = \"Planted\"", "give source and record, or pseudonym"),
        ] {
            let refused = seal(text).expect_err(text).to_string();
            assert!(refused.contains(says) && !refused.contains("Planted"), "{text}: {refused}");
        }
        let whom = seal("given_name = \"Planted\"\nsource = \"mission-en\"\nrecord = 17").expect("a record");
        assert!(whom.keys.is_none() && whom.record.is_some());
        let whom = seal("document = \"A4071536\"\npseudonym = \"0123456789abcdef0123456789ABCDEF\"").expect("both");
        assert!(whom.keys.is_some() && whom.person.is_some());
    }

    #[test]
    fn dates_of_birth_are_as_full_as_they_are_known() {
        let date = |year, month, day| BirthDate { year, month, day };
        for (text, expected) in [
            ("1985-03-09", date(1985, Some(3), Some(9))),
            ("1985-03", date(1985, Some(3), None)),
            ("1985", date(1985, None, None)),
        ] {
            assert_eq!(birth(text), Ok(expected), "{text}");
        }
        for text in
            ["", "85", "1985-3-9", "09.03.1985", "1985-13-01", "1985-00-01", "1985-03-32", "1985-03-09-01", "+985"]
        {
            assert!(birth(text).is_err(), "{text}");
        }
    }
}
