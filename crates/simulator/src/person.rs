//! One made-up person: who it is and what happened, before any list knows of it.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use rand::Rng;

use crate::error::SimulatorError;
use crate::names::{BIRTH_CLASSES, Name, Names, Sex, draw_of_crowd};
use crate::rng::{Part, stream};
use crate::scenario::Crowd;
use crate::story::{Country, HOME, Story};

/// A person. Codes are borrowed from the story, so a person is cheap to draw again.
#[derive(Clone)]
pub(crate) struct Person<'a> {
    /// From 0, in the order of first registration.
    pub(crate) number: u64,
    pub(crate) name: Name,
    pub(crate) birth: Date,
    /// Passport or identity card, unique among the persons of a scenario.
    pub(crate) document: String,
    /// International form, spaces between the groups.
    pub(crate) phone: String,
    /// Day of the first registration.
    pub(crate) registered: Date,
    /// Code of the list `gender`.
    pub(crate) gender: &'a str,
    pub(crate) citizenship: &'a str,
    /// ISO 3166-2, inside the country of citizenship.
    pub(crate) recruited_in: &'a str,
    /// A country on the way, for some journeys across borders.
    pub(crate) transit: Option<&'a str>,
    pub(crate) exploited_in: &'a str,
    pub(crate) status: &'a str,
    pub(crate) purposes: Vec<&'a str>,
    pub(crate) sex_exploitation_types: Vec<&'a str>,
    pub(crate) sectors: Vec<&'a str>,
    pub(crate) means: Vec<&'a str>,
    pub(crate) recruiter_relation: &'a str,
    pub(crate) services: Vec<&'a str>,
}

/// When a person is registered: the `index`th of `count` persons of a year, so that lists are in the order of days.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) year: i16,
    pub(crate) index: u64,
    pub(crate) count: u64,
}

/// Draws the person of that number.
pub(crate) fn draw<'a>(
    (seed, crowd): (u64, Crowd),
    number: u64,
    place: Place,
    story: &'a Story,
    names: &Names,
) -> Result<Person<'a>, SimulatorError> {
    let mut rng = stream(seed, number, Part::Story);
    let year = place.year;
    let day = (place.index as f64 + rng.random::<f64>()) / place.count as f64 * 365.0;
    let registered = Date::new(year, 1, 1)?.checked_add((day as i64).days())?;
    let gender = story.pick("gender", "", year, &mut rng);
    let citizenship = story.pick("citizenship.country", "", year, &mut rng);
    let recruited_in = story.pick("recruitment.region", citizenship, year, &mut rng);
    let purposes: Vec<&str> = story.pick("purpose", gender, year, &mut rng).split(';').collect();
    let purpose = purposes.first().copied().unwrap_or_default();
    let drawn = story.pick("destination.country", purpose, year, &mut rng);
    let exploited_in = if drawn == HOME { citizenship } else { drawn };
    let transit = story.pick("transit.country", exploited_in, year, &mut rng);
    let transit = Some(transit).filter(|country| !["", citizenship, exploited_in].contains(country));
    let status = story.pick("status", gender, year, &mut rng);
    let sex_exploitation_types =
        some(purposes.iter().map(|of| story.pick("sex_exploitation_type", of, year, &mut rng)));
    let sectors = some(purposes.iter().map(|of| story.pick("sector", &format!("{gender}:{of}"), year, &mut rng)));
    let means = story.each("means", purpose, year, &mut rng);
    let recruiter_relation = story.pick("recruiter_relation", gender, year, &mut rng);
    let services = story.each("service", status, year, &mut rng);
    let age = draw_age(&mut rng);
    let country = story.country(citizenship)?;
    let mut rng = stream(seed, number, Part::Identity);
    let sex = sex_of(gender, number);
    let born = registered.checked_sub(age)?;
    let (name, birth) = match crowd {
        Crowd::AsItComes => (draw_of_crowd(sex, country.tajik_names, &mut rng), born),
        Crowd::Apart => {
            let (name, class) = names.draw(number, sex, country.tajik_names, &mut rng);
            (name, in_class(born, class)?)
        }
    };
    Ok(Person {
        number,
        name,
        birth,
        document: document(seed, number, country),
        phone: phone(country, &mut rng),
        registered,
        gender,
        citizenship,
        recruited_in,
        transit,
        exploited_in,
        status,
        purposes,
        sex_exploitation_types,
        sectors,
        means,
        recruiter_relation,
        services,
    })
}

/// The sex whose endings the name follows. Who is neither woman nor man bears a name of one or the other.
fn sex_of(gender: &str, number: u64) -> Sex {
    match gender {
        "woman" => Sex::Woman,
        "man" => Sex::Man,
        _ if number.is_multiple_of(2) => Sex::Woman,
        _ => Sex::Man,
    }
}

/// Codes without the empty one, which stands for a question that does not arise.
fn some<'a>(codes: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    codes.filter(|code| !code.is_empty()).collect()
}

/// Age at first registration: few minors, most in the years of labour migration.
fn draw_age(rng: &mut impl Rng) -> Span {
    let years = match rng.random_range(0..100) {
        0..6 => rng.random_range(10..18),
        6..62 => rng.random_range(18..32),
        62..93 => rng.random_range(24..45),
        _ => rng.random_range(40..66),
    };
    Span::new().years(years).days(rng.random_range(0..365))
}

/// The last day of a class of birth days that is not after a day.
fn in_class(day: Date, class: i32) -> Result<Date, SimulatorError> {
    let number = Date::new(1900, 1, 1)?.until(day)?.get_days();
    Ok(day.checked_sub((number - class).rem_euclid(BIRTH_CLASSES).days())?)
}

/// A number in the form of the country's passport. Different persons have different numbers: the map from person to the
/// eight digits is one to one (the factor is odd and no multiple of five), and no two countries share a series.
fn document(seed: u64, number: u64, country: &Country) -> String {
    let digits = (number.wrapping_mul(48_271_009) + seed % 99_999_989) % 100_000_000;
    match country.series.as_slice() {
        [only] => format!("{only}{digits:08}"),
        series => {
            let first = usize::try_from(digits / 10_000_000).unwrap_or_default();
            format!("{}{:07}", series[first], digits % 10_000_000)
        }
    }
}

/// A mobile number with an operator code that is none of the country's well-known ones.
fn phone(country: &Country, rng: &mut impl Rng) -> String {
    let digits: u32 = rng.random_range(0..10_000_000);
    format!("{} {:03} {:02} {:02}", country.dialling, digits / 10_000, digits / 100 % 100, digits % 100)
}
