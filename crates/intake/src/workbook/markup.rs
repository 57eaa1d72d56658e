//! Markup in the sheets of an XLSX workbook that the reader of the cells passes over in silence: it takes what stands
//! before a reference or a comment for the whole value, reads nothing of a marked section, the first of two tables, and
//! each of several choices of which one counts. No spreadsheet writes any of these into cells.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use memchr::memmem;
use zip::ZipArchive;

/// Where in a part the element of a sheet begins, if the part is a sheet.
const HEAD: u64 = 1 << 12;

/// Looks at every sheet, because a workbook may keep the chosen one in any part. None when a sheet holds such markup or
/// cannot be unpacked.
pub(super) fn look_through(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Option<()> {
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).ok()?;
        let mut head = Vec::new();
        part.by_ref().take(HEAD).read_to_end(&mut head).ok()?;
        if memmem::find(&head, b"worksheet").is_some() && !is_sound(BufReader::new(head.chain(part))).ok()? {
            return None;
        }
    }
    Some(())
}

/// Whether a part is no sheet, or one whose cells are read as they are.
fn is_sound(mut part: impl BufRead) -> io::Result<bool> {
    let mut sheet = Sheet::default();
    let mut piece = Vec::new();
    let mut passed_over: Option<&[u8]> = None;
    // A mark of the encoding may stand before the first tag.
    part.read_until(b'<', &mut piece)?;
    piece.clear();
    while part.read_until(b'<', &mut piece)? > 0 {
        let tag = piece.strip_suffix(b"<").unwrap_or(&piece);
        let end = passed_over.or_else(|| end_of(tag));
        match end {
            Some(_) if sheet.place == InSheet::Table => return Ok(false),
            Some(end) => passed_over = memmem::find(tag, end).is_none().then_some(end),
            None => match sheet.go_on(tag) {
                Seen::Sound => {}
                Seen::Other => return Ok(true),
                Seen::Unsound => return Ok(false),
            },
        }
        piece.clear();
    }
    Ok(true)
}

/// How a comment, a marked section, a declaration or an instruction ends.
fn end_of(tag: &[u8]) -> Option<&'static [u8]> {
    let ends: [(&[u8], &[u8]); 4] = [(b"!--", b"-->"), (b"![CDATA[", b"]]>"), (b"?", b"?>"), (b"!", b">")];
    ends.into_iter().find(|(begins, _)| tag.starts_with(begins)).map(|(_, end)| end)
}

enum Seen {
    Sound,
    Unsound,
    /// The part is no sheet.
    Other,
}

/// How far a sheet was gone through.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum InSheet {
    /// Not as far as its first element.
    #[default]
    Before,
    /// Not as far as the table of the cells.
    Head,
    /// In the table of the cells.
    Table,
    After,
}

/// A sheet that is gone through tag by tag.
#[derive(Default)]
struct Sheet {
    place: InSheet,
    /// Whether references are read in the value of the cell.
    is_text: bool,
    has_value: bool,
    in_value: bool,
}

impl Sheet {
    /// Takes a tag without its first sign, and the text after it.
    fn go_on(&mut self, tag: &[u8]) -> Seen {
        let (is_end, tag) = tag.strip_prefix(b"/").map_or((false, tag), |rest| (true, rest));
        let name = local_name(tag);
        if self.place == InSheet::Before {
            if name == b"worksheet" {
                self.place = InSheet::Head;
            }
            return if name.is_empty() || name == b"worksheet" { Seen::Sound } else { Seen::Other };
        }
        let close = memchr::memchr(b'>', tag).unwrap_or(tag.len());
        let is_empty = tag[..close].ends_with(b"/");
        let is_sound = match (name, is_end) {
            (b"sheetData", true) => {
                self.place = InSheet::After;
                true
            }
            (b"sheetData", false) => {
                let now = if is_empty { InSheet::After } else { InSheet::Table };
                std::mem::replace(&mut self.place, now) == InSheet::Head
            }
            _ if self.place != InSheet::Table => true,
            (b"v", true) => {
                self.in_value = false;
                true
            }
            // The value would end before what stands in it.
            _ if self.in_value => false,
            (b"AlternateContent" | b"Choice" | b"Fallback", _) => false,
            (b"c", false) => {
                let texts: [&[u8]; 2] = [b" t=\"str\"", b" t='str'"];
                self.is_text = texts.iter().any(|text| memmem::find(&tag[..close], text).is_some());
                self.has_value = false;
                true
            }
            (b"is", false) => {
                self.has_value = true;
                true
            }
            (b"v", false) => {
                self.in_value = !is_empty;
                let has_reference = memchr::memchr(b'&', &tag[close..]).is_some();
                // Of two values the last would be taken.
                !std::mem::replace(&mut self.has_value, true) && (self.is_text || !has_reference)
            }
            _ => true,
        };
        if is_sound { Seen::Sound } else { Seen::Unsound }
    }
}

