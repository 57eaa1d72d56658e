//! What a later export of a source does to rows of an earlier one whose record it refuses: consent that is no longer given
//! takes the row out, any other reason leaves it and is told.

use panoh_dictionary::Source;

use super::*;
use crate::tests::home::HEADER;

/// The mapping `mission-en` under another name, with a column for consent and one for the legal basis, whose rows replace
/// those of earlier exports.
fn asking(home: &Home) -> Source {
    let columns = [
        (r#"phone = { drop = "contact data", optional = true }"#, r#"phone = { consent = ["yes"] }"#),
        (r#"story = { drop = "free text", optional = true }"#, r#"story = { code = "legal_basis", required = true }"#),
    ];
    home.replacing_with(&columns)
}

/// An export of rows with record, registration, citizenship, consent and legal basis.
fn export(rows: &[[&str; 5]]) -> String {
    let line = |[record, date, citizenship, consent, basis]: &[&str; 5]| {
        format!(
            "{record},Firuz,Sharipov{record},1985-03-09,,M,{citizenship},{date},Tajikistan,Sughd,Russia,labour,,victim,{consent},{basis}\n"
        )
    };
    format!("{HEADER},phone,story\n{}", rows.iter().map(line).collect::<String>())
}

const FIRST: [[&str; 5]; 4] = [
    ["a", "2016-02-01", "Tajikistan", "yes", "consent"],
    ["b", "2017-02-01", "Tajikistan", "yes", "consent"],
    ["c", "2018-02-01", "Tajikistan", "yes", "consent"],
    ["d", "2019-02-01", "Tajikistan", "yes", "consent"],
];

async fn years(home: &Home) -> Vec<String> {
    home.lines("SELECT registered_year FROM cases ORDER BY registered_year").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_without_consent_takes_out_what_an_earlier_export_brought() {
    let home = Home::new().await;
    let source = asking(&home);
    let (report, _) = home.load_with(&source, &export(&FIRST), Keep::Rows).await;
    assert_eq!((report.loaded, report.withdrawn, report.outdated), (4, 0, 0));
    let second = export(&[
        ["a", "2016-02-01", "Tajikistan", "no", "consent"],
        ["b", "2020-02-01", "Nowhere", "yes", "consent"],
        ["c", "2021-02-01", "Tajikistan", "yes", "consent"],
        ["d", "2022-02-01", "Nowhere", "yes", ""],
        ["e", "2023-02-01", "Tajikistan", "no", "consent"],
    ]);
    let (tried, _) = home.load_with(&source, &second, Keep::Nothing).await;
    assert_eq!((tried.outcome, tried.withdrawn, tried.outdated), (Outcome::DryRun, 2, 1));
    assert_eq!(years(&home).await, ["2016", "2017", "2018", "2019"], "a dry run changes nothing");
    let (report, _) = home.load_with(&source, &second, Keep::Rows).await;
    assert_eq!((report.outcome, report.loaded, report.refused), (Outcome::Loaded, 1, 4));
    assert_eq!((report.withdrawn, report.outdated, report.replaced), (2, 1, 1), "no consent, and no legal basis");
    assert_eq!(years(&home).await, ["2017", "2021"], "the row of the unknown country says what the first export said");
    let versions = home.open().await.expect("open").warehouse().versions("cases").await.expect("versions").len();
    assert_eq!(versions, 3, "rows come and go in one commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_refused_rows_still_withdraws() {
    let home = Home::new().await;
    let source = asking(&home);
    home.load_with(&source, &export(&FIRST[..2]), Keep::Rows).await;
    // Another source whose record has the same number keeps its row.
    home.load("mission-en", &Home::cases(&["a,Manija,Nazarova,1991-07-08,,F,2015-03-01"]), Keep::Rows).await;
    let refused = export(&[["a", "2016-02-01", "Tajikistan", "no", "consent"]]);
    let (tried, _) = home.load_with(&source, &refused, Keep::Nothing).await;
    assert_eq!((tried.outcome, tried.withdrawn), (Outcome::DryRun, 1));
    let (report, _) = home.load_with(&source, &refused, Keep::Rows).await;
    assert_eq!((report.outcome, report.withdrawn, report.replaced), (Outcome::Withdrawn, 1, 0));
    assert!(report.version.is_some() && report.rejections.is_some());
    assert_eq!(years(&home).await, ["2015", "2017"]);
    assert_eq!(home.open().await.expect("open").recovered(), crate::Recovered::default(), "nothing is left to settle");
    let (again, _) = home.load_with(&source, &refused, Keep::Rows).await;
    assert_eq!((again.outcome, again.withdrawn), (Outcome::AlreadyLoaded, 0));
    let never = export(&[["z", "2016-02-01", "Tajikistan", "no", "consent"]]);
    let (report, _) = home.load_with(&source, &never, Keep::Rows).await;
    assert_eq!((report.outcome, report.withdrawn, report.version), (Outcome::RefusedWhole, 0, None));
    let (last, _) =
        home.load_with(&source, &export(&[["b", "2017-02-01", "Tajikistan", "", "consent"]]), Keep::Rows).await;
    assert_eq!((last.outcome, last.withdrawn), (Outcome::Withdrawn, 1), "the whole file of the first load is gone");
    assert_eq!(years(&home).await, ["2015"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_the_same_file_brings_is_replaced() {
    let home = Home::new().await;
    let source = asking(&home);
    home.load_with(&source, &export(&FIRST[..1]), Keep::Rows).await;
    let twice = export(&[
        ["a", "2020-02-01", "Tajikistan", "yes", "consent"],
        ["a", "2021-02-01", "Tajikistan", "no", "consent"],
    ]);
    let (report, _) = home.load_with(&source, &twice, Keep::Rows).await;
    assert_eq!((report.loaded, report.replaced, report.withdrawn, report.outdated), (1, 1, 0, 0));
    assert_eq!(years(&home).await, ["2020"]);
}
