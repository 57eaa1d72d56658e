//! The row that is being made: effects of cells are gathered here; what depends on several cells is settled at the end.

use panoh_dictionary::{Date, PlacePart, Sex};
use panoh_identity::Pseudonym;

use crate::codes::CodeId;
use crate::meaning::{Effect, OLDEST, Piece, Slot};
use crate::program::{Ages, PlaceRule, Program};
use crate::rule::Rule;

/// A row of the table before it is stored.
pub(crate) struct Draft {
    /// One value for each column of the table, in its order.
    pub(crate) values: Vec<Value>,
    places: Vec<Gathered>,
    /// The dates that ages and lengths of time are reckoned from, or in what way they are absent.
    pub(crate) dates: Vec<Result<Date, CodeId>>,
    /// What linking knows about the sex.
    pub(crate) sex: Option<Sex>,
    /// The country that gave out the document.
    pub(crate) document_country: Option<CodeId>,
}

/// A value of a column.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// Filled in by intake for every row, or by custody.
    Given,
    Code(Option<CodeId>),
    Year(Option<i16>),
    Month(Option<(i16, u8)>),
    Integer(Option<i32>),
    Reference(Option<Pseudonym>),
    Codes(Vec<CodeId>),
    Journey(Vec<Stop>),
}

/// One place of a journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) role: CodeId,
    pub(crate) basis: CodeId,
    pub(crate) country: CodeId,
    pub(crate) region: CodeId,
}

/// A birth date as far as the export knows it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Birth {
    On(Date),
    Absent(CodeId),
}

/// The parts of one place as the columns gave them.
#[derive(Debug, Default)]
struct Gathered {
    role: Part,
    country: Part,
    region: Part,
}

#[derive(Debug)]
struct Part {
    pieces: Vec<Piece>,
    /// Stands for every piece when there is none.
    otherwise: CodeId,
}

impl Draft {
    pub(crate) fn new(program: &Program) -> Self {
        Self {
            values: program.blank.clone(),
            places: program.places.iter().map(|_| Gathered::default()).collect(),
            dates: vec![Err(CodeId::MISSING); program.dates],
            sex: None,
            document_country: None,
        }
    }

    /// Makes the draft blank again and keeps its memory.
    pub(crate) fn clear(&mut self, program: &Program) {
        for (value, blank) in self.values.iter_mut().zip(&program.blank) {
            match (value, blank) {
                (Value::Code(code), Value::Code(blank)) => *code = *blank,
                (Value::Codes(codes), _) => codes.clear(),
                (Value::Journey(stops), _) => stops.clear(),
                (value, blank) => value.clone_from(blank),
            }
        }
        for place in &mut self.places {
            for part in [&mut place.role, &mut place.country, &mut place.region] {
                part.pieces.clear();
                part.otherwise = CodeId::MISSING;
            }
        }
        self.dates.fill(Err(CodeId::MISSING));
        (self.sex, self.document_country) = (None, None);
    }

    /// Takes in what a cell says. The dictionary sees to it that no two columns of a mapping give one single value.
    pub(crate) fn apply(&mut self, effect: Effect) {
        match effect {
            Effect::Code(slot, code) => self.values[slot] = Value::Code(Some(code)),
            Effect::Year(slot, year) => self.values[slot] = Value::Year(Some(year)),
            Effect::Month(slot, year, month) => self.values[slot] = Value::Month(Some((year, month))),
            Effect::Integer(slot, number) => self.values[slot] = Value::Integer(Some(number)),
            Effect::Add(slot, code) => self.add(slot, code),
            Effect::Sex(sex) => self.sex = Some(sex),
            Effect::DocumentCountry(country) => self.document_country = Some(country),
            Effect::Date(number, date) => self.dates[number] = Ok(date),
            Effect::NoDate(number, absence) => self.dates[number] = Err(absence),
            Effect::Piece(place, part, piece) => self.places[place].part(part).pieces.push(piece),
            Effect::NoPieces(place, part, absence) => self.places[place].part(part).otherwise = absence,
        }
    }

    /// Adds a code to a list column, once.
    pub(crate) fn add(&mut self, slot: Slot, code: CodeId) {
        if let Value::Codes(codes) = &mut self.values[slot]
            && !codes.contains(&code)
        {
            codes.push(code);
        }
    }

    /// The codes of a column, absences among them.
    pub(crate) fn codes(&self, slot: Slot) -> &[CodeId] {
        match &self.values[slot] {
            Value::Code(Some(code)) => std::slice::from_ref(code),
            Value::Codes(codes) => codes,
            _ => &[],
        }
    }

