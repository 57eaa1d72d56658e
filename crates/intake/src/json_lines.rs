//! Reads JSON Lines: each line is one object, each key a column, each value a cell.
//!
//! The text of a number is kept as it stands, because a document number of twenty digits does not survive as a number. A
//! key may stand once; what is nested has no place in a table and refuses the row.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;

use crate::row::{ROW_LIMIT, RawRow};
use crate::rule::Rule;

/// Joins the pieces of a list where the mapping does not say how they are parted.
const JOINER: char = ';';

/// The keys of a file and what is done with them.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// Key → place of its column in the header.
    pub(crate) places: HashMap<String, usize>,
    /// For each column of the header what parts the words of one cell.
    pub(crate) joiners: Vec<Option<char>>,
}

/// Reads the rows of a JSON Lines file one by one.
pub(crate) struct JsonRows<R> {
    input: BufReader<R>,
    keys: Keys,
    line: Vec<u8>,
    number: u64,
    /// Texts of the cells of a row in the order of its keys, and for each column where its cell stands in them.
    texts: Vec<u8>,
    cells: Vec<Option<Range<usize>>>,
}

impl Keys {
    /// The keys of the entries in a text, each once, in the order in which they are met; `most` entries are looked at.
    pub(crate) fn of_text(text: &str, most: usize) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()).take(most) {
            let mut entry = Entry { rest: line.trim().as_bytes() };
            let mut take = |key: &str, entry: &mut Entry<'_>| {
                if !names.iter().any(|name| name == key) {
                    names.push(key.to_owned());
                }
                entry.value(&mut Vec::new(), JOINER)
            };
            // A broken or nested entry ends early; its keys up to there count.
            let _ = entry.each_key(&mut take);
        }
        names
    }

    /// The first columns to hold each key; the header is the keys themselves.
    pub(crate) fn alone(names: &[String]) -> Self {
        let places = names.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        Self { places, joiners: vec![None; names.len()] }
    }
}

/// Whether a text begins like JSON Lines and not like a CSV file.
pub(crate) fn begins_entry(text: &str) -> bool {
    let after = text.trim_start().strip_prefix('{').map(str::trim_start);
    after.is_some_and(|after| after.starts_with(['"', '}']))
}

/// Whether a text begins like one JSON array of objects, which is held as a whole by those who write it and is no text
/// of lines.
pub(crate) fn begins_array(text: &str) -> bool {
    text.trim_start().strip_prefix('[').is_some_and(|after| after.trim_start().is_empty() || begins_entry(after))
}

impl<R: Read> JsonRows<R> {
    pub(crate) fn new(input: R, keys: Keys) -> Self {
        let cells = vec![None; keys.joiners.len()];
        let input = BufReader::with_capacity(1 << 18, input);
        Self { input, keys, line: Vec::new(), number: 0, texts: Vec::new(), cells }
    }

    /// Puts the next row into `row`. None at the end of the file; a rule when the line is not such an object. Blank lines
    /// are read over.
    pub(crate) fn next(&mut self, row: &mut RawRow) -> io::Result<Option<Result<(), Rule>>> {
        row.clear();
        loop {
            self.line.clear();
            self.number += 1;
            let limit = ROW_LIMIT as u64 + 1;
            if self.input.by_ref().take(limit).read_until(b'\n', &mut self.line)? == 0 {
                return Ok(None);
            }
            if self.line.len() > ROW_LIMIT {
                self.skip_line()?;
                break;
            }
            if !self.line.trim_ascii().is_empty() {
                break;
            }
        }
        row.place.line = self.number;
        row.place.last_line = self.number;
        if self.line.len() > ROW_LIMIT {
            return Ok(Some(Err(Rule::RowTooLarge)));
        }
        Ok(Some(self.read_line(row)))
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let piece = self.input.fill_buf()?;
            if piece.is_empty() {
                return Ok(());
            }
            let end = memchr::memchr(b'\n', piece);
            let bytes = end.map_or(piece.len(), |at| at + 1);
            self.input.consume(bytes);
            if end.is_some() {
                return Ok(());
            }
        }
    }

    fn read_line(&mut self, row: &mut RawRow) -> Result<(), Rule> {
        let Self { line, keys, texts, cells, .. } = self;
        texts.clear();
        cells.fill(None);
        let line = line.trim_ascii();
        // Said here, because the text of a key must not be looked up before.
        if std::str::from_utf8(line).is_err() {
            return Err(Rule::NotUtf8);
        }
        let mut nested = None;
        let mut take = |key: &str, entry: &mut Entry<'_>| {
            let &at = keys.places.get(key).ok_or(Rule::UnknownKey)?;
            if cells[at].is_some() {
                return Err(Rule::RepeatedKey);
            }
            let begin = texts.len();
            entry.value(texts, keys.joiners[at].unwrap_or(JOINER)).inspect_err(|rule| {
                nested = (*rule == Rule::NestedValue).then_some(at);
            })?;
            cells[at] = Some(begin..texts.len());
            Ok(())
        };
        let read = Entry { rest: line }.each_key(&mut take);
        if nested.is_none() {
            read?;
        }
        for cell in cells.iter_mut() {
            row.push_bytes(cell.take().map_or(&[][..], |cell| &texts[cell]));
            row.end_cell();
        }
        row.flaw = nested.map(|at| (Rule::NestedValue, Some(at)));
        Ok(())
    }
}

