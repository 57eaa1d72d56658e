//! The plan of a simulation as a value: how many persons each year has, and any person or row on demand. Nothing is
//! kept in memory but the plan, so two million rows cost as much as two.

use panoh_dictionary::Dictionary;

use crate::defect::{Defect, spoil};
use crate::entry::{Entry, List, entries, only_entry};
use crate::error::SimulatorError;
use crate::layout::{Layout, Planted};
use crate::names::Names;
use crate::person::{Person, Place, draw};
use crate::scenario::{Crowd, Scenario, Slips};
use crate::sighting::Sighting;
use crate::story::Story;

/// Every so many persons, one is the twin of the one before.
const TWINS: u64 = 100;

/// Everything that follows from a scenario.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) scenario: Scenario,
    story: Story,
    names: Names,
    layouts: Vec<Layout>,
    years: Vec<Cohort>,
}

/// The persons first registered in one year: `count` of them from number `first` on.
#[derive(Debug, Clone, Copy)]
struct Cohort {
    year: i16,
    first: u64,
    count: u64,
}

/// One row of one file.
pub(crate) struct Row {
    /// What the row says about who the person is.
    pub(crate) sighting: Sighting,
    pub(crate) list: List,
    /// The case number, which is also the record id.
    pub(crate) record: String,
    /// Line in the file, from 1; the header is line 1.
    pub(crate) line: u64,
    pub(crate) person: u64,
    /// Spelling and changes, as in `truth.csv`.
    pub(crate) variant: String,
    /// In the order of the layout's header.
    pub(crate) cells: Vec<String>,
    pub(crate) recorded: Recorded,
    /// Set when the row must be refused.
    pub(crate) defect: Option<Defect>,
    /// Raw strings that must not be found outside of the exports.
    pub(crate) planted: Vec<Planted>,
}

/// What a correct load knows after reading the row, in codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) year: i16,
    pub(crate) gender: Option<String>,
    pub(crate) status: String,
    pub(crate) origin: String,
    /// Else the origin is the citizenship.
    pub(crate) recruitment_known: bool,
    pub(crate) destination: Option<String>,
}

impl Plan {
    /// Checks the scenario and lays the years out.
    pub(crate) fn new(scenario: &Scenario) -> Result<Self, SimulatorError> {
        scenario.check()?;
        let dictionary = Dictionary::builtin()?;
        let story = Story::read("story/shares.csv", include_str!("../story/shares.csv"), &dictionary)?;
        let layouts = List::ALL.map(|list| Layout::new(list, &dictionary)).into_iter().collect::<Result<_, _>>()?;
        let years = lay_out(scenario, &weights()?)?;
        Ok(Self { scenario: *scenario, story, names: Names::new(scenario.seed), layouts, years })
    }

    /// The layout of a list.
    pub(crate) fn layout(&self, list: List) -> &Layout {
        &self.layouts[list as usize]
    }

