//! Silence is never an outcome: 10,000 cells of good files are changed in known ways, and each row must come out as it was
//! or be refused. A row that is loaded differently fails the test.
//!
//! What no program can see is not among the changes: another name, another number of a document or record, a day or an
//! age that is as likely as the right one, two cells of one kind exchanged. Everything else that people, spreadsheets and
//! converters were seen to do to a cell is.

use std::collections::{BTreeMap, HashMap};

use encoding_rs::{Encoding, KOI8_R, WINDOWS_1251, WINDOWS_1252};
use panoh_dictionary::Source;

use super::fixture::{DICTIONARY, Loaded, cell, load_as};

const ROWS: usize = 100;
const FILES: usize = 50;

/// What a column holds, as far as a change of it can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Id,
    Name,
    Document,
    Year,
    Date,
    Word,
    Count,
}

use Holds::{Count, Date, Document, Id, Name, Word, Year};

/// A change of one cell: what becomes of it, or None where it does not apply.
type Change = fn(&mut Dice, Holds, &str) -> Option<Vec<u8>>;

/// How the changed cell is written into the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// In quotes when it needs them, so that the change is inside the cell.
    Quoted,
    /// As it is, so that the change may break the row.
    Raw,
}

use Written::{Quoted, Raw};

/// Every change by its name.
const CHANGES: &[(&str, Written, Change)] = &[
    ("upper case", Quoted, |_, _, cell| changed(cell, cell.to_uppercase())),
    ("lower case", Quoted, |_, holds, cell| {
        only(holds, &[Id, Document, Word, Date, Year, Count, Name], cell.to_lowercase())
    }),
    ("blanks around", Quoted, |_, _, cell| text(format!("  {cell} "))),
    ("no-break space around", Quoted, |_, _, cell| text(format!("\u{a0}{cell}\u{202f}"))),
    ("tab and line end", Quoted, |_, _, cell| text(format!("\t{cell}\r\n"))),
    ("blank doubled", Quoted, |_, _, cell| changed(cell, cell.replace(' ', "  "))),
    ("blank of another kind", Quoted, |_, _, cell| changed(cell, cell.replace(' ', "\u{a0}"))),
    ("blank inside", Quoted, |dice, holds, cell| only(holds, &[Word, Date, Year], insert(dice, cell, " "))),
    ("line end inside", Quoted, |dice, _, cell| text(insert(dice, cell, "\n"))),
    ("other dash", Quoted, |dice, _, cell| {
        changed(cell, cell.replace('-', dice.of(&["–", "—", "\u{2011}", "−", "--"])))
    }),
    ("other letter form", Quoted, |_, _, cell| changed(cell, cell.replace('й', "и\u{306}").replace('ё', "е\u{308}"))),
    ("ё as е", Quoted, |_, holds, cell| {
        only(holds, &[Word, Date], cell.replace('ё', "е")).filter(|new| new != cell.as_bytes())
    }),
    ("decimal nought", Quoted, |_, _, cell| text(format!("{cell}.0"))),
    ("decimal comma", Quoted, |_, holds, cell| only(holds, &[Document, Word, Date, Year, Count], format!("{cell},0"))),
    ("thousands sign", Quoted, |_, holds, cell| {
        only(holds, &[Year, Count], thousands(cell)).filter(|new| new != cell.as_bytes())
    }),
    ("exponent", Quoted, |_, holds, cell| only(holds, &[Id, Document, Year, Date, Count, Word], format!("{cell}E+03"))),
    ("UTF-8 read as windows-1251", Quoted, |_, _, cell| misread(cell, cell.as_bytes(), WINDOWS_1251)),
    ("UTF-8 read as windows-1252", Quoted, |_, _, cell| misread(cell, cell.as_bytes(), WINDOWS_1252)),
    ("windows-1251 read as windows-1252", Quoted, |_, _, cell| {
        misread(cell, &WINDOWS_1251.encode(cell).0, WINDOWS_1252)
    }),
    ("windows-1251 read as KOI8-R", Quoted, |_, holds, cell| {
        misread_words(holds, cell, &WINDOWS_1251.encode(cell).0, KOI8_R)
    }),
    ("KOI8-R read as windows-1251", Quoted, |_, holds, cell| {
        misread_words(holds, cell, &KOI8_R.encode(cell).0, WINDOWS_1251)
    }),
    ("windows-1251 in a file of UTF-8", Raw, |_, _, cell| {
        let (bytes, _, lossy) = WINDOWS_1251.encode(cell);
        (!lossy && !cell.is_ascii()).then(|| bytes.into_owned())
    }),
    ("a letter lost to a question mark", Quoted, |dice, _, cell| text(replace_one(dice, cell, "?"))),
    ("all letters lost to question marks", Quoted, |_, _, cell| {
        changed(cell, cell.chars().map(|letter| if letter.is_ascii() { letter } else { '?' }).collect())
    }),
    ("a letter lost to U+FFFD", Quoted, |dice, _, cell| text(replace_one(dice, cell, "\u{fffd}"))),
    ("NUL inside", Quoted, |dice, _, cell| text(insert(dice, cell, "\0"))),
    ("control character inside", Quoted, |dice, _, cell| text(insert(dice, cell, "\u{1}"))),
    ("zero-width blank inside", Quoted, |dice, _, cell| text(insert(dice, cell, "\u{200b}"))),
    ("soft hyphen inside", Quoted, |dice, _, cell| text(insert(dice, cell, "\u{ad}"))),
    ("byte-order mark in front", Quoted, |_, _, cell| text(format!("\u{feff}{cell}"))),
    ("half a letter", Raw, |_, _, cell| {
        let mut bytes = cell.as_bytes().to_vec();
        bytes.pop();
        (!cell.is_ascii() && std::str::from_utf8(&bytes).is_err()).then_some(bytes)
    }),
    ("last letter lost", Quoted, |_, holds, cell| {
        let mut letters = cell.chars();
        letters.next_back();
        only(holds, &[Word, Year, Date, Count], letters.as_str().to_owned()).filter(|new| !new.is_empty())
    }),
    ("first letter lost", Quoted, |_, holds, cell| {
        let mut letters = cell.chars();
        letters.next();
        only(holds, &[Word, Year, Count], letters.as_str().to_owned()).filter(|new| !new.is_empty())
    }),
    ("letter doubled", Quoted, |dice, holds, cell| only(holds, &[Word, Year, Date, Count], double(dice, cell))),
    ("two letters exchanged", Quoted, |dice, holds, cell| {
        only(holds, &[Word], exchange(dice, cell)).filter(|new| new != cell.as_bytes())
    }),
    ("stray quote", Raw, |dice, _, cell| text(insert(dice, cell, "\""))),
    ("quote in front", Raw, |_, _, cell| text(format!("\"{cell}"))),
    ("separator inside, no quotes", Raw, |dice, _, cell| text(insert(dice, cell, ","))),
    ("separator inside, in quotes", Quoted, |dice, _, cell| text(insert_between_letters(dice, cell, ","))),
    ("semicolon inside", Quoted, |dice, _, cell| text(insert_between_letters(dice, cell, ";"))),
    ("semicolon behind", Quoted, |_, _, cell| text(format!("{cell};"))),
    ("bar inside", Quoted, |dice, _, cell| text(insert(dice, cell, "|"))),
    ("apostrophe in front", Quoted, |_, _, cell| text(format!("'{cell}"))),
    ("formula", Quoted, |_, _, cell| text(format!("={cell}"))),
    ("markup", Quoted, |_, _, cell| text(format!("<b>{cell}</b>"))),
    ("date as year, month, day", Quoted, |_, holds, cell| {
        only(holds, &[Date], dated(cell, |d, m, y| format!("{y}-{m}-{d}"))?)
    }),
    ("date as month, day, year", Quoted, |_, holds, cell| {
        only(holds, &[Date], dated(cell, |d, m, y| format!("{m}.{d}.{y}"))?)
    }),
    ("date with slashes", Quoted, |_, holds, cell| {
        only(holds, &[Date], dated(cell, |d, m, y| format!("{d}/{m}/{y}"))?)
    }),
    ("date with a time", Quoted, |_, holds, cell| {
        only(holds, &[Date], dated(cell, |d, m, y| format!("{d}.{m}.{y} 12:00"))?)
    }),
    ("month as a word", Quoted, |_, holds, cell| only(holds, &[Date], dated(cell, |d, _, y| format!("{d} мая {y}"))?)),
    ("year in two digits", Quoted, |_, holds, cell| match holds {
        Date => only(holds, &[Date], dated(cell, |d, m, y| format!("{d}.{m}.{}", &y[2..]))?),
        _ => only(holds, &[Year], cell[cell.len().saturating_sub(2)..].to_owned()),
    }),
    ("year to come", Quoted, |dice, holds, cell| {
        let year = dice.of(&["2027", "2031", "2099", "2100", "3018"]);
        match holds {
            Date => only(holds, &[Date], dated(cell, |d, m, _| format!("{d}.{m}.{year}"))?),
            _ => only(holds, &[Year], year.to_owned()),
        }
    }),
    ("day number of a spreadsheet", Quoted, |_, holds, _| only(holds, &[Date], "43235".to_owned())),
    ("pattern of a date", Quoted, |_, holds, _| only(holds, &[Date, Year], "YYYY-MM-DD".to_owned())),
    ("day that does not exist", Quoted, |_, holds, cell| {
        only(holds, &[Date], dated(cell, |_, _, y| format!("31.02.{y}"))?)
    }),
    ("letter O for nought", Quoted, |_, holds, cell| {
        only(holds, &[Year, Date, Count], cell.replace('0', "O")).filter(|new| new != cell.as_bytes())
    }),
    ("Arabic digits", Quoted, |_, holds, cell| {
        let digit =
            |letter: char| letter.to_digit(10).and_then(|digit| char::from_u32(0x660 + digit)).unwrap_or(letter);
        only(holds, &[Year, Date, Count], cell.chars().map(digit).collect())
    }),
    ("minus in front", Quoted, |_, holds, cell| only(holds, &[Year, Count, Date, Word], format!("-{cell}"))),
    ("fraction", Quoted, |_, holds, cell| only(holds, &[Year, Count], format!("{cell}.5"))),
    ("look-alike of the other alphabet", Quoted, |dice, _, cell| changed(cell, look_alike(dice, cell))),
    ("remark behind", Quoted, |_, holds, cell| only(holds, &[Word, Year, Date, Count], format!("{cell} (со слов)"))),
    ("another word", Quoted, |dice, holds, _| {
        only(holds, &[Word, Year, Date, Count], dice.of(&["xyz", "прочее?", "см. выше", "#REF!", "#N/A"]).to_owned())
    }),
];