/// The name of an element without what stands for its namespace.
fn local_name(tag: &[u8]) -> &[u8] {
    let end = tag.iter().position(|sign| matches!(sign, b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>'));
    let name = &tag[..end.unwrap_or(tag.len())];
    memchr::memrchr(b':', name).map_or(name, |colon| &name[colon + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(part: &str) -> bool {
        is_sound(part.as_bytes()).expect("memory gives everything")
    }

    fn with_cells(cells: &str) -> bool {
        sound(&format!(r#"<worksheet><sheetData><row r="1">{cells}</row></sheetData></worksheet>"#))
    }

    #[test]
    fn values_that_would_be_read_in_part_are_not_sound() {
        for cell in [
            "<c><v>1&#55;</v></c>",
            "<c><v>R&amp;D</v></c>",
            r#"<x:c r="A1" t="n"><x:v>1&#x37;</x:v></x:c>"#,
            "<c><v>1<!-- x -->7</v></c>",
            "<c><v><![CDATA[17]]></v></c>",
            "<c><v>1<?x y?>7</v></c>",
            "<c><v>1<b/>7</v></c>",
            "<c><v>1</v><v>7</v></c>",
            r#"<c t="inlineStr"><is><t>a</t></is><v>7</v></c>"#,
        ] {
            assert!(!with_cells(cell), "{cell}");
        }
        for cell in [
            r#"<c t="str"><f>A1&amp;"x"</f><v>R&amp;D</v></c>"#,
            "<c r='A1' t='str'><v>a&#10;b</v></c>",
            r#"<c t="inlineStr"><is><t>R&amp;D</t></is></c>"#,
            r#"<c t="inlineStr"><v>0</v><is><t>a</t></is></c>"#,
            "<c><f>IF(A1&lt;2,1,0)</f><v>1</v></c><c><v/></c><c><v></v></c><c/><c><v>7</v></c>",
        ] {
            assert!(with_cells(cell), "{cell}");
        }
    }

    #[test]
    fn tables_that_would_be_lost_or_read_twice_are_not_sound() {
        let row = "<row><c><v>1</v></c></row>";
        let table = format!("<sheetData>{row}</sheetData>");
        for sheet in [
            format!("{table}{table}"),
            format!("<sheetData/>{table}"),
            format!(
                "<x:sheetData>{row}<mc:AlternateContent><mc:Choice>{row}</mc:Choice></mc:AlternateContent></x:sheetData>"
            ),
            format!("<sheetData><!-- {row} --></sheetData>"),
        ] {
            assert!(!sound(&format!("<worksheet>{sheet}</worksheet>")), "{sheet}");
            let marked = format!("\u{feff}<?xml version='1.0'?>\n<!-- < --><x:worksheet a=''>{sheet}</x:worksheet>");
            assert!(!sound(&marked), "{marked}");
        }
        for sheet in [
            format!("<?xml version='1.0'?><!-- <a><sheetData> --><worksheet>{table}<mc:AlternateContent/></worksheet>"),
            format!("\u{feff}<x:worksheet xmlns:x=''><!-- made by --><dimension ref='A1'/>{table}</x:worksheet>"),
            format!("<externalLink><a t='worksheet'>{table}{table}</a></externalLink>"),
            "<worksheet><sheetData/><!-- nothing --></worksheet>".to_owned(),
        ] {
            assert!(sound(&sheet), "{sheet}");
        }
    }
}
