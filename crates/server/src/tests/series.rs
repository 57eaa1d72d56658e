//! A series: its releases are read as one line, a revised one gives way, and each row has the error of its own release.

use panoh_publication::{read, write};

use super::*;

/// Two years in one release, one year in the next, a revision of that, and another year that is in no series.
fn published() -> (tempfile::TempDir, Router) {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |id: &str, day: &str, cohorts: &str, more: &str| {
        let draft = fixture::draft_of_series(id, day, cohorts, more);
        write(folder.path(), &draft, &fixture::signer()).expect("the fixture fits together");
    };
    put("yearly-2018-2019", "2020-03-01", "{ from = 2018, to = 2019, no_year = true }", "");
    put("yearly-2020", "2021-03-01", "{ from = 2020, to = 2020 }", "");
    put(
        "yearly-2020-revised",
        "2022-03-01",
        "{ from = 2020, to = 2020 }",
        "purpose = \"revision\"\nsupersedes = \"yearly-2020\"",
    );
    let router = over(folder.path());
    (folder, router)
}

#[tokio::test]
async fn a_trend_is_read_over_the_whole_series() {
    let (folder, router) = published();
    let json = get(&router, "/v1/trends/gender").await.json();
    assert_eq!(json["series"], "yearly");
    let releases: Vec<&str> = json["releases"]
        .as_array()
        .expect("origins")
        .iter()
        .map(|one| one["release"].as_str().expect("an id"))
        .collect();
    assert_eq!(releases, ["yearly-2018-2019", "yearly-2020-revised"]);
    let rows = json["rows"].as_array().expect("rows");
    let years: Vec<&str> = rows.iter().step_by(5).map(|row| row["codes"]["year"].as_str().expect("a year")).collect();
    assert_eq!((rows.len(), &years[..]), (20, &["2018", "2019", "2020", "no_year"][..]));
    assert_eq!(json["dimensions"][0]["title"], "Year first registered");
    let revised = read(&folder.path().join("yearly-2020-revised")).expect("whole").cube;
    for row in rows.iter().filter(|row| row["codes"]["year"] == "2020") {
        let code = revised.dimensions()[0].position(row["codes"]["gender"].as_str().expect("a code")).expect("known");
        let value = revised.value(&revised.slice(&[(0, vec![code])]).expect("a code")).expect("released");
        assert!((row["value"].as_f64().expect("a number") - value.estimate).abs() < 1e-5, "{row}");
        assert!((row["standard_error"].as_f64().expect("a number") - value.standard_error).abs() < 1e-5, "{row}");
        assert_eq!(row["release"], "yearly-2020-revised");
    }
}

#[tokio::test]
async fn a_series_is_narrowed_as_one_release_is() {
    let (_folder, router) = published();
    for (address, rows) in [
        ("/v1/trends/gender?from=2019&to=2020&gender=woman", 2),
        ("/v1/trends/gender?from=2020", 5),
        ("/v1/trends/gender?to=2018", 5),
        ("/v1/trends/gender?release=yearly-2020", 5),
        ("/v1/trends/gender?series=yearly&gender=woman..man", 8),
        ("/v1/trends/routes?from=2019&to=2020&origin=TJK&destination=RUS", 2),
        ("/v1/trends/gender?limit=7&offset=4", 7),
    ] {
        let json = get(&router, address).await.json();
        assert_eq!(json["rows"].as_array().map(Vec::len), Some(rows), "{address}");
    }
    let json = get(&router, "/v1/trends/gender?limit=7&offset=4").await.json();
    assert_eq!((&json["rows_total"], &json["offset"]), (&20.into(), &4.into()));
    for (address, kind) in [
        ("/v1/trends/gender?from=2021", "bad-value"),
        ("/v1/trends/gender?series=none", "not-released"),
        ("/v1/trends/gender?series=yearly&release=yearly-2020", "bad-value"),
    ] {
        assert_eq!(get(&router, address).await.json()["type"], format!("urn:panoh:problem:{kind}"), "{address}");
    }
}

#[tokio::test]
async fn a_sheet_of_a_series_says_in_each_row_where_it_comes_from() {
    let (_folder, router) = published();
    let csv = get(&router, "/v1/trends/gender?format=csv").await;
    let lines: Vec<&str> = csv.text().lines().collect();
    assert_eq!(lines.len(), 21);
    assert!(
        lines[0].starts_with(
            "year,year_label,gender,gender_label,value,standard_error,lower,upper,quality,unit,release,day"
        ),
        "{}",
        lines[0]
    );
    assert!(lines[1].starts_with("2018,2018,woman,Woman,") && lines[1].contains(",yearly-2018-2019,2020-03-01,"));
    assert!(lines[11].starts_with("2020,2020,woman,") && lines[11].contains(",yearly-2020-revised,2022-03-01,"));
    assert!(lines[20].starts_with("no_year,"));
    let json = get(&router, "/v1/trends/gender").await.json();
    for (line, row) in lines[1..].iter().zip(json["rows"].as_array().expect("rows")) {
        let value: f64 = line.split(',').nth(4).and_then(|cell| cell.parse().ok()).expect("a number");
        assert_eq!(Some(value), row["value"].as_f64(), "{line}");
    }
}

