//! Reads the source mappings: the frame of a mapping (names, constants, journey, derived ages) and the rules that hold
//! between its columns. What a single column does is read in `read_columns`.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;

use crate::code::{CodeList, Standard};
use crate::error::{DictionaryError, Problem};
use crate::files::{Files, Text, at_line, is_name};
use crate::raw_source::{RawAge, RawPlace, RawSource, RawStandard, in_order};
use crate::read_columns::read_column;
use crate::source::{
    AgeFromBirth, AgeTarget, BasisWhen, Constant, CsvShape, Does, Identity, PlacePart, Source, SourceColumn,
    SourcePlace,
};
use crate::table::{Column, Kind, Origin, Table, Treatment};
use crate::words::Absence;

/// What a mapping is checked against, and where it stands.
pub(crate) struct Scope<'a> {
    pub(crate) text: Text<'a>,
    pub(crate) lists: &'a [Arc<CodeList>],
    pub(crate) table: &'a Table,
    pub(crate) raw: &'a RawSource,
    pub(crate) standard: Option<Standard>,
    pub(crate) places: Vec<SourcePlace>,
}

/// Reads all mappings, in the order of their file names.
pub(crate) fn read(files: &Files, lists: &[Arc<CodeList>], tables: &[Table]) -> Result<Vec<Source>, DictionaryError> {
    let mut sources: Vec<Source> = Vec::new();
    for (path, bytes) in files.range("sources/".to_owned().."sources0".to_owned()) {
        if path.rsplit_once('.').is_none_or(|(_, extension)| extension != "toml") {
            return Err(at_line(path, 1, Problem::StrayFile));
        }
        let text = Text::new(path, bytes)?;
        let (source, name) = read_source(text, lists, tables)?;
        if source.name != text.stem() {
            return Err(text.error(&name, Problem::FileName(source.name)));
        }
        sources.push(source);
    }
    Ok(sources)
}

/// Reads one mapping; also says where its name stands.
pub(crate) fn read_source(
    text: Text<'_>,
    lists: &[Arc<CodeList>],
    tables: &[Table],
) -> Result<(Source, Range<usize>), DictionaryError> {
    let raw: RawSource = text.toml()?;
    let name = raw.name.get_ref();
    if !is_name(name, '-') {
        return Err(text.error(&raw.name.span(), Problem::BadName(name.clone(), "-")));
    }
    let table = tables.iter().find(|table| table.name == *raw.table.get_ref()).ok_or_else(|| {
        text.error(&raw.table.span(), Problem::Nowhere { what: "table", name: raw.table.get_ref().clone() })
    })?;
    let standard = raw.standard.map(|standard| match standard {
        RawStandard::Ctdc => Standard::Ctdc,
        RawStandard::Htcds => Standard::Htcds,
    });
    let mut scope = Scope { text, lists, table, raw: &raw, standard, places: Vec::new() };
    let mut filled = Filled::default();
    scope.places = scope.read_places()?;
    let constants = scope.read_constants(&mut filled)?;
    let columns = scope.read_columns(&mut filled)?;
    scope.check_places(&columns)?;
    let age = scope.read_age(&columns, &mut filled)?;
    let source = Source {
        name: name.clone(),
        title: raw.title.clone(),
        table: table.name.clone(),
        standard,
        csv: scope.read_csv()?,
        constants,
        places: std::mem::take(&mut scope.places),
        age,
        columns,
    };
    Ok((source, raw.name.span()))
}

/// The columns of one value that something fills in already.
#[derive(Default)]
struct Filled(HashSet<String>);

impl Filled {
    fn once(&mut self, target: &str) -> Result<(), Problem> {
        if self.0.insert(target.to_owned()) { Ok(()) } else { Err(Problem::TargetTwice(target.to_owned())) }
    }
}

