//! Looks up the names that a mapping uses. The dictionary checked them when it read the mapping; a miss means that the
//! mapping was read by another dictionary.

use panoh_dictionary::{
    CodeList, Does, Holds, Kind, Origin, Otherwise, PlacePart, Source, SourceColumn, SourcePlace, Table,
};

use super::{AgeCodes, Ages, Given, PlaceRule};
use crate::checks::{DaysRule, HoldsRule, ImpliesRule, SumRule};
use crate::codes::{CodeId, Codes};
use crate::dates::Dates;
use crate::draft::Value;
use crate::error::IntakeError;
use crate::header::Header;
use crate::meaning::{FlagTarget, Meaning, OLDEST, Slot, State};

/// A mapping with everything that its names may stand for.
pub(super) struct Names<'a> {
    pub(super) codes: &'a Codes,
    pub(super) table: &'a Table,
    pub(super) source: &'a Source,
    pub(super) header: &'a Header,
    pub(super) given: Given,
}

impl Names<'_> {
    pub(super) fn slot(&self, name: &str) -> Result<Slot, IntakeError> {
        self.table.columns.iter().position(|column| column.name == name).ok_or_else(|| self.unknown("column", name))
    }

    /// What the cells of a column mean; none for columns that are not read, that say who the person is, or that only
    /// repeat another one.
    pub(super) fn meaning(&self, column: &SourceColumn) -> Result<Option<Meaning>, IntakeError> {
        let slot = |name: &String| self.slot(name);
        let Given { typed_dates, latest_year, .. } = self.given;
        Ok(Some(match &column.does {
            Does::Identity(panoh_dictionary::Identity::DocumentCountry { words }) => {
                Meaning::DocumentCountry { words: words.clone() }
            }
            Does::Ignore { .. } | Does::Drop { .. } | Does::Identity(_) | Does::Reference(_) | Does::SameAs { .. } => {
                return Ok(None);
            }
            Does::RefuseRow { words, .. } => Meaning::Refuse { words: words.clone() },
            Does::Consent { words } => Meaning::Consent { words: words.clone() },
            Does::Year { target } => Meaning::Year { slot: slot(target)?, latest: latest_year },
            Does::Date { year, month, formats } => Meaning::Date {
                year: year.as_ref().map(slot).transpose()?,
                month: month.as_ref().map(slot).transpose()?,
                dates: Dates::new(formats, typed_dates, latest_year),
                kept: self.kept_dates().iter().position(|kept| *kept == column.header),
            },
            Does::Age(age) => Meaning::Age { slot: slot(&age.target)?, list: age.list.clone() },
            Does::Count { target, state, thousands, largest } => Meaning::Count {
                slot: slot(target)?,
                state: self.state(state.as_deref())?,
                thousands: thousands.clone(),
                largest: *largest,
            },
            Does::Code(rule) => Meaning::Code {
                slot: slot(&rule.target)?,
                words: rule.words.clone(),
                sets: rule.sets.iter().map(|sets| Ok((slot(&sets.target)?, sets.clone()))).collect::<Result<_, _>>()?,
                sex: rule.sex.clone(),
            },
            Does::Codes { target, separator, words } => {
                Meaning::Codes { slot: slot(target)?, separator: *separator, words: words.clone() }
            }
            Does::Flag { target, on, off, true_words, false_words } => Meaning::Flag {
                target: self.flag(target, on, off)?,
                true_words: true_words.clone(),
                false_words: false_words.clone(),
            },
            Does::Place { place, part, words } => Meaning::Place {
                place: *place,
                part: *part,
                separator: self.source.places[*place].separator,
                words: words.clone(),
            },
        }))
    }

    /// Headers of the columns whose dates are kept for ages and lengths of time; a date is known by its place here.
    pub(super) fn kept_dates(&self) -> Vec<&str> {
        let ages = self.source.age.iter().map(|age| age.at.as_str());
        let days = self.source.days.iter().flat_map(|days| [days.from.as_str(), days.to.as_str()]);
        let mut kept = Vec::new();
        for header in ages.chain(days) {
            if !kept.contains(&header) {
                kept.push(header);
            }
        }
        kept
    }

    pub(super) fn ages(&self) -> Result<Option<Ages>, IntakeError> {
        let Some(age) = &self.source.age else { return Ok(None) };
        let codes_of = |list: &CodeList| {
            let of_age = |age| list.by_age(age).ok_or_else(|| self.unknown("list of ages", &list.name));
            (0..=OLDEST).map(|age| self.code(&of_age(age)?.code)).collect::<Result<Vec<_>, _>>()
        };
        let targets = age.targets.iter();
        let targets =
            targets.map(|target| Ok(AgeCodes { slot: self.slot(&target.target)?, codes: codes_of(&target.list)? }));
        Ok(Some(Ages { at: self.kept_date(&age.at)?, targets: targets.collect::<Result<_, IntakeError>>()? }))
    }

    pub(super) fn days(&self) -> Result<Vec<DaysRule>, IntakeError> {
        let rules = self.source.days.iter().map(|days| {
            Ok(DaysRule {
                from: self.kept_date(&days.from)?,
                to: self.kept_date(&days.to)?,
                slot: self.slot(&days.target)?,
                state: self.state(days.state.as_deref())?,
                at: self.header.columns(self.source).find(|(column, _)| column.header == days.to).map(|(_, at)| at),
            })
        });
        rules.collect()
    }

    pub(super) fn sums(&self) -> Result<Vec<SumRule>, IntakeError> {
        let rules = self.source.sums.iter().map(|sums| {
            Ok(SumRule {
                total: self.slot(&sums.total)?,
                parts: sums.parts.iter().map(|part| self.slot(part)).collect::<Result<_, IntakeError>>()?,
                at: self.filled_from(&sums.total),
            })
        });
        rules.collect()
    }

    pub(super) fn implies(&self) -> Result<Vec<ImpliesRule>, IntakeError> {
        let shown = |holds: &Holds| {
            let codes = if holds.codes.is_empty() { String::new() } else { format!(" {}", holds.codes.join(" or ")) };
            format!("{}{codes}", holds.column)
        };
        let holds = |holds: &Holds| {
            Ok::<_, IntakeError>(HoldsRule { slot: self.slot(&holds.column)?, codes: self.all_codes(&holds.codes)? })
        };
        let rules = self.source.implies.iter().map(|rule| {
            Ok(ImpliesRule {
                when: holds(&rule.when)?,
                then: holds(&rule.then)?,
                otherwise: rule.otherwise,
                note: match rule.otherwise {
                    Otherwise::Note => format!("{} without {}", shown(&rule.when), shown(&rule.then)),
                    Otherwise::Add | Otherwise::Refuse => String::new(),
                },
                at: self.filled_from(&rule.when.column),
            })
        });
        rules.collect()
    }

    pub(super) fn places(&self) -> Result<Vec<PlaceRule>, IntakeError> {
        let cells_of = |wanted: usize| {
            let parts = self.header.columns(self.source).filter_map(move |(column, at)| match column.does {
                Does::Place { place, part, .. } if place == wanted => Some((part, at)),
                _ => None,
            });
            parts.collect::<Vec<(PlacePart, usize)>>()
        };
        let rule = |(at, place): (usize, &SourcePlace)| {
            let pair = |(from, to): &(String, String)| Ok((self.code(from)?, self.code(to)?));
            let when = place.basis_when.as_ref().map(|when| {
                Ok((self.slot(&when.column)?, when.codes.iter().map(pair).collect::<Result<_, IntakeError>>()?))
            });
            Ok(PlaceRule {
                role: place.role.as_deref().map(|role| self.code(role)).transpose()?,
                basis: self.code(&place.basis)?,
                basis_when: when.transpose()?,
                cells: cells_of(at),
            })
        };
        self.source.places.iter().enumerate().map(rule).collect()
    }

    pub(super) fn blank(&self) -> Result<Vec<Value>, IntakeError> {
        let mut blank: Vec<Value> = self
            .table
            .columns
            .iter()
            .map(|column| match (column.origin, &column.kind) {
                (Origin::Custody, _) | (_, Kind::Pseudonym | Kind::Text) => Value::Given,
                (_, Kind::Integer { .. }) => Value::Integer(None),
                (_, Kind::Year) => Value::Year(None),
                (_, Kind::Month) => Value::Month(None),
                (_, Kind::Code { .. }) => Value::Code(None),
                (_, Kind::Codes { .. }) => Value::Codes(Vec::new()),
                (_, Kind::Places) => Value::Journey(Vec::new()),
                (_, Kind::Reference) => Value::Reference(None),
            })
            .collect();
        for constant in &self.source.constants {
            blank[self.slot(&constant.target)?] = Value::Code(Some(self.code(&constant.code)?));
        }
        Ok(blank)
    }

    fn code(&self, text: &str) -> Result<CodeId, IntakeError> {
        self.codes.id(text).ok_or_else(|| self.unknown("code", text))
    }

    fn all_codes(&self, texts: &[String]) -> Result<Vec<CodeId>, IntakeError> {
        texts.iter().map(|text| self.code(text)).collect()
    }

    fn unknown(&self, what: &'static str, name: &str) -> IntakeError {
        IntakeError::Mapping { mapping: self.source.name.clone(), what, name: name.to_owned() }
    }

    fn kept_date(&self, header: &str) -> Result<usize, IntakeError> {
        self.kept_dates().iter().position(|kept| *kept == header).ok_or_else(|| self.unknown("date column", header))
    }

    fn state(&self, column: Option<&str>) -> Result<Option<State>, IntakeError> {
        let state = column.map(|column| Ok(State { slot: self.slot(column)?, recorded: self.code("recorded")? }));
        state.transpose()
    }

    fn flag(&self, target: &str, on: &[String], off: &[String]) -> Result<FlagTarget, IntakeError> {
        let slot = self.slot(target)?;
        let (on, off) = (self.all_codes(on)?, self.all_codes(off)?);
        Ok(match self.table.columns[slot].kind {
            Kind::Codes { .. } => FlagTarget::List { slot, on, off },
            _ => FlagTarget::Code { slot, on: on.first().copied(), off: off.first().copied() },
        })
    }

    // The place in the row of the first cell that fills a column of the table in.
    fn filled_from(&self, target: &str) -> Option<usize> {
        let fills = |column: &SourceColumn| match &column.does {
            Does::Code(rule) => rule.target == target || rule.sets.iter().any(|sets| sets.target == target),
            Does::Age(age) => age.target == target,
            Does::Codes { target: own, .. } | Does::Flag { target: own, .. } | Does::Count { target: own, .. } => {
                own == target
            }
            _ => false,
        };
        self.header.columns(self.source).find(|(column, _)| fills(column)).map(|(_, at)| at)
    }
}
