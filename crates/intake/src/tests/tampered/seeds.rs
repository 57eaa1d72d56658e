//! The good files, and how they are changed.

use std::io::{Cursor, Read, Write};
use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int16Array, StringArray};
use encoding_rs::{KOI8_R, WINDOWS_1251};
use flate2::Compression;
use flate2::write::GzEncoder;
use panoh_dictionary::Source;
use zip::ZipArchive;

use crate::frames;
use crate::specimens::{self, XlsxSheet};
use crate::tests::dice::Dice;
use crate::tests::fixture::{DICTIONARY, REGISTER};
use crate::tests::mutations::good::CASES;
use crate::tests::parquet_files;

/// The mapping of the tests without an encoding, which the bytes then have to tell.
pub(super) static ANY: LazyLock<Source> = LazyLock::new(|| {
    let text = REGISTER.replace("encoding = \"utf-8\"\n", "");
    DICTIONARY.parse_source("any.toml", &text).expect("the mapping of the tests is sound")
});

const TABLE: &str = "case,name,passport,born,consent,year,contact,age,status,citizens,purpose,begging,from,from_region,to,stop,stop_country,notes,sex
A-1,Шарипова Зулфия,A40718233,14.05.1990,yes,2018,2018-05-01,17,prevented,TJ;Узбекистан,both,1,TJ,Sughd,Russia,transit;exploitation,KZ;RU,\"said, \"\"so\"\"\",ж
A-2,Каримов Далер,,1987,yes,2019,01.05.2019,,identified,Tajikistan,forced_labour,0,,,ОАЭ,,,,м
A-3,-,?,-,yes,?,,34,?,*,n/a,,,,,,,,?
";

const LINES: &str = r#"{"case":"A-1","name":"Шарипова Зулфия","year":2018,"citizens":"TJ;UZ","begging":true,"notes":null}
{"case":"A-2","name":"\u041a\u0430\u0440\u0438\u043c\u043e\u0432","born":"14.05.1990","year":"2019","to":"Russia","sex":"м"}
{"year":2.02e3,"contact":"2018-05-01","age":17,"notes":{"a":[1,2,{"b":"\ud83d\ude00"}]}}
"#;

// Changed anywhere, or behind the names of the columns, without which nothing is read.
fn changed_text(dice: &mut Dice, text: &[u8]) -> Vec<u8> {
    let first = if dice.below(4) == 0 { 0 } else { text.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1) };
    dice.changed(text, first)
}

pub(super) fn csv(dice: &mut Dice) -> Vec<u8> {
    let separator = dice.of(&[",", ";", "\t"]);
    changed_text(dice, TABLE.replace(',', separator).as_bytes())
}

pub(super) fn encoded(dice: &mut Dice) -> Vec<u8> {
    let bytes = match dice.below(4) {
        0 => WINDOWS_1251.encode(TABLE).0.into_owned(),
        1 => KOI8_R.encode(TABLE).0.into_owned(),
        2 => [0xfeff].into_iter().chain(TABLE.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        _ => [b"\xef\xbb\xbf", TABLE.as_bytes()].concat(),
    };
    changed_text(dice, &bytes)
}

pub(super) fn json_lines(dice: &mut Dice) -> Vec<u8> {
    dice.changed(LINES.as_bytes(), 0)
}

static PARQUET: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let texts = |texts: [&str; 3]| Arc::new(StringArray::from(texts.to_vec())) as ArrayRef;
    parquet_files::parquet(vec![
        ("case", texts(["A-1", "A-2", "A-3"])),
        ("sex", texts(["ж", "м", "?"])),
        ("year", Arc::new(Int16Array::from(vec![Some(2018), None, Some(18)]))),
        ("age", Arc::new(Float64Array::from(vec![Some(17.0), Some(f64::NAN), None]))),
        ("contact", Arc::new(Date32Array::from(vec![Some(17563), None, Some(-200_000)]))),
        ("notes", Arc::new(BooleanArray::from(vec![Some(true), None, None]))),
    ])
});

pub(super) fn parquet(dice: &mut Dice) -> Vec<u8> {
    // Most of the file is its description at the end.
    let first = dice.below(PARQUET.len());
    let mut file = dice.changed(&PARQUET, first.max(4));
    if dice.below(2) == 0 {
        // The end says that it is Parquet; without it nothing else is looked at.
        file.truncate(file.len().saturating_sub(8));
        file.extend(&PARQUET[PARQUET.len() - 8..]);
    }
    file
}

static GZIP: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| [TABLE.as_bytes(), LINES.as_bytes(), &PARQUET].map(gzipped));

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::fast());
    writer.write_all(bytes).expect("memory takes everything");
    writer.finish().expect("memory takes everything")
}

// The archive is changed, or what is packed in it: a changed archive seldom gets past its checksum.
pub(super) fn gzip(dice: &mut Dice) -> Vec<u8> {
    if dice.below(2) == 0 {
        return gzipped(&csv(dice));
    }
    let file = &GZIP[dice.below(GZIP.len())];
    dice.changed(file, 2)
}

