//! What people, spreadsheets and converters do to a cell.

use encoding_rs::{Encoding, KOI8_R, WINDOWS_1251, WINDOWS_1252};

use crate::tests::dice::Dice;

/// What a column holds, as far as a change of it can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
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
pub(super) type Change = fn(&mut Dice, Holds, &str) -> Option<Vec<u8>>;

/// How the changed cell is written into the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// In quotes when it needs them, so that the change is inside the cell.
    Quoted,
    /// As it is, so that the change may break the row.
    Raw,
}

use Written::{Quoted, Raw};

/// Every change by its name.
pub(super) const CHANGES: &[(&str, Written, Change)] = &[
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
