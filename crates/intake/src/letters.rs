//! How likely a text is under an encoding, letter by letter, in powers of two.
//!
//! Bytes that are Russian or Tajik words under one encoding are, under another, rare letters, capitals inside words, or
//! signs that stand in no word. Frequencies of letters are fixed here and not learned from the file.

/// A letter that is not ASCII, and the binary logarithm of how likely it stands there.
pub(crate) struct Letter {
    pub(crate) sign: char,
    weight: f64,
}

/// Letters and how often each stands in ten thousand: Russian by the frequency dictionary of the Russian National
/// Corpus, the six Tajik ones after `ё` roughly as in Tajik text.
#[rustfmt::skip]
const FREQUENCIES: [(char, u16); 39] = [
    ('о', 1097), ('е', 845), ('а', 801), ('и', 735), ('н', 670), ('т', 626), ('с', 547), ('р', 473), ('в', 454),
    ('л', 440), ('к', 349), ('м', 321), ('д', 298), ('п', 281), ('у', 262), ('я', 201), ('ы', 190), ('ь', 174),
    ('г', 170), ('з', 165), ('б', 159), ('ч', 144), ('й', 121), ('х', 97), ('ж', 94), ('ш', 73), ('ю', 64),
    ('ц', 48), ('щ', 36), ('э', 32), ('ф', 26), ('ъ', 4), ('ё', 4), ('ӣ', 100), ('ҳ', 150), ('қ', 120), ('ҷ', 80),
    ('ӯ', 100), ('ғ', 40),
];

const RARE_LETTER: f64 = -10.0;
const STRANGE_SIGN: f64 = -14.0;
const NO_LETTER: f64 = -20.0;

/// The letters of a text in an encoding of one byte a letter whose upper half is given. Two encodings give equally many.
pub(crate) fn weighed(bytes: &[u8], half: &[char; 128]) -> Vec<Letter> {
    let sign = |byte: u8| if byte < 0x80 { char::from(byte) } else { half[usize::from(byte - 0x80)] };
    let near = |at: Option<usize>| at.and_then(|at| bytes.get(at)).map_or(' ', |&byte| sign(byte));
    let foreign = bytes.iter().enumerate().filter(|(_, byte)| **byte >= 0x80);
    foreign
        .map(|(at, &byte)| {
            let sign = sign(byte);
            Letter { sign, weight: weight(near(at.checked_sub(1)), sign, near(Some(at + 1))) }
        })
        .collect()
}

/// How much likelier the first reading of the same bytes is than the second, where they differ.
pub(crate) fn odds(one: &[Letter], other: &[Letter]) -> f64 {
    let differ = one.iter().zip(other).filter(|(one, other)| one.sign != other.sign);
    // A sum of nothing would be minus nought, which is not nought in a total order.
    differ.fold(0.0, |odds, (one, other)| odds + one.weight - other.weight)
}

fn weight(before: char, letter: char, after: char) -> f64 {
    let is_latin = |sign: char| ('\u{c0}'..='\u{24f}').contains(&sign) && sign.is_alphabetic();
    let is_cyrillic = |sign: char| ('\u{400}'..='\u{52f}').contains(&sign);
    let has = |found: fn(char) -> bool| found(before) || found(after);
    if letter == char::REPLACEMENT_CHARACTER {
        return NO_LETTER;
    }
    if is_cyrillic(letter) {
        if has(|sign| sign.is_ascii_alphabetic()) {
            return STRANGE_SIGN;
        }
        let small = letter.to_lowercase().next().unwrap_or(letter);
        let known = FREQUENCIES.iter().find(|(known, _)| *known == small);
        let often = known.map_or(RARE_LETTER, |(_, of)| (f64::from(*of) / 10_000.0).log2());
        let capital_inside = letter.is_uppercase() && before.is_lowercase();
        return if capital_inside { often + RARE_LETTER } else { often };
    }
    if is_latin(letter) {
        let alone = !has(|sign| sign.is_ascii_alphabetic());
        let beside = is_latin(before) || is_latin(after);
        return if alone || beside { RARE_LETTER } else { -5.0 };
    }
    // What ends or joins words does not begin one, as a capital letter of another encoding would.
    if "»”’…–—°\u{a0}".contains(letter) && after.is_alphabetic() && !before.is_alphanumeric() {
        return STRANGE_SIGN;
    }
    if "«»“”„’‘…–—№°\u{a0}".contains(letter) {
        return -7.0;
    }
    // Boxes and mathematical signs stand in no word.
    if has(char::is_alphabetic) { NO_LETTER } else { STRANGE_SIGN }
}
