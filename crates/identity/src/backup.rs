//! The recovery form: the keys as lines of groups that a person can keep on paper and type again without a mistake that
//! goes unnoticed.
//!
//! Sixteen signs stand for the sixteen values of four bits: the digits 2 to 9 and eight letters that have the same shape
//! in Latin and Cyrillic, so that neither 0 and O nor 1, I and L can be confused, and the keyboard's alphabet does not
//! matter. A line holds 64 bits and two check signs. With them, the signs of a line (and its number), each taken with
//! the weight of its place, sum up to a multiple of the prime 251. All weights differ, so one wrong sign, or two signs of
//! a line in each other's place, always break the sum. The last line is the key's id: lines of two forms do not pass for
//! one key.

use std::fmt::Write;

use zeroize::Zeroizing;

use crate::error::IdentityError;
use crate::key::{Key, MasterKey};
use crate::keyed::SubKey;
use crate::pseudonym::read_hex;

/// The signs, by their value.
const SIGNS: [char; 16] = ['2', '3', '4', '5', '6', '7', '8', '9', 'A', 'C', 'E', 'H', 'K', 'P', 'T', 'X'];

/// Letters of the Cyrillic alphabet that look like a sign, and that sign.
const CYRILLIC: [(char, char); 8] =
    [('А', 'A'), ('С', 'C'), ('Е', 'E'), ('Н', 'H'), ('К', 'K'), ('Р', 'P'), ('Т', 'T'), ('Х', 'X')];

/// Bytes of a line; each key is four of them.
const BYTES: usize = 8;
const LINES_OF_KEY: usize = 4;

/// Signs of a line before its two check signs.
const PLAIN: usize = 2 * BYTES;

/// What the weighted sum of a line is a multiple of.
const PRIME: usize = 251;

/// Weight of the first sign; the next ones follow. Those of the check signs are 16 and 1.
const FIRST_WEIGHT: usize = 17;

/// Weight of the line's number: lines in each other's place break both sums.
const LINE_WEIGHT: usize = 101;

const HEAD: &str = "\
PANOH KEY: RECOVERY FORM

What this is   The key under every pseudonym of one Panoh home. Whoever has it can
               tie pseudonyms to names. Without it no further export can be linked
               to the persons already loaded.
How to keep it On paper, locked away, in another building than the computer. Never
               beside the data, never in a photo, a message or a mail.
How to restore Type the numbered lines into a text file, one line each, and run:
                   panoh --home HOME keys restore FILE
               Capital or small, Latin or Cyrillic letters are the same; there is
               neither O nor 0, neither I nor L nor 1. A wrong or a swapped sign is
               refused, and its line is named.
";

/// The recovery form of a key, a next key of an unfinished rotation included. Wiped from memory when dropped.
pub fn recovery_form(key: &MasterKey) -> Zeroizing<String> {
    let mut lines: Vec<Line> = key.keys().iter().chain(key.next()).flat_map(lines_of).collect();
    lines.push(closing_line(key));
    // Room for everything: growing would leave copies of the keys behind in memory.
    let mut text = Zeroizing::new(String::with_capacity(HEAD.len() + 200 + lines.len() * 40));
    text.push_str(HEAD);
    text.push_str("Key id         ");
    text.push_str(&key.id());
    text.push_str("\n\n");
    for (at, line) in lines.iter().enumerate() {
        push_line(&mut text, at + 1, line);
    }
    text
}

/// The key of a recovery form. Lines that do not begin with a digit are explanation and are passed over; the others must
/// stand in their order. Refuses a form with the number of the first line that is wrong.
pub fn restore(form: &str) -> Result<MasterKey, IdentityError> {
    let mut lines: Vec<Line> = Vec::new();
    for text in form.trim_start_matches('\u{feff}').lines().map(str::trim) {
        if !text.starts_with(|sign: char| sign.is_ascii_digit()) {
            continue;
        }
        let number = lines.len() + 1;
        let line = parse_line(text, number);
        lines.push(line.map_err(|reason| IdentityError::RecoveryLine { line: number, reason })?);
    }
    let missing = IdentityError::RecoveryLine { line: lines.len() + 1, reason: "is missing" };
    let Some(closing) = lines.pop() else { return Err(missing) };
    if lines.is_empty() || !lines.len().is_multiple_of(LINES_OF_KEY) {
        return Err(missing);
    }
    // The closing line alone tells whether the last key is in force yet.
    for has_next in [false, true] {
        let mut keys: Vec<Key> = Vec::new();
        for lines in lines.chunks_exact(LINES_OF_KEY) {
            keys.push(Key::default());
            fill(keys.last_mut().expect("just pushed"), lines);
        }
        let next = if has_next { keys.pop() } else { None };
        if let Some(key) = MasterKey::of_parts(keys, next)
            && closing_line(&key) == closing
        {
            return Ok(key);
        }
    }
    Err(IdentityError::RecoveryMixed)
}