    /// The person of a number below the scenario's count.
    #[cfg(test)]
    pub(crate) fn person(&self, number: u64) -> Result<Person<'_>, SimulatorError> {
        self.draw(number, number)
    }

    /// The rows of every file, person by person: persons in the order of first registration, a person's rows in the
    /// order of the lists. A row that must be refused comes alone.
    pub(crate) fn rows_by_person(&self) -> impl Iterator<Item = Result<Vec<Row>, SimulatorError>> + '_ {
        let mut written = [0; List::ALL.len()];
        let slots = (0..self.scenario.persons).flat_map(move |number| {
            let bad = self.bad_rows_after(number).map(move |bad| (self.scenario.persons + u64::from(bad), Some(bad)));
            std::iter::once((number, None)).chain(bad).map(move |(person, bad)| (number, person, bad))
        });
        slots.map(move |(near, person, bad)| self.rows_of(near, person, bad, &mut written))
    }

    /// The rows of one person, or the one bad row of a person who stands in no other place.
    fn rows_of(
        &self,
        near: u64,
        number: u64,
        bad: Option<u16>,
        written: &mut [u64; List::ALL.len()],
    ) -> Result<Vec<Row>, SimulatorError> {
        let person = self.draw(number, near)?;
        let entries = match bad {
            None => entries(&self.scenario, &person)?,
            Some(bad) => vec![only_entry(self.scenario.seed, &person, List::ALL[usize::from(bad) % List::ALL.len()])],
        };
        Ok(entries.iter().map(|entry| self.row(entry, bad, written)).collect())
    }

    /// The person of a number, registered beside the person `near` it.
    fn draw(&self, number: u64, near: u64) -> Result<Person<'_>, SimulatorError> {
        let Scenario { seed, crowd, .. } = self.scenario;
        let mut person = draw((seed, crowd), number, self.place(near), &self.story, &self.names)?;
        let has_twin = number == near && number % TWINS == TWINS - 1;
        if has_twin && self.scenario.slips == Slips::AsTheyCome {
            let elder = draw((seed, crowd), number - 1, self.place(number - 1), &self.story, &self.names)?;
            person.name = if crowd == Crowd::Apart { elder.name.twin() } else { elder.name.twin_of_crowd() };
            (person.birth, person.gender) = (elder.birth, elder.gender);
        }
        Ok(person)
    }

    fn row(&self, entry: &Entry<'_>, bad: Option<u16>, written: &mut [u64; List::ALL.len()]) -> Row {
        let layout = self.layout(entry.list);
        let count = &mut written[entry.list as usize];
        *count += 1;
        let record = layout.record(*count);
        let mut cells = layout.cells(entry, &record);
        let defect = bad.map(|bad| spoil(&mut cells, layout, bad));
        Row {
            list: entry.list,
            line: *count + 1,
            person: entry.person.number,
            sighting: Sighting::of(entry),
            variant: entry.spelling.to_string(),
            recorded: recorded(entry),
            planted: layout.planted(entry, &record, &cells),
            record,
            cells,
            defect,
        }
    }

    /// The bad rows that follow the rows of a person: spread evenly over the persons.
    fn bad_rows_after(&self, number: u64) -> impl Iterator<Item = u16> + use<> {
        let Scenario { persons, bad_rows, .. } = self.scenario;
        (0..bad_rows).filter(move |&bad| {
            let after = (u64::from(bad) + 1) * persons / (u64::from(bad_rows) + 1);
            after.min(persons - 1) == number
        })
    }

    fn place(&self, number: u64) -> Place {
        let at = self.years.partition_point(|year| year.first <= number) - 1;
        let Cohort { year, first, count } = self.years[at];
        Place { year, index: number - first, count }
    }
}

/// What the row says, in codes. Everybody is recruited in the country of citizenship.
fn recorded(entry: &Entry<'_>) -> Recorded {
    let person: &Person<'_> = entry.person;
    Recorded {
        year: entry.date.year(),
        gender: entry.gender.map(str::to_owned),
        status: person.status.to_owned(),
        origin: person.citizenship.to_owned(),
        recruitment_known: entry.recruited_in.is_some(),
        destination: entry.exploited_in.map(str::to_owned),
    }
}

/// Persons per year, in proportion to the weights, by largest remainder; years without a person are left out.
fn lay_out(scenario: &Scenario, weights: &[(i16, u64)]) -> Result<Vec<Cohort>, SimulatorError> {
    let inside: Vec<(i16, u64)> =
        weights.iter().copied().filter(|(year, _)| (scenario.from_year..=scenario.to_year).contains(year)).collect();
    if inside.len() != usize::from(scenario.to_year.abs_diff(scenario.from_year)) + 1 {
        let rule = "and to_year must lie within the years of story/years.csv".to_owned();
        return Err(SimulatorError::Scenario { field: "from_year", rule });
    }
    let total: u64 = inside.iter().map(|(_, weight)| weight).sum();
    let mut years: Vec<Cohort> = Vec::new();
    let mut remainders = Vec::new();
    for (at, (year, weight)) in inside.iter().enumerate() {
        let share = scenario.persons * weight;
        years.push(Cohort { year: *year, first: 0, count: share / total });
        remainders.push((std::cmp::Reverse(share % total), at));
    }
    let given: u64 = years.iter().map(|year| year.count).sum();
    remainders.sort_unstable();
    for (_, at) in remainders.into_iter().take((scenario.persons - given) as usize) {
        years[at].count += 1;
    }
    years.retain(|year| year.count > 0);
    let mut first = 0;
    for year in &mut years {
        year.first = first;
        first += year.count;
    }
    Ok(years)
}

/// Persons registered each year in the story, the unit of the shares.
fn weights() -> Result<Vec<(i16, u64)>, SimulatorError> {
    let lines = include_str!("../story/years.csv").lines().enumerate().skip(1);
    lines
        .map(|(index, line)| {
            let parsed =
                line.split_once(',').and_then(|(year, weight)| Some((year.parse().ok()?, weight.parse().ok()?)));
            parsed.ok_or_else(|| SimulatorError::Story {
                table: "story/years.csv",
                line: index + 1,
                rule: "must hold a year and a count".to_owned(),
            })
        })
        .collect()
}
