//! Reads what a mapping does with one column of the export, and checks it against table and code lists.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;

use crate::code::{CodeList, Standard};
use crate::error::{DictionaryError, Problem};
use crate::files::is_name;
use crate::raw_column::{RawColumn, RawPart, RawSex, Verb};
use crate::raw_source::{OneOrMore, in_order};
use crate::read_file::{bad_cell, not_blank};
use crate::read_sources::{Scope, bad_target, known_code, wrong_kind};
use crate::source::{CodeRule, Does, PlacePart, Reference, Sets, Sex, SourceColumn};
use crate::table::Kind;
use crate::words::{Absence, AbsenceWords, Accept, CodeWords, fold};

/// Reads one column. `span` is the place of its header, where most problems are shown.
pub(crate) fn read_column(
    scope: &Scope<'_>,
    header: &str,
    span: &Range<usize>,
    raw: &RawColumn,
) -> Result<SourceColumn, DictionaryError> {
    let here = |problem| scope.text.error(span, problem);
    let (verb_name, verb) = raw.verb(header).map_err(here)?;
    raw.refuse_stray_keys(verb_name).map_err(here)?;
    refuse_optional(raw, &verb).map_err(here)?;
    let absence = absence_words(scope, raw)?;
    let reader = Reader { scope, raw, span, absence: &absence };
    let does = reader.does(&verb)?;
    let also = raw.also.iter().map(|also| also.get_ref().trim().to_owned()).collect();
    let header = header.trim().to_owned();
    Ok(SourceColumn { header, also, optional: raw.optional, required: raw.required, absence, does })
}

// A column that an export may lack cannot be one without which a row is refused.
fn refuse_optional(raw: &RawColumn, verb: &Verb<'_>) -> Result<(), Problem> {
    let (other, why) = match verb {
        _ if !raw.optional => return Ok(()),
        Verb::Consent(_) => {
            ("consent", "an export without the column would be loaded without consent; remove `optional`")
        }
        _ if raw.required => ("required", "an export without the column has no row that could be loaded; keep one"),
        _ => return Ok(()),
    };
    Err(Problem::Contradiction { key: "optional", other, why })
}

// Words of the column replace those of the source, kind by kind.
fn absence_words(scope: &Scope<'_>, raw: &RawColumn) -> Result<AbsenceWords, DictionaryError> {
    let source = scope.raw;
    let kinds = [
        (Absence::Missing, &raw.missing, &source.missing),
        (Absence::Unknown, &raw.unknown, &source.unknown),
        (Absence::NotApplicable, &raw.not_applicable, &source.not_applicable),
        (Absence::Suppressed, &raw.suppressed, &source.suppressed),
    ];
    let mut words: Vec<(String, Absence)> = Vec::new();
    let declared = kinds.into_iter().map(|(absence, own, common)| (absence, own.as_ref().unwrap_or(common)));
    for (absence, said) in declared.flat_map(|(absence, words)| words.iter().map(move |word| (absence, word))) {
        let folded = fold(said.get_ref());
        if let Some(&(_, first)) = words.iter().find(|(word, first)| *word == folded && *first != absence) {
            let word = said.get_ref().clone();
            return Err(scope.text.error(&said.span(), Problem::AbsentWordTwice { word, first, second: absence }));
        }
        words.push((folded, absence));
    }
    Ok(AbsenceWords { words })
}

/// What one column is read with.
pub(crate) struct Reader<'a> {
    pub(crate) scope: &'a Scope<'a>,
    pub(crate) raw: &'a RawColumn,
    span: &'a Range<usize>,
    absence: &'a AbsenceWords,
}