impl Scope<'_> {
    /// The list of that name.
    pub(crate) fn list(&self, name: &str) -> Result<&Arc<CodeList>, Problem> {
        let found = self.lists.iter().find(|list| list.name == name);
        found.ok_or_else(|| Problem::Nowhere { what: "code list", name: name.to_owned() })
    }

    /// A column of the table that a mapping may fill in.
    pub(crate) fn target(&self, name: &str) -> Result<&Column, Problem> {
        let column = self
            .table
            .column(name)
            .ok_or_else(|| Problem::Nowhere { what: "column", name: format!("{}.{name}", self.table.name) })?;
        let refused = |rule: &str| Err(Problem::BadTarget { column: name.to_owned(), rule: rule.to_owned() });
        match (column.origin, column.treatment) {
            (_, Treatment::Drop) => refused("is dropped; use `drop`"),
            (Origin::Export, _) => Ok(column),
            (Origin::Intake | Origin::Custody, _) => refused("is filled in by Panoh itself; choose another column"),
        }
    }

    /// The list of a target of kind `code`.
    pub(crate) fn code_target(&self, name: &str) -> Result<&Arc<CodeList>, Problem> {
        match &self.target(name)?.kind {
            Kind::Code { list } => self.list(list),
            _ => Err(wrong_kind(name, "code")),
        }
    }

    /// A target of kind `code` whose list declares ages.
    pub(crate) fn age_target(&self, name: &str) -> Result<AgeTarget, Problem> {
        let list = self.code_target(name)?;
        if list.codes.iter().all(|code| code.ages.is_none()) {
            let rule = format!("cannot hold an age; add age_from and age_to to codes/{}.csv", list.name);
            return Err(Problem::BadTarget { column: name.to_owned(), rule });
        }
        Ok(AgeTarget { target: name.to_owned(), list: Arc::clone(list) })
    }

    fn read_csv(&self) -> Result<CsvShape, DictionaryError> {
        let byte = |cell: &Option<Spanned<String>>, name, otherwise| match cell {
            None => Ok(otherwise),
            Some(said) => match said.get_ref().as_bytes() {
                &[byte] if byte.is_ascii() && byte != b'\n' && byte != b'\r' => Ok(byte),
                _ => {
                    let problem = bad_sign(name, said.get_ref());
                    Err(self.text.error(&said.span(), problem))
                }
            },
        };
        let csv = &self.raw.csv;
        let separator = byte(&csv.separator, "separator", b',')?;
        Ok(CsvShape { separator, quote: byte(&csv.quote, "quote", b'"')? })
    }

    fn read_constants(&self, filled: &mut Filled) -> Result<Vec<Constant>, DictionaryError> {
        let mut constants = Vec::new();
        for (target, span, code) in in_order(&self.raw.constants) {
            let list = self.code_target(target).map_err(|problem| self.text.error(&span, problem))?;
            let checked = known_code(list, code.get_ref(), true).and_then(|()| filled.once(target));
            checked.map_err(|problem| self.text.error(&code.span(), problem))?;
            constants.push(Constant { target: target.to_owned(), code: code.get_ref().clone() });
        }
        Ok(constants)
    }

    fn read_places(&self) -> Result<Vec<SourcePlace>, DictionaryError> {
        let places = in_order(&self.raw.places);
        places.into_iter().map(|(name, span, place)| self.read_place(name, &span, place)).collect()
    }

    fn read_place(&self, name: &str, span: &Range<usize>, raw: &RawPlace) -> Result<SourcePlace, DictionaryError> {
        if !is_name(name, '_') {
            return Err(self.text.error(span, Problem::BadName(name.to_owned(), "_")));
        }
        let code = |list: &str, said: &Spanned<String>| {
            let checked = self.list(list).and_then(|list| known_code(list, said.get_ref(), false));
            checked.map(|()| said.get_ref().clone()).map_err(|problem| self.text.error(&said.span(), problem))
        };
        let role = raw.role.as_ref().map(|role| code("place_role", role)).transpose()?;
        let basis = code("place_basis", &raw.basis)?;
        let mut basis_when = None;
        if let Some(when) = &raw.basis_when {
            let column = when.column.get_ref();
            let list = self.code_target(column).map_err(|problem| self.text.error(&when.column.span(), problem))?;
            let mut codes = Vec::new();
            for (from, span, to) in in_order(&when.codes) {
                known_code(list, from, true).map_err(|problem| self.text.error(&span, problem))?;
                codes.push((from.to_owned(), code("place_basis", to)?));
            }
            basis_when = Some(BasisWhen { column: column.clone(), codes });
        }
        let separator = self.separator(raw.separator.as_ref())?;
        Ok(SourcePlace { name: name.to_owned(), role, basis, basis_when, separator })
    }

    /// One sign that splits a cell.
    pub(crate) fn separator(&self, said: Option<&Spanned<String>>) -> Result<Option<char>, DictionaryError> {
        let Some(said) = said else { return Ok(None) };
        let mut letters = said.get_ref().chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) if !letter.is_alphanumeric() => Ok(Some(letter)),
            _ => Err(self.text.error(&said.span(), bad_sign("separator", said.get_ref()))),
        }
    }

    fn read_columns(&self, filled: &mut Filled) -> Result<Vec<SourceColumn>, DictionaryError> {
        let mut columns = Vec::new();
        let mut headers = HashSet::new();
        let mut parts = HashSet::new();
        let mut identities = HashSet::new();
        for (header, span, raw) in in_order(&self.raw.columns) {
            let column = read_column(self, header, &span, raw)?;
            let failed = |problem| self.text.error(&span, problem);
            for name in std::iter::once(&column.header).chain(&column.also) {
                if !headers.insert(name.clone()) {
                    return Err(failed(Problem::HeaderTwice(name.clone())));
                }
            }
            for target in self.single_targets(&column.does) {
                filled.once(&target).map_err(failed)?;
            }
            if let Does::Place { place, part, .. } = &column.does
                && !parts.insert((*place, *part as u8))
            {
                return Err(failed(bad_place(&self.places[*place].name, "gets one part from two columns; keep one")));
            }
            if let Does::Identity(identity) = &column.does
                && !identities.insert(std::mem::discriminant(identity))
            {
                let name = format!("identity {}", identity.name());
                return Err(failed(Problem::TargetTwice(name)));
            }
            columns.push(column);
        }
        if let Some(column) = columns.iter().filter(|column| has_sex(column)).nth(1) {
            return Err(self.text.error(&(0..0), Problem::TargetTwice(format!("sex of {}", column.header))));
        }
        Ok(columns)
    }

    // The columns of the table that hold one value and that this construct fills in.
    fn single_targets(&self, does: &Does) -> Vec<String> {
        let is_single = |target: &&String| {
            self.table.column(target).is_some_and(|column| !matches!(column.kind, Kind::Codes { .. }))
        };
        match does {
            Does::Year { target } | Does::Age(AgeTarget { target, .. }) => vec![target.clone()],
            Does::Date { year, month, .. } => year.iter().chain(month).cloned().collect(),
            Does::Code(rule) => {
                std::iter::once(&rule.target).chain(rule.sets.iter().map(|sets| &sets.target)).cloned().collect()
            }
            Does::Flag { target, .. } => Some(target).filter(is_single).into_iter().cloned().collect(),
            _ => Vec::new(),
        }
    }

    // Every place has a country or region, and its role from exactly one side.
    fn check_places(&self, columns: &[SourceColumn]) -> Result<(), DictionaryError> {
        for (at, (place, (_, span, _))) in self.places.iter().zip(in_order(&self.raw.places)).enumerate() {
            let has = |wanted: PlacePart| {
                columns.iter().any(|column| match &column.does {
                    Does::Place { place, part, .. } => *place == at && *part == wanted,
                    _ => false,
                })
            };
            let rule = match (place.role.is_some(), has(PlacePart::Role)) {
                _ if !has(PlacePart::Country) && !has(PlacePart::Region) => {
                    "gets no country and no region; map a column to it or remove it"
                }
                (true, true) => "has a role of its own and from a column; keep one",
                (false, false) => "has no role; write `role` or map a column with part `role`",
                _ => continue,
            };
            return Err(self.text.error(&span, bad_place(&place.name, rule)));
        }
        Ok(())
    }

    fn read_age(&self, columns: &[SourceColumn], filled: &mut Filled) -> Result<Option<AgeFromBirth>, DictionaryError> {
        let Some(RawAge { birth, at, targets }) = &self.raw.age else { return Ok(None) };
        let find = |header: &Spanned<String>| {
            columns.iter().find(|column| column.header == *header.get_ref()).ok_or_else(|| {
                let name = header.get_ref().clone();
                self.text.error(&header.span(), Problem::Nowhere { what: "source column", name })
            })
        };
        let refused = |header: &Spanned<String>, rule: &str| {
            let problem = Problem::BadTarget { column: header.get_ref().clone(), rule: rule.to_owned() };
            Err(self.text.error(&header.span(), problem))
        };
        if !matches!(find(birth)?.does, Does::Identity(Identity::BirthDate { .. })) {
            return refused(birth, "is not a birth date; map it with identity = \"birth_date\"");
        }
        match &find(at)?.does {
            Does::Date { formats, .. } if formats.iter().all(crate::DateFormat::has_day) => {}
            _ => return refused(at, "is not a date with a day; an age needs one"),
        }
        let mut read = Vec::new();
        for target in targets {
            let age = self.age_target(target.get_ref()).and_then(|age| filled.once(&age.target).map(|()| age));
            read.push(age.map_err(|problem| self.text.error(&target.span(), problem))?);
        }
        Ok(Some(AgeFromBirth { birth: birth.get_ref().clone(), at: at.get_ref().clone(), targets: read }))
    }
}

/// Refuses a code that is not in the list nor, where that is allowed, in `absence`.
pub(crate) fn known_code(list: &CodeList, code: &str, or_absence: bool) -> Result<(), Problem> {
    if list.code(code).is_some() || (or_absence && Absence::from_code(code).is_some()) {
        return Ok(());
    }
    Err(Problem::NoCode { code: code.to_owned(), list: list.name.clone() })
}

/// A target whose kind does not fit what is done.
pub(crate) fn wrong_kind(column: &str, kind: &str) -> Problem {
    Problem::BadTarget { column: column.to_owned(), rule: format!("is not of kind `{kind}`; choose a column that is") }
}

fn bad_place(place: &str, rule: &'static str) -> Problem {
    Problem::BadPlace { place: place.to_owned(), rule }
}

fn bad_sign(cell: &'static str, value: &str) -> Problem {
    Problem::BadCell { cell, value: value.to_owned(), remedy: "write one sign that is no letter and no digit" }
}

fn has_sex(column: &SourceColumn) -> bool {
    matches!(&column.does, Does::Code(rule) if !rule.sex.is_empty())
}
