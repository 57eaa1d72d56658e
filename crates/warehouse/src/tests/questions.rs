//! Views and statistics against answers counted by hand from the fixture.

use std::collections::BTreeSet;

use super::fixture::{aliases, batch, dictionary, empty, filled, lines, pseudonym};
use crate::{Arguments, Described, ValueKind, WarehouseError, statistics, views};

async fn answer(name: &str, arguments: &Arguments) -> Vec<String> {
    let statistic = statistics().unwrap().into_iter().find(|statistic| statistic.name == name).unwrap();
    let home = filled().await;
    lines(home.session().await.statistic(&statistic, arguments).await.unwrap()).await
}

async fn refusal(name: &str, arguments: &Arguments) -> WarehouseError {
    let statistic = statistics().unwrap().into_iter().find(|statistic| statistic.name == name).unwrap();
    let home = filled().await;
    home.session().await.statistic(&statistic, arguments).await.unwrap_err()
}

fn only(dimension: &str, code: &str) -> Arguments {
    Arguments { filters: vec![(dimension.into(), code.into())], ..Arguments::default() }
}

#[tokio::test]
async fn routes() {
    let all = [
        "TJK,RUS,2,citizenship,proxy,identified",
        "TJK,ARE,1,citizenship,intended,prevented",
        "TJK,RUS,1,recruitment,recorded,identified",
        "TJK,TJK,1,recruitment,recorded,identified",
        "TJK,TUR,1,recruitment,recorded,possible",
        "UZB,KAZ,1,citizenship,proxy,identified",
    ];
    assert_eq!(answer("routes", &Arguments::default()).await, all);
    assert_eq!(answer("routes", &only("gender", "woman")).await, [all[2], all[3]]);
    assert_eq!(answer("routes", &only("basis", "recorded")).await, [all[2], all[3], all[4]]);
    assert_eq!(answer("routes", &only("origin", "UZ")).await, [all[5]], "alpha-2 codes are understood");
    assert_eq!(answer("routes", &only("citizenship", "KAZ")).await, [all[5]], "any of several citizenships");
    assert_eq!(answer("routes", &only("purpose", "other")).await, [all[4]]);
    assert_eq!(answer("routes", &only("source", "htcds")).await, [all[2]]);
    assert_eq!(answer("routes", &only("gender", "missing")).await, [all[4]], "absence can be asked for");
    assert_eq!(
        answer("routes", &only("status", "not_a_victim")).await,
        ["TJK,RUS,1,recruitment,recorded,not_a_victim"]
    );
    let years = Arguments { from: Some(2019), to: Some(2019), filters: vec![("gender".into(), "man".into())] };
    let men_of_2019 = ["TJK,ARE,1,citizenship,intended,prevented", "TJK,RUS,1,citizenship,proxy,identified", all[5]];
    assert_eq!(answer("routes", &years).await, men_of_2019);
}

#[tokio::test]
async fn routes_by_year() {
    let expected = [
        "2018,TJK,RUS,1,citizenship,proxy,identified",
        "2018,TJK,RUS,1,recruitment,recorded,identified",
        "2018,TJK,TUR,1,recruitment,recorded,possible",
        "2019,TJK,ARE,1,citizenship,intended,prevented",
        "2019,TJK,RUS,1,citizenship,proxy,identified",
        "2019,TJK,RUS,1,recruitment,recorded,identified",
        "2019,TJK,TJK,1,recruitment,recorded,identified",
        "2019,UZB,KAZ,1,citizenship,proxy,identified",
    ];
    assert_eq!(answer("routes_by_year", &Arguments::default()).await, expected);
    assert_eq!(answer("routes_by_year", &Arguments { to: Some(2018), ..Arguments::default() }).await, expected[..3]);
}

#[tokio::test]
async fn destinations() {
    let expected = [
        "RUS,3,proxy,identified",
        "ARE,1,intended,prevented",
        "KAZ,1,proxy,identified",
        "RUS,1,recorded,identified",
        "TJK,1,recorded,identified",
        "TUR,1,recorded,possible",
    ];
    assert_eq!(answer("destinations", &Arguments::default()).await, expected);
}

#[tokio::test]
async fn gender_trend() {
    let expected = [
        "2018,man,1,0.5,,identified",
        "2018,man,1,1.0,,possible",
        "2018,missing,1,,,possible",
        "2018,woman,1,0.5,,identified",
        "2019,man,2,0.5,1,identified",
        "2019,woman,2,0.5,1,identified",
        "2019,man,1,1.0,,prevented",
        ",woman,1,1.0,,identified",
    ];
    assert_eq!(answer("gender_trend", &Arguments::default()).await, expected);
    assert_eq!(answer("gender_trend", &only("status", "prevented")).await, [expected[6]]);
    let exploited_in_russia = [
        "2018,man,1,0.5,,identified",
        "2018,missing,1,,,possible",
        "2018,woman,1,0.5,,identified",
        "2019,man,1,0.5,0,identified",
        "2019,woman,1,0.5,0,identified",
        ",woman,1,1.0,,identified",
    ];
    assert_eq!(answer("gender_trend", &only("destination", "RUS")).await, exploited_in_russia);
}