/// Reads a form again, as it was printed, and refuses it when it does not give this key.
pub fn prove(form: &str, key: &MasterKey) -> Result<(), IdentityError> {
    let restored = restore(form)?;
    if restored.keys() == key.keys() && restored.next() == key.next() && restored.id() == key.id() {
        return Ok(());
    }
    Err(IdentityError::RecoveryMixed)
}

/// What a line holds.
type Line = Zeroizing<[u8; BYTES]>;

fn lines_of(key: &Key) -> impl Iterator<Item = Line> + '_ {
    key.chunks_exact(BYTES).map(|part| Zeroizing::new(std::array::from_fn(|at| part[at])))
}

fn fill(key: &mut Key, lines: &[Line]) {
    for (part, line) in key.chunks_exact_mut(BYTES).zip(lines) {
        part.copy_from_slice(line.as_slice());
    }
}

/// The id of all keys; when the last is not in force yet, hashed once more under it.
fn closing_line(key: &MasterKey) -> Line {
    let id = read_hex(key.whole_id().as_bytes()).expect("an id is sixteen digits");
    Zeroizing::new(match key.next() {
        None => id,
        Some(next) => {
            let whole = SubKey::derive(next, "recovery-next/v1").hash(&id);
            std::array::from_fn(|at| whole[at])
        }
    })
}

/// Writes `  1.  2345 6789 ACEH KPTX  22`.
fn push_line(text: &mut String, number: usize, line: &Line) {
    let mut values: Vec<usize> = line.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(usize::from).collect();
    let check = (PRIME - weighted(&values, number) % PRIME) % PRIME;
    values.extend([check / 16, check % 16]);
    write!(text, "{number:>5}.  ").expect("a String takes everything");
    for (at, value) in Zeroizing::new(values).iter().enumerate() {
        match at {
            0 => {}
            PLAIN => text.push_str("  "),
            _ if at % 4 == 0 => text.push(' '),
            _ => {}
        }
        text.push(SIGNS[*value]);
    }
    text.push('\n');
}

/// What stands on a line that begins with a digit; says why when it is wrong.
fn parse_line(text: &str, number: usize) -> Result<Line, &'static str> {
    let (named, signs) = text.split_once('.').ok_or("does not begin with its number and a point")?;
    if named.trim().parse() != Ok(number) {
        return Err("is missing, or stands in another place");
    }
    let mut values = Zeroizing::new(Vec::with_capacity(PLAIN + 2));
    for sign in signs.chars().filter(|sign| !sign.is_whitespace()) {
        values.push(value_of(sign).ok_or("has a sign that no form has")?);
        if values.len() > PLAIN + 2 {
            return Err("has too many signs");
        }
    }
    if values.len() < PLAIN + 2 {
        return Err("has too few signs");
    }
    let (plain, check) = values.split_at(PLAIN);
    if !(weighted(plain, number) + 16 * check[0] + check[1]).is_multiple_of(PRIME) {
        return Err("has a wrong or a swapped sign");
    }
    let mut line = Line::default();
    for (byte, pair) in line.iter_mut().zip(plain.chunks_exact(2)) {
        *byte = (pair[0] << 4 | pair[1]) as u8;
    }
    Ok(line)
}

/// The sum of a line's signs before the check signs, and of its number, each with its weight.
fn weighted(values: &[usize], number: usize) -> usize {
    let signs: usize = values.iter().enumerate().map(|(at, value)| (FIRST_WEIGHT + at) * value).sum();
    signs + LINE_WEIGHT * number
}

