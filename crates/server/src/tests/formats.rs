//! Formats: the same values in each, options for Excel, pages, archives, answers that are longer than memory should hold.

use std::io::Cursor;

use arrow::array::{AsArray as _, RecordBatch};
use arrow::datatypes::Float64Type;
use calamine::{Data, DataType as _, Reader as _, Xlsx};

use super::*;

const TABLE: &str = "/v1/releases/trends-2026-11-22/tables/routes_by_year";

/// Codes and figures of a batch of columns, as CSV has them.
fn cells(batch: &RecordBatch) -> Vec<(String, f64)> {
    let codes = batch.column_by_name("destination").expect("a column").as_string::<i32>();
    let values = batch.column_by_name("value").expect("a column").as_primitive::<Float64Type>();
    codes.iter().zip(values).map(|(code, value)| (code.expect("a code").to_owned(), value.expect("a value"))).collect()
}

#[tokio::test]
async fn all_formats_hold_the_same_values() {
    let router = served();
    let json = get(&router, TABLE).await.json();
    let rows = json["rows"].as_array().expect("rows");
    let wanted: Vec<(String, f64)> = rows
        .iter()
        .map(|row| {
            let code = row["codes"]["destination"].as_str().expect("a code");
            (code.to_owned(), row["value"].as_f64().expect("a value"))
        })
        .collect();
    assert_eq!(wanted.len(), 8 * 7 * 8);

    let csv = get(&router, &format!("{TABLE}?format=csv")).await;
    let mut reader = csv::Reader::from_reader(csv.body.as_slice());
    let header = reader.headers().expect("a header").clone();
    let at = |name: &str| header.iter().position(|column| column == name).expect(name);
    let (code, value) = (at("destination"), at("value"));
    let read: Vec<(String, f64)> = reader
        .records()
        .map(|row| row.expect("a row"))
        .map(|row| (row[code].to_owned(), row[value].parse().expect("a number")))
        .collect();
    assert_eq!(read, wanted);

    let parquet = get(&router, &format!("{TABLE}?format=parquet")).await;
    assert_eq!(parquet.header(header::CONTENT_TYPE), "application/vnd.apache.parquet");
    let reader =
        parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(parquet.body));
    let batches = reader.expect("Parquet").build().expect("Parquet");
    assert_eq!(batches.flat_map(|batch| cells(&batch.expect("rows"))).collect::<Vec<_>>(), wanted);

    let arrow = get(&router, &format!("{TABLE}?format=arrow")).await;
    let reader = arrow::ipc::reader::FileReader::try_new(Cursor::new(arrow.body), None).expect("Arrow");
    assert!(reader.schema().metadata()["citation"].contains("[synthetic data]"));
    assert_eq!(reader.flat_map(|batch| cells(&batch.expect("rows"))).collect::<Vec<_>>(), wanted);

    let xlsx = get(&router, &format!("{TABLE}?format=xlsx")).await;
    assert_eq!(xlsx.header(header::CONTENT_DISPOSITION), "attachment; filename=\"trends-2026-11-22-table.xlsx\"");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx.body)).expect("a workbook");
    let sheet = book.worksheet_range("figures").expect("a sheet");
    let cell = |row: &[Data]| (row[code].to_string(), row[value].as_f64().expect("a number"));
    let read: Vec<(String, f64)> = sheet.rows().skip(1).map(cell).collect();
    assert_eq!(read, wanted);

    let sdmx = get(&router, &format!("{TABLE}?format=sdmx")).await;
    let text = sdmx.text();
    assert!(text.starts_with("STRUCTURE,STRUCTURE_ID,ACTION,YEAR,ORIGIN,DESTINATION,OBS_VALUE,"), "{text}");
    let read: Vec<f64> =
        text.lines().skip(1).map(|line| line.split(',').nth(6).expect("a value").parse().expect("a number")).collect();
    assert_eq!(read, wanted.iter().map(|(_, value)| *value).collect::<Vec<_>>());
}

