//! The pages: complete without script, marked where synthetic, in three languages, and true to the numbers of the API.

use std::collections::BTreeSet;

use panoh_pages::PAGES;

use super::*;

/// The values of an attribute.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    html.split(&format!(" {name}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn every_page_is_whole_without_a_script_in_three_languages() {
    let router = served();
    for (_, path) in PAGES {
        for lang in ["en", "ru", "tg"] {
            let page = get(&router, &format!("{path}?lang={lang}")).await;
            let address = format!("{path} in {lang}");
            assert_eq!((page.status, page.header(header::CONTENT_TYPE)), (StatusCode::OK, "text/html; charset=utf-8"));
            assert_eq!(page.header(header::CONTENT_LANGUAGE), lang);
            let html = page.text();
            assert!(html.contains(&format!("<html lang=\"{lang}\">")), "{address}");
            for forbidden in ["<script", " style=", "onload", "href=\"http", "src=\""] {
                assert!(!html.contains(forbidden), "{address}: {forbidden}");
            }
            let ids = attributes(html, "id");
            assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{address}: an id is there twice");
            for named in attributes(html, "aria-labelledby").iter().flat_map(|names| names.split(' ')) {
                assert!(ids.contains(&named), "{address}: nothing has the id {named}");
            }
            assert_eq!(html.matches("<h1>").count(), 1, "{address}");
            assert!(page.body.len() < 400_000, "{address}: {} bytes", page.body.len());
        }
    }
}

#[tokio::test]
async fn people_are_answered_in_the_language_that_they_read() {
    let answer = |accept: &'static str| async move {
        let page = ask(&served(), "GET", "/", &[(header::ACCEPT_LANGUAGE, accept)]).await;
        page.header(header::CONTENT_LANGUAGE).to_owned()
    };
    assert_eq!(answer("ru-RU,ru;q=0.9").await, "ru");
    assert_eq!(answer("tg, ru;q=0.5").await, "tg");
    assert_eq!(answer("de").await, "en");
    assert!(get(&served(), "/").await.header(header::VARY).contains("accept-language"));
}

#[tokio::test]
async fn pages_say_what_they_count_and_what_that_cost() {
    let router = served();
    let html = get(&router, "/").await;
    for words in [
        "Registered is not the same as trafficked",
        "Year first registered",
        fixture::ID,
        "22\u{a0}November 2026",
        "ε 6.95",
        "δ 10⁻⁹",
        "95 %",
    ] {
        assert!(html.text().contains(words), "{words}");
    }
    for (_, path) in PAGES {
        let page = get(&router, path).await;
        assert!(
            page.text().contains("<strong>Synthetic data.</strong>") && page.text().contains("<title>SYNTHETIC DATA")
        );
        let pictures = page.text().matches("<svg ").count();
        assert_eq!(page.text().matches("SYNTHETIC DATA · Panoh, release").count(), pictures, "{path}: in each picture");
    }
}

#[tokio::test]
async fn real_figures_are_not_called_synthetic() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut draft = fixture::draft();
    draft.synthetic = false;
    panoh_publication::write(folder.path(), &draft, &fixture::signer()).expect("writes");
    let router = over(folder.path());
    for (_, path) in PAGES {
        assert!(!get(&router, path).await.text().to_lowercase().contains("synthetic"), "{path}");
    }
}

/// The table of a page, the file of its figure and the API say the same.
#[tokio::test]
async fn pages_show_the_numbers_of_the_api() {
    let router = served();
    let page = get(&router, "/people").await;
    let json = get(&router, "/v1/trends/gender?from=2024&to=2024&gender=woman").await.json();
    let value = json["rows"][0]["value"].as_f64().expect("a number");
    let half = json["rows"][0]["upper"].as_f64().expect("a number") - value;
    let shown = format!("<td>{value:.0}\u{a0}±\u{a0}{:.0}</td>", half.ceil());
    assert!(page.text().contains(&shown), "{shown}");
    let csv = get(&router, "/v1/charts/gender.csv").await;
    let row = csv.text().lines().find(|line| line.starts_with("2024,woman,")).expect("a row");
    let number: f64 = row.split(',').nth(3).and_then(|text| text.parse().ok()).expect("a number");
    assert!((number - value).abs() < 1e-6, "{row}");
}

