//! Writes a proposal as the TOML of a source mapping, ready to be read by a person and loaded by the dictionary.

use std::fmt::Write;

use panoh_dictionary::{Absence, PlacePart};

use super::propose::{Proposed, Sure, Verb};

/// What the file says beside its columns.
pub(crate) struct Frame<'a> {
    /// Name of the mapping.
    pub(crate) name: &'a str,
    pub(crate) table: &'a str,
    /// Row of the names, counted from 1.
    pub(crate) header_row: u32,
    /// Encoding of a text file that is not UTF-8.
    pub(crate) encoding: Option<&'a str>,
    /// Sheet of a workbook.
    pub(crate) sheet: Option<&'a str>,
}

/// The mapping as TOML.
pub(crate) fn mapping(frame: &Frame<'_>, columns: &[(Option<&str>, &Proposed)]) -> String {
    let mut text = String::new();
    head(&mut text, frame);
    places(&mut text, columns);
    ages(&mut text, columns);
    line(&mut text, "[columns]");
    let linked = columns.iter().any(|(_, proposed)| matches!(proposed.verb, Verb::Identity { .. }));
    for (name, proposed) in columns {
        let remark = match proposed.sure {
            Sure::Sure => "sure",
            Sure::Likely => "likely, check",
            Sure::Guess => "a guess, check",
            Sure::Unknown => "not recognised, decide",
        };
        let does = verb(&proposed.verb, linked);
        match name {
            Some(name) => line(&mut text, &format!("{} = {{ {does} }} # {remark}: {}", quoted(name), proposed.why)),
            None => line(
                &mut text,
                "# \"…\" = { drop = \"…\" } # a column whose name is not shown, because it may be a cell; write it yourself",
            ),
        }
    }
    text
}

/// What a verb does, in a few words.
pub(crate) fn short(proposed: &Verb) -> String {
    match proposed {
        Verb::Drop(what) => format!("drop: {what}"),
        Verb::Ignore(why) => format!("ignore: {why}"),
        Verb::Consent => "consent".into(),
        Verb::Identity { field, .. } => format!("identity: {field}"),
        Verb::Year { target } => format!("year: {target}"),
        Verb::Date { year, month, .. } => {
            let targets: Vec<&str> = year.iter().chain(month).map(String::as_str).collect();
            format!("date: {}", targets.join(", "))
        }
        Verb::Age { target } => format!("age: {target}"),
        Verb::Code { target, .. } => format!("code: {target}"),
        Verb::Codes { target, .. } => format!("codes: {target}"),
        Verb::Count { target } => format!("count: {target}"),
        Verb::Reference { target } => format!("reference: {target}"),
        Verb::Place { role, part, .. } => {
            format!("place: {role}, {}", if *part == PlacePart::Region { "region" } else { "country" })
        }
    }
}