#[tokio::test]
async fn lists_come_in_all_formats_but_sdmx() {
    let router = served();
    for address in ["/v1/releases", "/v1/releases/trends-2026-11-22", "/v1/dictionary", "/v1/withdrawn"] {
        for format in ["json", "csv", "xlsx", "parquet", "arrow"] {
            let answer = get(&router, &format!("{address}?format={format}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{address} {format}");
            let again = get(&router, &format!("{address}?format={format}")).await;
            assert_eq!((answer.body, answer.headers), (again.body, again.headers), "{address} {format}");
        }
        assert_eq!(get(&router, &format!("{address}?format=sdmx")).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn excel_gets_a_mark_semicolons_and_a_comma() {
    let router = served();
    let answer = get(&router, "/v1/trends/gender?format=csv&bom=1&sep=%3B&decimal=comma&lang=tg").await;
    let text = answer.text();
    assert!(text.starts_with("\u{feff}year;year_label;gender;gender_label;value;"), "{text}");
    assert!(text.lines().nth(1).is_some_and(|line| line.contains("Зан") || line.contains(',')), "{text}");
    for (query, kind) in
        [("format=csv&sep=x", "bad-value"), ("format=json&bom=1", "bad-value"), ("format=csv&bom=yes", "bad-value")]
    {
        let problem = get(&router, &format!("/v1/trends/gender?{query}")).await;
        assert_eq!(problem.json()["type"], format!("urn:panoh:problem:{kind}"), "{query}");
        assert!(!problem.json()["allowed"].as_array().expect("a list").is_empty(), "{query}");
    }
}

#[tokio::test]
async fn pages_put_together_are_the_whole() {
    let router = served();
    let whole = get(&router, TABLE).await.json();
    let (mut address, mut rows) = (format!("{TABLE}?limit=100"), Vec::new());
    loop {
        let answer = get(&router, &address).await;
        let json = answer.json();
        assert_eq!(json["rows_total"], 448);
        rows.extend(json["rows"].as_array().expect("rows").clone());
        let Some(next) = json["next"].as_str() else {
            assert_eq!(
                answer.header(header::LINK),
                format!("<{TABLE}?format=json&limit=100&offset=300>; rel=\"prev\"")
            );
            break;
        };
        assert!(answer.header(header::LINK).contains(&format!("<{next}>; rel=\"next\"")), "{next}");
        address = next.to_owned();
    }
    assert_eq!(rows, whole["rows"].as_array().expect("rows").clone());
    assert_eq!(get(&router, &format!("{TABLE}?limit=0")).await.status, StatusCode::BAD_REQUEST);
    // A page of JSON is made in memory, a file is not.
    for (asked, status) in [("limit=100000", 200), ("limit=100001", 400), ("format=csv&limit=100001", 200)] {
        assert_eq!(get(&router, &format!("{TABLE}?{asked}")).await.status, status, "{asked}");
    }
    let behind = get(&router, &format!("{TABLE}?offset=1000&format=csv")).await;
    assert_eq!((behind.status, behind.text().lines().count()), (StatusCode::OK, 1));
}

#[tokio::test]
async fn a_package_is_the_folder_and_says_so_by_its_hashes() {
    let folder = tempfile::tempdir().expect("a folder");
    fixture::publish(folder.path());
    let router = over(folder.path());
    let address = "/v1/releases/trends-2026-11-22/package";
    let answer = get(&router, address).await;
    assert_eq!(answer.header(header::CONTENT_DISPOSITION), "attachment; filename=\"trends-2026-11-22.zip\"");
    let mut archive = zip::ZipArchive::new(Cursor::new(&answer.body)).expect("an archive");
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).expect("a file");
        let (name, mut bytes) = (file.name().expect("a name").into_owned(), Vec::new());
        std::io::Read::read_to_end(&mut file, &mut bytes).expect("bytes");
        assert_eq!(bytes, std::fs::read(folder.path().join(&name)).expect("the file"), "{name}");
    }
    assert!(archive.by_name("trends-2026-11-22/SHA256SUMS.sig").is_ok());
}

#[tokio::test]
async fn pages_are_the_same_however_they_are_asked_for() {
    let router = served();
    let base = "/v1/releases/trends-2026-11-22/cube";
    let first = get(&router, &format!("{base}?dimensions=gender&year=2018..2020&limit=2")).await;
    assert!(first.json()["next"].as_str().is_some_and(|next| next.ends_with("&limit=2&offset=2")), "{}", first.text());
    for same in [
        "limit=2&year=2020,2018,2019&dimensions=gender&lang=en",
        "dimensions=gender&year=2018%2C2019..2020&limit=2&format=json",
    ] {
        let answer = get(&router, &format!("{base}?{same}")).await;
        assert_eq!((&answer.body, answer.header(header::LINK)), (&first.body, first.header(header::LINK)), "{same}");
        assert_eq!(answer.header(header::ETAG), first.header(header::ETAG), "{same}");
    }
    for asked in [
        "/v1/trends/gender?from=2019&gender=woman..man&limit=3",
        "/v1/releases/trends-2026-11-22/cube?dimensions=gender&compare=year:2018..2019,2022..2023&limit=2&lang=tg",
    ] {
        let (mut address, mut rows) = (asked.to_owned(), 0);
        let total = loop {
            let json = get(&router, &address).await.json();
            rows += json["rows"].as_array().expect("rows").len();
            match json["next"].as_str() {
                Some(next) => next.clone_into(&mut address),
                None => break json["rows_total"].clone(),
            }
        };
        assert_eq!(total, rows, "{asked}");
    }
}

#[tokio::test]
async fn a_release_that_goes_while_it_is_packed_is_not_there() {
    let folder = tempfile::tempdir().expect("a folder");
    fixture::publish(folder.path());
    let router = over(folder.path());
    std::fs::rename(folder.path().join(fixture::ID), folder.path().join(".away")).expect("moved");
    let answer = get(&router, &format!("/v1/releases/{}/package", fixture::ID)).await;
    assert_eq!(
        (answer.status, &answer.json()["type"]),
        (StatusCode::NOT_FOUND, &"urn:panoh:problem:unknown-release".into())
    );
}