fn value_of(sign: char) -> Option<usize> {
    let sign = sign.to_uppercase().next()?;
    let sign = CYRILLIC.iter().find_map(|(cyrillic, latin)| (*cyrillic == sign).then_some(*latin)).unwrap_or(sign);
    SIGNS.iter().position(|known| *known == sign)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> MasterKey {
        MasterKey::of_chain(&[std::array::from_fn(|at| (at * 37) as u8), [0xa5; 32]], None)
    }

    /// The numbered lines of a form, as a person would type them.
    fn numbered(form: &str) -> Vec<String> {
        let is_numbered = |line: &&str| line.trim().starts_with(|sign: char| sign.is_ascii_digit());
        form.lines().filter(is_numbered).map(|line| line.trim().to_owned()).collect()
    }

    /// The number of the line that a form is refused for.
    fn refused_line(lines: &[String]) -> usize {
        match restore(&lines.join("\n")).expect_err("refused") {
            IdentityError::RecoveryLine { line, .. } => line,
            other => panic!("refused without a line: {other}"),
        }
    }

    #[test]
    fn a_form_gives_its_key_back_and_no_other() {
        for key in [
            MasterKey::of_bytes([0; 32]),
            MasterKey::of_bytes([0xff; 32]),
            key(),
            MasterKey::of_chain(&[[1; 32], [2; 32]], Some([3; 32])),
            MasterKey::of_chain(&[[1; 32]], Some([3; 32])),
        ] {
            let form = recovery_form(&key);
            prove(&form, &key).expect("it restores");
            assert!(form.contains(&key.id()));
            assert_eq!(restore(&form).expect("a key").rotation().is_some(), key.rotation().is_some());
            // The numbered lines alone are enough.
            prove(&numbered(&form).join("\n"), &key).expect("it restores");
            assert!(matches!(prove(&form, &MasterKey::of_bytes([9; 32])), Err(IdentityError::RecoveryMixed)));
        }
    }

    #[test]
    fn a_form_looks_like_this() {
        let form = recovery_form(&MasterKey::of_bytes([0x1f; 32]));
        let lines = numbered(&form);
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0], "1.  3X3X 3X3X 3X3X 3X3X  ".to_owned() + lines[0].rsplit(' ').next().expect("a check"));
        // By hand: eight pairs of 1 and 15 under the weights 17 to 32, the number under 101, modulo 251.
        let sum: usize = (0..8).map(|pair| (17 + 2 * pair) + 15 * (18 + 2 * pair)).sum::<usize>() + 101;
        let check = 251 - sum % 251;
        assert!(lines[0].ends_with(&format!("{}{}", SIGNS[check / 16], SIGNS[check % 16])));
        for line in &lines {
            assert!(!line.split_once('.').expect("a number").1.contains(['0', '1', 'O', 'I', 'L', 'o', 'i', 'l']));
        }
        // A line of explanation is never taken for a numbered one.
        assert!(HEAD.lines().all(|line| !line.trim().starts_with(|sign: char| sign.is_ascii_digit())));
    }

    #[test]
    fn people_type_in_their_own_way() {
        let form = recovery_form(&key());
        let lower = form.to_lowercase();
        let cyrillic = CYRILLIC
            .iter()
            .fold(numbered(&form).join("\n"), |text, (cyrillic, latin)| text.replace(*latin, &cyrillic.to_string()));
        let unspaced = numbered(&form).iter().map(|line| line.replace(' ', "") + "\r\n").collect::<String>();
        let tabbed = form.replace("  ", "\t\u{a0}");
        for typed in [lower, cyrillic.to_lowercase(), cyrillic, unspaced, tabbed, format!("\u{feff}{}", *form)] {
            prove(&typed, &key()).expect("it restores");
        }
    }

    #[test]
    fn every_wrong_sign_is_refused_with_its_line() {
        let lines = numbered(&recovery_form(&key()));
        for (at, line) in lines.iter().enumerate() {
            let signs: Vec<char> = line.chars().collect();
            for place in 0..signs.len() {
                if signs[place].is_whitespace() {
                    continue;
                }
                for wrong in SIGNS.iter().chain(&['0', '1', 'O', 'I', 'L', 'B', 'я', '-', '.']) {
                    if *wrong == signs[place] {
                        continue;
                    }
                    let mut typed = signs.clone();
                    typed[place] = *wrong;
                    let mut lines = lines.clone();
                    lines[at] = typed.into_iter().collect();
                    assert_eq!(refused_line(&lines), at + 1, "{line} with {wrong} at {place}");
                }
            }
        }
    }

    #[test]
    fn every_two_swapped_signs_are_refused_with_their_line() {
        let lines = numbered(&recovery_form(&key()));
        for (at, line) in lines.iter().enumerate() {
            let signs: Vec<char> = line.chars().collect();
            let first = line.find('.').expect("a point") + 1;
            for one in first..signs.len() {
                for other in one + 1..signs.len() {
                    if signs[one] == signs[other] || signs[one].is_whitespace() || signs[other].is_whitespace() {
                        continue;
                    }
                    let mut typed = signs.clone();
                    typed.swap(one, other);
                    let mut lines = lines.clone();
                    lines[at] = typed.into_iter().collect();
                    assert_eq!(refused_line(&lines), at + 1, "{line} with {one} and {other} swapped");
                }
            }
        }
    }

    #[test]
    fn lines_missing_doubled_or_moved_are_refused_with_their_line() {
        let lines = numbered(&recovery_form(&key()));
        let numbers = |order: &[usize]| order.iter().map(|at| lines[at - 1].clone()).collect::<Vec<_>>();
        let cases: [(&[usize], usize); 7] = [
            (&[], 1),
            (&[2, 3, 4, 5, 6, 7, 8, 9], 1),
            (&[1, 2, 3, 5, 6, 7, 8, 9], 4),
            (&[1, 2, 3, 4, 5, 6, 7, 8], 9),
            (&[1, 1, 2, 3, 4, 5, 6, 7, 8, 9], 2),
            (&[1, 3, 2, 4, 5, 6, 7, 8, 9], 2),
            (&[1, 2, 3, 4], 5),
        ];
        for (order, line) in cases {
            assert_eq!(refused_line(&numbers(order)), line, "{order:?}");
        }
        // Two lines in each other's place under the numbers that belong there: the check signs tell.
        let mut moved = lines.clone();
        let signs = |line: &String| line.split_once('.').expect("a number").1.to_owned();
        (moved[1], moved[2]) = (format!("2.{}", signs(&lines[2])), format!("3.{}", signs(&lines[1])));
        assert_eq!(refused_line(&moved), 2);
    }

    #[test]
    fn lines_of_two_forms_are_no_key() {
        let (one, two) = (
            numbered(&recovery_form(&MasterKey::of_bytes([1; 32]))),
            numbered(&recovery_form(&MasterKey::of_bytes([2; 32]))),
        );
        let mixed = [&one[..2], &two[2..]].concat().join("\n");
        let refused = restore(&mixed).expect_err("refused");
        assert!(matches!(refused, IdentityError::RecoveryMixed), "{refused}");
    }

    #[test]
    fn an_error_shows_no_sign_of_the_form() {
        let mut lines = numbered(&recovery_form(&MasterKey::of_bytes([0x1f; 32])));
        lines[1] = lines[1].replacen("3X3X", "3X3E", 1);
        let message = restore(&lines.join("\n")).expect_err("refused").to_string();
        assert!(message.contains("line 2") && !message.contains("3X"), "{message}");
    }

    proptest! {
        /// Whatever the keys: one changed sign is refused, and its line is named.
        #[test]
        fn any_one_letter_change_is_refused(
            keys in prop::collection::vec(any::<[u8; 32]>(), 1..4),
            line in 0usize..13,
            place in 0usize..18,
            other in 0usize..16,
        ) {
            let key = MasterKey::of_chain(&keys, None);
            let mut lines = numbered(&recovery_form(&key));
            let line = line % lines.len();
            let (number, signs) = lines[line].split_once('.').expect("a number");
            let mut signs: Vec<char> = signs.chars().filter(|sign| *sign != ' ').collect();
            prop_assume!(signs[place] != SIGNS[other]);
            signs[place] = SIGNS[other];
            lines[line] = format!("{number}. {}", signs.into_iter().collect::<String>());
            prop_assert_eq!(refused_line(&lines), line + 1);
        }

        /// Whatever is typed is a key or is refused, and nothing breaks.
        #[test]
        fn anything_else_is_refused(text in "\\PC{0,200}", lines in "([0-9]{1,3}\\. [2-9ACEHKPTX ]{0,30}\n){0,9}") {
            prop_assert!(restore(&text).is_err());
            prop_assert!(restore(&lines).is_err());
        }
    }
}