fn head(text: &mut String, frame: &Frame<'_>) {
    line(text, "# Proposed from names and cells; every line wants a look. Columns that nobody recognised are dropped.");
    line(text, &format!("name = {}", quoted(frame.name)));
    line(text, "title = \"what this export is and who makes it\"");
    line(text, "# The table is a guess from the names of the columns; `inspect --table` proposes for another one.");
    line(text, &format!("table = {}", quoted(frame.table)));
    line(text, r#"accept = ["code", "alias", "htcds", "ctdc", "en", "ru", "tg", "names"]"#);
    let mut file = Vec::new();
    file.extend(frame.encoding.map(|encoding| format!("encoding = {}", quoted(encoding))));
    file.extend(frame.sheet.map(|sheet| format!("sheet = [{}]", quoted(sheet))));
    file.extend((frame.header_row > 1).then(|| format!("header_row = {}", frame.header_row)));
    if !file.is_empty() {
        line(text, "\n[file]");
        for said in file {
            line(text, &said);
        }
    }
    text.push('\n');
}

fn places(text: &mut String, columns: &[(Option<&str>, &Proposed)]) {
    let mut seen = Vec::new();
    for (_, proposed) in columns {
        if let Verb::Place { role, .. } = &proposed.verb
            && !seen.contains(role)
        {
            line(
                text,
                &format!("[places.{role}]\nrole = {}\nbasis = \"recorded\" # or proxy, or intended\n", quoted(role)),
            );
            seen.push(role.clone());
        }
    }
}

/// Age follows from birth and registration when both dates are whole.
fn ages(text: &mut String, columns: &[(Option<&str>, &Proposed)]) {
    let whole = |formats: &[String]| formats.iter().all(|format| format.contains("%d"));
    let birth = columns.iter().find_map(|(name, proposed)| match &proposed.verb {
        Verb::Identity { field: "birth_date", formats } if whole(formats) => *name,
        _ => None,
    });
    let at = columns.iter().find_map(|(name, proposed)| match &proposed.verb {
        Verb::Date { year: Some(_), formats, .. } if whole(formats) => *name,
        _ => None,
    });
    let taken = |target: &str| columns.iter().any(|(_, proposed)| fills(&proposed.verb, target));
    let targets: Vec<String> =
        ["age_band", "majority"].into_iter().filter(|target| !taken(target)).map(quoted).collect();
    if let (Some(birth), Some(at), false) = (birth, at, targets.is_empty()) {
        let (birth, at) = (quoted(birth), quoted(at));
        line(text, &format!("[age]\nbirth = {birth}\nat = {at}\ntargets = [{}]\n", targets.join(", ")));
    }
}

fn fills(verb: &Verb, wanted: &str) -> bool {
    matches!(verb, Verb::Age { target } | Verb::Code { target, .. } if target == wanted)
}

fn verb(verb: &Verb, linked: bool) -> String {
    match verb {
        Verb::Drop(what) => format!("drop = {}", quoted(what)),
        Verb::Ignore(why) => format!("ignore = {}", quoted(why)),
        Verb::Consent => r#"consent = ["Yes", "TRUE", "1", "Да", "Ҳа"]"#.into(),
        Verb::Identity { field, formats } if formats.is_empty() => format!("identity = {}", quoted(field)),
        Verb::Identity { field, formats } => format!("identity = {}, formats = [{}]", quoted(field), list(formats)),
        Verb::Year { target } => format!("year = {}", quoted(target)),
        Verb::Date { year, month, formats } => {
            let parts = [("year", year), ("month", month)];
            let parts: Vec<String> = parts
                .iter()
                .filter_map(|(part, target)| Some(format!("{part} = {}", quoted(target.as_ref()?))))
                .collect();
            format!("date = {{ {} }}, formats = [{}]", parts.join(", "), list(formats))
        }
        Verb::Age { target } => format!("age = {}", quoted(target)),
        Verb::Code { target, absent } => {
            let sex = if target == "gender" && linked { r#", sex = { woman = "female", man = "male" }"# } else { "" };
            format!("code = {}{sex}{}", quoted(target), absences(absent))
        }
        Verb::Codes { target, separator, absent } => {
            let separator = separator.map(|sign| format!(", separator = {}", quoted(&sign.to_string())));
            format!("codes = {}{}{}", quoted(target), separator.unwrap_or_default(), absences(absent))
        }
        Verb::Count { target } => format!("count = {}", quoted(target)),
        Verb::Reference { target } => format!("reference = {}", quoted(target)),
        Verb::Place { role, part, absent } => {
            let part = if *part == PlacePart::Region { "region" } else { "country" };
            format!("place = {}, part = {}{}", quoted(role), quoted(part), absences(absent))
        }
    }
}

fn absences(absent: &[(String, Absence)]) -> String {
    let mut text = String::new();
    for absence in Absence::ALL {
        let words: Vec<String> = absent.iter().filter(|(_, of)| *of == absence).map(|(word, _)| word.clone()).collect();
        if !words.is_empty() {
            write!(text, ", {} = [{}]", absence.code(), list(&words)).expect("a String takes everything");
        }
    }
    text
}

fn list(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", ")
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            control if control.is_control() => {
                write!(quoted, "\\u{:04X}", u32::from(control)).expect("a String takes everything");
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}

fn line(text: &mut String, said: &str) {
    text.push_str(said);
    text.push('\n');
}
