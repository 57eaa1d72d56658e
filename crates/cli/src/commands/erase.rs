//! `panoh erase`: deletes a person from a home. Who it is comes from a file or is asked on the terminal and is never an
//! argument, because arguments stand in the shell's history and in the list of processes. What was deleted is told in
//! numbers.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use panoh_custody::{EraseReport, erase};
use panoh_dictionary::{Accept, Dictionary};
use panoh_identity::{BirthDate, Identity, LinkKeys, Population, Sealer, Sex};

use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::output::{counted, json, note, say};
use crate::world::{World, open_stores};

/// Options of `panoh erase`.
#[derive(Debug, Args)]
pub(crate) struct Erase {
    /// TOML file that says who: document, document_country, full_name or given_name, family_name and father_name,
    /// birth_date, sex (female or male), population (victims or suspects) [default: asked on the terminal]
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Print the report as one JSON object
    #[arg(long)]
    json: bool,
}

/// What may be said about a person, and how it is asked for.
const FIELDS: [(&str, &str); 9] = [
    ("document", "Number of an identity document"),
    ("document_country", "Country that issued it, three letters (TJK)"),
    ("full_name", "Full name, if it is not known which part is which"),
    ("given_name", "Given name"),
    ("family_name", "Family name"),
    ("father_name", "Father's name"),
    ("birth_date", "Birth date (YYYY-MM-DD, YYYY-MM or YYYY)"),
    ("sex", "Sex (female or male)"),
    ("population", "Among victims or suspects [victims]"),
];

pub(crate) async fn run(options: &Erase, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    let said = match &options.from {
        Some(file) => Said::read(file, &home)?,
        None => Said::ask()?,
    };
    let mut opened = open_stores(&home, world).await?;
    if opened.stores.recovered().erased {
        note("An erasure that was cut off before has been finished now.");
    }
    let keys = said.seal(&opened.sealer, &world.dictionary()?)?;
    drop(said);
    let report = erase(&mut opened.stores, &keys, &opened.sealer).await?;
    if options.json {
        json(&report)?;
    } else {
        print(&report)?;
    }
    if let Some(file) = &options.from {
        note(format!("Delete {} now: it says who the person is.", file.display()));
    }
    Ok(Code::Ok)
}

fn print(report: &EraseReport) -> Result<()> {
    if report.pseudonyms == 0 {
        return say("nobody like this is known; rows of a later export that say the same will be left out");
    }
    say(format!("{} erased, with {}", counted(report.persons, "person"), counted(report.pseudonyms, "pseudonym")))?;
    for (table, rows) in &report.rows {
        say(format!("  {table}: {} deleted", counted(*rows, "row")))?;
    }
    let (tables, reports) = (counted(report.tables.len() as u64, "table"), counted(report.reports, "report"));
    say(format!("  {tables} built anew without old versions, {reports} of refused rows removed"))?;
    say(format!("  {} keep a later export from bringing the person back", counted(report.tombstones, "tombstone")))?;
    note(format!("Earlier versions of these tables cannot be asked any more. Releases already published stay: {STAY}"));
    Ok(())
}

/// Why a published release is not called back.
const STAY: &str = "they hold noisy counts of which no one person is a readable part, and copies are in other hands";

/// What was said about a person, in the order of [`FIELDS`]. It has no `Debug`, and no error shows a part of it.
#[derive(Default)]
struct Said([Option<String>; FIELDS.len()]);

impl Said {
    /// From a TOML file, which must not lie in the home: the home would then hold the identity itself.
    fn read(file: &Path, home: &Home) -> Result<Said> {
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
    fn ask() -> Result<Said> {
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

    /// The link keys of the person who is meant.
    fn seal(&self, sealer: &Sealer, words: &Dictionary) -> Result<LinkKeys> {
        let usage = |message: &str| Failure::new(Code::Usage, message);
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
        let keys = sealer.seal(&identity, population);
        if keys.is_empty() {
            return Err(usage(
                "this says too little to tell one person: give the number of a document, or given and family name with \
                 the full birth date. A birth date of 1 January and a number such as 1234567 stand for “not known” in many \
                 registers and tell nobody apart; with them give the father's name too. Nothing was changed",
            )
            .into());
        }
        Ok(keys)
    }
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