    /// Fills in the codes that follow from the age.
    pub(crate) fn settle_ages(&mut self, ages: &Ages, birth: Birth) -> Result<(), Rule> {
        let age = match (birth, self.dates[ages.at]) {
            (Birth::On(birth), Ok(_)) if !birth.is_whole() => Err(CodeId::UNKNOWN),
            (Birth::On(birth), Ok(at)) => {
                let age = birth.age_at(at).ok_or(Rule::BornTooLate)?;
                Ok(Some(age).filter(|&age| age <= OLDEST).ok_or(Rule::NotAnAge)?)
            }
            (Birth::On(_), Err(_)) => Err(CodeId::MISSING),
            (Birth::Absent(absence), _) => Err(absence),
        };
        for target in &ages.targets {
            let code = age.map_or_else(|absence| absence, |age| target.codes[usize::from(age)]);
            self.values[target.slot] = Value::Code(Some(code));
        }
        Ok(())
    }

    /// Puts the journey together; the error names the part whose column is at fault.
    pub(crate) fn settle_places(&mut self, slot: Slot, rules: &[PlaceRule]) -> Result<(), (usize, PlacePart, Rule)> {
        let Value::Journey(stops) = &mut self.values[slot] else { return Ok(()) };
        let mut stops = std::mem::take(stops);
        for (at, (place, rule)) in self.places.iter().zip(rules).enumerate() {
            let basis = self.basis(rule);
            place.stops(rule, basis, &mut stops).map_err(|(part, rule)| (at, part, rule))?;
        }
        self.values[slot] = Value::Journey(stops);
        Ok(())
    }

    fn basis(&self, rule: &PlaceRule) -> CodeId {
        let Some((slot, codes)) = &rule.basis_when else { return rule.basis };
        let Value::Code(Some(code)) = self.values[*slot] else { return rule.basis };
        codes.iter().find(|(of, _)| *of == code).map_or(rule.basis, |&(_, basis)| basis)
    }

    /// Leaves in each list either real codes or one absence; an empty list says `missing` by itself.
    pub(crate) fn settle_lists(&mut self) {
        for value in &mut self.values {
            if let Value::Codes(codes) = value {
                if codes.iter().any(|code| !code.is_absence()) {
                    codes.retain(|code| !code.is_absence());
                } else {
                    codes.retain(|&code| code != CodeId::MISSING);
                    codes.truncate(1);
                }
            }
        }
    }
}

impl Gathered {
    fn part(&mut self, part: PlacePart) -> &mut Part {
        match part {
            PlacePart::Role => &mut self.role,
            PlacePart::Country => &mut self.country,
            PlacePart::Region => &mut self.region,
        }
    }

    fn stops(&self, rule: &PlaceRule, basis: CodeId, stops: &mut Vec<Stop>) -> Result<(), (PlacePart, Rule)> {
        let parts =
            [(&self.role, PlacePart::Role), (&self.country, PlacePart::Country), (&self.region, PlacePart::Region)];
        let count = parts.iter().map(|(part, _)| part.pieces.len()).max().unwrap_or(0);
        if let Some((_, uneven)) = parts.iter().find(|(part, _)| !part.pieces.is_empty() && part.pieces.len() != count)
        {
            return Err((*uneven, Rule::UnevenPlaces));
        }
        for at in 0..count.max(1) {
            let region = self.region.piece(at);
            let mut country = self.country.piece(at).code;
            if !region.code.is_absence() && country.is_absence() {
                country = region.above.unwrap_or(country);
            }
            if country == CodeId::MISSING && region.code == CodeId::MISSING {
                continue;
            }
            if region.above.is_some_and(|above| above != country) {
                return Err((PlacePart::Region, Rule::RegionOutsideCountry));
            }
            let role = rule.role.unwrap_or_else(|| self.role.piece(at).code);
            if role.is_absence() {
                return Err((PlacePart::Role, Rule::PlaceWithoutRole));
            }
            stops.push(Stop { role, basis, country, region: region.code });
        }
        Ok(())
    }
}

impl Part {
    fn piece(&self, at: usize) -> Piece {
        self.pieces.get(at).copied().unwrap_or(Piece { code: self.otherwise, above: None })
    }
}

impl Default for Part {
    fn default() -> Self {
        Self { pieces: Vec::new(), otherwise: CodeId::MISSING }
    }
}
