//! Numbers: every value is that of the cube, with its error and origin, in JSON and CSV alike.

use super::*;
use panoh_publication::{DimensionCode, Labels, Level, NORMAL_QUANTILE, read, write};

fn near(json: &Json, expected: f64) -> bool {
    (json.as_f64().expect("a number") - expected).abs() < 1e-6
}

#[tokio::test]
async fn a_slice_has_the_exact_value_and_error() {
    let folder = tempfile::tempdir().expect("a folder");
    fixture::publish(folder.path());
    let cube = read(&folder.path().join(fixture::ID)).expect("whole").cube;
    let router = over(folder.path());
    let address = format!("/v1/releases/{}/cube?dimensions=gender&gender=woman,man&year=2019..2021", fixture::ID);
    let answer = get(&router, &address).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let json = answer.json();
    assert_eq!(json["rows"].as_array().expect("rows").len(), 2);
    assert_eq!(json["taken"]["year"], serde_json::json!(["2019", "2020", "2021"]));
    for (row, code) in json["rows"].as_array().expect("rows").iter().zip([0, 1]) {
        let slice = cube.slice(&[(0, vec![1, 2, 3]), (1, vec![code])]).expect("codes");
        let value = cube.value(&slice).expect("released");
        assert!(near(&row["value"], value.estimate) && near(&row["standard_error"], value.standard_error), "{row}");
        assert!(near(&row["upper"], value.estimate + NORMAL_QUANTILE * value.standard_error), "{row}");
    }
    assert_eq!(json["rows"][0]["codes"]["gender"], "woman");
    assert_eq!(json["rows"][0]["labels"]["gender"], "Woman");
}

#[tokio::test]
async fn the_head_says_where_numbers_come_from() {
    let json = get(&served(), "/v1/trends/gender").await.json();
    assert_eq!((&json["unit"], &json["series"]), (&"registered persons".into(), &Json::Null));
    assert_eq!(json["releases"].as_array().map(Vec::len), Some(1));
    let origin = &json["releases"][0];
    assert_eq!((&origin["release"], &json["rows"][0]["release"]), (&fixture::ID.into(), &fixture::ID.into()));
    assert_eq!(origin["synthetic"], true);
    assert_eq!(origin["licence"], "CC-BY-4.0");
    assert!(near(&origin["epsilon"], 6.943_212) && origin["delta"] == 1e-9 && near(&origin["rho"], 0.5));
    assert!(origin["citation"].as_str().expect("text").contains("[synthetic data]"));
}

#[tokio::test]
async fn the_three_trends_have_a_row_for_every_code() {
    let router = served();
    for (address, rows, dimensions) in [
        ("/v1/trends/gender", 8 * 5, "year gender"),
        ("/v1/trends/destinations", 8 * 8, "year destination"),
        ("/v1/trends/routes", 8 * 7 * 8, "year origin destination"),
        ("/v1/trends/gender?from=2020", 5 * 5, "year gender"),
        ("/v1/trends/gender?from=2020&to=2021&gender=man", 2, "year gender"),
        ("/v1/trends/routes?to=2018&origin=TJK,UZB&destination=RUS..ARE", 6, "year origin destination"),
        ("/v1/trends/destinations?release=trends-2026-11-22&to=2019", 16, "year destination"),
    ] {
        let json = get(&router, address).await.json();
        assert_eq!(json["rows"].as_array().map(Vec::len), Some(rows), "{address}");
        let names: Vec<&str> =
            json["dimensions"].as_array().expect("columns").iter().map(|d| d["name"].as_str().expect("text")).collect();
        assert_eq!(names.join(" "), dimensions, "{address}");
    }
}

#[tokio::test]
async fn csv_and_json_hold_the_same_numbers() {
    let router = served();
    for address in
        ["/v1/trends/routes", "/v1/releases/trends-2026-11-22/tables/gender_by_year", "/v1/trends/destinations?lang=tg"]
    {
        let json = get(&router, address).await.json();
        let csv = ask(&router, "GET", address, &[(header::ACCEPT, "text/csv")]).await;
        assert_eq!(csv.header(header::CONTENT_TYPE), "text/csv; charset=utf-8; header=present");
        let mut reader = csv::Reader::from_reader(csv.body.as_slice());
        let header = reader.headers().expect("a header").clone();
        let column = |name: &str| header.iter().position(|column| column == name).expect("a column");
        let rows = json["rows"].as_array().expect("rows");
        let mut count = 0;
        for (record, row) in reader.records().map(|record| record.expect("a row")).zip(rows) {
            for name in ["value", "standard_error", "lower", "upper"] {
                assert_eq!(record[column(name)].parse::<f64>().ok(), row[name].as_f64(), "{address} {name}");
            }
            assert_eq!(&record[column("year")], row["codes"]["year"].as_str().expect("a code"));
            assert_eq!(&record[column("release")], fixture::ID);
            assert_eq!(&record[column("synthetic")], "true");
            count += 1;
        }
        assert_eq!(count, rows.len(), "{address}");
    }
}

#[tokio::test]
async fn text_that_a_spreadsheet_would_run_is_guarded_and_numbers_are_not() {
    let router = served();
    let csv = get(&router, "/v1/trends/routes?format=csv").await;
    assert!(csv.text().contains(",TKM,'=Turkmenistan,"), "a label that looks like a formula");
    assert!(!csv.text().contains(",=Turkmenistan"));
    let negative = csv.text().lines().skip(1).any(|line| line.contains(",-") && !line.contains("'-"));
    assert!(negative, "some empty cell is estimated below zero and stays a number");
}

