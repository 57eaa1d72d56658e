//! The formats of COPY … TO STDOUT, made from rows as they are sent anyway.
//!
//! A row of the protocol is a length and bytes for each field. The binary format has the same; text and CSV need only
//! their marks around it. (pgwire's encoder writes an empty text in CSV as it writes NULL, which is another value.)

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use datafusion::sql::sqlparser::ast::{CopyLegacyCsvOption, CopyLegacyOption, CopyOption};
use pgwire::api::portal::Format;
use pgwire::error::PgWireResult;
use pgwire::messages::copy::CopyData;
use pgwire::messages::data::DataRow;

use crate::refusal::{BAD_VALUE, NOT_SUPPORTED, error};

/// How copied rows are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CopyFormat {
    /// Fields with a mark between them, special characters behind a backslash.
    Text { delimiter: u8, null: String },
    /// Fields in quotes where they need them.
    Csv { delimiter: u8, null: String, quote: u8, escape: u8, header: bool },
    /// Lengths and bytes.
    Binary,
}

const MAGIC: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

impl CopyFormat {
    /// Reads the options, those in parentheses and the older ones without.
    pub(crate) fn of(options: &[CopyOption], legacy: &[CopyLegacyOption]) -> PgWireResult<Self> {
        let mut wanted = Wanted::default();
        options.iter().try_for_each(|option| wanted.option(option))?;
        legacy.iter().try_for_each(|option| wanted.legacy(option))?;
        wanted.format()
    }

    /// In which format the fields must come.
    pub(crate) fn fields(&self) -> Format {
        if *self == Self::Binary { Format::UnifiedBinary } else { Format::UnifiedText }
    }

    /// The number of the format in the protocol.
    pub(crate) fn code(&self) -> i16 {
        i16::from(*self == Self::Binary)
    }

    /// The messages of one COPY, of columns with these names.
    pub(crate) fn parts<'a>(&'a self, names: impl Iterator<Item = &'a str>) -> Parts<'a> {
        Parts { format: self, head: self.head(names) }
    }

    /// What stands before the first row.
    fn head<'a>(&self, names: impl Iterator<Item = &'a str>) -> Bytes {
        match self {
            Self::Binary => Bytes::from_static(MAGIC),
            Self::Csv { header: true, .. } => {
                let mut line = BytesMut::new();
                names.enumerate().for_each(|(at, name)| self.field(&mut line, at, Some(name.as_bytes())));
                line.put_u8(b'\n');
                line.freeze()
            }
            _ => Bytes::new(),
        }
    }

    /// One row.
    fn row(&self, row: &DataRow) -> Bytes {
        let mut line = BytesMut::with_capacity(row.data.len() + 2);
        if *self == Self::Binary {
            line.put_i16(row.field_count);
            line.extend_from_slice(&row.data);
            return line.freeze();
        }
        let mut fields: &[u8] = &row.data;
        for at in 0..usize::try_from(row.field_count).unwrap_or_default() {
            // A negative length stands for NULL.
            let value = usize::try_from(fields.get_i32()).ok().map(|length| fields.split_at(length));
            self.field(&mut line, at, value.map(|(value, _)| value));
            fields = value.map_or(fields, |(_, rest)| rest);
        }
        line.put_u8(b'\n');
        line.freeze()
    }

    fn field(&self, line: &mut BytesMut, at: usize, value: Option<&[u8]>) {
        match self {
            Self::Binary => {}
            Self::Text { delimiter, null } => {
                if at > 0 {
                    line.put_u8(*delimiter);
                }
                match value {
                    Some(value) => value.iter().for_each(|byte| text(line, *byte, *delimiter)),
                    None => line.extend_from_slice(null.as_bytes()),
                }
            }
            Self::Csv { delimiter, null, quote, escape, .. } => {
                if at > 0 {
                    line.put_u8(*delimiter);
                }
                match value {
                    None => line.extend_from_slice(null.as_bytes()),
                    Some(value) if needs_quotes(value, [*delimiter, *quote, *escape], null) => {
                        quoted(line, value, *quote, *escape);
                    }
                    Some(value) => line.extend_from_slice(value),
                }
            }
        }
    }
}

