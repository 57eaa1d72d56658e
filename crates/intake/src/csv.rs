//! Splits the bytes of a CSV file into rows, strictly and in bounded memory.
//!
//! The usual reader is not used here because it is lenient where a case register must not be: it takes text after a
//! closing quote as part of the cell, lets an unclosed quote swallow the rest of the file, and grows without limit while
//! it does. A stray quote then hides rows, or moves one person's cells into another person's row. Here every quote must
//! open a cell, close it or be doubled inside it; a row where one does not is refused with all the lines that it covers.
//!
//! Two stray quotes in the same column are sound as quotes go: the first opens a cell, the second closes it lines later, and
//! the rows between them are text. [`RawRow::swallows_rows`] knows such a cell by its separators.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memchr2, memchr2_iter};

use crate::row::{CELLS_LIMIT, ROW_LIMIT, RawRow};
use crate::rule::Rule;

const WINDOW: usize = 1 << 18;

/// The signs that give a CSV file its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signs {
    /// Between two cells, one ASCII byte.
    pub(crate) separator: u8,
    /// Around a cell, one ASCII byte; it is doubled inside a quoted cell.
    pub(crate) quote: u8,
}

/// Reads the rows of a CSV file one by one.
pub(crate) struct CsvRows<R> {
    input: R,
    signs: Signs,
    /// The part of the file in hand; `window[begin..end]` has not been read yet.
    window: Vec<u8>,
    begin: usize,
    end: usize,
    at_end: bool,
    /// Number of the line that `begin` stands in.
    line: u64,
    /// The width of the table and, in the file, of empty columns behind it.
    beside: Option<(usize, usize)>,
    /// Whether the bytes before `begin` end a line; none when nothing was read yet.
    after_line_end: Option<bool>,
    /// Whether a row that is too large ends the reading instead of being read over.
    ends_at_large: bool,
    /// Separators of a full row; none while the names of the columns are read.
    separators: Option<usize>,
}

/// What the front of the window holds.
enum Front {
    /// No whole row yet.
    Part,
    /// A row of this many bytes with its line end, sound or not.
    Row(usize, Result<(), Rule>),
}

impl<R: Read> CsvRows<R> {
    /// Starts at the beginning of the file; a UTF-8 byte-order mark is read over.
    pub(crate) fn new(input: R, signs: Signs) -> io::Result<Self> {
        let window = vec![0; WINDOW];
        let mut rows = Self {
            input,
            signs,
            window,
            begin: 0,
            end: 0,
            at_end: false,
            line: 1,
            beside: None,
            after_line_end: None,
            ends_at_large: false,
            separators: None,
        };
        while rows.end < 3 && !rows.at_end {
            rows.fill()?;
        }
        if rows.window[..rows.end].starts_with(b"\xef\xbb\xbf") {
            rows.consume(3);
        }
        Ok(rows)
    }

    /// Reads over the lines before this one, whatever they hold. Nothing happens when it was passed already.
    pub(crate) fn skip_to_line(&mut self, line: u64) -> io::Result<()> {
        while self.line < line {
            if let Some(at) = memchr(b'\n', &self.window[self.begin..self.end]) {
                self.consume(at + 1);
                continue;
            }
            self.consume(self.end - self.begin);
            if self.at_end {
                return Ok(());
            }
            self.fill()?;
        }
        Ok(())
    }

    /// Lines that were read so far.
    pub(crate) fn lines(&self) -> u64 {
        self.after_line_end.map_or(0, |after| self.line - u64::from(after))
    }

    /// Whether a row that is too large ends the reading. What only looks at a file does not want to read over gigabytes
    /// that hold no line end.
    pub(crate) fn end_at_large(&mut self, ends: bool) {
        self.ends_at_large = ends;
    }

    /// Says how many cells a row has in the file, so that rows which a stray quote swallowed are known by their separators.
    pub(crate) fn expect_cells(&mut self, cells: usize) {
        self.separators = cells.checked_sub(1).filter(|separators| *separators > 0);
    }

    /// Leaves out columns without a name behind the last one with a name: spreadsheets write a cell for each column that
    /// was ever touched. A row that holds something there keeps its cells, and so is too wide.
    pub(crate) fn leave_out_behind(&mut self, width: usize, beside: usize) {
        self.beside = (beside > 0).then_some((width, beside));
    }

