//! What a row says about who its person is. None of these cells is remembered or stored: they are borrowed from the row,
//! sealed, and gone.

use std::borrow::Cow;

use panoh_dictionary::{Date, Sex};
use panoh_identity::{BirthDate, Identity};

use crate::codes::CodeId;
use crate::dates::Dates;
use crate::draft::Birth;
use crate::mend::{Mend, Mends};
use crate::name::{check_name, check_number, document};
use crate::number::blanks;
use crate::program::{Cell, Given};
use crate::row::RawRow;
use crate::rule::Rule;

/// The place of the cell at fault, none for a fault of the whole row, and the rule that it breaks.
pub(crate) type Fault = (Option<usize>, Rule);

/// Where a row says who the person is.
#[derive(Default)]
pub(crate) struct PersonCells {
    full_name: Option<IdentityCell>,
    given_name: Option<IdentityCell>,
    family_name: Option<IdentityCell>,
    father_name: Option<IdentityCell>,
    document: Option<IdentityCell>,
    birth: Option<(IdentityCell, Dates)>,
    record_id: Option<IdentityCell>,
}

/// One cell that identifies, and the columns that say the same.
pub(crate) struct IdentityCell {
    pub(crate) cell: Cell,
    pub(crate) seconds: Vec<Cell>,
}

/// What a row says about its person, borrowed from the row.
pub(crate) struct Person<'a> {
    full_name: Option<&'a str>,
    given_name: Option<&'a str>,
    family_name: Option<&'a str>,
    father_name: Option<&'a str>,
    document: Option<Cow<'a, str>>,
    pub(crate) birth: Birth,
    pub(crate) record_id: Option<&'a str>,
}

/// Reads cells one after another; what is wrong with one does not hide what is wrong with the next.
struct Reading<'a, 'm> {
    row: &'a RawRow,
    mended: &'m mut Vec<Mends>,
    faults: &'m mut Vec<Fault>,
}

impl PersonCells {
    pub(crate) fn add(&mut self, identity: &panoh_dictionary::Identity, cell: IdentityCell, given: Given) {
        use panoh_dictionary::Identity;
        match identity {
            Identity::FullName => self.full_name = Some(cell),
            Identity::GivenName => self.given_name = Some(cell),
            Identity::FamilyName => self.family_name = Some(cell),
            Identity::FatherName => self.father_name = Some(cell),
            Identity::BirthDate { formats } => {
                self.birth = Some((cell, Dates::new(formats, given.typed_dates, given.latest_year)));
            }
            Identity::Document => self.document = Some(cell),
            Identity::RecordId { .. } => self.record_id = Some(cell),
            // Few spellings, all codes: read like any other column of codes.
            Identity::DocumentCountry { .. } => {}
        }
    }

    /// Whether a row can say who the person is.
    pub(crate) fn identify(&self) -> bool {
        let names = [&self.full_name, &self.given_name, &self.family_name];
        self.document.is_some() || names.into_iter().any(Option::is_some)
    }

    /// Place in the row of the birth date.
    pub(crate) fn birth_at(&self) -> Option<usize> {
        self.birth.as_ref().map(|(cell, _)| cell.cell.at)
    }

    /// Place in the row of the record id.
    pub(crate) fn record_id_at(&self) -> Option<usize> {
        self.record_id.as_ref().map(|cell| cell.cell.at)
    }

    /// The number of the record, when it is there and sound; for a row that is refused for something else.
    pub(crate) fn record_id<'a>(&self, row: &'a RawRow) -> Option<&'a str> {
        let number = self.record_id.as_ref()?.value(row, &mut Vec::new()).ok()?.ok()?;
        check_number(number).is_ok().then_some(number)
    }

    /// All cells.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &IdentityCell> {
        let names = [&self.full_name, &self.given_name, &self.family_name, &self.father_name];
        let others = [self.document.as_ref(), self.birth.as_ref().map(|(cell, _)| cell), self.record_id.as_ref()];
        names.into_iter().map(Option::as_ref).chain(others).flatten()
    }

    /// Reads the cells of a row, and adds what was mended and what is wrong.
    pub(crate) fn read<'a>(&self, row: &'a RawRow, mended: &mut Vec<Mends>, faults: &mut Vec<Fault>) -> Person<'a> {
        let mut reading = Reading { row, mended, faults };
        Person {
            full_name: reading.checked(self.full_name.as_ref(), check_name),
            given_name: reading.checked(self.given_name.as_ref(), check_name),
            family_name: reading.checked(self.family_name.as_ref(), check_name),
            father_name: reading.checked(self.father_name.as_ref(), check_name),
            document: reading.document(self.document.as_ref()),
            birth: reading.birth(self.birth.as_ref()),
            record_id: reading.checked(self.record_id.as_ref(), check_number),
        }
    }
}