static ZIP: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let alone = specimens::zipped(&[("list.csv", TABLE)]);
    [alone, specimens::zipped(&[("__MACOSX/._list.jsonl", "x"), ("list.jsonl", LINES)])]
});

pub(super) fn zip(dice: &mut Dice) -> Vec<u8> {
    if dice.below(2) == 0 {
        return specimens::zipped_bytes(&[("list.csv", &csv(dice))]);
    }
    let file = &ZIP[dice.below(ZIP.len())];
    dice.changed(file, 4)
}

static XLSX: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let rows = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>b</t></is></c><c r="C1" t="str"><v>c</v></c></row><row r="2"><c r="A2"><f>B2&amp;1</f></c><c r="B2" s="1"><v>43221</v></c><c r="C2" t="b"><v>1</v></c></row><row r="3"><c r="A3"><f t="shared" ref="A3:A4" si="0">B3</f><v>7</v></c><c r="B3" t="e"><v>#N/A</v></c></row><row r="4"><c r="A4"><f t="shared" si="0"/><v/></c><c r="C4" s="2"><v>1.5</v></c></row>"#;
    let sheet = XlsxSheet { name: "Sheet1", shown: true, rows: rows.to_owned(), merged: &["C2:C3", "A4:B4"] };
    let other = XlsxSheet { name: "about", shown: false, rows: specimens::xlsx_rows(&[&["x"]]), merged: &[] };
    specimens::xlsx(&[sheet, other], "<si><t>a</t></si><si><r><t>b</t></r></si>", true)
});

static ODS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let text = |text: &str| {
        format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
    };
    let header = [text("a"), text("b"), text("c")].concat();
    let tables = format!(
        r#"<table:calculation-settings><table:null-date table:date-value="1904-01-01"/></table:calculation-settings><table:table table:name="cases"><table:table-column table:number-columns-repeated="3"/><table:table-row>{header}</table:table-row><table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row><table:table-row><table:table-cell office:value-type="float" office:value="2018"/><table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="2" office:value-type="date" office:date-value="2018-05-01"/><table:covered-table-cell/></table:table-row><table:table-row table:number-rows-repeated="2"><table:table-cell table:formula="of:=[.B1]"/><table:covered-table-cell table:number-columns-repeated="2" office:value-type="boolean" office:boolean-value="true"/></table:table-row><table:table-row><table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>a<text:s text:c="3"/>b<text:tab/></text:p></table:table-cell></table:table-row></table:table>"#
    );
    specimens::ods(&tables)
});

pub(super) fn xlsx(dice: &mut Dice) -> Vec<u8> {
    dice.changed(&XLSX, 4)
}

pub(super) fn ods(dice: &mut Dice) -> Vec<u8> {
    dice.changed(&ODS, 4)
}

type Parts = Vec<(String, Vec<u8>)>;

static XLSX_PARTS: LazyLock<Parts> = LazyLock::new(|| parts(&XLSX));
static ODS_PARTS: LazyLock<Parts> = LazyLock::new(|| parts(&ODS));

fn parts(book: &[u8]) -> Parts {
    let mut archive = ZipArchive::new(Cursor::new(book)).expect("a sound archive");
    let count = archive.len();
    let mut part = |at: usize| {
        let mut part = archive.by_index(at).expect("it is there");
        let name = part.name().expect("a plain name").into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("a sound part");
        (name, bytes)
    };
    (0..count).map(&mut part).collect()
}

// A sound archive around one changed part: a changed byte of a packed part seldom gets past its checksum.
fn with_changed_part(dice: &mut Dice, parts: &Parts) -> Vec<u8> {
    // Every other time the largest, which is the sheet.
    let largest = (0..parts.len()).max_by_key(|at| parts[*at].1.len()).unwrap_or(0);
    let chosen = if dice.below(2) == 0 { largest } else { dice.below(parts.len()) };
    let changed = dice.changed(&parts[chosen].1, 0);
    let part = |at: usize| (parts[at].0.as_str(), if at == chosen { &changed[..] } else { &parts[at].1[..] });
    specimens::zipped_bytes(&(0..parts.len()).map(part).collect::<Vec<_>>())
}

pub(super) fn xlsx_parts(dice: &mut Dice) -> Vec<u8> {
    with_changed_part(dice, &XLSX_PARTS)
}

pub(super) fn ods_parts(dice: &mut Dice) -> Vec<u8> {
    with_changed_part(dice, &ODS_PARTS)
}

static SAID: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut request = Vec::new();
    frames::write_request(&mut request, &[]).expect("memory takes everything");
    request.extend(&*XLSX);
    let mut said = Vec::new();
    crate::workbook::answer(&request[..], &mut said).expect("memory takes everything");
    said
});

pub(super) fn said(dice: &mut Dice) -> Vec<u8> {
    dice.changed(&SAID, 0)
}

pub(super) fn mapping(dice: &mut Dice) -> Vec<u8> {
    let text = dice.of(&[REGISTER, CASES]);
    dice.changed(text.as_bytes(), 0)
}