    /// Puts the next row into `row`. None at the end of the file; a rule when the row cannot be split into cells. Lines
    /// without any byte are read over.
    pub(crate) fn next(&mut self, row: &mut RawRow) -> io::Result<Option<Result<(), Rule>>> {
        self.skip_blank_lines()?;
        if self.begin == self.end {
            return Ok(None);
        }
        loop {
            row.clear();
            row.place.line = self.line;
            let front = split(&self.window[self.begin..self.end], self.at_end, self.signs, row);
            let mut outcome = match front {
                Front::Row(taken, outcome) => {
                    self.consume(taken);
                    outcome
                }
                Front::Part if self.end - self.begin < ROW_LIMIT => {
                    self.fill()?;
                    continue;
                }
                Front::Part => {
                    if self.ends_at_large {
                        self.consume(self.end - self.begin);
                        self.at_end = true;
                    } else {
                        self.skip_row()?;
                    }
                    Err(Rule::RowTooLarge)
                }
            };
            row.place.last_line = self.lines();
            if outcome.is_ok()
                && row.place.last_line > row.place.line
                && self.separators.is_some_and(|least| row.swallows_rows(self.signs.separator, least))
            {
                outcome = Err(Rule::SwallowedRows);
            }
            if let Some((width, beside)) = self.beside {
                row.drop_blank_end(width, beside);
            }
            return Ok(Some(outcome));
        }
    }

    fn skip_blank_lines(&mut self) -> io::Result<()> {
        loop {
            match &self.window[self.begin..self.end] {
                [] | [b'\r'] if !self.at_end => self.fill()?,
                [b'\r', b'\n', ..] => self.consume(2),
                [b'\n', ..] | [b'\r'] => self.consume(1),
                _ => return Ok(()),
            }
        }
    }

    // A row that is too long ends at the first line end outside quotes, that is after an even number of them.
    fn skip_row(&mut self) -> io::Result<()> {
        let mut open = false;
        loop {
            let unread = &self.window[self.begin..self.end];
            let line_end = memchr2_iter(self.signs.quote, b'\n', unread).find(|&at| {
                open ^= unread[at] == self.signs.quote;
                unread[at] == b'\n' && !open
            });
            if let Some(at) = line_end {
                self.consume(at + 1);
                return Ok(());
            }
            self.consume(unread.len());
            if self.at_end {
                return Ok(());
            }
            self.fill()?;
        }
    }

    fn consume(&mut self, bytes: usize) {
        let taken = &self.window[self.begin..self.begin + bytes];
        self.line += memchr_iter(b'\n', taken).count() as u64;
        self.after_line_end = taken.last().map_or(self.after_line_end, |last| Some(*last == b'\n'));
        self.begin += bytes;
    }