impl Person<'_> {
    /// What linking has to go on; `document_country` is a code.
    pub(crate) fn identity<'b>(&'b self, sex: Option<Sex>, document_country: Option<&'b str>) -> Identity<'b> {
        let birth = match self.birth {
            Birth::On(Date { year, month, day }) => Some(BirthDate { year, month, day }),
            Birth::Absent(_) => None,
        };
        let sex = sex.map(|sex| match sex {
            Sex::Female => panoh_identity::Sex::Female,
            Sex::Male => panoh_identity::Sex::Male,
        });
        Identity {
            document: self.document.as_deref(),
            document_country,
            full_name: self.full_name,
            given_name: self.given_name,
            family_name: self.family_name,
            father_name: self.father_name,
            birth,
            sex,
        }
    }
}

impl IdentityCell {
    /// The trimmed cell, or in what way it is absent.
    pub(crate) fn value<'a>(&self, row: &'a RawRow, mended: &mut Vec<Mends>) -> Result<Result<&'a str, CodeId>, Fault> {
        let mut value = read(&self.cell, row, mended)?;
        for second in &self.seconds {
            value = match (value, read(second, row, mended)?) {
                (Ok(first), Ok(second_value)) if !same(first, second_value) => {
                    return Err((Some(second.at), Rule::ColumnsDisagree));
                }
                (Err(_), Ok(second_value)) => {
                    mended.push(Mend::SecondColumn.into());
                    Ok(second_value)
                }
                (first, _) => first,
            };
        }
        match value {
            Err(_) if self.cell.required => Err((Some(self.cell.at), Rule::Required)),
            value => Ok(value),
        }
    }
}

impl<'a> Reading<'a, '_> {
    fn value(&mut self, cell: &IdentityCell) -> Result<&'a str, CodeId> {
        cell.value(self.row, self.mended).unwrap_or_else(|fault| {
            self.faults.push(fault);
            Err(CodeId::MISSING)
        })
    }

    fn checked(&mut self, cell: Option<&IdentityCell>, check: fn(&str) -> Result<(), Rule>) -> Option<&'a str> {
        let cell = cell?;
        let value = self.value(cell).ok()?;
        check(value).map_err(|rule| self.faults.push((Some(cell.cell.at), rule))).ok()?;
        Some(value)
    }

    // The number of a document, mended where a spreadsheet retyped it.
    fn document(&mut self, cell: Option<&IdentityCell>) -> Option<Cow<'a, str>> {
        let cell = cell?;
        let number = document(self.value(cell).ok()?);
        let number = number.map_err(|rule| self.faults.push((Some(cell.cell.at), rule))).ok()?;
        if matches!(number, Cow::Owned(_)) {
            self.mended.push(Mend::NumberAsDecimal.into());
        }
        Some(number)
    }

    fn birth(&mut self, birth: Option<&(IdentityCell, Dates)>) -> Birth {
        let Some((cell, dates)) = birth else { return Birth::Absent(CodeId::MISSING) };
        let written = match self.value(cell) {
            Ok(written) => written,
            Err(absence) => return Birth::Absent(absence),
        };
        match dates.read(written) {
            Ok((date, mends)) => {
                if !mends.is_empty() {
                    self.mended.push(mends);
                }
                Birth::On(date)
            }
            Err(rule) => {
                self.faults.push((Some(cell.cell.at), rule));
                Birth::Absent(CodeId::MISSING)
            }
        }
    }
}

fn read<'a>(cell: &Cell, row: &'a RawRow, mended: &mut Vec<Mends>) -> Result<Result<&'a str, CodeId>, Fault> {
    let written = std::str::from_utf8(row.cell(cell.at)).map_err(|_| (Some(cell.at), Rule::NotUtf8))?;
    let absence = cell.absence.absence(written);
    let word = absence.is_some() && !written.trim().is_empty();
    let mends = blanks(written) | Mends::only_if(word, Mend::AbsenceWord);
    if !mends.is_empty() {
        mended.push(mends);
    }
    Ok(absence.map_or(Ok(written.trim()), |absence| Err(absence.into())))
}

fn same(one: &str, two: &str) -> bool {
    one == two || panoh_dictionary::fold(one) == panoh_dictionary::fold(two)
}