#[tokio::test]
async fn series_are_listed_with_what_was_revised() {
    let (_folder, router) = published();
    let json = get(&router, "/v1/series").await.json();
    let series = &json["series"][0];
    assert_eq!((&series["series"], &series["dimensions"][0]), (&"yearly".into(), &"gender".into()));
    let releases: Vec<(&str, bool)> = series["releases"]
        .as_array()
        .expect("releases")
        .iter()
        .map(|one| (one["release"].as_str().expect("an id"), one["current"].as_bool().expect("yes or no")))
        .collect();
    assert_eq!(releases, [("yearly-2018-2019", true), ("yearly-2020", false), ("yearly-2020-revised", true)]);
    assert_eq!(series["releases"][2]["revises"], "yearly-2020");
    assert_eq!(get(&router, "/v1/series?format=csv").await.text().lines().count(), 4);
    assert_eq!(get(&served(), "/v1/series").await.json()["series"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn charts_are_pictures_with_their_source() {
    let router = served();
    for name in ["gender", "destinations", "routes"] {
        let answer = get(&router, &format!("/v1/charts/{name}.svg")).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        assert_eq!(answer.header(header::CONTENT_TYPE), "image/svg+xml");
        let text = answer.text();
        assert!(text.starts_with("<svg xmlns=") && text.trim_end().ends_with("</svg>"), "{name}");
        assert!(text.contains(fixture::ID) && text.contains("SYNTHETIC DATA") && text.contains("Registered persons"));
    }
    let painted = get(&router, "/v1/charts/gender.png").await;
    assert_eq!((painted.status, painted.header(header::CONTENT_TYPE)), (StatusCode::OK, "image/png"));
    assert_eq!(&painted.body[1..4], b"PNG");
    let same = format!("/v1/charts/gender.svg?release={}", fixture::ID);
    assert_eq!(get(&router, &same).await.body, get(&router, "/v1/charts/gender.svg").await.body);
    for (address, kind) in [
        ("/v1/charts/planet.svg", "unknown-chart"),
        ("/v1/charts/gender.gif", "unknown-chart"),
        ("/v1/charts/gender.svg?release=none", "unknown-release"),
        ("/v1/charts/gender.svg?colour=red", "unknown-parameter"),
    ] {
        assert_eq!(get(&router, address).await.json()["type"], format!("urn:panoh:problem:{kind}"), "{address}");
    }
}

#[tokio::test]
async fn a_release_is_compared_with_an_earlier_one_of_its_kind() {
    let (folder, router) = published();
    let address = "/v1/releases/yearly-2020-revised/tables/gender_by_year?compare=yearly-2020";
    let json = get(&router, address).await.json();
    let cube = |id: &str| read(&folder.path().join(id)).expect("whole").cube;
    let (before, after) = (cube("yearly-2020"), cube("yearly-2020-revised"));
    assert_eq!((&json["over_years"], &json["before"]["release"]), (&false.into(), &"yearly-2020".into()));
    let rows = json["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 5);
    for (code, row) in rows.iter().enumerate() {
        let [before, after] = [&before, &after]
            .map(|cube| cube.value(&cube.slice(&[(0, vec![code])]).expect("a code")).expect("released"));
        let near = |name: &str, wanted: f64| (row[name].as_f64().expect("a number") - wanted).abs() < 1e-5;
        assert!(near("value", after.estimate - before.estimate), "{row}");
        assert!(near("standard_error", before.standard_error.hypot(after.standard_error)), "{row}");
        assert!(near("before", before.estimate) && near("after", after.estimate), "{row}");
    }
    let csv = get(&router, &format!("{address}&format=csv")).await;
    assert!(csv.text().starts_with("gender,gender_label,before,after,value,standard_error,lower,upper,quality,"));
    assert_eq!(csv.text().lines().count(), 6);
    for (compare, kind) in
        [("yearly-2020-revised", "not-comparable"), ("none", "unknown-release"), ("yearly-2018-2019", "not-comparable")]
    {
        let address = format!("/v1/releases/yearly-2020-revised/tables/destinations_by_year?compare={compare}");
        let answer = get(&router, &address).await.json();
        if compare == "yearly-2018-2019" {
            assert_eq!(answer["over_years"], true, "other years are summed over");
        } else {
            assert_eq!(answer["type"], format!("urn:panoh:problem:{kind}"), "{compare}");
        }
    }
}
