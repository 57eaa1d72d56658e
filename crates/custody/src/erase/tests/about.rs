//! Rows of other registers that name the case of an erased person.

use super::*;

const CASE: &str = "SYN-N-02";

/// The person of the case, by name and birth date.
fn zarina(home: &Home) -> Whom {
    let birth = Some(BirthDate { year: 1995, month: Some(11), day: Some(5) });
    let sex = Some(Sex::Female);
    let keys =
        home.victim(&Identity { full_name: Some("Каримова Зарина"), birth, sex, ..Identity::default() });
    Whom { keys: Some(keys), ..Whom::default() }
}

async fn contacts_with_a_case(home: &Home) -> usize {
    home.lines("SELECT record FROM stored.contacts WHERE case_reference IS NOT NULL").await.len()
}

#[tokio::test]
async fn calls_about_a_case_go_with_its_person_and_stay_away() {
    let home = Home::new().await;
    let calls = Home::fixture("hotline-log-small.csv");
    assert_eq!(calls.matches(CASE).count(), 2, "two calls name the case");
    home.load("ngo-assistance", &Home::fixture("ngo-small.csv"), Keep::Rows).await;
    home.load("hotline-log", &calls, Keep::Rows).await;
    let before = contacts_with_a_case(&home).await;
    let report = erase(&mut home.open().await.expect("open"), &zarina(&home), &home.sealer).await.expect("erased");
    assert_eq!((report.persons, report.about, report.naming, report.rows["contacts"]), (1, 2, 0, 2));
    assert_eq!(report.warning, None, "calls are no persons who fitted");
    assert_eq!(contacts_with_a_case(&home).await, before - 2);
    let (again, _) = home.load("hotline-log", &format!("{calls}\n"), Keep::Rows).await;
    assert_eq!(again.left_out_erased, 2);
}

#[tokio::test]
async fn calls_about_a_family_stay_with_those_who_stay() {
    let home = Home::new().await;
    let cases = Home::fixture("ngo-small.csv");
    let [header, _, row] = cases.lines().take(3).collect::<Vec<_>>().try_into().expect("three lines");
    assert!(row.starts_with(CASE));
    let sister = row.replace("Зарина", "Лола").replace("05.11.1995", "06.12.2001");
    home.load("ngo-assistance", &format!("{header}\n{row}\n{sister}\n"), Keep::Rows).await;
    home.load("hotline-log", &Home::fixture("hotline-log-small.csv"), Keep::Rows).await;
    let before = contacts_with_a_case(&home).await;
    let report = erase(&mut home.open().await.expect("open"), &zarina(&home), &home.sealer).await.expect("erased");
    assert_eq!((report.persons, report.about), (1, 0));
    assert_eq!(contacts_with_a_case(&home).await, before);
}