    // Reads on; the window grows only while one row fills it, and never above twice the limit of a row.
    fn fill(&mut self) -> io::Result<()> {
        if self.begin > 0 {
            self.window.copy_within(self.begin..self.end, 0);
            self.end -= self.begin;
            self.begin = 0;
        }
        if self.end == self.window.len() {
            self.window.resize(self.window.len() * 2, 0);
        }
        loop {
            match self.input.read(&mut self.window[self.end..]) {
                Ok(bytes) => {
                    self.end += bytes;
                    self.at_end = bytes == 0;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

// A line without a quote, the common case, needs no look at single bytes.
fn split(input: &[u8], at_end: bool, signs: Signs, row: &mut RawRow) -> Front {
    let (line, taken) = match memchr(b'\n', input) {
        Some(at) => (&input[..at], at + 1),
        None if at_end => (input, input.len()),
        None => return Front::Part,
    };
    if memchr(signs.quote, line).is_some() {
        return split_quoted(input, at_end, signs, row);
    }
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    row.push_line(line, signs.separator);
    Front::Row(taken, enough(row))
}

// Each turn reads one cell.
fn split_quoted(input: &[u8], at_end: bool, signs: Signs, row: &mut RawRow) -> Front {
    let mut at = 0;
    let mut sound = Ok(());
    loop {
        let quoted = input.get(at) == Some(&signs.quote);
        if quoted {
            at = match read_quoted(input, at + 1, signs.quote, row) {
                Some(after) if after < input.len() || at_end => after,
                None if at_end => return Front::Row(input.len(), Err(Rule::UnclosedQuote)),
                _ => return Front::Part,
            };
        }
        let (end, last) = match memchr2(signs.separator, b'\n', &input[at..]) {
            Some(found) => (at + found, input[at + found] == b'\n'),
            None if at_end => (input.len(), true),
            None => return Front::Part,
        };
        let rest = &input[at..end];
        let rest = if last { rest.strip_suffix(b"\r").unwrap_or(rest) } else { rest };
        let stray = if quoted { !rest.trim_ascii().is_empty() } else { memchr(signs.quote, rest).is_some() };
        if stray {
            sound = Err(Rule::StrayQuote);
        }
        if !quoted {
            row.push_bytes(rest);
        }
        row.end_cell();
        if last {
            return Front::Row((end + 1).min(input.len()), sound.and_then(|()| enough(row)));
        }
        at = end + 1;
    }
}

// Reads from after an opening quote until after the closing one; none when the closing quote is not in the input.
fn read_quoted(input: &[u8], mut at: usize, quote: u8, row: &mut RawRow) -> Option<usize> {
    loop {
        let found = at + memchr(quote, &input[at..])?;
        row.push_bytes(&input[at..found]);
        if input.get(found + 1) != Some(&quote) {
            return Some(found + 1);
        }
        row.push_bytes(&[quote]);
        at = found + 2;
    }
}

fn enough(row: &RawRow) -> Result<(), Rule> {
    if row.len() > CELLS_LIMIT { Err(Rule::RowTooLarge) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMMA: Signs = Signs { separator: b',', quote: b'"' };

    /// Rows as `first-last line: cell|cell` or `first-last line: rule`.
    fn rows(input: impl Read, signs: Signs) -> Vec<String> {
        let mut rows = CsvRows::new(input, signs).expect("memory can be read");
        let mut row = RawRow::default();
        let mut seen = Vec::new();
        while let Some(outcome) = rows.next(&mut row).expect("memory can be read") {
            let said = match outcome {
                Ok(()) => cells(&row).join("|"),
                Err(rule) => rule.id().to_owned(),
            };
            seen.push(format!("{}-{}: {said}", row.place.line, row.place.last_line));
        }
        seen
    }

    fn cells(row: &RawRow) -> Vec<String> {
        (0..row.len()).map(|at| String::from_utf8_lossy(row.cell(at)).into_owned()).collect()
    }

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(rows(text.as_bytes(), COMMA), expected, "{text:?}");
        assert_eq!(rows(OneByOne(text.as_bytes()), COMMA), expected, "{text:?} byte by byte");
    }

    /// Gives one byte at a time, so that a row ends at every place of the window.
    struct OneByOne<'a>(&'a [u8]);

    impl Read for OneByOne<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = usize::from(!self.0.is_empty() && !into.is_empty());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn sound_files_are_split_as_written() {
        check("", &[]);
        check("\n\r\n\n", &[]);
        check("a,b\n1,2\n", &["1-1: a|b", "2-2: 1|2"]);
        check("a,b\r\n1,2", &["1-1: a|b", "2-2: 1|2"]);
        check("\u{feff}a,b\n\n\n,\n", &["1-1: a|b", "4-4: |"]);
        check("a\r", &["1-1: a"]);
        check("\"a,b\",\"say \"\"yes\"\"\"\n", &["1-1: a,b|say \"yes\""]);
        check("\"a\nb\",c\r\nd,\"\"\r\n", &["1-2: a\nb|c", "3-3: d|"]);
        check("\"a\" ,b\n", &["1-1: a|b"]);
        check("a,\n\"\"", &["1-1: a|", "2-2: "]);
    }

    #[test]
    fn stray_quotes_refuse_the_row_with_its_lines() {
        check("5\" pipe,b\nc,d\n", &["1-1: stray_quote", "2-2: c|d"]);
        check("a, \"b\"\nc,d\n", &["1-1: stray_quote", "2-2: c|d"]);
        check("\"a\"b,c\nd,e\n", &["1-1: stray_quote", "2-2: d|e"]);
        // A lenient reader makes one row of the first two lines here, with the cells of two people.
        check("1,\"open,TJ\n2,\"note\",RU\n3,x,KZ\n", &["1-2: stray_quote", "3-3: 3|x|KZ"]);
        check("1,a\n2,\"b\n3,c\n", &["1-1: 1|a", "2-3: unclosed_quote"]);
    }

    #[test]
    fn rows_that_a_stray_quote_swallowed_are_not_text() {
        let of_three = |text: &str| {
            let mut rows = CsvRows::new(text.as_bytes(), COMMA).expect("memory can be read");
            rows.expect_cells(3);
            let mut row = RawRow::default();
            let mut seen = Vec::new();
            while let Some(outcome) = rows.next(&mut row).expect("memory can be read") {
                seen.push((row.place.line, row.place.last_line, outcome.err()));
            }
            seen
        };
        for swallowed in [
            "1,a,\"open\n2,b,x\n3,c,close\"\n",
            // Without a whole row between them: the end of one row and the beginning of the next make one.
            "1,a,\"open\n3,c,close\"\n",
            "1,\"open,x\n3,close\",y\n",
            "\"1,a,x\n3\",b,y\n",
            "1,a,\"\r\n3,,\"\r\n",
        ] {
            let last = swallowed.lines().count() as u64;
            assert_eq!(of_three(swallowed), [(1, last, Some(Rule::SwallowedRows))], "{swallowed:?}");
        }
        for text in [
            "1,a,\"first line\nsecond line\"\n",
            "1,a,\"He came, she went, they met.\nThen, at last, and late, they left.\"\n",
            "1,a,\"one, two\n\nthree\"\n",
            "1,\"a,b,c,d\",x\n",
        ] {
            let last = text.lines().count() as u64;
            assert_eq!(of_three(text), [(1, last, None)], "{text:?}");
        }
    }

    #[test]
    fn other_signs_are_as_declared() {
        let signs = Signs { separator: b';', quote: b'\'' };
        assert_eq!(rows(&b"'a;b';\"c\"\n"[..], signs), ["1-1: a;b|\"c\""]);
    }

    #[test]
    fn a_row_without_end_stays_within_bounds() {
        let endless = |start: &'static [u8], then: &'static [u8]| {
            start.chain(io::repeat(b'x').take(3 * ROW_LIMIT as u64)).chain(then)
        };
        for (start, then, expected) in [
            (&b"a\n\"b"[..], &b"\n\"\nc\n"[..], ["1-1: a", "2-3: row_too_large", "4-4: c"]),
            (&b"a\nb"[..], &b"\n\nc\n"[..], ["1-1: a", "2-2: row_too_large", "4-4: c"]),
        ] {
            assert_eq!(rows(endless(start, then), COMMA), expected);
        }
        let mut looked_at = CsvRows::new((&b"a\n"[..]).chain(io::repeat(b'x')), COMMA).expect("memory can be read");
        looked_at.end_at_large(true);
        let mut next = || looked_at.next(&mut RawRow::default()).expect("memory can be read");
        assert_eq!([next(), next(), next()], [Some(Ok(())), Some(Err(Rule::RowTooLarge)), None]);
        let mut unclosed = CsvRows::new(endless(b"\"", b""), COMMA).expect("memory can be read");
        let outcome = unclosed.next(&mut RawRow::default()).expect("memory can be read");
        assert_eq!(outcome, Some(Err(Rule::RowTooLarge)));
        assert!(unclosed.window.len() <= ROW_LIMIT, "the window grew to {} bytes", unclosed.window.len());
    }

    #[test]
    fn a_row_of_separators_stays_within_bounds() {
        let plain = vec![b','; 3 * CELLS_LIMIT];
        let quoted = [&b"\"\""[..], &plain].concat();
        for text in [plain, quoted] {
            assert_eq!(rows(&text[..], COMMA), ["1-1: row_too_large"]);
        }
    }

    proptest! {
        /// Against the usual reader as the second opinion: whatever it writes is read back cell by cell.
        #[test]
        fn what_a_csv_writer_writes_is_read_back(
            table in proptest::collection::vec(proptest::collection::vec("[a-zж,;\"\n\r ]{0,6}", 3), 1..8),
        ) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &table {
                writer.write_record(row).expect("memory takes everything");
            }
            let text = writer.into_inner().expect("memory takes everything");
            let mut rows = CsvRows::new(&text[..], COMMA).expect("memory can be read");
            let mut row = RawRow::default();
            let mut seen = Vec::new();
            while let Some(outcome) = rows.next(&mut row).expect("memory can be read") {
                prop_assert_eq!(outcome, Ok(()));
                seen.push(cells(&row));
            }
            prop_assert_eq!(seen, table);
        }

        /// Where the bytes are cut into pieces changes nothing.
        #[test]
        fn pieces_do_not_matter(bytes in proptest::collection::vec(prop::sample::select(&b"a,\"\r\n\xd0\0"[..]), 0..40)) {
            prop_assert_eq!(rows(&bytes[..], COMMA), rows(OneByOne(&bytes), COMMA));
        }
    }
}