/// Every link of every page leads somewhere.
#[tokio::test]
async fn every_link_is_answered() {
    // The folder stays: an archive is made of its files.
    let folder = tempfile::tempdir().expect("a folder");
    fixture::publish(folder.path());
    let router = over(folder.path());
    let mut links = BTreeSet::new();
    for (_, path) in PAGES {
        let page = get(&router, path).await;
        links.extend(attributes(page.text(), "href").into_iter().map(str::to_owned));
    }
    for link in links.iter().filter(|link| link.starts_with('/')) {
        let link = link.replace("&#38;", "&").replace("&amp;", "&");
        let link = link.split('#').next().unwrap_or_default();
        assert_eq!(get(&router, link).await.status, StatusCode::OK, "{link}");
    }
    assert!(links.iter().any(|link| link.contains("destination=RUS")), "a country has a page");
}

#[tokio::test]
async fn a_ranking_holds_only_what_noise_cannot_make_up() {
    let html = get(&served(), "/routes").await;
    assert!(html.text().contains("All other routes") && html.text().contains("Not known"));
    assert!(html.text().contains("of 30 have a place of their own"), "five origins and six destinations are ranked");
    assert!(html.text().contains("Tajikistan → Russian Federation"));
}

/// A form sends what is left empty; what cannot be shown is said.
#[tokio::test]
async fn figures_are_narrowed_by_forms() {
    let router = served();
    let all = get(&router, "/people?lang=en").await;
    let same = get(&router, "/people?lang=en&from=&to=&gender=").await;
    assert_eq!(same.body, all.body);
    let narrowed = get(&router, "/people?lang=en&from=2023&to=").await;
    assert!(narrowed.text().contains("Chosen: 2023 to 2024.") && !narrowed.text().contains(">2018</th>"));
    assert_eq!(get(&router, "/people?gender=nobody").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(get(&router, "/people?colour=red").await.status, StatusCode::BAD_REQUEST);
    let country = get(&router, "/destinations?destination=RUS").await;
    assert!(country.text().contains("<h1>Russian Federation</h1>"));
}

/// Prevented cases, suspects and others are no victims: a release over another frame is never on the pages about victims.
#[tokio::test]
async fn other_frames_are_not_mistaken_for_victims() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut draft = fixture::draft();
    let text =
        toml::to_string(&draft.definition).expect("writes").replace("frame = \"victims\"", "frame = \"persons\"");
    draft.definition = panoh_publication::Definition::from_toml(&text).expect("good");
    panoh_publication::write(folder.path(), &draft, &fixture::signer()).expect("writes");
    let router = over(folder.path());
    for path in ["/", "/routes", "/destinations", "/people"] {
        assert!(get(&router, path).await.text().contains("Nothing about this is published here yet"), "{path}");
    }
    assert_eq!(get(&router, "/v1/trends/gender").await.status, StatusCode::NOT_FOUND);
    let named = format!("/v1/trends/gender?release={}", fixture::ID);
    assert_eq!(get(&router, &named).await.status, StatusCode::OK);
}

/// Of two releases about the same years the more exact one is shown, however new the other is; a later year wins over both.
#[tokio::test]
async fn the_most_exact_release_of_the_latest_years_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    fixture::publish(folder.path());
    let mut draft = fixture::draft();
    draft.id = panoh_publication::Slug::new("coarse-2026-11-30").expect("good");
    draft.day = panoh_publication::Day::new("2026-11-30").expect("a day");
    for query in &mut draft.queries {
        query.variance *= 9.0;
        query.sigma *= 3.0;
    }
    panoh_publication::write(folder.path(), &draft, &fixture::signer()).expect("writes");
    let router = over(folder.path());
    let shown = get(&router, "/people").await;
    assert!(shown.text().contains(&format!("release {}", fixture::ID)) && !shown.text().contains("release coarse"));
    let named = get(&router, "/people?release=coarse-2026-11-30").await;
    assert!(
        named.text().contains("release coarse-2026-11-30")
            && !named.text().contains(&format!("release {}", fixture::ID))
    );
}