#[tokio::test]
async fn a_total_is_the_cube_without_dimensions() {
    let router = served();
    let json = get(&router, "/v1/releases/trends-2026-11-22/cube").await.json();
    assert_eq!(json["rows"].as_array().map(Vec::len), Some(1));
    let years = get(&router, "/v1/releases/trends-2026-11-22/cube?dimensions=year").await.json();
    let sum: f64 = years["rows"].as_array().expect("rows").iter().filter_map(|row| row["value"].as_f64()).sum();
    assert!((json["rows"][0]["value"].as_f64().expect("a number") - sum).abs() < 1e-4);
    assert!(near(&json["rows"][0]["standard_error"], 2.4), "the total has the error of the total");
}

#[tokio::test]
async fn labels_come_in_three_languages() {
    let router = served();
    let russian = get(&router, "/v1/trends/gender?lang=ru").await;
    assert_eq!(russian.header(header::CONTENT_LANGUAGE), "ru");
    assert_eq!(russian.json()["dimensions"][1]["title"], "Пол");
    let dictionary = get(&router, "/v1/dictionary").await.json();
    assert_eq!(dictionary["dimensions"][1]["title"]["tg"], "Ҷинс");
    let csv = get(&router, "/v1/dictionary?format=csv").await;
    assert!(csv.text().starts_with("dimension,code,en,ru,tg,parent,release\nyear,2018,2018,2018,2018,,"));
}

#[tokio::test]
async fn releases_are_listed_and_described() {
    let router = served();
    let list = get(&router, "/v1/releases").await.json();
    assert_eq!(list["releases"][0]["release"], fixture::ID);
    let one = get(&router, "/v1/releases/trends-2026-11-22").await.json();
    assert_eq!(one["tables"][2]["cells"], 8 * 7 * 8);
    assert_eq!(one["definition"]["rho"], 0.5);
    assert_eq!(one["queries"].as_array().map(Vec::len), Some(10));
    assert!(one["promised"].to_string().contains("one person"));
    for href in one["tables"].as_array().expect("tables").iter().filter_map(|table| table["href"].as_str()) {
        assert_eq!(get(&router, href).await.status, StatusCode::OK, "{href}");
    }
    let csv = get(&router, "/v1/releases/trends-2026-11-22?format=csv").await;
    assert_eq!(csv.text().lines().count(), 4);
    assert!(get(&router, "/v1/releases?format=csv").await.text().starts_with("release,day,synthetic,"));
}

#[tokio::test]
async fn a_coarser_level_is_a_sum_with_its_exact_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut draft = fixture::draft();
    let region = |code: &str| match code {
        "RUS" => Some("europe".to_owned()),
        "other" | "not_known" => None,
        _ => Some("asia".to_owned()),
    };
    let destination = &mut draft.dimensions[3];
    destination.codes.iter_mut().for_each(|code| code.parent = region(&code.code));
    let code = |code: &str| DimensionCode { code: code.to_owned(), labels: Labels::same(code), parent: None };
    let codes = vec![code("asia"), code("europe")];
    destination.levels = vec![Level { name: "world_region".into(), title: Labels::same("Region"), codes }];
    write(folder.path(), &draft, &fixture::signer()).expect("the fixture fits together");
    let cube = read(&folder.path().join(fixture::ID)).expect("whole").cube;
    let router = over(folder.path());
    let base = format!("/v1/releases/{}/cube", fixture::ID);

    let asia: Vec<usize> = vec![1, 2, 3, 4, 5];
    let slice = |codes: Vec<usize>| cube.value(&cube.slice(&[(3, codes)]).expect("codes")).expect("released");
    let json = get(&router, &format!("{base}?dimensions=destination:world_region")).await.json();
    let rows = json["rows"].as_array().expect("rows");
    let codes: Vec<&str> =
        rows.iter().map(|row| row["codes"]["destination_world_region"].as_str().expect("a code")).collect();
    assert_eq!(codes, ["asia", "europe", "other", "not_known"]);
    for (row, codes) in rows.iter().zip([asia.clone(), vec![0], vec![6], vec![7]]) {
        let value = slice(codes);
        assert!(near(&row["value"], value.estimate) && near(&row["standard_error"], value.standard_error), "{row}");
    }
    let one = get(&router, &format!("{base}?destination=world_region:asia")).await.json();
    assert!(near(&one["rows"][0]["value"], slice(asia.clone()).estimate), "{one}");
    assert!(near(&one["rows"][0]["standard_error"], slice(asia).standard_error), "{one}");
    let within = get(&router, &format!("{base}?dimensions=destination:world_region&destination=RUS,KAZ")).await.json();
    assert_eq!(within["rows"].as_array().map(Vec::len), Some(2), "{within}");
    for (query, kind, offered) in [
        ("dimensions=destination:planet", "unknown-level", "world_region"),
        ("destination=planet:asia", "unknown-level", "world_region"),
        ("destination=world_region:mars", "unknown-code", "world_region:asia"),
        ("dimensions=gender:world_region", "unknown-level", ""),
    ] {
        let problem = get(&router, &format!("{base}?{query}")).await.json();
        assert_eq!(problem["type"], format!("urn:panoh:problem:{kind}"), "{query}");
        assert!(problem["allowed"].to_string().contains(offered), "{problem}");
    }
}
