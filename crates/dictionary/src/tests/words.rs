//! When two spellings are one word, and how a cell of several words is read.

use super::{Dictionary, builtin, code_of, small};
use crate::{Absence, AbsenceWords, Accept, Does, Said, fold};

#[test]
fn folding_makes_spellings_of_one_word_the_same() {
    for (word, folded) in [
        ("  Отряд \u{a0} ПРИЁМ\n", "отряд прием"),
        ("и\u{306}од", "йод"),
        ("ТОҶИКӢ", "тоҷикӣ"),
        ("9--17", "9-17"),
        ("9\u{2013}17", "9-17"),
        ("9\u{2014}17", "9-17"),
        ("\u{2212}99", "-99"),
        ("9 \u{2014} 17", "9 - 17"),
        ("- -", "- -"),
        ("Dubai\u{a0}(UAE)", "dubai (uae)"),
        ("a.b", "a.b"),
    ] {
        assert_eq!(fold(word), folded, "{word}");
    }
}

proptest::proptest! {
    #[test]
    fn folding_twice_changes_nothing(word in "\\PC*") {
        proptest::prop_assert_eq!(fold(&fold(&word)), fold(&word));
    }

    /// Looking at the first letter alone loses no word.
    #[test]
    fn a_word_for_not_knowing_is_found_in_every_spelling(
        cell in "[ \u{a0}]{0,2}[-–—йЙи\u{306}ёЁеNn/a9\u{212a}k?]{0,4}[ ]?",
        words in proptest::collection::vec("[-йеёn/a9k?]{0,4}", 0..4),
    ) {
        let words: Vec<_> = words.iter().map(|word| (fold(word), Absence::Unknown)).collect();
        let folded = fold(&cell);
        let listed = words.iter().find(|(word, _)| *word == folded).map(|&(_, absence)| absence);
        let expected = if cell.trim().is_empty() { Some(Absence::Missing) } else { listed };
        proptest::prop_assert_eq!(AbsenceWords { words }.absence(&cell), expected);
    }
}

#[test]
fn names_in_many_languages_are_read_when_a_mapping_accepts_them() {
    let dictionary = builtin();
    for (word, country) in [
        ("Russian Federation", Some("RUS")),
        ("РФ", Some("RUS")),
        ("Rossiya", Some("RUS")),
        ("روسیه", Some("RUS")),
        ("Dubai (UAE)", Some("ARE")),
        ("Birlashgan Arab Amirliklari", Some("ARE")),
        ("Emirates", Some("ARE")),
        ("Kirghizia", Some("KGZ")),
        ("Qirg'iziston", Some("KGZ")),
        ("Qirgʻiziston", Some("KGZ")),
        ("Түркия", Some("TUR")),
        ("Turkiye", Some("TUR")),
        ("Қытай", Some("CHN")),
        ("КНР", Some("CHN")),
        ("США", Some("USA")),
        ("Bosnia and Herzegovina", Some("BIH")),
        ("Ўзбекистон", Some("UZB")),
        ("Middle East", None),
        ("Europe", None),
        ("Korea", None),
        ("Корея", None),
        ("Congo", None),
        ("Конго", None),
        ("NA", None),
    ] {
        assert_eq!(code_of(&dictionary, "country", &[Accept::Names], word).as_deref(), country, "{word}");
    }
    assert_eq!(code_of(&dictionary, "country", &[Accept::Alias, Accept::Names], "NA").as_deref(), Some("NAM"));
}

#[test]
fn a_cell_of_several_words_is_read_from_the_longest_word_on() {
    let source = r#"name = "mine"
title = "t"
table = "cases"
accept = ["code", "en", "names"]
unknown = ["n/a"]
[columns]
A = { codes = "countries", separator = ";", translate = { "Sea; Namibia" = "NAM", "a;b;c" = ["TJK", "NAM"] } }
B = { codes = "countries", separator = " ", translate = { "south west africa" = "NAM" } }
C = { codes = "countries", separator = "/" }
D = { codes = "countries" }
"#;
    let dictionary = Dictionary::of(&small()).unwrap_or_else(|error| panic!("{error}"));
    let source = dictionary.parse_source("mine.toml", source).unwrap_or_else(|error| panic!("{error}"));
    for (header, cell, said) in [
        ("A", "TJK", "TJK"),
        ("A", "TJK; Tojikiston ;Namibia", "TJK | TJK | NAM"),
        ("A", "Sea; Namibia;TJK", "NAM | TJK"),
        ("A", "TJK;sea;\u{a0}namibia", "TJK | NAM"),
        ("A", "Sea;TJK", "? | TJK"),
        ("A", "A;B;C;TJK", "TJK NAM | TJK"),
        ("A", "a;b;TJK", "? | ? | TJK"),
        ("A", "TJK;;NAM;", "TJK | missing | NAM | missing"),
        ("A", ";", "missing | missing"),
        ("A", "n/a", "unknown"),
        ("B", " TJK  NAM\u{a0}TJK ", "TJK | NAM | TJK"),
        ("B", "South  West Africa TJK", "NAM | TJK"),
        ("B", "TJK South West", "TJK | ? | ?"),
        ("C", "TJK/n/a", "TJK | unknown"),
        ("C", "n/a/NAM", "unknown | NAM"),
        ("C", "n/NAM", "? | NAM"),
        ("D", "TJK;NAM", "?"),
        ("D", " Tojikiston ", "TJK"),
    ] {
        let column = source.column(header).expect("the column is there");
        let Does::Codes { separator, words, .. } = &column.does else { panic!("it holds codes") };
        let read = words.each(cell, *separator, &column.absence).map(|said| match said {
            None => "?".to_owned(),
            Some(Said::Absent(absence)) => absence.to_string(),
            Some(Said::Codes(codes)) => codes.join(" "),
        });
        assert_eq!(read.collect::<Vec<_>>().join(" | "), said, "{header}: {cell}");
    }
    let column = source.column("A").expect("the column is there");
    assert_eq!(column.absence.absence("N/A "), Some(Absence::Unknown));
}

#[test]
fn labels_of_htcds_hold_the_sign_between_two_of_them() {
    let dictionary = builtin();
    let source = dictionary.source("htcds-spreadsheet").expect("the mapping is there");
    let sectors = source.columns.iter().find_map(|column| match &column.does {
        Does::Codes { target, separator, words } if target == "sectors" => Some((column, *separator, words)),
        _ => None,
    });
    let (column, separator, words) = sectors.expect("a column with sectors");
    let cell =
        "Agriculture, forestry and fishing; Water supply; sewerage, waste management and remediation;Construction ";
    let read: Vec<_> = words.each(cell, separator, &column.absence).collect();
    let expected =
        ["agriculture_forestry_fishing", "water_and_waste", "construction"].map(|code| vec![code.to_owned()]);
    assert_eq!((separator, read.len()), (Some(';'), expected.len()));
    for (said, codes) in read.iter().zip(&expected) {
        assert_eq!(*said, Some(Said::Codes(codes)));
    }
}