/// Seeded, so that a failure comes again.
struct Dice(u64);

impl Dice {
    // SplitMix64, as published by Vigna.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn of<'a, T: ?Sized>(&mut self, from: &'a [&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a change that always applies has the type of the others")]
fn text(new: String) -> Option<Vec<u8>> {
    Some(new.into_bytes())
}

fn changed(old: &str, new: String) -> Option<Vec<u8>> {
    (old != new).then(|| new.into_bytes())
}

fn only(holds: Holds, those: &[Holds], new: String) -> Option<Vec<u8>> {
    those.contains(&holds).then(|| new.into_bytes())
}

fn misread(cell: &str, bytes: &[u8], page: &'static Encoding) -> Option<Vec<u8>> {
    // What the first encoding cannot write would already be damaged in another way.
    let (read, _) = page.decode_without_bom_handling(bytes);
    changed(cell, read.into_owned()).filter(|_| !bytes.starts_with(b"&#") && !bytes.windows(2).any(|two| two == b"&#"))
}

// One letter of a number in another Cyrillic code page is another Cyrillic letter; only a whole file can tell.
fn misread_words(holds: Holds, cell: &str, bytes: &[u8], page: &'static Encoding) -> Option<Vec<u8>> {
    if holds == Document { None } else { misread(cell, bytes, page) }
}

fn place(dice: &mut Dice, cell: &str, inside: bool) -> usize {
    let ends: Vec<usize> = cell.char_indices().map(|(at, _)| at).filter(|&at| at > 0).collect();
    if ends.is_empty() || !inside { cell.len() } else { ends[dice.below(ends.len())] }
}

fn insert(dice: &mut Dice, cell: &str, new: &str) -> String {
    let at = place(dice, cell, true);
    format!("{}{new}{}", &cell[..at], &cell[at..])
}

// Beside a blank or a sign a comma may belong to the way in which a name or a list is written.
fn insert_between_letters(dice: &mut Dice, cell: &str, new: &str) -> String {
    let letters: Vec<(usize, char)> = cell.char_indices().collect();
    let pairs = letters.windows(2).filter(|pair| pair[0].1.is_alphanumeric() && pair[1].1.is_alphanumeric());
    let places: Vec<usize> = pairs.map(|pair| pair[1].0).collect();
    let at = if places.is_empty() { cell.len() } else { places[dice.below(places.len())] };
    format!("{}{new}{}", &cell[..at], &cell[at..])
}

fn replace_one(dice: &mut Dice, cell: &str, new: &str) -> String {
    let letters: Vec<usize> =
        cell.char_indices().filter(|(_, letter)| letter.is_alphanumeric()).map(|(at, _)| at).collect();
    let Some(&at) = letters.get(dice.below(letters.len().max(1))) else { return new.to_owned() };
    let after = cell[at..].chars().next().map_or(at, |letter| at + letter.len_utf8());
    format!("{}{new}{}", &cell[..at], &cell[after..])
}

fn double(dice: &mut Dice, cell: &str) -> String {
    let letters: Vec<char> = cell.chars().collect();
    let at = dice.below(letters.len().max(1));
    letters
        .iter()
        .enumerate()
        .flat_map(|(place, &letter)| std::iter::repeat_n(letter, 1 + usize::from(place == at)))
        .collect()
}

fn exchange(dice: &mut Dice, cell: &str) -> String {
    let mut letters: Vec<char> = cell.chars().collect();
    if letters.len() >= 2 {
        let at = dice.below(letters.len() - 1);
        letters.swap(at, at + 1);
    }
    letters.into_iter().collect()
}

fn look_alike(dice: &mut Dice, cell: &str) -> String {
    const TWINS: [(char, char); 16] = [
        ('a', 'а'),
        ('e', 'е'),
        ('o', 'о'),
        ('p', 'р'),
        ('c', 'с'),
        ('x', 'х'),
        ('A', 'А'),
        ('B', 'В'),
        ('E', 'Е'),
        ('K', 'К'),
        ('M', 'М'),
        ('H', 'Н'),
        ('O', 'О'),
        ('P', 'Р'),
        ('C', 'С'),
        ('T', 'Т'),
    ];
    let twin = |letter: char| {
        let pair = TWINS.iter().find(|(latin, cyrillic)| letter == *latin || letter == *cyrillic)?;
        Some(if letter == pair.0 { pair.1 } else { pair.0 })
    };
    let known: Vec<(usize, char)> = cell.char_indices().filter(|(_, letter)| twin(*letter).is_some()).collect();
    if known.is_empty() {
        return cell.to_owned();
    }
    let (at, letter) = known[dice.below(known.len())];
    let other = twin(letter).expect("only letters with a twin are known");
    format!("{}{other}{}", &cell[..at], &cell[at + letter.len_utf8()..])
}

fn thousands(cell: &str) -> String {
    let cut = cell.len().saturating_sub(3);
    if cut == 0 || !cell.is_ascii() { cell.to_owned() } else { format!("{},{}", &cell[..cut], &cell[cut..]) }
}

fn dated(cell: &str, written: impl Fn(&str, &str, &str) -> String) -> Option<String> {
    let mut parts = cell.split('.');
    Some(written(parts.next()?, parts.next()?, parts.next()?))
}

/// A good file: its mapping, its columns and its rows.
struct Good {
    source: Source,
    columns: Vec<(&'static str, Holds)>,
    rows: Vec<Vec<String>>,
}

const CASES: &str = r#"name = "mutants"
title = "A good register of cases"
table = "cases"
accept = ["code", "alias", "en", "ru", "names"]
missing = ["-", "нет данных"]
unknown = ["unknown", "неизвестно"]

[file]
encoding = "utf-8"
replace_by_record_id = true
total_rows = ["Total", "Итого"]

[flags]
true = ["yes", "да", "1"]
false = ["no", "нет", "0"]

[places.home]
role = "recruitment"
basis = "recorded"

[places.abroad]
role = "exploitation"
basis = "recorded"

[age]
birth = "born"
at = "seen"
targets = ["age_band"]

[columns]
no = { identity = "record_id" }
agreed = { consent = ["Yes", "Да"] }
name = { identity = "full_name" }
born = { identity = "birth_date", formats = ["%d.%m.%Y"] }
passport = { identity = "document" }
country = { identity = "document_country" }
year = { year = "registered_year" }
seen = { date = { month = "registered_month" }, formats = ["%d.%m.%Y"] }
sex = { code = "gender", sex = { woman = "female", man = "male" } }
status = { code = "status" }
citizens = { codes = "citizenships", separator = ";" }
from = { place = "home", part = "country" }
region = { place = "home", part = "region" }
to = { place = "abroad", part = "country" }
purposes = { codes = "purposes", separator = ";" }
services = { codes = "services", separator = ";" }
taken = { flag = "abduction", on = ["yes"], off = ["no"] }
"#;

const TRAININGS: &str = r#"name = "mutants"
title = "A good list of trainings"
table = "activities"
accept = ["code", "en", "ru"]
missing = ["-"]

[file]
encoding = "utf-8"
replace_by_record_id = true

[[sums]]
total = "participants"
parts = ["women", "men"]

[columns]
no = { identity = "record_id" }
kind = { code = "kind" }
year = { year = "held_year" }
held = { date = { month = "held_month" }, formats = ["%d.%m.%Y"] }
all = { count = "participants", thousands = [",", " "], largest = 100000 }
women = { count = "women", thousands = [",", " "] }
men = { count = "men", thousands = [",", " "] }
bodies = { codes = "bodies", separator = ";" }
"#;

fn good(mapping: &str, columns: &[(&'static str, Holds)], row: impl Fn(&mut Dice, usize) -> Vec<String>) -> Good {
    let source = DICTIONARY.parse_source("mutants.toml", mapping).unwrap_or_else(|error| panic!("{error}"));
    let mut dice = Dice(7);
    Good { source, columns: columns.to_vec(), rows: (0..ROWS).map(|number| row(&mut dice, number)).collect() }
}

fn cases() -> Good {
    let columns = [
        ("no", Id),
        ("agreed", Word),
        ("name", Name),
        ("born", Date),
        ("passport", Document),
        ("country", Word),
        ("year", Year),
        ("seen", Date),
        ("sex", Word),
        ("status", Word),
        ("citizens", Word),
        ("from", Word),
        ("region", Word),
        ("to", Word),
        ("purposes", Word),
        ("services", Word),
        ("taken", Word),
    ];
    good(CASES, &columns, |dice, number| {
        let year = 2012 + dice.below(13);
        let names = [
            "Раҳмонов Ҷамшед Каримович",
            "Шарипов Далер",
            "Каримова Зулфия",
            "Абдул-Азизов Ғафур",
            "Rakhmonov Jamshed",
            "Юсуфи Мӯътабар",
            "Семёнов Андрей",
            "Холматова Мария",
        ];
        let journeys = [["Tajikistan", "Sughd"], ["Таджикистан", "Khatlon"], ["TJ", "Душанбе"]];
        let [from, region] = journeys[dice.below(journeys.len())];
        // Days behind the twelfth, and two digits for day and month: what is left out of a date then shows.
        let day = |dice: &mut Dice, year: usize| format!("{}.{:02}.{year}", 13 + dice.below(16), 1 + dice.below(12));
        let word = |dice: &mut Dice, words: &[&str]| dice.of(words).to_owned();
        let born = 1965 + dice.below(35);
        vec![
            format!("A-{:04}", 1000 + number),
            word(dice, &["Yes", "Да"]),
            word(dice, &names),
            day(dice, born),
            format!("{}{}", ["A", "Р", "N ", "М", "А"][dice.below(5)], 40_718_233 + 7919 * number),
            word(dice, &["TJ", "Узбекистан", "Kyrgyzstan"]),
            year.to_string(),
            day(dice, year),
            word(dice, &["Woman", "Мужчина", "Женщина", "man"]),
            word(dice, &["Identified victim", "possible", "Подтверждён"]),
            word(dice, &["TJ", "Tajikistan;Uzbekistan", "Россия; Таджикистан", "Rossiya", "Ресей"]),
            from.to_owned(),
            region.to_owned(),
            word(dice, &["Russia", "ОАЭ", "Kazakhstan", "Türkiye", "Казахстан"]),
            word(dice, &["Forced labour", "forced_labour;forced_begging", "Сексуальная эксплуатация"]),
            word(dice, &["shelter", "Legal assistance;shelter", "Приют; medical"]),
            word(dice, &["yes", "нет", "no"]),
        ]
    })
}

fn trainings() -> Good {
    let columns = [
        ("no", Id),
        ("kind", Word),
        ("year", Year),
        ("held", Date),
        ("all", Count),
        ("women", Count),
        ("men", Count),
        ("bodies", Word),
    ];
    good(TRAININGS, &columns, |dice, number| {
        let year = 2012 + dice.below(13);
        let (women, men) = (11 + dice.below(3000), 13 + dice.below(900));
        vec![
            format!("{}", 5001 + number),
            dice.of(&["Training", "campaign", "Семинар"]).to_owned(),
            year.to_string(),
            format!("{}.{:02}.{year}", 13 + dice.below(16), 1 + dice.below(12)),
            (women + men).to_string(),
            women.to_string(),
            men.to_string(),
            dice.of(&["Police", "police;prosecutor", "Прокуратура"]).to_owned(),
        ]
    })
}

/// One row as it is written, and what was done to it.
struct Line {
    bytes: Vec<u8>,
    done: String,
}

fn quoted(cell: &[u8]) -> Vec<u8> {
    if !cell.iter().any(|byte| b",\"\r\n".contains(byte)) {
        return cell.to_vec();
    }
    let inner = cell.iter().flat_map(|&byte| std::iter::repeat_n(byte, 1 + usize::from(byte == b'"')));
    std::iter::once(b'"').chain(inner).chain([b'"']).collect()
}

fn joined(cells: &[Vec<u8>]) -> Vec<u8> {
    cells.join(&b","[..])
}

/// Changes one cell, or the cells of the row among themselves.
fn mutated(good: &Good, number: usize, dice: &mut Dice, used: &mut BTreeMap<&'static str, usize>) -> Line {
    let row = &good.rows[number];
    let mut cells: Vec<Vec<u8>> = row.iter().map(|cell| quoted(cell.as_bytes())).collect();
    let mut done = |name: &'static str, bytes: Vec<u8>, at: usize| {
        *used.entry(name).or_default() += 1;
        Line { bytes, done: format!("{name} in {}", good.columns[at].0) }
    };
    loop {
        let at = dice.below(cells.len());
        let (_, holds) = good.columns[at];
        match dice.below(CHANGES.len() + 3) {
            0 => {
                cells.insert(at, b"x".to_vec());
                return done("extra cell", joined(&cells), at);
            }
            1 => {
                cells.remove(at);
                return done("missing cell", joined(&cells), at);
            }
            2 => {
                let with = dice.below(cells.len());
                let other = good.columns[with].1;
                // Two columns of words may share words, as those of countries do.
                let visible = other != holds && ![holds, other].contains(&Id);
                if visible {
                    cells.swap(at, with);
                    return done("cells exchanged", joined(&cells), at);
                }
            }
            change => {
                let (name, written, change) = CHANGES[change - 3];
                if let Some(new) = change(dice, holds, &row[at]) {
                    cells[at] = if written == Quoted { quoted(&new) } else { new };
                    return done(name, joined(&cells), at);
                }
            }
        }
    }
}

/// Each loaded row by its record: all its columns, and whom it is about.
fn rows(loaded: &Loaded) -> HashMap<String, String> {
    let mut rows = HashMap::new();
    let mut people = loaded.people.iter();
    for batch in &loaded.batches {
        for row in 0..batch.num_rows() {
            let schema = batch.schema();
            let cells: Vec<_> = schema.fields().iter().map(|field| cell(batch, field.name(), row)).collect();
            // Link keys show only their rules when printed, so the whole value goes in by its bytes in memory order.
            let person = people.next().map(|sealed| format!("{:?} {}", sealed.identity, sealed.cohort));
            rows.insert(cell(batch, "record", row), format!("{cells:?} {person:?}"));
        }
    }
    rows
}

fn check(good: &Good, seed: u64) {
    let header: Vec<Vec<u8>> = good.columns.iter().map(|(name, _)| name.as_bytes().to_vec()).collect();
    let file = |lines: &[Vec<u8>]| [&joined(&header)[..], b"\n", &lines.join(&b"\n"[..]), b"\n"].concat();
    let plain: Vec<Vec<u8>> = good
        .rows
        .iter()
        .map(|row| joined(&row.iter().map(|cell| quoted(cell.as_bytes())).collect::<Vec<_>>()))
        .collect();
    let expected = load_as(file(&plain), &good.source).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(expected.shown("record").len(), ROWS, "the good file is good: {:?}", expected.rejections);
    let sealed: HashMap<String, &crate::Sealed> = keys(&expected).into_iter().zip(&expected.people).collect();
    let expected_rows = rows(&expected);
    let (mut dice, mut used, mut wrong) = (Dice(seed), BTreeMap::new(), Vec::new());
    let mut kept = 0;
    for _ in 0..FILES {
        let lines: Vec<Line> = (0..ROWS).map(|number| mutated(good, number, &mut dice, &mut used)).collect();
        let bytes: Vec<Vec<u8>> = lines.iter().map(|line| line.bytes.clone()).collect();
        let loaded = load_as(file(&bytes), &good.source).unwrap_or_else(|error| panic!("{error}"));
        let people: HashMap<String, &crate::Sealed> = keys(&loaded).into_iter().zip(&loaded.people).collect();
        let all: Vec<&str> = lines.iter().map(|line| line.done.as_str()).collect();
        let found = rows(&loaded);
        kept += found.len();
        for (record, row) in &found {
            let same = expected_rows.get(record) == Some(row) && people.get(record) == sealed.get(record);
            if !same {
                let number = keys(&expected).iter().position(|known| known == record);
                let what = number.map_or_else(
                    || format!("a record that was not there, one of {all:?}"),
                    |at| lines[at].done.clone(),
                );
                wrong.push(format!("{what}: {:?} became {row}", expected_rows.get(record)));
            }
        }
        assert_eq!(loaded.rows_read - loaded.rows_refused, found.len() as u64);
        assert_eq!((loaded.tally.empty_rows, loaded.tally.total_rows), (0, 0), "no row is left out");
    }
    assert!(wrong.is_empty(), "{} rows were loaded wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(kept > ROWS * FILES / 10, "mends are tried too: {kept} rows came out as they were");
    assert!(used.values().sum::<usize>() == ROWS * FILES);
    let rare: Vec<_> = CHANGES
        .iter()
        .filter(|(name, ..)| used.get(name).is_none_or(|&times| times < 3))
        .map(|change| change.0)
        .collect();
    assert!(rare.len() < CHANGES.len() / 4, "changes that were hardly tried: {rare:?}");
}

fn keys(loaded: &Loaded) -> Vec<String> {
    let rows = loaded.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
    rows.map(|(batch, row)| cell(batch, "record", row)).collect()
}

#[test]
fn five_thousand_changed_cells_of_cases_come_out_right_or_not_at_all() {
    check(&cases(), 11);
}

#[test]
fn five_thousand_changed_cells_of_trainings_come_out_right_or_not_at_all() {
    check(&trainings(), 13);
}

#[test]
#[ignore = "the same with other seeds, for whoever changes a rule"]
fn two_hundred_thousand_changed_cells_come_out_right_or_not_at_all() {
    for seed in 100..120 {
        check(&cases(), seed);
        check(&trainings(), seed);
    }
}

#[test]
fn every_change_is_tried_on_some_cell() {
    let (mut dice, mut used) = (Dice(17), BTreeMap::new());
    for good in [cases(), trainings()] {
        for round in 0..20_000 {
            mutated(&good, round % ROWS, &mut dice, &mut used);
        }
    }
    for (name, ..) in CHANGES {
        assert!(used.get(name).is_some_and(|&times| times >= 5), "{name}: {:?}", used.get(name));
    }
    assert_eq!(used.len(), CHANGES.len() + 3);
}
