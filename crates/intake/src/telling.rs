//! Tells in which encoding a file is written, and stops where that would be a guess.
//!
//! A byte-order mark is proof, and so is text that is valid UTF-8: text in another encoding is that by accident only when
//! it is ASCII, which is the same in all. Otherwise the header row decides: under the right encoding it holds names of the
//! mapping. When it is ASCII, the letters of the rows decide, by a wide margin or not at all.

use crate::encoding::{Encoding, ONE_BYTE};
use crate::error::IntakeError;
use crate::letters::{self, Letter};

/// Odds, in powers of two, that one encoding must have against every other one. At forty the wrong one is taken once in a
/// million million files, if letters fell at random.
const MARGIN: f64 = 40.0;

/// How many known and unknown column names a header row holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fit {
    /// Cells that are names of the mapping.
    pub(crate) known: usize,
    /// Those among them that are not ASCII and so differ between encodings.
    pub(crate) telling: usize,
}

/// The encoding of a file and the length of its byte-order mark.
///
/// `head` is the beginning of the file, `whole` when that is all of it. `declared` is what mapping or command line say.
/// `fit` counts the names in the header row of a decoded text.
pub(crate) fn tell(
    head: &[u8],
    whole: bool,
    declared: Option<Encoding>,
    fit: &dyn Fn(&str) -> Fit,
) -> Result<(Encoding, usize), IntakeError> {
    for (encoding, mark) in
        [(Encoding::Utf8, &b"\xef\xbb\xbf"[..]), (Encoding::Utf16Le, b"\xff\xfe"), (Encoding::Utf16Be, b"\xfe\xff")]
    {
        if head.starts_with(mark) {
            return Ok((encoding, mark.len()));
        }
    }
    let utf8 = Utf8::of(head, whole);
    if let Some(declared) = declared {
        // A file that somebody saved anew; read as declared, every name would become another one.
        if declared.upper_half().is_some() && utf8.broken == 0 && utf8.letters > 0 {
            return Err(IntakeError::WrongEncoding { declared: declared.name(), found: Encoding::Utf8.name() });
        }
        return Ok((declared, 0));
    }
    if let Some(wide) = wide(head, fit) {
        return Ok((wide, 0));
    }
    if utf8.broken == 0 || utf8.letters > 10 * utf8.broken || fit(&Encoding::Utf8.text_of(head)).telling > 0 {
        return Ok((Encoding::Utf8, 0));
    }
    one_byte(head, fit).map(|encoding| (encoding, 0))
}

/// How much of some bytes is UTF-8.
struct Utf8 {
    /// Letters of several bytes.
    letters: usize,
    /// Places that are not UTF-8.
    broken: usize,
}

impl Utf8 {
    fn of(head: &[u8], whole: bool) -> Self {
        let mut found = Self { letters: 0, broken: 0 };
        let mut chunks = head.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            let starts = chunk.valid().bytes().filter(|byte| *byte >= 0xc0);
            found.letters += starts.count();
            // A letter that is cut off where the head ends may be whole in the file.
            let cut = !whole && chunks.peek().is_none() && begins_letter(chunk.invalid());
            found.broken += usize::from(!chunk.invalid().is_empty() && !cut);
        }
        found
    }
}

