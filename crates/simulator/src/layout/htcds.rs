//! A case list with the keys of the Human Trafficking Case Data Standard 2.0. The standard has no column for a case
//! number, so the number stands in the free text, and no word for a prevented case, so such persons stand in the other
//! lists.

use crate::defect::Defect;
use crate::entry::Entry;
use crate::layout::{Layout, PlantedKind};

pub(super) const HEADER: [&str; 24] = [
    "cas_CaseOwner",
    "con_Consent",
    "prs_FirstName",
    "prs_SecondName",
    "prs_Birthdate",
    "prs_IdentityNumber",
    "prs_Gender",
    "prs_Citizenship",
    "prs_MobilePhone",
    "vic_TraffickingStatus",
    "vic_TraffickingStatusDecisionMakingOrg",
    "vic_RelationshipToTrafficker",
    "vic_MethodsOfControl",
    "vic_TypeOfExploitation",
    "vic_ForcedLabourIndustry",
    "vic_TypeOfSexExploitation",
    "hte_Type",
    "hte_Country",
    "cas_Status",
    "cas_ReferringOrganisation",
    "cas_IncomingReferralDate",
    "cas_IncomingReferralDetails",
    "spl_Type",
    "cas_ReasonForCaseClosure",
];

pub(super) const PLANTED: [(&str, PlantedKind); 6] = [
    ("prs_FirstName", PlantedKind::Name),
    ("prs_SecondName", PlantedKind::Name),
    ("prs_Birthdate", PlantedKind::BirthDate),
    ("prs_IdentityNumber", PlantedKind::Document),
    ("prs_MobilePhone", PlantedKind::Phone),
    ("cas_IncomingReferralDetails", PlantedKind::Note),
];

pub(super) fn cells(layout: &Layout, entry: &Entry<'_>, record: &str) -> [String; HEADER.len()] {
    let person = entry.person;
    let (event_types, event_countries) = events(layout, entry);
    [
        "Synthetic Owner".to_owned(),
        "TRUE".to_owned(),
        entry.name.given.clone(),
        entry.name.family.clone(),
        entry.birth.map(|birth| birth.to_string()).unwrap_or_default(),
        entry.document.clone().unwrap_or_default(),
        layout.maybe("gender", entry.gender, entry).to_owned(),
        layout.word("country", person.citizenship, entry).to_owned(),
        // E.164: no blanks.
        person.phone.replace(' ', ""),
        layout.word("status", person.status, entry).to_owned(),
        if person.number.is_multiple_of(2) { "Police" } else { "NGO" }.to_owned(),
        layout.joined("recruiter_relation", &[person.recruiter_relation], entry),
        layout.joined("means", &person.means, entry),
        layout.joined("purpose", &person.purposes, entry),
        layout.joined("sector", &person.sectors, entry),
        layout.joined("sex_exploitation_type", &person.sex_exploitation_types, entry),
        event_types,
        event_countries,
        if person.number.is_multiple_of(3) { "Active" } else { "Closed" }.to_owned(),
        "Synthetic Organisation".to_owned(),
        entry.date.to_string(),
        details(entry, record),
        layout.joined("service", &person.services, entry),
        String::new(),
    ]
}

/// The journey as two cells with equally many pieces.
fn events(layout: &Layout, entry: &Entry<'_>) -> (String, String) {
    let person = entry.person;
    let places = [
        ("Recruitment", entry.recruited_in.map(|_| person.citizenship)),
        ("Transit", person.transit),
        ("Exploitation", entry.exploited_in),
    ];
    let known = places.iter().filter_map(|(event, country)| Some((*event, (*country)?)));
    let (events, countries): (Vec<&str>, Vec<&str>) =
        known.map(|(event, country)| (event, layout.word("country", country, entry))).unzip();
    (events.join(";"), countries.join(";"))
}

fn details(entry: &Entry<'_>, record: &str) -> String {
    let (given, family, phone) = (&entry.name.given, &entry.name.family, &entry.person.phone);
    format!("{record}: {given} {family}, tel. {phone}, referred by a relative")
}

pub(super) fn spoiled(defect: Defect) -> (&'static str, &'static str) {
    match defect {
        Defect::ImpossibleDate => ("prs_Birthdate", "1990-02-31"),
        Defect::UnknownCountry => ("prs_Citizenship", "Atlantis"),
        Defect::UnknownCode => ("vic_TraffickingStatus", "SeeFile"),
    }
}