/// The part of an entry that was not read yet.
struct Entry<'a> {
    rest: &'a [u8],
}

impl<'a> Entry<'a> {
    /// Hands every key to `take`, which must read its value.
    fn each_key(&mut self, take: &mut dyn FnMut(&str, &mut Entry<'a>) -> Result<(), Rule>) -> Result<(), Rule> {
        self.sign(b'{')?;
        if self.sign(b'}').is_err() {
            loop {
                let key = self.string()?;
                self.sign(b':')?;
                take(&key, self)?;
                if self.sign(b',').is_err() {
                    self.sign(b'}')?;
                    break;
                }
            }
        }
        self.skip_blanks();
        if self.rest.is_empty() { Ok(()) } else { Err(Rule::NotAnObject) }
    }

    /// Writes a value: text as it is, a number as it stands, null as nothing, the pieces of a list joined.
    fn value(&mut self, out: &mut Vec<u8>, joiner: char) -> Result<(), Rule> {
        if self.sign(b'[').is_err() {
            return self.scalar(out);
        }
        if self.sign(b']').is_ok() {
            return Ok(());
        }
        loop {
            self.scalar(out)?;
            if self.sign(b',').is_err() {
                return self.sign(b']');
            }
            out.extend_from_slice(joiner.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    fn scalar(&mut self, out: &mut Vec<u8>) -> Result<(), Rule> {
        self.skip_blanks();
        match self.rest.first() {
            Some(b'"') => out.extend_from_slice(self.string()?.as_bytes()),
            Some(b'{' | b'[') => return Err(Rule::NestedValue),
            _ => {
                let end = self.rest.iter().position(|byte| b",]} \t\r".contains(byte)).unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at(end);
                self.rest = rest;
                // Checks the grammar of numbers.
                let known: serde_json::Value = serde_json::from_slice(word).map_err(|_| Rule::NotAnObject)?;
                if !known.is_null() {
                    out.extend_from_slice(word);
                }
            }
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Rule> {
        self.skip_blanks();
        let inside = self.rest.strip_prefix(b"\"").ok_or(Rule::NotAnObject)?;
        let mut end = 0;
        loop {
            end += memchr::memchr2(b'"', b'\\', &inside[end..]).ok_or(Rule::NotAnObject)?;
            if inside[end] == b'"' {
                break;
            }
            // The sign after a backslash never ends the text.
            end = (end + 2).min(inside.len());
        }
        let (quoted, rest) = self.rest.split_at(end + 2);
        self.rest = rest;
        let plain = &quoted[1..=end];
        if !plain.iter().any(|byte| *byte == b'\\' || *byte < b' ') {
            return std::str::from_utf8(plain).map(Cow::Borrowed).map_err(|_| Rule::NotUtf8);
        }
        serde_json::from_slice::<String>(quoted).map(Cow::Owned).map_err(|_| Rule::NotAnObject)
    }

    fn sign(&mut self, sign: u8) -> Result<(), Rule> {
        self.skip_blanks();
        self.rest = self.rest.strip_prefix(&[sign]).ok_or(Rule::NotAnObject)?;
        Ok(())
    }

    fn skip_blanks(&mut self) {
        let blanks = self.rest.iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
        self.rest = &self.rest[blanks..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[u8]) -> Vec<String> {
        let mut keys = Keys::alone(&["name".to_owned(), "year".to_owned(), "means".to_owned()]);
        keys.places.insert("имя".to_owned(), 0);
        keys.joiners[2] = Some('|');
        let mut rows = JsonRows::new(text, keys);
        let mut row = RawRow::default();
        let mut seen = Vec::new();
        while let Some(read) = rows.next(&mut row).expect("memory can be read") {
            let said = match (read, row.broken(3)) {
                (Err(rule), _) => rule.id().to_owned(),
                (_, Some((rule, at))) => format!("{} {at:?}", rule.id()),
                _ => (0..3).map(|at| String::from_utf8_lossy(row.cell(at)).into_owned()).collect::<Vec<_>>().join("/"),
            };
            seen.push(format!("{}: {said}", row.place.line));
        }
        seen
    }

    #[test]
    fn every_key_becomes_a_cell() {
        let text = "{\"year\": 2020, \"name\":\"A \\\"B\\\" \\u04b6\"}\n\n{ }\r\n{\"имя\":null,\"means\":[\"a\",1,true]}\n{\"means\":[]}";
        assert_eq!(rows(text.as_bytes()), ["1: A \"B\" Ҷ/2020/", "3: //", "4: //a|1|true", "5: //"]);
        let long = "{\"year\":123456789012345678901,\"name\":-0.50e3}";
        assert_eq!(rows(long.as_bytes()), ["1: -0.50e3/123456789012345678901/"], "numbers stay as they stand");
    }

    #[test]
    fn what_is_no_flat_object_is_refused() {
        for (text, rule) in [
            (&b"[1]"[..], "not_an_object"),
            (b"{\"name\":\"a\"", "not_an_object"),
            (b"{\"name\":\"a\"}}", "not_an_object"),
            (b"{\"name\":\"a\",}", "not_an_object"),
            (b"{\"name\":01}", "not_an_object"),
            (b"{\"name\":Zulfiya}", "not_an_object"),
            (b"{\"name\":}", "not_an_object"),
            (b"{\"name\":\"\t\"}", "not_an_object"),
            (b"{\"name\":\"\\", "not_an_object"),
            (b"{\"name\":[\"a\" \"b\"]}", "not_an_object"),
            (b"{\"name\":\"a\",\"phone\":\"b\"}", "unknown_key"),
            (b"{\"name\":\"a\",\"\xd0\xb8\xd0\xbc\xd1\x8f\":\"b\"}", "repeated_key"),
            (b"{\"name\":\"\xff\"}", "not_utf8"),
            (b"{\"year\":{\"from\":1}}", "nested_value Some(1)"),
            (b"{\"means\":[[1]]}", "nested_value Some(2)"),
            (b"{\"name\":\"a\\u0000\"}", "nul_byte Some(0)"),
        ] {
            assert_eq!(rows(text), [format!("1: {rule}")], "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn a_line_without_end_stays_within_bounds() {
        let long = [b"{\"name\":\"".to_vec(), vec![b'x'; 2 * ROW_LIMIT], b"\"}\n{}\n".to_vec()].concat();
        assert_eq!(rows(&long), ["1: row_too_large", "2: //"]);
    }

    #[test]
    fn the_keys_of_a_file_are_gathered_in_their_order() {
        let text = "{\"b\":1,\"a\":[1,2]}\n{\"c\":{\"d\":1},\"e\":2}\n{\"a\":1,\"f\":null}\n";
        assert_eq!(Keys::of_text(text, 10), ["b", "a", "c", "f"]);
        assert!(begins_entry("\n { \"a\":1}") && begins_entry("{}") && !begins_entry("{a},b"));
        assert!(begins_array(" [\n{\"a\":1}]") && !begins_array("[a],b") && !begins_array("{}"));
    }
}