impl Reader<'_> {
    fn does(&self, verb: &Verb<'_>) -> Result<Does, DictionaryError> {
        match verb {
            Verb::Ignore(reason) => Ok(Does::Ignore { reason: self.reason("ignore", reason)? }),
            Verb::Drop(reason) => Ok(Does::Drop { reason: self.reason("drop", reason)? }),
            Verb::RefuseRow(words) => {
                let reason = self.reason("refuse_row", self.raw.reason.as_deref().unwrap_or_default())?;
                Ok(Does::RefuseRow { words: words.iter().map(|word| fold(word)).collect(), reason })
            }
            Verb::Identity(identity) => Ok(Does::Identity(self.identity(*identity)?)),
            Verb::Year(target) => Ok(Does::Year { target: self.of_kind(target, &Kind::Year, "year")? }),
            Verb::Date(date) => self.date(date),
            Verb::Age(target) => {
                let age = self.scope.age_target(target.get_ref());
                Ok(Does::Age(age.map_err(|problem| self.at(&target.span(), problem))?))
            }
            Verb::Code(target) => self.code(target),
            Verb::Codes(target) => self.codes(target),
            Verb::Flag(target) => self.flag(target),
            Verb::Place(place) => self.place(place),
            Verb::Count(target) => self.count(target),
            Verb::Consent(words) => self.consent(words),
            Verb::Reference(target) => Ok(Does::Reference(self.reference(target)?)),
            Verb::SameAs(header) => Ok(Does::SameAs { header: header.get_ref().trim().to_owned() }),
        }
    }

    /// A problem at a place of the mapping.
    pub(crate) fn at(&self, span: &Range<usize>, problem: Problem) -> DictionaryError {
        self.scope.text.error(span, problem)
    }

    /// A problem of the column.
    pub(crate) fn here(&self, problem: Problem) -> DictionaryError {
        self.at(self.span, problem)
    }

    /// A key that the column lacks.
    pub(crate) fn needs(&self, verb: &'static str, key: &'static str, why: &'static str) -> DictionaryError {
        self.here(Problem::NeedsKey { key, verb, why })
    }

    fn reason(&self, verb: &'static str, reason: &str) -> Result<String, DictionaryError> {
        if reason.trim().is_empty() {
            return Err(self.needs(verb, "a reason", "readers of the dictionary must see why nothing is lost"));
        }
        Ok(reason.to_owned())
    }

    /// A target of a kind that has nothing more to say.
    pub(crate) fn of_kind(&self, target: &Spanned<String>, kind: &Kind, name: &str) -> Result<String, DictionaryError> {
        let column = self.scope.target(target.get_ref()).map_err(|problem| self.at(&target.span(), problem))?;
        if column.kind == *kind {
            return Ok(column.name.clone());
        }
        Err(self.at(&target.span(), wrong_kind(&column.name, name)))
    }

    fn code(&self, target: &Spanned<String>) -> Result<Does, DictionaryError> {
        let list = self.scope.code_target(target.get_ref()).map_err(|problem| self.at(&target.span(), problem))?;
        let words = self.words(list, false, true)?;
        let mut sets = Vec::new();
        for (other, span, codes) in self.raw.sets.iter().flat_map(in_order) {
            let to_list = self.scope.code_target(other).map_err(|problem| self.at(&span, problem))?;
            let mut read = Vec::new();
            for (from, span, to) in in_order(codes) {
                known_code(list, from, true).map_err(|problem| self.at(&span, problem))?;
                known_code(to_list, to.get_ref(), true).map_err(|problem| self.at(&to.span(), problem))?;
                read.push((from.to_owned(), to.get_ref().clone()));
            }
            sets.push(Sets { target: other.to_owned(), codes: read });
        }
        let mut sex = Vec::new();
        for (code, span, said) in self.raw.sex.iter().flat_map(in_order) {
            known_code(list, code, false).map_err(|problem| self.at(&span, problem))?;
            let said = match said {
                RawSex::Female => Sex::Female,
                RawSex::Male => Sex::Male,
            };
            sex.push((code.to_owned(), said));
        }
        if !sex.is_empty() && self.scope.table.population.is_none() {
            return Err(self.here(bad_target(&self.scope.table.name, "is about no person; remove `sex`")));
        }
        Ok(Does::Code(CodeRule { target: target.get_ref().clone(), words, sets, sex }))
    }

    fn codes(&self, target: &Spanned<String>) -> Result<Does, DictionaryError> {
        let column = self.scope.target(target.get_ref()).map_err(|problem| self.at(&target.span(), problem))?;
        let Kind::Codes { list } = &column.kind else {
            return Err(self.at(&target.span(), wrong_kind(&column.name, "codes")));
        };
        let list = self.scope.list(list).map_err(|problem| self.here(problem))?;
        let separator = self.scope.separator(self.raw.separator.as_ref())?;
        let words = self.words(list, true, true)?;
        let words = match separator {
            Some(separator) => words.split_at(separator, self.absence),
            None => words,
        };
        Ok(Does::Codes { target: column.name.clone(), separator, words })
    }

    fn flag(&self, target: &Spanned<String>) -> Result<Does, DictionaryError> {
        let column = self.scope.target(target.get_ref()).map_err(|problem| self.at(&target.span(), problem))?;
        let (list, many) = match &column.kind {
            Kind::Code { list } => (list, false),
            Kind::Codes { list } => (list, true),
            _ => return Err(self.at(&target.span(), wrong_kind(&column.name, "code` or `codes"))),
        };
        let list = self.scope.list(list).map_err(|problem| self.here(problem))?;
        let codes = |said: &Option<Vec<Spanned<String>>>| {
            let said = said.as_deref().unwrap_or_default();
            for code in said {
                known_code(list, code.get_ref(), true).map_err(|problem| self.at(&code.span(), problem))?;
            }
            Ok::<Vec<String>, DictionaryError>(said.iter().map(|code| code.get_ref().clone()).collect())
        };
        let (on, off) = (codes(&self.raw.on)?, codes(&self.raw.off)?);
        if on.is_empty() {
            return Err(self.needs("flag", "on", "it names the codes that a true word stands for"));
        }
        if !many && (on.len() != 1 || off.len() != 1) {
            return Err(self.needs("flag", "one code in on, one in off", "the column holds one code"));
        }
        let (true_words, false_words) = self.flag_words()?;
        Ok(Does::Flag { target: column.name.clone(), on, off, true_words, false_words })
    }

    fn flag_words(&self) -> Result<(Vec<String>, Vec<String>), DictionaryError> {
        let common = &self.scope.raw.flags;
        let folded = |own: &Option<Vec<String>>, common: &Vec<String>| {
            own.as_ref().unwrap_or(common).iter().map(|word| fold(word)).collect::<Vec<_>>()
        };
        let yes = folded(&self.raw.true_words, &common.true_words);
        let no = folded(&self.raw.false_words, &common.false_words);
        if yes.is_empty() {
            return Err(self.needs("flag", "true", "write the words for yes here or under [flags]"));
        }
        for (word, absence) in &self.absence.words {
            if yes.contains(word) || no.contains(word) {
                return Err(self.absent_word(word, *absence, if yes.contains(word) { "true" } else { "false" }));
            }
        }
        match yes.iter().find(|word| no.contains(word)) {
            Some(word) => Err(self.here(Problem::WordTwice { word: word.clone(), code: "true".to_owned() })),
            None => Ok((yes, no)),
        }
    }

    fn place(&self, name: &Spanned<String>) -> Result<Does, DictionaryError> {
        let places = &self.scope.places;
        let place = places
            .iter()
            .position(|place| place.name == *name.get_ref())
            .ok_or_else(|| self.at(&name.span(), Problem::Nowhere { what: "place", name: name.get_ref().clone() }))?;
        let (part, list) = match self.raw.part {
            None => return Err(self.needs("place", "part", "write role, country or region")),
            Some(RawPart::Role) => (PlacePart::Role, "place_role"),
            Some(RawPart::Country) => (PlacePart::Country, "country"),
            Some(RawPart::Region) => (PlacePart::Region, "region"),
        };
        if !self.scope.table.columns.iter().any(|column| column.kind == Kind::Places) {
            let column = self.scope.table.name.clone();
            return Err(self.here(bad_target(&column, "has no journey; remove `place`")));
        }
        let list = self.scope.list(list).map_err(|problem| self.here(problem))?;
        // A stop needs to have happened in some way: its role cannot be unknown.
        let words = self.words(list, false, part != PlacePart::Role)?;
        Ok(Does::Place { place, part, words })
    }

    fn count(&self, target: &Spanned<String>) -> Result<Does, DictionaryError> {
        let number = self.scope.number(target.get_ref());
        let (target, state) = number.map_err(|problem| self.at(&target.span(), problem))?;
        let mut thousands = Vec::new();
        for said in self.raw.thousands.iter().flatten() {
            let sign = said.get_ref().parse::<char>().ok();
            let sign = sign.map(|sign| if sign.is_whitespace() { ' ' } else { sign });
            let Some(sign) = sign.filter(|sign| [',', '.', '\'', '’', '_', ' '].contains(sign)) else {
                let remedy = "write a comma, a dot, a quote, a low line or a blank";
                return Err(self.at(&said.span(), bad_cell("thousands", said.get_ref(), remedy)));
            };
            thousands.push(sign);
        }
        let largest = match &self.raw.largest {
            Some(said) if *said.get_ref() < 1 => {
                let remedy = "write the largest number that can be right";
                return Err(self.at(&said.span(), bad_cell("largest", &said.get_ref().to_string(), remedy)));
            }
            said => said.as_ref().map(|said| *said.get_ref()),
        };
        Ok(Does::Count { target, state, thousands, largest })
    }

    fn consent(&self, words: &[String]) -> Result<Does, DictionaryError> {
        if words.is_empty() {
            return Err(self.needs("consent", "words", "a row is loaded only when the cell holds one of them"));
        }
        let read = |word: &String| Ok(fold(not_blank("consent", word).map_err(|problem| self.here(problem))?));
        Ok(Does::Consent { words: words.iter().map(read).collect::<Result<_, DictionaryError>>()? })
    }

    /// Where a number goes as a digest, and whose number it is.
    pub(crate) fn reference(&self, target: &Spanned<String>) -> Result<Reference, DictionaryError> {
        let target = self.of_kind(target, &Kind::Reference, "reference")?;
        let register = match &self.raw.register {
            None => self.scope.raw.name.get_ref().clone(),
            Some(said) if is_name(said.get_ref(), '-') => said.get_ref().clone(),
            Some(said) => return Err(self.at(&said.span(), Problem::BadName(said.get_ref().clone(), "-"))),
        };
        Ok(Reference { target, register })
    }

    /// How the words of the column become codes: own translations, and the ways of writing that are accepted.
    pub(crate) fn words(
        &self,
        list: &Arc<CodeList>,
        many: bool,
        or_absence: bool,
    ) -> Result<CodeWords, DictionaryError> {
        let mut translate = HashMap::new();
        for (word, span, codes) in self.raw.translate.iter().flat_map(in_order::<OneOrMore>) {
            let codes = match codes {
                OneOrMore::One(code) => vec![code.clone()],
                OneOrMore::More(codes) => codes.clone(),
            };
            if codes.is_empty() || (codes.len() > 1 && !many) {
                return Err(self.at(
                    &span,
                    Problem::NeedsKey { key: "exactly one code", verb: "translate", why: "the column holds one code" },
                ));
            }
            for code in &codes {
                known_code(list, code, or_absence).map_err(|problem| self.at(&span, problem))?;
            }
            if let Some(other) = translate.insert(fold(word), codes) {
                return Err(self.at(&span, Problem::WordTwice { word: word.to_owned(), code: other.join(", ") }));
            }
        }
        let accept = self.raw.accept.clone().or_else(|| self.scope.raw.accept.clone());
        let accept = accept.unwrap_or_else(|| accepted_by_default(self.scope.standard));
        let words = CodeWords::new(Arc::clone(list), translate, accept);
        match self.absence.words.iter().find_map(|(word, absence)| Some((word, absence, words.code(word)?))) {
            Some((word, absence, code)) if Absence::from_code(code).is_none() => {
                Err(self.absent_word(word, *absence, code))
            }
            _ => Ok(words),
        }
    }

    fn absent_word(&self, word: &str, absence: Absence, code: &str) -> DictionaryError {
        self.here(Problem::AbsentWordIsCode {
            word: word.to_owned(),
            absence: absence.to_string(),
            code: code.to_owned(),
        })
    }
}

fn accepted_by_default(standard: Option<Standard>) -> Vec<Accept> {
    let standard = standard.map(|standard| match standard {
        Standard::Ctdc => Accept::Ctdc,
        Standard::Htcds => Accept::Htcds,
    });
    [Accept::Code, Accept::Alias].into_iter().chain(standard).collect()
}
