//! Reads the source mappings: the frame of a mapping (names, constants, journey, derived ages) and the rules that hold
//! between its columns. What a single column does is read in `read_columns`.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;

use crate::code::{CodeList, Standard};
use crate::date_format::DateFormat;
use crate::error::{DictionaryError, Problem};
use crate::files::{Files, Text, at_line, is_name};
use crate::raw_source::{RawAge, RawPlace, RawSource, RawStandard, in_order};
use crate::read_file::{bad_cell, read_file};
use crate::source::{AgeFromBirth, AgeTarget, BasisWhen, Constant, Does, Identity, Source, SourceColumn, SourcePlace};
use crate::table::{Column, Kind, Origin, Table, Treatment};
use crate::words::Absence;

const ONE_SIGN: &str = "write one sign that is no letter and no digit";

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
    let file = read_file(text, &raw.file)?;
    let mut columns = scope.read_columns(&mut filled)?;
    scope.resolve_second_columns(&mut columns)?;
    scope.require_record_id(file.replace_by_record_id, &mut columns)?;
    scope.check_places(&columns)?;
    let age = scope.read_age(&columns, &mut filled)?;
    let days = scope.read_days(&columns, &mut filled)?;
    scope.refuse_idle_dates(&columns, age.as_ref(), &days)?;
    let source = Source {
        name: name.clone(),
        title: raw.title.clone(),
        table: table.name.clone(),
        standard,
        file,
        constants,
        places: std::mem::take(&mut scope.places),
        age,
        columns,
        days,
        sums: scope.read_sums(&filled)?,
        implies: scope.read_implies(&filled)?,
    };
    Ok((source, raw.name.span()))
}

/// The columns of the table that something fills in already.
#[derive(Default)]
pub(crate) struct Filled(HashSet<String>);

impl Filled {
    /// Notes a column; one that holds one value is filled in once.
    pub(crate) fn fill(&mut self, table: &Table, target: &str) -> Result<(), Problem> {
        let many = table.column(target).is_some_and(|column| matches!(column.kind, Kind::Codes { .. }));
        if self.0.insert(target.to_owned()) || many { Ok(()) } else { Err(Problem::TargetTwice(target.to_owned())) }
    }

    /// Whether something fills the column in.
    pub(crate) fn has(&self, target: &str) -> bool {
        self.0.contains(target)
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
        let refused = |rule: &str| Err(bad_target(name, rule));
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

    fn read_constants(&self, filled: &mut Filled) -> Result<Vec<Constant>, DictionaryError> {
        let mut constants = Vec::new();
        for (target, span, code) in in_order(&self.raw.constants) {
            let list = self.code_target(target).map_err(|problem| self.text.error(&span, problem))?;
            let checked = known_code(list, code.get_ref(), true).and_then(|()| filled.fill(self.table, target));
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
            _ => Err(self.text.error(&said.span(), bad_cell("separator", said.get_ref(), ONE_SIGN))),
        }
    }

    fn read_age(&self, columns: &[SourceColumn], filled: &mut Filled) -> Result<Option<AgeFromBirth>, DictionaryError> {
        let Some(RawAge { birth, at, targets }) = &self.raw.age else { return Ok(None) };
        match &self.source_column(columns, birth)?.does {
            Does::Identity(Identity::BirthDate { formats }) if formats.iter().any(DateFormat::has_day) => {}
            Does::Identity(Identity::BirthDate { .. }) => {
                return Err(self.refused(birth, "never has a day; an age needs one"));
            }
            _ => return Err(self.refused(birth, "is not a birth date; map it with identity = \"birth_date\"")),
        }
        let at = self.whole_date(columns, at, "is not a date with a day; an age needs one")?;
        let mut read = Vec::new();
        for target in targets {
            let age =
                self.age_target(target.get_ref()).and_then(|age| filled.fill(self.table, &age.target).map(|()| age));
            read.push(age.map_err(|problem| self.text.error(&target.span(), problem))?);
        }
        Ok(Some(AgeFromBirth { birth: birth.get_ref().clone(), at, targets: read }))
    }
}

/// Refuses a code that is not in the list nor, where that is allowed, in `absence`.
pub(crate) fn known_code(list: &CodeList, code: &str, or_absence: bool) -> Result<(), Problem> {
    if list.code(code).is_some() || (or_absence && Absence::from_code(code).is_some()) {
        return Ok(());
    }
    Err(Problem::NoCode { code: code.to_owned(), list: list.name.clone() })
}

/// A name that may not stand here.
pub(crate) fn bad_target(column: &str, rule: &str) -> Problem {
    Problem::BadTarget { column: column.to_owned(), rule: rule.to_owned() }
}

/// A target whose kind does not fit what is done.
pub(crate) fn wrong_kind(column: &str, kind: &str) -> Problem {
    Problem::BadTarget { column: column.to_owned(), rule: format!("is not of kind `{kind}`; choose a column that is") }
}

/// A stop of the journey that cannot be built.
pub(crate) fn bad_place(place: &str, rule: &'static str) -> Problem {
    Problem::BadPlace { place: place.to_owned(), rule }
}
