//! What each construct of the mapping language makes of a cell: small files and the rows or refusals that they give.

use panoh_dictionary::Separator;

use super::fixture::{DICTIONARY, load, load_as};

#[track_caller]
fn check(columns: &str, csv: &str, expected: &[&str]) {
    let loaded = load(csv).expect("the header fits");
    assert_eq!(loaded.shown(columns), expected, "{csv}");
}

#[test]
fn codes_are_found_by_every_accepted_word_and_nothing_else() {
    check(
        "gender gender_basis",
        "sex\nwoman\n Ж \nMan\n-\nне  известно\nn/a\n*\nfemme\nTrans/\n",
        &[
            "woman sex",
            "woman sex",
            "man sex",
            "missing missing",
            "unknown unknown",
            "not_applicable not_applicable",
            "suppressed suppressed",
            "line 9 sex unknown_word",
            "line 10 sex unknown_word",
        ],
    );
}

#[test]
fn columns_that_nothing_fills_in_are_explicitly_empty() {
    check(
        "record_system status registered_year registered_month citizenships journey source",
        "notes\nsomething\n",
        &["direct_assistance missing NULL NULL [] [] test-register"],
    );
}

#[test]
fn years_and_dates_become_years_and_months() {
    check(
        "registered_year registered_month",
        "Год,contact\n2018,01.02.2018\n2018.0, 2018-12-31\n-,-\n?,\n",
        &["2018 2018-02", "2018 2018-12", "NULL NULL", "NULL NULL"],
    );
    check(
        "registered_year",
        "year,contact\n18,31.02.2018\n1899,01.02.1899\n2100,01.02.2100\n2018,02/01/2018\n",
        &[
            "line 2 year not_a_year",
            "line 2 contact not_a_date",
            "line 3 year not_a_year",
            "line 3 contact not_a_date",
            "line 4 year not_a_year",
            "line 4 contact not_a_date",
            "line 5 contact not_a_date",
        ],
    );
}

#[test]
fn ages_become_bands() {
    check(
        "majority_at_exploitation",
        "age\n17\n18.0\n120\n0\n\n?\n121\n-1\n17.5\nseventeen\n",
        &[
            "minor",
            "adult",
            "adult",
            "minor",
            "unknown",
            "line 8 age not_an_age",
            "line 9 age not_an_age",
            "line 10 age not_an_age",
            "line 11 age not_an_age",
        ],
    );
}

#[test]
fn ages_follow_from_the_birth_date_at_the_day_of_contact() {
    check(
        "age_band majority registered_month",
        "born,contact\n02.05.2000,01.05.2018\n02.05.2000,02.05.2018\n,02.05.2018\n?,02.05.2018\n*,\n02.05.2000,\n",
        &[
            "9_17 minor 2018-05",
            "18_20 adult 2018-05",
            "missing missing 2018-05",
            "unknown unknown 2018-05",
            "suppressed suppressed NULL",
            "missing missing NULL",
        ],
    );
    check(
        "age_band",
        "born,contact\n02.05.2018,01.05.2018\n01.01.1900,01.05.2021\n01.01.1899,01.05.2018\n1990,01.05.2018\n",
        &["line 2 born born_too_late", "line 3 born not_an_age", "line 4 born not_a_date", "line 5 born not_a_date"],
    );
    check("majority", "contact\n01.05.2018\n", &["missing"]);
}

#[test]
fn lists_hold_real_codes_or_one_absence() {
    check(
        "citizenships",
        "citizens\nTJ\nTJK; uzbekistan;\nTJ;tj\nTJ;?\n?\n?;*\n-\n;\n*;-\nTJ;Atlantis\n",
        &[
            "[TJK]",
            "[TJK, UZB]",
            "[TJK]",
            "[TJK]",
            "[unknown]",
            "[unknown]",
            "[]",
            "[]",
            "[suppressed]",
            "line 11 citizens unknown_word",
        ],
    );
}

#[test]
fn namibia_is_a_country() {
    check("citizenships", "citizens\nNA\n", &["[NAM]"]);
}

#[test]
fn several_columns_add_to_one_list_in_the_order_of_the_mapping() {
    check(
        "purposes",
        "begging,purpose\n1,both\n0,forced labour\nyes,\n,?\n1,?\n?,-\n",
        &[
            "[forced_labour, sexual_exploitation, forced_begging]",
            "[forced_labour]",
            "[forced_begging]",
            "[unknown]",
            "[forced_begging]",
            "[unknown]",
        ],
    );
}

