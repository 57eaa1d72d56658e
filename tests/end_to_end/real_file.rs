//! The real CTDC file of 15 July 2021 through the binary: load, golden numbers, load again, release, server.

use std::collections::BTreeMap;

use crate::panoh::{Place, real_file, text};
use crate::server::Serving;

const CTDC: &str = "ctdc-2021/ctdc_kanon_20210715.csv";

/// CSV text as rows of header → cell.
fn rows(csv_text: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(csv_text.as_bytes()).deserialize().map(|row| row.expect("a CSV row")).collect()
}

#[test]
fn the_real_file_gives_the_golden_numbers_and_a_release_near_them() {
    let Some(file) = real_file(CTDC) else { return };
    let place = Place::with_home();

    let report = place.json(&["intake", text(&file), "--source", "ctdc-2021", "--json"]);
    assert_eq!(
        (&report["rows_read"], &report["loaded"], &report["refused"]),
        (&97_750.into(), &97_750.into(), &0.into())
    );

    let again = place.json(&["intake", text(&file), "--source", "ctdc-2021", "--json"]);
    assert_eq!((&again["outcome"], &again["loaded"]), (&"already_loaded".into(), &0.into()));
    assert_eq!(place.ok(&["query", "SELECT count(*) AS n FROM cases", "--format", "csv"]), "n\n97750\n");
    // The version before the load is still there to be asked.
    let before = place.ok(&["query", "SELECT count(*) AS n FROM cases", "--at", "0", "--format", "csv"]);
    assert_eq!(before, "n\n0\n");

    let routes = rows(&place.ok(&["stats", "routes", "--format", "csv"]));
    let persons = |origin: &str, destination: &str| -> u64 {
        let found = routes.iter().filter(|row| row["origin"] == origin && row["destination"] == destination);
        found.map(|row| row["persons"].parse::<u64>().expect("a count")).sum()
    };
    assert_eq!(routes.len(), 155);
    assert_eq!(routes.iter().map(|row| row["persons"].parse::<u64>().expect("a count")).sum::<u64>(), 31_435);
    let golden = [
        ("USA", "USA", 6_366),
        ("UKR", "RUS", 4_499),
        ("MEX", "USA", 2_351),
        ("PHL", "PHL", 1_988),
        ("MMR", "IDN", 1_229),
        ("KHM", "KHM", 912),
        ("BLR", "RUS", 800),
        ("UKR", "POL", 709),
        ("KGZ", "RUS", 201),
        ("KGZ", "KAZ", 94),
        ("TJK", "TJK", 77),
        ("UZB", "KAZ", 64),
        ("UZB", "RUS", 23),
    ];
    for (origin, destination, count) in golden {
        assert_eq!(persons(origin, destination), count, "{origin} to {destination}");
    }

    let published = place.json(&["release", "publish", "ctdc-2021", "--json"]);
    let id = published["id"].as_str().expect("a release has an id").to_owned();
    let folder = place.home().join("published").join(&id);
    place.ok(&["release", "verify", text(&folder)]);

    let serving = Serving::start(&place);
    let gender = serving.json("/v1/trends/gender?format=json");
    let women_2019 = value(&gender, &[("year", "2019"), ("gender", "woman")]);
    assert!(women_2019.within(exact(&place, "registered_year = 2019 AND gender = 'woman'")), "{women_2019:?}");
    let destinations = serving.json("/v1/trends/destinations?format=json");
    let usa_2016 = value(&destinations, &[("year", "2016"), ("destination", "USA")]);
    assert!(usa_2016.within(exact(&place, "registered_year = 2016 AND destination = 'USA'")), "{usa_2016:?}");
    for (origin, destination) in [("UKR", "RUS"), ("KGZ", "RUS"), ("TJK", "TJK"), ("FJI", "ISL")] {
        let asked = format!("/v1/trends/routes?format=json&origin={origin}&destination={destination}");
        let released = value(&serving.json(&asked), &[("origin", origin), ("destination", destination)]);
        let filter = format!("origin = '{origin}' AND destination = '{destination}'");
        assert!(released.within(exact(&place, &filter)), "{origin} to {destination}: {released:?}");
    }
}

/// The exact count on the trusted host.
fn exact(place: &Place, filter: &str) -> f64 {
    let sql = format!("SELECT count(DISTINCT person) AS n FROM routes WHERE {filter}");
    let csv = place.ok(&["query", &sql, "--format", "csv"]);
    csv.lines().nth(1).expect("one row").parse().expect("a count")
}

/// A released value with its error.
#[derive(Debug)]
struct Released {
    value: f64,
    standard_error: f64,
    lower: f64,
    upper: f64,
}

impl Released {
    /// Within six standard errors: wrong by chance less than once in five hundred million runs.
    fn within(&self, exact: f64) -> bool {
        let half = (self.upper - self.lower) / 2.0;
        let honest = (half - 1.959_964 * self.standard_error).abs() < 0.02 * half + 0.11;
        honest && self.standard_error > 0.0 && (self.value - exact).abs() <= 6.0 * self.standard_error
    }
}

fn value(answer: &serde_json::Value, codes: &[(&str, &str)]) -> Released {
    let rows = answer["rows"].as_array().expect("an answer has rows");
    let row = rows
        .iter()
        .find(|row| codes.iter().all(|(dimension, code)| row[*dimension] == *code || row["codes"][*dimension] == *code))
        .unwrap_or_else(|| panic!("no row for {codes:?} in {}", rows[0]));
    let number = |name: &str| row[name].as_f64().unwrap_or_else(|| panic!("{name} is a number in {row}"));
    Released {
        value: number("value"),
        standard_error: number("standard_error"),
        lower: number("lower"),
        upper: number("upper"),
    }
}
