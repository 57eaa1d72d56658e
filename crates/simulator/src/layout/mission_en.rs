//! The case list of a mission, kept in English with names in Latin letters.

use crate::defect::Defect;
use crate::entry::Entry;
use crate::layout::{Layout, PlantedKind};

pub(super) const HEADER: [&str; 16] = [
    "case_no",
    "first_name",
    "last_name",
    "date_of_birth",
    "passport_no",
    "sex",
    "citizenship",
    "date_of_registration",
    "recruitment_country",
    "recruitment_region",
    "exploitation_country",
    "exploitation_type",
    "services",
    "status",
    "phone",
    "story",
];

pub(super) const PLANTED: [(&str, PlantedKind); 5] = [
    ("first_name", PlantedKind::Name),
    ("last_name", PlantedKind::Name),
    ("date_of_birth", PlantedKind::BirthDate),
    ("passport_no", PlantedKind::Document),
    ("story", PlantedKind::Note),
];

pub(super) fn cells(layout: &Layout, entry: &Entry<'_>, record: &str) -> [String; HEADER.len()] {
    let person = entry.person;
    let recruited_in = entry.recruited_in.map(|_| person.citizenship);
    [
        record.to_owned(),
        entry.name.given.clone(),
        entry.name.family.clone(),
        entry.birth.map(|birth| birth.to_string()).unwrap_or_default(),
        entry.document.clone().unwrap_or_default(),
        layout.maybe("gender", entry.gender, entry).to_owned(),
        layout.word("country", person.citizenship, entry).to_owned(),
        entry.date.to_string(),
        layout.maybe("country", recruited_in, entry).to_owned(),
        layout.maybe("region", entry.recruited_in, entry).to_owned(),
        layout.maybe("country", entry.exploited_in, entry).to_owned(),
        layout.joined("purpose", &person.purposes, entry),
        layout.joined("service", &person.services, entry),
        layout.word("status", person.status, entry).to_owned(),
        person.phone.clone(),
        story(entry),
    ]
}

fn story(entry: &Entry<'_>) -> String {
    let (given, family, phone) = (&entry.name.given, &entry.name.family, &entry.person.phone);
    match entry.person.number % 2 {
        0 => format!("{given} {family} called the mission from {phone} and asked for help to return home."),
        _ => format!("Interview with {family}, {given}; can be reached at {phone}, \"evenings only\"."),
    }
}

pub(super) fn spoiled(defect: Defect) -> (&'static str, &'static str) {
    match defect {
        Defect::ImpossibleDate => ("date_of_registration", "2021-02-31"),
        Defect::UnknownCountry => ("exploitation_country", "Atlantis"),
        Defect::UnknownCode => ("status", "see file"),
    }
}
