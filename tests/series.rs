//! A series over three years: first figures, one revision after late registrations, next year's cohort, and a merge that
//! comes late. What each cohort pays, and that nobody moves.

use std::collections::BTreeMap;

use panoh_ledger::Purpose;
use panoh_release::{Published, ReleaseError};
use panoh_tests::{Loaded, Releases, fixture};

/// A release of the series about one cohort.
fn definition(cohort: u16, purpose: &str, rho: f64, supersedes: Option<&Published>) -> String {
    let supersedes = supersedes.map_or(String::new(), |release| format!("supersedes = \"{}\"\n", release.id));
    format!(
        "name = \"yearly-{cohort}-{purpose}\"\ntitle = \"Persons by gender\"\ndescription = \"For a test.\"\n\
         frame = \"persons\"\nauthor = \"Nobody\"\ndate = \"2026-01-01\"\naudience = \"public\"\n\
         purpose = \"{purpose}\"\nrho = {rho}\nsmallest_count_of_interest = 30\nseries = \"yearly\"\n{supersedes}\
         cohorts = {{ from = {cohort}, to = {cohort} }}\n\
         [[dimension]]\nname = \"gender\"\ntitle = \"Gender\"\ncolumn = \"gender\"\nlist = \"gender\"\ncodes = \"all\"\n\
         [[table]]\nname = \"gender\"\ntitle = \"Gender\"\ndimensions = [\"gender\"]\n"
    )
}

async fn rows(loaded: &Loaded, sql: &str) -> Vec<Vec<String>> {
    let rows = loaded.session().await.query(sql).await.expect("the question is answered");
    rows.page(usize::MAX).await.expect("the answer is read to its end").rows
}

/// The cohort of each person.
async fn cohorts(loaded: &Loaded) -> BTreeMap<String, String> {
    let rows = rows(loaded, "SELECT person, cohort FROM persons").await;
    rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect()
}

/// Everybody is in the cohort of before; of two who turned out to be one, in the older.
async fn nobody_moved(loaded: &Loaded, before: &BTreeMap<String, String>) {
    let after = cohorts(loaded).await;
    let aliases = rows(loaded, "SELECT alias, person FROM stored.aliases").await;
    for (person, cohort) in before {
        let now = aliases.iter().find(|row| row[0] == *person).map_or(person, |row| &row[1]);
        let same = aliases.iter().filter(|row| row[1] == *now).filter_map(|row| before.get(&row[0]));
        let older = same.chain(before.get(now)).chain([cohort]).min().expect("there is one");
        assert_eq!(after.get(now), Some(older), "{person}");
    }
}

/// Hundredths of rho that a cohort has spent on first figures and on its revision.
fn spent(releases: &Releases, cohort: &str) -> [u64; 2] {
    let budget = releases.budget();
    [Purpose::First, Purpose::Revision]
        .map(|purpose| (budget.cohort(cohort).spent_on(purpose).rho() * 100.0).round() as u64)
}

/// The change from one release to another, whose errors are those of both together.
fn compared(before: &Published, after: &Published, expected: &str) {
    let [before, after] = [before, after].map(|release| panoh_publication::read(&release.path).expect("a release"));
    let comparison = panoh_publication::compare(&before, &after, "gender").expect("one table");
    let present = comparison.rows.iter().filter(|row| row.before.estimate.max(row.after.estimate) > 0.5);
    let shown = present.map(|row| {
        let variances = [row.before, row.after].map(|value| value.standard_error.powi(2));
        let variance = row.difference.standard_error.powi(2);
        assert!((variance / (variances[0] + variances[1]) - 1.0).abs() < 1e-12 && variances[0] > 0.0);
        assert!(!row.is_larger_than_noise);
        let [one, other, change] = [row.before, row.after, row.difference].map(|value| value.estimate);
        format!("{} {one:.0} {other:.0} {:+}", row.codes.join(" "), change.round() as i64)
    });
    assert_eq!(shown.collect::<Vec<_>>().join(", "), expected);
}

