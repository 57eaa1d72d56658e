//! The pages of the demo in a real browser: three languages, with and without scripts, wide, phone and print. Nothing is
//! written to the console, nothing is asked of another host, axe-core finds nothing wrong (WCAG 2.2 AA), and everything can be
//! reached with the keyboard alone.
//!
//! `PANOH_BROWSER` names the browser (Debian's `chromium`), `PANOH_AXE` the file axe.min.js, `PANOH_SCREENSHOTS` a folder for
//! pictures of every page; without the first these tests say so and end. CI has all three.

mod checks;
mod window;

use std::path::PathBuf;

use crate::panoh::Place;
use crate::server::Serving;
use checks::{ACCESSIBLE, GLYPHS, WIDE_ENOUGH};
use window::{Chromium, Look};

/// Pages, and some that are narrowed: one country, one route, some years.
const ADDRESSES: [(&str, &str); 14] = [
    ("overview", "/"),
    ("routes", "/routes"),
    ("route", "/routes?origin=TJK&destination=RUS"),
    ("destinations", "/destinations"),
    ("country", "/destinations?destination=RUS"),
    ("people", "/people"),
    ("people-years", "/people?from=2018&to=2022"),
    ("purposes", "/purposes"),
    ("inside", "/inside"),
    ("prevented", "/prevented"),
    ("assistance", "/assistance"),
    ("releases", "/releases"),
    ("method", "/method"),
    ("about", "/about"),
];

/// What the environment says; none when no browser is named.
#[expect(clippy::disallowed_methods, reason = "the machine says whether it has a browser")]
fn setting(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// A browser, or nothing with a word about it.
#[expect(clippy::print_stderr, reason = "a test that did nothing says so")]
fn browser() -> Option<PathBuf> {
    let named = setting("PANOH_BROWSER");
    if named.is_none() {
        eprintln!("PANOH_BROWSER names no browser: nothing was tried in one");
    }
    named
}

/// The demo's releases behind a server.
fn demo() -> (Place, Serving) {
    let place = Place::new();
    place.ok(&["demo", "--no-serve"]);
    let serving = Serving::start(&place);
    (place, serving)
}

fn at(serving: &Serving, path: &str, lang: &str) -> String {
    let joint = if path.contains('?') { '&' } else { '?' };
    serving.url(&format!("{path}{joint}lang={lang}"))
}

/// Every page in every language and look: whole, quiet, its own, wide enough and accessible.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_right_in_a_browser() {
    let Some(program) = browser() else { return };
    let axe = setting("PANOH_AXE").map(|path| std::fs::read_to_string(path).expect("axe.min.js is there"));
    let axe = axe.expect("PANOH_AXE names the file axe.min.js");
    let pictures = setting("PANOH_SCREENSHOTS");
    let (_place, serving) = demo();
    let chromium = Chromium::launch(&program).await;
    let mut wrong = Vec::new();
    for (name, path) in ADDRESSES {
        for lang in ["en", "ru", "tg"] {
            for look in Look::ALL {
                let place = format!("{name}-{lang}-{}", look.name());
                let window = chromium.open(&at(&serving, path, lang), look).await;
                wrong.extend(window.heard(&serving.url("")).into_iter().map(|what| format!("{place}: {what}")));
                if look != Look::Print {
                    wrong.extend(window.told(WIDE_ENOUGH).await.into_iter().map(|what| format!("{place}: {what}")));
                }
                if look.has_scripts() && look != Look::Print {
                    window.load(&axe).await;
                    wrong.extend(window.told(ACCESSIBLE).await.into_iter().map(|what| format!("{place}: {what}")));
                }
                if look == Look::Wide {
                    wrong.extend(window.told(GLYPHS).await.into_iter().map(|what| format!("{place}: {what}")));
                }
                if let Some(folder) = &pictures {
                    window.picture(&folder.join(format!("{place}.png"))).await;
                }
                window.close().await;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Without a mouse: from the skip link through the menu, the form and the figures, always seen, never caught.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keyboard_reaches_everything() {
    let Some(program) = browser() else { return };
    let (_place, serving) = demo();
    let chromium = Chromium::launch(&program).await;
    for path in ["/", "/routes", "/people"] {
        let window = chromium.open(&at(&serving, path, "en"), Look::Wide).await;
        let reachable: usize = window.ask(checks::REACHABLE).await;
        let mut seen = Vec::new();
        for _ in 0..reachable {
            window.press("Tab").await;
            let (what, is_seen): (String, bool) = window.ask(checks::FOCUSED).await;
            assert!(is_seen, "{path}: {what} has the focus and does not show it");
            assert!(!seen.contains(&what), "{path}: the focus came back to {what}");
            seen.push(what);
        }
        assert!(seen[0].ends_with("#main"), "{path}: the skip link comes first, not {}", seen[0]);
        window.close().await;
    }
    // A choice is made and sent with keys alone.
    let window = chromium.open(&at(&serving, "/people", "en"), Look::Wide).await;
    let _: bool = window.ask("(document.querySelector('select[name=from]').focus(), true)").await;
    for key in ["2", "0", "2", "0"] {
        window.press(key).await;
    }
    window.press("Tab").await;
    window.press("Tab").await;
    window.press("Enter").await;
    window.wait_for("from=2020").await;
    let heading: String = window.ask("document.querySelector('.chosen').textContent").await;
    assert!(heading.contains("2020"), "{heading}");
    window.close().await;
}

/// The checks find what is wrong: a page with a script of another host, a picture without a name, a sign of no font and a
/// table that is too wide.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_page_is_found() {
    let Some(program) = browser() else { return };
    let axe = setting("PANOH_AXE").map(|path| std::fs::read_to_string(path).expect("axe.min.js is there"));
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("wrong.html");
    let html = "<title>x</title><body><img src='http://127.0.0.1:9/x.png'><p style='width:3000px'>\u{10FFFD}</p>\
                <script>console.error('loud')</script>";
    std::fs::write(&page, html).expect("writes");
    let chromium = Chromium::launch(&program).await;
    let window = chromium.open(&format!("file://{}", page.display()), Look::Phone).await;
    let heard = window.heard("file://").join("\n");
    assert!(heard.contains("loud") && heard.contains("127.0.0.1:9"), "{heard}");
    assert!(!window.told(WIDE_ENOUGH).await.is_empty(), "too wide");
    assert!(!window.told(GLYPHS).await.is_empty(), "no glyph");
    window.load(&axe.expect("PANOH_AXE names the file axe.min.js")).await;
    let found = window.told(ACCESSIBLE).await.join("\n");
    assert!(found.contains("image-alt") && found.contains("html-has-lang"), "{found}");
    window.close().await;
}
