//! The words of a key file.
//!
//! ```text
//! panoh-key-2
//! key 0a1b…          64 hexadecimal digits; the oldest first, one line each
//! next 2c3d…         only while a rotation has not ended
//! id 4e5f…           16 digits that must follow from the lines above
//! ```
//!
//! Files of the first format, one line `panoh-key-1 0a1b…`, are still read.

use zeroize::Zeroizing;

use super::{Key, MasterKey};
use crate::pseudonym::{read_hex, write_hex};

const FIRST_FORMAT: &str = "panoh-key-1";
const FORMAT: &str = "panoh-key-2";

/// Bytes that one line needs at most.
const LINE: usize = 80;

/// Why bytes give no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// They are something else.
    NoKeyFile,
    /// They were a key file once.
    Damaged,
    /// They are under another passphrase.
    Passphrase,
}

/// The text of a key file.
pub(super) fn write(key: &MasterKey) -> Zeroizing<String> {
    // Room for everything: growing would leave copies of the keys behind in memory.
    let mut text = Zeroizing::new(String::with_capacity((key.keys().len() + 3) * LINE));
    text.push_str(FORMAT);
    text.push('\n');
    let keys = key.keys().iter().map(|key| ("key ", key));
    for (word, key) in keys.chain(key.next().map(|key| ("next ", key))) {
        text.push_str(word);
        write_hex(&mut *text, key.as_slice()).expect("a String takes everything");
        text.push('\n');
    }
    text.push_str("id ");
    text.push_str(&key.whole_id());
    text.push('\n');
    text
}

/// The key of a text.
pub(super) fn parse(text: &[u8]) -> Result<MasterKey, Flaw> {
    let text = std::str::from_utf8(text).map_err(|_| Flaw::NoKeyFile)?;
    // A text that was moved over another system may have other line ends; one line end at the end is no line.
    let mut lines =
        text.strip_suffix('\n').unwrap_or(text).split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let first = lines.next().unwrap_or_default();
    if first == FORMAT {
        return parse_lines(lines).ok_or(Flaw::Damaged);
    }
    let digits = first.strip_prefix(FIRST_FORMAT).and_then(|rest| rest.strip_prefix(' ')).ok_or(Flaw::NoKeyFile)?;
    if lines.next().is_some() {
        return Err(Flaw::NoKeyFile);
    }
    read_key(digits).and_then(|key| MasterKey::of_parts(vec![key], None)).ok_or(Flaw::NoKeyFile)
}

/// What stands below the first line. None when anything is not as [`write()`] writes it.
fn parse_lines<'a>(lines: impl Iterator<Item = &'a str>) -> Option<MasterKey> {
    let mut lines = lines.peekable();
    let mut keys = Vec::new();
    while let Some(digits) = lines.peek().and_then(|line| line.strip_prefix("key ")) {
        keys.push(read_key(digits)?);
        lines.next();
    }
    let mut next = None;
    if let Some(digits) = lines.peek().and_then(|line| line.strip_prefix("next ")) {
        next = Some(read_key(digits)?);
        lines.next();
    }
    let id = lines.next()?.strip_prefix("id ")?;
    let key = MasterKey::of_parts(keys, next)?;
    (lines.next().is_none() && key.whole_id() == id).then_some(key)
}

fn read_key(digits: &str) -> Option<Key> {
    Some(Box::new(Zeroizing::new(read_hex(digits.as_bytes())?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_their_order_read_back() {
        for key in [
            MasterKey::of_bytes([1; 32]),
            MasterKey::of_chain(&[[1; 32], [2; 32], [3; 32]], None),
            MasterKey::of_chain(&[[1; 32], [2; 32]], Some([3; 32])),
        ] {
            let text = write(&key);
            assert!(text.starts_with("panoh-key-2\nkey 0101"));
            let read = parse(text.as_bytes()).expect("a key");
            assert_eq!((read.id(), read.whole_id(), read.count()), (key.id(), key.whole_id(), key.count()));
            assert_eq!(read.keys(), key.keys());
            assert_eq!(read.next(), key.next());
            parse(text.replace('\n', "\r\n").as_bytes()).expect("other line ends");
            parse(text.trim_end().as_bytes()).expect("no line end at the end");
        }
    }

    #[test]
    fn every_changed_letter_is_noticed() {
        let text = write(&MasterKey::of_chain(&[[1; 32], [2; 32]], Some([3; 32])));
        for at in 0..text.len() {
            for other in [b'0', b'f', b'x', b' ', b'\n'] {
                let mut changed = text.as_bytes().to_vec();
                if changed[at] == other {
                    continue;
                }
                changed[at] = other;
                // The line end at the end says nothing.
                let is_last = at + 1 == text.len();
                assert!(is_last || parse(&changed).is_err(), "byte {at} as {other}");
            }
        }
        for length in 0..text.len() - 1 {
            assert!(parse(&text.as_bytes()[..length]).is_err(), "cut at {length}");
        }
    }

    #[test]
    fn lines_cannot_be_left_out_doubled_or_moved() {
        let (one, two) = ("01".repeat(32), "02".repeat(32));
        let id = MasterKey::of_chain(&[[1; 32], [2; 32]], None).id();
        parse(format!("panoh-key-2\nkey {one}\nkey {two}\nid {id}\n").as_bytes()).expect("a key");
        for lines in [
            format!("key {two}\nkey {one}\nid {id}"),
            format!("key {one}\nid {id}"),
            format!("key {one}\nkey {two}\nkey {two}\nid {id}"),
            format!("key {one}\nkey {two}\nid {id}\nid {id}"),
            format!("key {one}\nkey {two}\n\nid {id}"),
            format!("key {one}\nkey {two}"),
            format!("next {two}\nkey {one}\nid {id}"),
            format!("id {id}"),
        ] {
            assert_eq!(parse(format!("panoh-key-2\n{lines}\n").as_bytes()).expect_err(&lines), Flaw::Damaged);
        }
    }

    #[test]
    fn the_first_format_is_read_and_nothing_like_it() {
        let digits = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        for end in ["", "\n", "\r\n"] {
            let key = parse(format!("panoh-key-1 {digits}{end}").as_bytes()).expect("a key");
            assert_eq!(**key.keys()[0], std::array::from_fn(|at| at as u8));
        }
        for text in [
            String::new(),
            digits.to_owned(),
            format!("panoh-key-3 {digits}"),
            format!("panoh-key-1  {digits}"),
            format!("panoh-key-1 {}", &digits[1..]),
            format!("panoh-key-1 {digits}0"),
            format!("panoh-key-1 {}g", &digits[1..]),
            format!("panoh-key-1 {digits}\n\n"),
            format!("panoh-key-1 {digits}\npanoh-key-1 {digits}\n"),
        ] {
            assert_eq!(parse(text.as_bytes()).expect_err(&text), Flaw::NoKeyFile);
        }
    }
}