#[tokio::test]
async fn an_empty_warehouse_gives_empty_answers() {
    let session = empty().await.session().await;
    for statistic in statistics().unwrap() {
        assert!(lines(session.statistic(&statistic, &Arguments::default()).await.unwrap()).await.is_empty());
    }
}

#[tokio::test]
async fn conditions_are_checked() {
    let message = refusal("routes", &only("gander", "woman")).await.to_string();
    assert!(message.contains("gander") && message.contains("gender, age_band"), "{message}");
    assert!(!message.contains("from"), "years are no dimensions: {message}");
    let message = refusal("routes", &only("gender", "female")).await.to_string();
    assert!(message.contains("female") && message.contains("woman, man"), "{message}");
    let message = refusal("routes", &only("origin", "XYZ")).await.to_string();
    assert!(message.contains("list country"), "{message}");
    let message = refusal("routes", &only("source", "nowhere")).await.to_string();
    assert!(message.contains("ctdc-2021"), "{message}");
    let twice = Arguments {
        filters: vec![("gender".into(), "man".into()), ("gender".into(), "woman".into())],
        ..Arguments::default()
    };
    assert!(matches!(refusal("routes", &twice).await, WarehouseError::Twice(_)));
    let backwards = Arguments { from: Some(2020), to: Some(2019), ..Arguments::default() };
    assert!(matches!(refusal("routes", &backwards).await, WarehouseError::Years { .. }));
    assert!(matches!(refusal("gender_trend", &only("gender", "man")).await, WarehouseError::UnknownDimension { .. }));
    assert!(matches!(refusal("routes", &only("gender", "x' OR '1'='1")).await, WarehouseError::UnknownCode { .. }));
}

#[tokio::test]
async fn an_alias_makes_two_pseudonyms_one_person() {
    let home = filled().await;
    let persons = "SELECT count(*), count(DISTINCT person) FROM persons";
    assert_eq!(home.lines(persons).await, ["10,10"]);
    home.load("aliases", "load:01", &aliases(&[(10, 2)])).await;
    assert_eq!(home.lines(persons).await, ["9,9"]);
    let merged = format!("SELECT cohort FROM persons WHERE person = '{}'", pseudonym(2));
    assert_eq!(home.lines(&merged).await, ["2018"], "the older cohort stays");
    let route = "SELECT count(DISTINCT person) FROM routes WHERE destination = 'RUS' AND destination_basis = 'proxy'";
    assert_eq!(home.lines(route).await, ["2"]);
}

#[tokio::test]
async fn no_year_stays_only_when_there_is_no_other() {
    let home = filled().await;
    home.load("aliases", "load:01", &aliases(&[(6, 3)])).await;
    let cohorts = "SELECT cohort, count(*) FROM persons GROUP BY cohort ORDER BY cohort";
    assert_eq!(home.lines(cohorts).await, ["2018,5", "2019,4"]);
}

#[tokio::test]
async fn journeys_have_one_row_for_each_place_in_order() {
    let home = filled().await;
    let one =
        format!("SELECT step, role, basis, country FROM journeys WHERE person = '{}' ORDER BY step", pseudonym(5));
    let expected = [
        "1,recruitment,recorded,TJK",
        "2,transit,recorded,KAZ",
        "3,exploitation,recorded,RUS",
        "4,exploitation,recorded,TUR",
        "5,identification,recorded,TUR",
    ];
    assert_eq!(home.lines(&one).await, expected);
    assert_eq!(home.lines("SELECT count(*), count(DISTINCT record) FROM journeys").await, ["19,11"]);
}

#[tokio::test]
async fn codes_and_countries_can_be_joined() {
    let home = filled().await;
    let sql = "SELECT en, alpha_2, subregion FROM countries WHERE country = 'TJK'";
    assert_eq!(home.lines(sql).await, ["Tajikistan,TJ,central_asia"]);
    let sql = "SELECT count(*) FROM countries WHERE alpha_2 IS NULL OR alpha_2 <> upper(alpha_2)";
    assert_eq!(home.lines(sql).await, ["0"], "the first alias of a country is its alpha-2 code");
    let sql = "SELECT count(*) FROM cases JOIN codes ON list = 'gender' AND code = gender";
    assert_eq!(home.lines(sql).await, ["10"]);
}