/// The messages of one COPY.
pub(crate) struct Parts<'a> {
    format: &'a CopyFormat,
    /// Not sent yet.
    head: Bytes,
}

impl Parts<'_> {
    /// What to send for one row. PostgreSQL sends the binary head together with what follows, and clients rely on it.
    pub(crate) fn row(&mut self, row: &DataRow) -> Vec<CopyData> {
        self.after_head(self.format.row(row))
    }

    /// What to send after the last row.
    pub(crate) fn end(&mut self) -> Vec<CopyData> {
        let tail: &[u8] = if *self.format == CopyFormat::Binary { &[0xff, 0xff] } else { &[] };
        self.after_head(Bytes::from_static(tail))
    }

    fn after_head(&mut self, part: Bytes) -> Vec<CopyData> {
        let head = std::mem::take(&mut self.head);
        let parts = match self.format {
            CopyFormat::Binary if !head.is_empty() => vec![[head, part].concat().into()],
            _ => vec![head, part],
        };
        parts.into_iter().filter(|part: &Bytes| !part.is_empty()).map(CopyData::new).collect()
    }
}

fn text(line: &mut BytesMut, byte: u8, delimiter: u8) {
    let letter = match byte {
        b'\\' => b'\\',
        8 => b'b',
        12 => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        11 => b'v',
        other if other == delimiter => other,
        plain => return line.put_u8(plain),
    };
    line.extend_from_slice(&[b'\\', letter]);
}

fn needs_quotes(value: &[u8], marks: [u8; 3], null: &str) -> bool {
    // `\.` alone on a line is the end of the data for some readers.
    let special = |byte: &u8| marks.contains(byte) || matches!(byte, b'\n' | b'\r');
    value == null.as_bytes() || value == b"\\." || value.iter().any(special)
}

fn quoted(line: &mut BytesMut, value: &[u8], quote: u8, escape: u8) {
    line.put_u8(quote);
    for byte in value {
        if *byte == quote || *byte == escape {
            line.put_u8(escape);
        }
        line.put_u8(*byte);
    }
    line.put_u8(quote);
}

/// What the options asked for so far.
#[derive(Default)]
struct Wanted {
    format: Option<String>,
    delimiter: Option<char>,
    null: Option<String>,
    quote: Option<char>,
    escape: Option<char>,
    header: bool,
}

impl Wanted {
    fn option(&mut self, option: &CopyOption) -> PgWireResult<()> {
        match option {
            CopyOption::Format(name) => self.format = Some(name.value.to_ascii_lowercase()),
            CopyOption::Delimiter(mark) => self.delimiter = Some(*mark),
            CopyOption::Null(text) => self.null = Some(text.clone()),
            CopyOption::Header(header) => self.header = *header,
            CopyOption::Quote(mark) => self.quote = Some(*mark),
            CopyOption::Escape(mark) => self.escape = Some(*mark),
            CopyOption::Encoding(name) if name.eq_ignore_ascii_case("utf8") || name.eq_ignore_ascii_case("utf-8") => {}
            _ => return Err(unknown()),
        }
        Ok(())
    }

    fn legacy(&mut self, option: &CopyLegacyOption) -> PgWireResult<()> {
        match option {
            CopyLegacyOption::Binary => self.format = Some("binary".to_owned()),
            CopyLegacyOption::Delimiter(mark) => self.delimiter = Some(*mark),
            CopyLegacyOption::Null(text) => self.null = Some(text.clone()),
            CopyLegacyOption::Header => self.header = true,
            CopyLegacyOption::Csv(options) => {
                self.format = Some("csv".to_owned());
                for option in options {
                    match option {
                        CopyLegacyCsvOption::Header => self.header = true,
                        CopyLegacyCsvOption::Quote(mark) => self.quote = Some(*mark),
                        CopyLegacyCsvOption::Escape(mark) => self.escape = Some(*mark),
                        _ => return Err(unknown()),
                    }
                }
            }
            _ => return Err(unknown()),
        }
        Ok(())
    }

