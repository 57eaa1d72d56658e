//! The assistance register of a non-governmental organisation, kept in Russian by clerks who speak Tajik.

use crate::defect::Defect;
use crate::entry::Entry;
use crate::layout::{Layout, PlantedKind};

pub(super) const HEADER: [&str; 13] = [
    "№ дела",
    "ФИО",
    "Дата рождения",
    "Паспорт",
    "Пол",
    "Гражданство",
    "Дата обращения",
    "Страна назначения",
    "Регион вербовки",
    "Цель эксплуатации",
    "Услуги",
    "Статус",
    "Примечание",
];

pub(super) const PLANTED: [(&str, PlantedKind); 4] = [
    ("ФИО", PlantedKind::Name),
    ("Дата рождения", PlantedKind::BirthDate),
    ("Паспорт", PlantedKind::Document),
    ("Примечание", PlantedKind::Note),
];

pub(super) fn cells(layout: &Layout, entry: &Entry<'_>, record: &str) -> [String; HEADER.len()] {
    let person = entry.person;
    [
        record.to_owned(),
        entry.name.in_one_cell(),
        entry.birth.map(|birth| birth.strftime("%d.%m.%Y").to_string()).unwrap_or_default(),
        entry.document.clone().unwrap_or_default(),
        layout.maybe("gender", entry.gender, entry).to_owned(),
        layout.word("country", person.citizenship, entry).to_owned(),
        entry.date.strftime("%d.%m.%Y").to_string(),
        layout.maybe("country", entry.exploited_in, entry).to_owned(),
        layout.maybe("region", entry.recruited_in, entry).to_owned(),
        layout.joined("purpose", &person.purposes, entry),
        layout.joined("service", &person.services, entry),
        layout.word("status", person.status, entry).to_owned(),
        note(entry),
    ]
}

fn note(entry: &Entry<'_>) -> String {
    let (name, phone) = (entry.name.in_one_cell(), &entry.person.phone);
    match entry.person.number % 3 {
        0 => format!("Со слов заявителя: {name}, тел. {phone}."),
        1 => format!("Позвонили родственники; {name}, связь по номеру {phone}, просили не писать домой."),
        _ => format!("{name} ({phone}), повторная встреча назначена"),
    }
}

pub(super) fn spoiled(defect: Defect) -> (&'static str, &'static str) {
    match defect {
        Defect::ImpossibleDate => ("Дата обращения", "31.02.2021"),
        Defect::UnknownCountry => ("Страна назначения", "Атлантида"),
        Defect::UnknownCode => ("Статус", "под вопросом"),
    }
}