#[test]
fn flags_are_yes_no_or_absent_and_nothing_else() {
    check(
        "abduction",
        "abducted,notes\nyes,\nNO,\n?,\n,x\n2,\nperhaps,\n",
        &["yes", "no", "unknown", "missing", "line 6 abducted not_yes_or_no", "line 7 abducted not_yes_or_no"],
    );
}

#[test]
fn the_journey_is_ordered_and_says_on_what_it_rests() {
    check(
        "journey",
        "to,from,from_region,status\nRU,TJ,TJ-SU,identified\nRU,,Sughd,prevented\n-,,,\n?,,,possible\n,TJ,?,\n",
        &[
            "[{role: recruitment, basis: recorded, country: TJK, region: TJ-SU}, \
             {role: exploitation, basis: recorded, country: RUS, region: missing}]",
            "[{role: recruitment, basis: recorded, country: TJK, region: TJ-SU}, \
             {role: exploitation, basis: intended, country: RUS, region: missing}]",
            "[]",
            "[{role: exploitation, basis: recorded, country: unknown, region: missing}]",
            "[{role: recruitment, basis: recorded, country: TJK, region: unknown}]",
        ],
    );
    check("journey", "from,from_region\nUZ,TJ-SU\n", &["line 2 from_region region_outside_country"]);
}

#[test]
fn a_run_of_stops_is_split_piece_by_piece() {
    check(
        "journey",
        "stop,stop_country,stop_region\n\
         recruitment;exploitation,TJ;RU,\n\
         recruitment;transit,;KZ,TJ-SU;\n\
         transit,;,\n\
         exploitation,?,\n",
        &[
            "[{role: recruitment, basis: recorded, country: TJK, region: missing}, \
             {role: exploitation, basis: recorded, country: RUS, region: missing}]",
            "[{role: recruitment, basis: recorded, country: TJK, region: TJ-SU}, \
             {role: transit, basis: recorded, country: KAZ, region: missing}]",
            "[{role: exploitation, basis: recorded, country: unknown, region: missing}]",
            "line 4 stop uneven_places",
        ],
    );
    check(
        "journey",
        "stop,stop_country\nrecruitment;exploitation,TJ\n;transit,TJ;RU\n,TJ\n",
        &["line 2 stop_country uneven_places", "line 3 stop place_without_role", "line 4 stop place_without_role"],
    );
    check("journey", "stop_country\nTJ\n", &["line 2 row place_without_role"]);
}

#[test]
fn rows_without_consent_are_refused() {
    check(
        "status",
        "consent,status\nyes,identified\nNo,identified\n?,identified\n,identified\n",
        &["identified", "identified", "line 3 consent refused_by_mapping", "line 4 consent refused_by_mapping"],
    );
}

#[test]
fn every_bad_cell_is_named_and_the_row_counts_once() {
    let loaded = load("year,sex,born,notes\n18,femme,soon,x\n2018,woman,,x\n").expect("the header fits");
    assert_eq!(
        loaded.shown("registered_year gender"),
        ["2018 woman", "line 2 year not_a_year", "line 2 sex unknown_word", "line 2 born not_a_date"]
    );
    assert_eq!((loaded.rows_read, loaded.rows_refused), (2, 1));
}

#[test]
fn every_built_in_mapping_leaves_empty_rows_out() {
    for source in DICTIONARY.sources() {
        let header: Vec<_> = source.columns.iter().map(|column| format!("\"{}\"", column.header)).collect();
        let empty = "\n".repeat((source.file.header_row - 1) as usize);
        let between = "\n".repeat((source.file.first_row - source.file.header_row - 1) as usize);
        let sign = match source.file.separator {
            Separator::Byte(sign) => char::from(sign).to_string(),
            Separator::Auto => ",".to_owned(),
        };
        let row = vec![" "; header.len()].join(&sign);
        let file = format!("{empty}{}\n{between}{row}\n{row}\n", header.join(&sign));
        let loaded = load_as(file, source).unwrap_or_else(|error| panic!("{}: {error}", source.name));
        assert_eq!((loaded.rows_read, loaded.tally.empty_rows), (0, 2), "{}", source.name);
    }
}
