//! The files around the figures: a Frictionless data package (datapackage.org, version 2), a citation (CFF 1.2.0) and a
//! README for people who find the folder without its server.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::folder::FileInfo;
use super::tables;
use crate::{Cube, CubeTable, NonNegativeColumn, Release, SecondColumn, half_width};

#[derive(Serialize)]
pub(super) struct DataPackage {
    #[serde(rename = "$schema")]
    schema: &'static str,
    name: String,
    title: String,
    description: String,
    version: String,
    created: String,
    licenses: Vec<Licence>,
    contributors: Vec<Contributor>,
    keywords: Vec<&'static str>,
    resources: Vec<Resource>,
}

#[derive(Serialize)]
struct Licence {
    name: String,
}

#[derive(Serialize)]
struct Contributor {
    title: String,
    roles: [&'static str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    name: String,
    path: String,
    title: String,
    format: &'static str,
    mediatype: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<TableSchema>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TableSchema {
    fields: Vec<Field>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    primary_key: Vec<String>,
    missing_values: [&'static str; 1],
}

#[derive(Serialize)]
struct Field {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    constraints: Option<Constraints>,
}

#[derive(Serialize)]
struct Constraints {
    required: bool,
    #[serde(rename = "enum", skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
}

pub(super) fn datapackage(release: &Release, cube: &Cube, files: &BTreeMap<String, FileInfo>) -> DataPackage {
    let resource = |path: String, name: String, title: &str, schema: Option<TableSchema>| {
        let (format, mediatype, encoding) = match path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("csv") => ("csv", "text/csv", Some("utf-8")),
            Some("json") => ("json", "application/json", Some("utf-8")),
            _ => ("parquet", "application/vnd.apache.parquet", None),
        };
        let (bytes, hash) =
            files.get(&path).map_or((0, String::new()), |file| (file.bytes, format!("sha256:{}", file.sha256)));
        // Readers of Parquet count no bytes and would find a number of them wrong.
        let bytes = (release.format == 1 || format != "parquet").then_some(bytes);
        Resource { name, path, title: title.to_owned(), format, mediatype, encoding, bytes, hash, schema }
    };
    let mut resources: Vec<Resource> = cube
        .tables()
        .iter()
        .map(|table| {
            resource(tables::path(&table.name), table.name.clone(), &table.title.en, Some(table_schema(cube, table)))
        })
        .collect();
    for (path, title) in [
        (super::CUBE, "All tables in one, with standard errors"),
        (super::MEASUREMENTS, "The noisy integers from which all tables follow"),
        (super::DICTIONARY, "Dimensions, codes, labels and parents"),
    ] {
        let name = format!("release-{}", path.split('.').next().unwrap_or(path));
        let schema = (release.format > 1).then(|| columnar_schema(cube, path)).flatten();
        resources.push(resource(path.to_owned(), name, title, schema));
    }
    DataPackage {
        schema: "https://datapackage.org/profiles/2.0/datapackage.json",
        name: release.id.to_string(),
        title: marked(release, &release.definition.title),
        description: release.definition.description.clone(),
        version: release.id.to_string(),
        created: format!("{}T00:00:00Z", release.day),
        licenses: vec![Licence { name: release.definition.licence.clone() }],
        contributors: vec![Contributor { title: release.definition.author.clone(), roles: ["author"] }],
        keywords: vec!["human trafficking", "registered persons", "differential privacy"],
        resources,
    }
}

/// The columns of a Parquet file; none for other files.
fn columnar_schema(cube: &Cube, path: &str) -> Option<TableSchema> {
    let field = |name: &str, kind, title: &str| Field {
        name: name.to_owned(),
        kind,
        title: title.to_owned(),
        constraints: None,
    };
    let dimensions = cube.dimensions().iter().map(|dimension| field(&dimension.name, "string", &dimension.title.en));
    let (group, numbers) = match path {
        super::CUBE => {
            let mut numbers = vec![
                field("estimate", "number", "Registered persons, unbiased estimate; may be negative"),
                field("standard_error", "number", "Standard error of the noise, persons"),
            ];
            let second = cube.tables().first().and_then(|table| table.non_negative.as_ref()).map(SecondColumn::kind);
            numbers.extend(second.map(|kind| {
                let kind = if kind == NonNegativeColumn::Whole { "integer" } else { "number" };
                field(tables::NON_NEGATIVE, kind, "Registered persons, never negative; biased, without an error bar")
            }));
            (field("table", "string", "Name of the table"), numbers)
        }
        super::MEASUREMENTS => (
            field("query", "string", "Names of the dimensions of the query"),
            vec![field("value", "integer", "Noisy integer; its scale stands in release.json")],
        ),
        _ => return None,
    };
    let fields = std::iter::once(group).chain(dimensions).chain(numbers).collect();
    Some(TableSchema { fields, primary_key: Vec::new(), missing_values: [""] })
}

fn table_schema(cube: &Cube, table: &CubeTable) -> TableSchema {
    let mut fields = Vec::new();
    let mut primary_key = Vec::new();
    let required = |values| Some(Constraints { required: true, values });
    for dimension in table.dimensions.iter().map(|d| &cube.dimensions()[*d]) {
        let codes = dimension.codes.iter().map(|code| code.code.clone()).collect();
        let title = dimension.title.en.clone();
        primary_key.push(dimension.name.clone());
        fields.push(Field {
            name: dimension.name.clone(),
            kind: "string",
            title: title.clone(),
            constraints: required(codes),
        });
        let name = format!("{}_label", dimension.name);
        fields.push(Field { name, kind: "string", title: format!("{title} (name)"), constraints: None });
    }
    let titles = [
        "Registered persons, unbiased estimate; may be negative",
        "Standard error of the noise, persons",
        "Lower end of the 95 % interval, persons",
        "Upper end of the 95 % interval, persons",
        "How well the number can be used, from its error alone",
    ];
    for (name, title) in tables::NUMBER_COLUMNS.into_iter().zip(titles) {
        let (kind, values) = match name {
            "quality" => ("string", ["precise", "usable", "uncertain", "too_uncertain"].map(str::to_owned).to_vec()),
            _ => ("number", Vec::new()),
        };
        fields.push(Field { name: name.to_owned(), kind, title: title.to_owned(), constraints: required(values) });
    }
    if let Some(column) = &table.non_negative {
        let (kind, numbers) = match column {
            SecondColumn::Fractional(_) => ("number", "Registered persons"),
            SecondColumn::Whole(_) => ("integer", "Registered persons, rounded to whole ones"),
        };
        fields.push(Field {
            name: tables::NON_NEGATIVE.to_owned(),
            kind,
            title: format!("{numbers}, never negative; biased, without an error bar"),
            constraints: required(Vec::new()),
        });
    }
    TableSchema { fields, primary_key, missing_values: [""] }
}

/// `CITATION.cff`. A JSON string is a YAML string, so quoting is that of JSON.
pub(super) fn citation(release: &Release) -> String {
    let quoted = |text: &str| serde_json::to_string(text).expect("text is JSON");
    format!(
        "cff-version: 1.2.0\ntype: dataset\nmessage: {}\ntitle: {}\nauthors:\n  - name: {}\n\
         version: {}\ndate-released: {}\nlicense: {}\n",
        quoted("Please cite this release when you use its figures."),
        quoted(&marked(release, &release.definition.title)),
        quoted(&release.definition.author),
        quoted(release.id.as_str()),
        quoted(release.day.as_str()),
        quoted(&release.definition.licence),
    )
}

pub(super) fn readme(release: &Release, cube: &Cube) -> String {
    let definition = &release.definition;
    let mut text = format!("# {}\n\n", marked(release, &definition.title));
    if release.synthetic {
        text.push_str("**Synthetic: the figures come from simulated records and describe nobody.**\n\n");
    }
    let _ = write!(
        text,
        "{}\n\nRelease `{}` of {}. Numbers are registered persons; each stands with its standard error and \
         95 % interval.\n\
         Cite as: {}\nLicence: {}\n\n| table | file | cells | 95 % interval of a cell |\n|---|---|---|---|\n",
        definition.description.trim_end(),
        release.id,
        release.day,
        release.citation(),
        definition.licence
    );
    for (info, table) in release.tables.iter().zip(cube.tables()) {
        let half = half_width(info.standard_error);
        let path = tables::path(&table.name);
        let _ = writeln!(text, "| {} | {path} | {} | ± {half:.1} persons |", table.title.en, info.cells);
    }
    text.push_str("\n## What is promised\n\n");
    text.extend(release.promised.iter().map(|sentence| format!("- {sentence}\n")));
    text.push_str("\n## What is not covered\n\n");
    text.extend(release.not_covered.iter().map(|sentence| format!("- {sentence}\n")));
    text.push_str(
        "\n## How to read the files\n\n\
         - `tables/*.csv`: one table each. Do not clip negative values at zero and do not add up errors: sums need\n  \
           the variances of the queries in `release.json`, or the server's cube address.\n\
         - `cube.parquet`: all tables in one, numbers in full; a dimension that a table does not have is null.\n\
         - `measurements.parquet`: the noisy integer vectors; `release.json` gives the scale of each.\n\
         - `dictionary.json`: codes with their names in English, Russian and Tajik.\n\
         - `sha256sum -c SHA256SUMS` shows that the folder is whole.\n",
    );
    text
}

fn marked(release: &Release, title: &str) -> String {
    if release.synthetic { format!("{title} [synthetic data]") } else { title.to_owned() }
}
