//! Nothing that identifies a planted person may stand anywhere but in the exports: not in the warehouse, the
//! rejections, a log at its most talkative, the ledger, the identity register or a published file; not raw, not in
//! lower case, not in hexadecimal or base64, not in another Unicode form.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use panoh_simulator::{Scenario, Truth};
use unicode_normalization::UnicodeNormalization;

use crate::panoh::{Place, text};
use crate::search::{files_below, parquet_text};

/// Shorter texts (a given name of four letters) stand in other words by chance.
const SHORTEST: usize = 8;

/// Given names that are words, too: Қурбон stands in қурбонӣ, which is Tajik for victim. Written here by hand, so that a
/// name that gets into a public text by mistake is found.
const WORDS: [&str; 1] = ["қурбон"];

/// Searches bytes for any planted identity in any disguise.
struct Scanner {
    needles: AhoCorasick,
}

impl Scanner {
    fn new(truth: &Truth) -> Self {
        let mut needles = BTreeSet::new();
        for identity in planted(truth).filter(|identity| identity.len() >= SHORTEST && !is_word(identity)) {
            needles.extend(disguises(&identity));
        }
        assert!(needles.len() > 1_000, "the simulation plants identities");
        Self { needles: AhoCorasick::new(needles).expect("the needles fit") }
    }

    fn finds_in(&self, bytes: &[u8]) -> bool {
        self.needles.is_match(bytes)
    }
}

/// Every raw string of the exports that points at a person.
fn planted(truth: &Truth) -> impl Iterator<Item = String> + '_ {
    truth.identities().map(|planted| planted.expect("the simulation can be drawn again").text)
}

/// Whether a text is a word of the public texts as well; a name of several words never is.
fn is_word(identity: &str) -> bool {
    WORDS.contains(&identity.to_lowercase().as_str())
}

/// The forms in which a text could have slipped through.
fn disguises(identity: &str) -> Vec<Vec<u8>> {
    let forms = [identity.to_owned(), identity.to_lowercase(), identity.to_uppercase()];
    let mut all = Vec::new();
    for form in forms.iter().flat_map(|form| [form.nfc().collect::<String>(), form.nfd().collect::<String>()]) {
        let hex = hex(form.as_bytes());
        all.push(hex.to_uppercase().into_bytes());
        all.push(hex.into_bytes());
        all.extend(base64_forms(form.as_bytes()));
        all.push(form.into_bytes());
    }
    all
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).expect("a nibble is below 16");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Base64 of the text at each of the three places that it can have in a longer one, without the letters at its ends
/// that depend on its neighbours.
fn base64_forms(text: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for lead in 0..3 {
        let padded: Vec<u8> = std::iter::repeat_n(0, lead).chain(text.iter().copied()).collect();
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let whole = engine.encode(&padded).into_bytes();
            let own = whole[(lead * 8).div_ceil(6)..padded.len() * 8 / 6].to_vec();
            forms.push(own);
        }
    }
    forms
}

fn demo_truth() -> Truth {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    panoh_simulator::write(&Scenario::demo(7, 300), folder.path()).expect("the simulation is written")
}

#[test]
fn the_scanner_finds_what_it_must() {
    let truth = demo_truth();
    let scanner = Scanner::new(&truth);
    let name = planted(&truth).find(|identity| identity.len() >= 16).expect("a long name");
    for disguise in disguises(&name) {
        let mut inside = b"..\x00 ".to_vec();
        inside.extend(&disguise);
        assert!(scanner.finds_in(&inside), "a disguise is not found");
    }
    for lead in ["", "a", "ab"] {
        let whole = STANDARD_NO_PAD.encode(format!("{lead}{name} and more"));
        assert!(scanner.finds_in(whole.as_bytes()), "base64 at another place is not found");
    }
    assert!(!scanner.finds_in(b"woman,RUS,2019,a3f0c1d2"), "a clean text is clean");
}

#[test]
fn no_planted_identity_is_anywhere_but_in_the_exports() {
    let place = Place::new();
    let output = place
        .command(&["demo", "--no-serve", "--persons", "300", "--seed", "7", "--log", "trace"])
        .output()
        .expect("the binary starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        said.chars().rev().take(2000).collect::<String>().chars().rev().collect::<String>()
    );
    assert!(said.contains("TRACE"), "the log is at its most talkative");

    let truth = demo_truth();
    let scanner = Scanner::new(&truth);
    let home = place.home();
    let (exports, kept): (Vec<_>, Vec<_>) =
        files_below(&home).into_iter().partition(|path| path.starts_with(home.join("exports")));

    // The positive control: the exports are full of what is looked for.
    let in_exports = exports.iter().filter(|path| scanner.finds_in(&std::fs::read(path).expect("a file"))).count();
    assert!(in_exports >= 3, "the exports of three organisations hold identities");

    assert!(!scanner.finds_in(&output.stderr), "in the log");
    assert!(!scanner.finds_in(&output.stdout), "on standard output");
    let leaks: Vec<_> = kept.iter().filter(|path| scanner.finds_in(&std::fs::read(path).expect("a file"))).collect();
    assert!(leaks.is_empty(), "identities in {leaks:?}");
    for folder in ["warehouse", "rejections", "published", "identity.sqlite", "ledger.sqlite"] {
        assert!(kept.iter().any(|path| path.starts_with(home.join(folder))), "{folder} was searched");
    }

    // Parquet is compressed: what the tables hold is also searched as text.
    for table in ["cases", "aliases"] {
        let rows = place.ok(&["query", &format!("SELECT * FROM stored.{table}"), "--format", "json"]);
        assert!(!scanner.finds_in(rows.as_bytes()), "in the rows of {table}");
    }
    for file in kept.iter().filter(|path| path.extension().is_some_and(|ending| ending == "parquet")) {
        assert!(!scanner.finds_in(parquet_text(file).as_bytes()), "in the columns of {}", file.display());
    }
}

#[test]
fn parquet_is_read_behind_its_compression() {
    let place = Place::with_home();
    let rows = place.path("planted.parquet");
    let sql = "SELECT 'Раҳмонова Зулфия Ҷамшедовна' AS name";
    let output = place.run(&["query", sql, "--format", "parquet"]);
    std::fs::write(&rows, output.stdout).expect("a file");
    let scanner = AhoCorasick::new(disguises("Раҳмонова Зулфия Ҷамшедовна")).expect("the needles fit");
    assert!(scanner.is_match(parquet_text(&rows).as_bytes()), "the control is found: {}", text(&rows));
}