#[tokio::test]
async fn shipped_sql_has_the_columns_that_its_head_describes() {
    let session = empty().await.session().await;
    let described = |columns: &[Described]| columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    for view in views().unwrap() {
        let plan = session.query(&format!("SELECT * FROM {}", view.name)).await.unwrap();
        let columns: Vec<_> = plan.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(columns, described(&view.columns), "view {}", view.name);
    }
    for statistic in statistics().unwrap() {
        let plan = session.statistic(&statistic, &Arguments::default()).await.unwrap();
        let columns: Vec<_> = plan.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(columns, described(&statistic.columns), "statistic {}", statistic.name);
    }
    let cases = views().unwrap().into_iter().find(|view| view.name == "cases").unwrap();
    let stored: Vec<_> =
        dictionary().table("cases").unwrap().columns.iter().map(|column| column.name.clone()).collect();
    assert_eq!(described(&cases.columns), stored, "the view has every stored column");
}

#[test]
fn shipped_heads_name_lists_of_the_dictionary() {
    let dictionary = dictionary();
    let views = views().unwrap().into_iter().flat_map(|view| view.columns);
    let counted = statistics().unwrap().into_iter().filter_map(|statistic| statistic.codes);
    let statistics = statistics().unwrap().into_iter().flat_map(|s| [s.parameters, s.columns].concat());
    let frames = crate::frames().unwrap().into_iter().flat_map(|frame| frame.columns);
    let lists: BTreeSet<_> = views
        .chain(statistics)
        .chain(frames)
        .filter_map(|described| match described.kind {
            ValueKind::Code { list } | ValueKind::Codes { list } | ValueKind::Outcome { list } => Some(list),
            _ => None,
        })
        .chain(counted)
        .collect();
    for list in lists {
        assert!(dictionary.list(&list).is_some(), "{list}");
    }
}

#[tokio::test]
async fn the_aliases_are_looked_up_and_not_joined() {
    let home = filled().await;
    let plan = async || home.lines("EXPLAIN SELECT person FROM cases").await.join("\n");
    let none = plan().await;
    assert!(!none.contains("Join") && !none.contains("known_as"), "{none}");
    home.load("aliases", "load:01", &aliases(&[(10, 2), (6, 3)])).await;
    let some = plan().await;
    assert!(!some.contains("Join") && some.contains("known_as"), "{some}");
    let told = "SELECT count(*), count(a.alias), count(a.person), count(*) FILTER (WHERE a.alias = c.person)
                  FROM stored.cases AS c LEFT JOIN stored.aliases AS a ON a.alias = c.person";
    let records =
        home.lines("SELECT count(*) FROM stored.cases WHERE person IN (SELECT alias FROM stored.aliases)").await;
    let all = home.lines("SELECT count(*) FROM stored.cases").await;
    assert_eq!(home.lines(told).await, [format!("{},{1},{1},{1}", all[0], records[0])]);
    let rule = "SELECT DISTINCT a.rule, a.alias = c.person, a.cohort
                  FROM stored.cases AS c LEFT JOIN stored.aliases AS a ON c.person = a.alias ORDER BY a.cohort";
    assert_eq!(home.lines(rule).await, ["document,true,2018", "document,true,2019", ",,"]);
    home.load("aliases", "load:02", &aliases(&[(10, 3)])).await;
    let twice = plan().await;
    assert!(twice.contains("Join"), "an alias that is there twice is joined, as the view says: {twice}");
}

/// Of two columns that are called `person` behind the look-up of the aliases, a condition means its own.
#[tokio::test]
async fn a_condition_means_the_column_that_it_names() {
    let home = filled().await;
    let all = home.lines("SELECT count(*) FROM internal_routes").await;
    assert_ne!(all, ["0"]);
    let known = "SELECT count(*) FROM internal_routes AS a WHERE EXISTS (
                   SELECT 1 FROM cases AS b
                    WHERE b.person = a.person AND (NOT array_has(b.services, 'none') OR b.gender_basis <> 'sex'))";
    assert_eq!(home.lines(known).await, all, "without aliases");
    home.load("aliases", "load:01", &aliases(&[(10, 2), (6, 3)])).await;
    assert_eq!(home.lines(known).await, all, "with aliases");
}

#[tokio::test]
async fn equal_rows_of_different_people_are_all_kept() {
    let home = empty().await;
    let mut one = super::fixture::CASES[1];
    let twins: Vec<_> = (1..=3)
        .map(|person| {
            one.person = person;
            one
        })
        .collect();
    home.load("cases", "load:00", &batch(&twins, 0)).await;
    assert_eq!(home.lines("SELECT count(*), count(DISTINCT person) FROM cases").await, ["3,3"]);
}