fn begins_letter(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

// UTF-16 without a mark: text with separators and line ends has NUL bytes in every second place only.
fn wide(head: &[u8], fit: &dyn Fn(&str) -> Fit) -> Option<Encoding> {
    let nuls = |first: usize| head.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    if even == 0 && odd == 0 {
        return None;
    }
    let known = |encoding: &Encoding| fit(&encoding.text_of(head)).known > 0;
    let told = [Encoding::Utf16Le, Encoding::Utf16Be].into_iter().find(known);
    let many = (head.len() / 10).max(1);
    told.or_else(|| (even == 0 && odd >= many).then_some(Encoding::Utf16Le))
        .or_else(|| (odd == 0 && even >= many).then_some(Encoding::Utf16Be))
}

fn one_byte(head: &[u8], fit: &dyn Fn(&str) -> Fit) -> Result<Encoding, IntakeError> {
    let fits: Vec<_> = ONE_BYTE.into_iter().map(|encoding| (encoding, fit(&encoding.text_of(head)).telling)).collect();
    let best = fits.iter().map(|(_, telling)| *telling).max().unwrap_or(0);
    let candidates: Vec<Encoding> =
        fits.into_iter().filter(|(_, telling)| *telling == best).map(|(encoding, _)| encoding).collect();
    let read: Vec<Vec<Letter>> =
        candidates.iter().filter_map(|encoding| Some(letters::weighed(head, &encoding.upper_half()?))).collect();
    let likeliest = (0..read.len()).max_by(|&one, &other| {
        // Of equals the first is taken, which max_by would not do.
        letters::odds(&read[one], &read[other]).total_cmp(&0.0).then(other.cmp(&one))
    });
    let likeliest = likeliest.expect("there are candidates");
    let rivals = |at: &usize| {
        let same = read[*at].iter().zip(&read[likeliest]).all(|(one, other)| one.sign == other.sign);
        *at == likeliest || !same && letters::odds(&read[likeliest], &read[*at]) < MARGIN
    };
    let open: Vec<usize> = (0..read.len()).filter(rivals).collect();
    if open.len() == 1 {
        return Ok(candidates[likeliest]);
    }
    Err(IntakeError::AmbiguousEncoding { candidates: open.into_iter().map(|at| candidates[at].name()).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUSSIAN: &str = "Анвар Раҳимов;Душанбе;уехал на стройку в Москву, паспорт отобрали\n";
    const PLAIN: &str = "Анвар Рахимов;Душанбе;уехал на стройку в Москву, паспорт отобрали\n";

    fn written(encoding: Encoding, text: &str) -> Vec<u8> {
        if let Some(half) = encoding.upper_half() {
            let byte = |letter: char| match half.iter().position(|sign| *sign == letter) {
                Some(at) => at as u8 + 0x80,
                None => u8::try_from(letter).expect("the encoding has the letter"),
            };
            return text.chars().map(byte).collect();
        }
        match encoding {
            Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => text.as_bytes().to_vec(),
        }
    }

    /// The mapping of these tests has the columns `ФИО`, `Город` and `name`.
    fn fit(text: &str) -> Fit {
        let header = text.lines().next().unwrap_or_default();
        let known: Vec<_> = header.split(';').filter(|name| ["ФИО", "Город", "name"].contains(name)).collect();
        Fit { known: known.len(), telling: known.iter().filter(|name| !name.is_ascii()).count() }
    }

    fn told(bytes: &[u8]) -> Result<Encoding, Vec<&'static str>> {
        match tell(bytes, true, None, &fit) {
            Ok((encoding, _)) => Ok(encoding),
            Err(IntakeError::AmbiguousEncoding { candidates }) => Err(candidates),
            Err(other) => panic!("{other}"),
        }
    }

    const ALL: [Encoding; 8] = [
        Encoding::Utf8,
        Encoding::Utf16Le,
        Encoding::Utf16Be,
        Encoding::Windows1251,
        Encoding::Koi8T,
        Encoding::Ibm866,
        Encoding::Iso8859_5,
        Encoding::MacCyrillic,
    ];

    #[test]
    fn a_header_in_letters_tells_the_encoding() {
        for encoding in &ALL {
            assert_eq!(told(&written(*encoding, "ФИО;Город\nA;B\n")), Ok(*encoding));
        }
        // KOI8-T has every letter of KOI8-R in the same place.
        assert_eq!(told(&written(Encoding::Koi8R, "ФИО;Город\nA;B\n")), Ok(Encoding::Koi8T));
        let tajik = written(Encoding::Koi8T, &format!("ФИО;Город;x\n{RUSSIAN}{RUSSIAN}{RUSSIAN}{RUSSIAN}"));
        assert_eq!(told(&tajik), Ok(Encoding::Koi8T));
    }

    #[test]
    fn the_letters_of_the_rows_tell_it_under_an_ascii_header() {
        for encoding in &ALL {
            for text in [PLAIN.to_owned(), PLAIN.to_uppercase()] {
                let in_capitals = text.chars().all(|letter| !letter.is_lowercase());
                let text = format!("name;place;story\n{}", text.repeat(8));
                let read = told(&written(*encoding, &text));
                // Capital letters stand in both in the same places.
                let same = in_capitals && *encoding == Encoding::MacCyrillic && read == Ok(Encoding::Ibm866);
                assert!(same || read == Ok(*encoding), "{read:?} {text}");
            }
        }
        let french = "name;place;story\nRené;Orléans;fiancé\nZoé;Besançon;élève\n".repeat(4);
        assert_eq!(told(&written(Encoding::Windows1252, &french)), Ok(Encoding::Windows1252));
    }

    /// The Turkish letters stand where windows-1252 has Icelandic ones; no frequency of letters is sure of the difference.
    #[test]
    fn turkish_stops_and_asks_and_other_latin_text_does_not() {
        let turkish = "name;place;story\nGülşen;Yılmaz;Öztürk\nÇağla;Şahin;İbrahim\n".repeat(40);
        let candidates = told(&written(Encoding::Windows1254, &turkish)).expect_err("either of two");
        assert_eq!(candidates, ["windows-1252", "windows-1254"]);
        let declared = tell(&written(Encoding::Windows1254, &turkish), true, Some(Encoding::Windows1254), &fit);
        assert_eq!(declared.ok(), Some((Encoding::Windows1254, 0)));
        let alike = "name;place;story\nÖmer;Çelik;Güneş\n".replace('ş', "s").repeat(40);
        assert_eq!(told(&written(Encoding::Windows1254, &alike)), Ok(Encoding::Windows1252), "the same in both");
    }

    /// Old Macintoshes write small letters but я as windows-1251 does and capital letters elsewhere.
    #[test]
    fn names_from_a_macintosh_are_not_read_as_windows() {
        let names = ["Зарина;Рахмонов", "Юсуф;Юлдашев", "Мехринисо;Каримов", "Эраж;Эшонов", "Илья;Петров"];
        for (count, sure) in [(5, true), (1, false)] {
            let text = format!("name;place\n{}\n", names[..count].join("\n"));
            for encoding in [Encoding::MacCyrillic, Encoding::Windows1251] {
                match told(&written(encoding, &text)) {
                    Ok(read) => assert_eq!(read, encoding, "{text}"),
                    Err(candidates) => assert!(!sure && candidates.contains(&encoding.name()), "{candidates:?} {text}"),
                }
            }
        }
    }

    #[test]
    fn too_few_letters_stop_and_ask() {
        let candidates = told(b"name;place\nx;\xcd\xee\n").expect_err("two letters tell nothing");
        for name in ["windows-1251", "ibm866"] {
            assert!(candidates.contains(&name), "{candidates:?}");
        }
        assert_eq!(told(b"name;place\nx;y\n"), Ok(Encoding::Utf8), "ASCII is the same in all");
    }

    #[test]
    fn a_mark_is_proof_and_a_declaration_must_not_contradict_the_bytes() {
        let marked = [b"\xff\xfe".to_vec(), written(Encoding::Utf16Le, "name\n")].concat();
        assert_eq!(tell(&marked, true, Some(Encoding::Utf8), &fit).ok(), Some((Encoding::Utf16Le, 2)));
        let declared = tell("name\nҶамшед\n".as_bytes(), true, Some(Encoding::Windows1251), &fit);
        assert!(matches!(declared, Err(IntakeError::WrongEncoding { declared: "windows-1251", found: "utf-8" })));
        let few = tell(b"name\n\xcd\n", true, Some(Encoding::Windows1251), &fit);
        assert_eq!(few.ok(), Some((Encoding::Windows1251, 0)));
    }

    #[test]
    fn one_broken_letter_does_not_make_utf8_something_else() {
        let mut bytes = format!("name;place\n{}", RUSSIAN.repeat(3)).into_bytes();
        bytes.extend(b"\xff;x\n");
        assert_eq!(told(&bytes), Ok(Encoding::Utf8));
        let cut = &"name\nӢ".as_bytes()[..6];
        assert_eq!(tell(cut, false, None, &fit).ok(), Some((Encoding::Utf8, 0)), "cut where the head ends");
    }
}