    fn format(self) -> PgWireResult<CopyFormat> {
        let mark = |mark: Option<char>, usual: u8| match mark {
            None => Ok(usual),
            Some(c) if c.is_ascii() && !c.is_ascii_alphanumeric() && !"\n\r\\.".contains(c) => Ok(c as u8),
            Some(_) => Err(error(BAD_VALUE, "a mark in COPY is one ASCII character that no value has", "")),
        };
        match self.format.as_deref() {
            Some("binary") => Ok(CopyFormat::Binary),
            Some("csv") => {
                let quote = mark(self.quote, b'"')?;
                // The backslash is usual here and nowhere else.
                let escape = if self.escape == Some('\\') { b'\\' } else { mark(self.escape, quote)? };
                let (delimiter, null) = (mark(self.delimiter, b',')?, self.null.unwrap_or_default());
                Ok(CopyFormat::Csv { delimiter, null, quote, escape, header: self.header })
            }
            None | Some("text") if !self.header => {
                let null = self.null.unwrap_or_else(|| "\\N".to_owned());
                Ok(CopyFormat::Text { delimiter: mark(self.delimiter, b'\t')?, null })
            }
            _ => Err(unknown()),
        }
    }
}

fn unknown() -> pgwire::error::PgWireError {
    let hint = "FORMAT text, csv or binary; DELIMITER, NULL, HEADER, QUOTE, ESCAPE, ENCODING 'UTF8'";
    error(NOT_SUPPORTED, "COPY does not know this option here", hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[Option<&str>]) -> DataRow {
        let mut data = BytesMut::new();
        for value in values {
            data.put_i32(value.map_or(-1, |value| value.len() as i32));
            data.extend_from_slice(value.unwrap_or_default().as_bytes());
        }
        DataRow::new(data, values.len() as i16)
    }

    #[test]
    fn empty_text_is_not_null() {
        let csv = CopyFormat::of(&[CopyOption::Format("csv".into())], &[]).unwrap();
        let values = row(&[Some("a"), Some(""), None, Some("x,\"y\"\n"), Some("Душанбе")]);
        assert_eq!(csv.row(&values), "a,\"\",,\"x,\"\"y\"\"\n\",Душанбе\n".as_bytes());
        let text = CopyFormat::of(&[], &[]).unwrap();
        let values = row(&[Some("a\tb"), Some(""), None, Some("\\N"), Some("\n")]);
        assert_eq!(text.row(&values), b"a\\tb\t\t\\N\t\\\\N\t\\n\n".as_slice());
    }

    #[test]
    fn binary_is_the_row_itself() {
        let binary = CopyFormat::of(&[], &[CopyLegacyOption::Binary]).unwrap();
        let mut parts = binary.parts(["a"].into_iter());
        let first = parts.row(&row(&[Some("a"), None]));
        assert_eq!(first.len(), 1);
        assert_eq!(first[0].data, [MAGIC, b"\0\x02\0\0\0\x01a\xff\xff\xff\xff"].concat());
        assert_eq!(parts.row(&row(&[None]))[0].data, b"\0\x01\xff\xff\xff\xff".as_slice());
        assert_eq!(parts.end()[0].data, [0xff, 0xff].as_slice());
        // Without a row head and end come together.
        assert_eq!(binary.parts([].into_iter()).end()[0].data, [MAGIC, &[0xff, 0xff]].concat());
    }

    #[test]
    fn refuses_other_options() {
        let format = |name: &str| CopyOption::Format(name.into());
        for options in [
            vec![format("parquet")],
            vec![CopyOption::Freeze(true)],
            vec![CopyOption::Encoding("LATIN1".to_owned())],
            vec![CopyOption::Delimiter('a')],
            vec![CopyOption::Header(true)],
            vec![format("csv"), CopyOption::ForceNull(vec![])],
        ] {
            assert!(CopyFormat::of(&options, &[]).is_err(), "{options:?}");
        }
        assert!(CopyFormat::of(&[], &[CopyLegacyOption::Gzip]).is_err());
    }
}
