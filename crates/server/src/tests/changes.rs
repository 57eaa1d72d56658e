//! What changes while the server runs: releases come and go, files are edited, and nothing that is not whole is served.

use std::fs;

use panoh_publication::write;

use super::*;

/// Publishes the fixture under another id and day.
fn publish_as(published: &Path, id: &str, day: &str) {
    let mut draft = fixture::draft();
    draft.id = panoh_publication::Slug::new(id).expect("a name");
    draft.day = panoh_publication::Day::new(day).expect("a day");
    write(published, &draft, &fixture::signer()).expect("the fixture fits together");
}

fn ids(shelves: &Shelves) -> Vec<String> {
    shelves.public().newest_first().map(|artefact| artefact.release.id.to_string()).collect()
}

#[test]
fn a_shelf_is_made_anew_only_where_something_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    fixture::publish(folder.path());
    let first = Shelves::open(folder.path()).expect("a folder");
    assert!(Shelves::open_again(folder.path(), &first).expect("a folder").is_none(), "nothing has changed");

    publish_as(folder.path(), "later", "2026-12-01");
    let second = Shelves::open_again(folder.path(), &first).expect("a folder").expect("one more");
    assert_eq!(ids(&second), ["later", fixture::ID]);
    let same = |shelves: &Shelves| Arc::clone(shelves.public().newest_first().last().expect("the first release"));
    assert!(Arc::ptr_eq(&same(&first), &same(&second)), "what is as it was is not read again");

    // An edited file takes its release from the shelf, and mending it brings the release back.
    let table = folder.path().join("later/tables/gender_by_year.csv");
    let good = fs::read(&table).expect("the table");
    fs::write(&table, String::from_utf8(good.clone()).expect("text").replacen("2018", "2017", 1)).expect("edited");
    let third = Shelves::open_again(folder.path(), &second).expect("a folder").expect("a change");
    assert_eq!(ids(&third), [fixture::ID]);
    fs::write(&table, [good.as_slice(), b" "].concat()).expect("edited");
    let fourth = Shelves::open_again(folder.path(), &third).expect("a folder").expect("a change");
    assert_eq!(ids(&fourth), [fixture::ID]);
    fs::write(&table, good).expect("mended");
    let fifth = Shelves::open_again(folder.path(), &fourth).expect("a folder").expect("a change");
    assert_eq!(ids(&fifth), ["later", fixture::ID]);

    // Half of a folder, as a copy that goes on leaves it.
    fs::create_dir(folder.path().join("half")).expect("a folder");
    fs::write(folder.path().join("half/release.json"), "{").expect("written");
    let sixth = Shelves::open_again(folder.path(), &fifth).expect("a folder").expect("a change");
    assert_eq!(ids(&sixth), ["later", fixture::ID]);
    fs::remove_dir_all(folder.path().join("later")).expect("removed");
    assert_eq!(ids(&Shelves::open_again(folder.path(), &sixth).expect("a folder").expect("a change")), [fixture::ID]);
}

#[tokio::test]
async fn a_running_server_serves_what_has_come() {
    let folder = tempfile::tempdir().expect("a folder");
    fixture::publish(folder.path());
    let served = Served::open(sources(folder.path())).expect("a folder");
    let router = router(served.clone(), &Settings::default());
    let follow = tokio::spawn(served.clone().follow(std::time::Duration::from_millis(20)));
    assert_eq!(get(&router, "/v1/trends/gender").await.json()["releases"][0]["release"], fixture::ID);
    publish_as(folder.path(), "later", "2026-12-01");
    while served.shelves().public().len() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(get(&router, "/v1/trends/gender").await.json()["releases"][0]["release"], "later");
    follow.abort();
}

#[tokio::test]
async fn a_difference_has_the_error_of_the_noise_that_both_share() {
    let folder = tempfile::tempdir().expect("a folder");
    fixture::publish(folder.path());
    let cube = panoh_publication::read(&folder.path().join(fixture::ID)).expect("whole").cube;
    let router = over(folder.path());
    let address = "/v1/releases/trends-2026-11-22/cube?dimensions=gender&compare=year:2019,2023";
    let json = get(&router, address).await.json();
    assert_eq!(json["compared"], serde_json::json!({"dimension": "year", "before": ["2019"], "after": ["2023"]}));
    let rows = json["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 5);
    for (code, row) in rows.iter().enumerate() {
        let slice = |year: usize| cube.slice(&[(0, vec![year]), (1, vec![code])]).expect("codes");
        let wanted = cube.difference(&slice(5), &slice(1)).expect("released");
        let near = |name: &str, number: f64| (row[name].as_f64().expect("a number") - number).abs() < 1e-5;
        assert!(near("value", wanted.estimate) && near("standard_error", wanted.standard_error), "{row}");
        assert!(near("before", cube.value(&slice(1)).expect("released").estimate), "{row}");
        assert_eq!(row["larger_than_noise"], wanted.is_larger_than_noise(5), "{row}");
    }
    for (compare, kind) in [
        ("year", "not-comparable"),
        ("year:2019", "not-comparable"),
        ("year:2019,2019", "not-comparable"),
        ("gender:woman,man", "not-comparable"),
        ("year:2018,2019,2020", "not-comparable"),
        ("year:2019,1850", "unknown-code"),
        ("planet:a,b", "unknown-dimension"),
        ("destination:RUS,KAZ", "not-released"),
    ] {
        let asked = format!("/v1/releases/trends-2026-11-22/cube?dimensions=gender&compare={compare}");
        assert_eq!(get(&router, &asked).await.json()["type"], format!("urn:panoh:problem:{kind}"), "{compare}");
    }
}