async fn refusal(releases: &Releases, loaded: &Loaded, definition: &str) -> String {
    let error = releases.publish(loaded, definition).await.expect_err("the release is refused");
    assert!(matches!(error, ReleaseError::Series { .. }), "{error}");
    error.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_years_of_a_series() {
    let mission = "mission-en";
    let year = |year: u16| fixture(&format!("series/{year}.csv"));
    let (mut loaded, releases) = (Loaded::empty().await, Releases::new());

    loaded.load(mission, &year(2022)).await;
    let first = releases.publish(&loaded, &definition(2022, "first", 0.5, None)).await.unwrap();
    assert_eq!(releases.figures(&first), ["gender: woman = 1", "gender: man = 2"]);
    let known = cohorts(&loaded).await;

    // The list of 2023 brings a person who was registered in 2022, and an earlier registration of somebody of 2022.
    loaded.load(mission, &year(2023)).await;
    nobody_moved(&loaded, &known).await;
    let again = refusal(&releases, &loaded, &definition(2022, "first", 0.2, None)).await;
    assert!(again.contains("has the cohort 2022 already") && again.contains("supersedes"), "{again}");
    let revision = definition(2022, "revision", 0.2, Some(&first));
    let revised = releases.publish(&loaded, &revision).await.unwrap();
    assert_eq!(releases.figures(&revised), ["gender: woman = 1", "gender: man = 3"]);
    let next = releases.publish(&loaded, &definition(2023, "first", 0.5, None)).await.unwrap();
    assert_eq!(releases.figures(&next), ["gender: woman = 1", "gender: man = 1"]);
    compared(&first, &revised, "woman 1 1 +0, man 2 3 +1");
    compared(&revised, &next, "woman 1 1 +0, man 3 1 -2");
    let twice = definition(2022, "revision", 0.05, Some(&first));
    assert!(refusal(&releases, &loaded, &twice).await.contains("was revised already"));
    let of_revision = definition(2022, "revision", 0.05, Some(&revised));
    assert!(refusal(&releases, &loaded, &of_revision).await.contains("is a revision itself"));
    let other_cohort = definition(2023, "revision", 0.2, Some(&first));
    assert!(refusal(&releases, &loaded, &other_cohort).await.contains("revised already"));
    let known = cohorts(&loaded).await;

    // The list of 2024 shows that a man of 2022 and a man of 2023 are one: he is of 2022 from now on.
    loaded.load(mission, &year(2024)).await;
    nobody_moved(&loaded, &known).await;
    let last = releases.publish(&loaded, &definition(2024, "first", 0.5, None)).await.unwrap();
    assert_eq!(releases.figures(&last), ["gender: woman = 1"]);
    let late = definition(2023, "revision", 0.2, Some(&next));
    let late = releases.publish(&loaded, &late).await.unwrap();
    assert_eq!(releases.figures(&late), ["gender: woman = 1"]);
    let other = definition(2025, "first", 0.5, None).replace("name = \"gender\"\ntitle", "name = \"sex\"\ntitle");
    let other = other.replace("dimensions = [\"gender\"]", "dimensions = [\"sex\"]");
    assert!(refusal(&releases, &loaded, &other).await.contains("other dimensions"));

    assert_eq!(spent(&releases, "2021"), [0, 0], "an earlier registration found later moves nobody");
    assert_eq!(spent(&releases, "2022"), [50, 20]);
    assert_eq!(spent(&releases, "2023"), [50, 20]);
    assert_eq!(spent(&releases, "2024"), [50, 0]);
}

/// The years until now in one release, and the next cohort in a second one of the same words: its table has no year.
#[tokio::test(flavor = "multi_thread")]
async fn the_next_cohort_continues_a_series_with_years() {
    let (mut loaded, releases) = (Loaded::empty().await, Releases::new());
    for year in [2022, 2023, 2024] {
        loaded.load("mission-en", &fixture(&format!("series/{year}.csv"))).await;
    }
    let with_years = |from: u16, to: u16| {
        let text = definition(from, "first", 0.5, None).replace(&format!("to = {from}"), &format!("to = {to}"));
        text.replace("dimensions = [\"gender\"]", "dimensions = [\"year\", \"gender\"]")
    };
    let years = releases.publish(&loaded, &with_years(2022, 2023)).await.unwrap();
    let next = releases.publish(&loaded, &with_years(2024, 2024)).await.unwrap();
    assert_eq!(releases.figures(&next), ["gender: woman = 1"]);
    compared(&years, &next, "woman 2 1 -1, man 3 0 -3");
    assert_eq!((spent(&releases, "2023"), spent(&releases, "2024")), ([50, 0], [50, 0]));
}

/// Two pseudonyms of one man lie in two registers: a case of 2021 and a referral of 2019. Whatever frame asks, he is of
/// 2019, so that no other cohort pays for him.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_record_in_another_register_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mut loaded = Loaded::empty().await;
    let registers = [
        (
            "referrals",
            "id,name,born,document,referred,gender,citizenship,from,to,outcome,assisted,region,state\n\
             SYN-O-1,Gulov Sino,,400009031,2019-05-06,man,TJK,police,ngo,pending,,TJ-DU,TJK\n",
        ),
        (
            "cases",
            "id,name,born,document,registered,gender,citizenship,recruited,exploited,purposes,services,status,state\n\
             SYN-O-2,Gulov Sino,1990-04-04,,2021-05-06,man,TJK,TJK,RUS,forced_labour,,identified,TJK\n",
        ),
        (
            "assistance",
            "id,name,born,document,given,gender,citizenship,group,services,items,region,returned_from,state\n\
             SYN-O-3,Gulov Sino,1990-04-04,400009031,2022-05-06,man,TJK,victim,shelter,,TJ-DU,,TJK\n",
        ),
    ];
    for (register, text) in registers {
        let file = folder.path().join(format!("{register}.csv"));
        std::fs::write(&file, text).unwrap();
        loaded.load_mapped(&fixture(&format!("five-states/{register}.toml")), &file).await;
    }
    assert_eq!(cohorts(&loaded).await.into_values().collect::<Vec<_>>(), ["2019"]);
    let releases = Releases::new();
    for (cohort, expected) in [(2019, vec!["gender: man = 1"]), (2021, vec![]), (2022, vec![])] {
        let release = releases.publish(&loaded, &definition(cohort, "first", 0.5, None)).await.unwrap();
        assert_eq!(releases.figures(&release), expected, "{cohort}");
    }
}
