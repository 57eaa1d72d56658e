//! SDMX-CSV 2.1: the dataflow and the action before each row, then dimensions, the figure and its attributes.
//!
//! Source: the SDMX-CSV field guide, version 2.1. A release is a dataflow of the agency PANOH under its own id; what was
//! released is never changed, so its version is 1.0.0 and the action is I (information).

use std::io::Write;

use crate::text::{Decimal, cell};
use crate::{Column, FormatError, Role, Sheet};

/// The dimension of time and the measure, as SDMX calls them.
const TIME: &str = "TIME_PERIOD";
const MEASURE: &str = "OBS_VALUE";

pub(crate) fn write(sheet: &Sheet, out: &mut dyn Write) -> Result<(), FormatError> {
    let columns: Vec<&Column> = ordered(sheet);
    if !columns.iter().any(|column| column.role == Role::Measure) {
        return Err(FormatError::DoesNotFit("SDMX-CSV is for figures; take CSV"));
    }
    let release = sheet.about.iter().find(|about| about.name == "release").map_or("", |about| about.value.as_str());
    let flow = format!("PANOH:{}(1.0.0)", id(release));
    let mut writer = csv::Writer::from_writer(out);
    let names = columns.iter().map(|column| name(column));
    let header = ["STRUCTURE", "STRUCTURE_ID", "ACTION"].map(str::to_owned).into_iter().chain(names);
    writer.write_record(header.chain(["OBS_STATUS".to_owned()]))?;
    for row in 0..sheet.rows() {
        for text in ["dataflow", &flow, "I"] {
            writer.write_field(text)?;
        }
        for column in &columns {
            writer.write_field(cell(&column.cells, row, Decimal::Point).as_bytes())?;
        }
        // E of the code list CL_OBS_STATUS: an estimate.
        writer.write_record(["E"])?;
    }
    Ok(writer.flush()?)
}

/// Dimensions first, then the figure, then what is said of it. Names of codes stand in code lists.
fn ordered(sheet: &Sheet) -> Vec<&Column> {
    let of = |roles: &'static [Role]| sheet.columns.iter().filter(move |column| roles.contains(&column.role));
    of(&[Role::Dimension, Role::Time]).chain(of(&[Role::Measure])).chain(of(&[Role::Attribute])).collect()
}

fn name(column: &Column) -> String {
    match column.role {
        Role::Time => TIME.to_owned(),
        Role::Measure => MEASURE.to_owned(),
        _ => id(&column.name),
    }
}

/// An id of SDMX: capital letters, digits and low lines.
fn id(text: &str) -> String {
    text.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::tests::sheet;

    #[test]
    fn a_row_names_its_dataflow_and_says_that_it_is_an_estimate() {
        let mut bytes = Vec::new();
        write(&sheet(), &mut bytes).unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "STRUCTURE,STRUCTURE_ID,ACTION,TIME_PERIOD,GENDER,OBS_VALUE,QUALITY,OBS_STATUS\n\
             dataflow,PANOH:TRENDS_1(1.0.0),I,2019,woman,12.5,usable,E\n\
             dataflow,PANOH:TRENDS_1(1.0.0),I,2020,man,-3,usable,E\n"
        );
    }

    #[test]
    fn what_is_no_figure_is_refused() {
        let mut sheet = sheet();
        sheet.columns.retain(|column| column.role != Role::Measure);
        assert!(write(&sheet, &mut Vec::new()).is_err());
    }
}
