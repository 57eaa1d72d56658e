//! Formats and languages of answers, and which of them a reader asked for.

use panoh_formats::{Decimal, Separator, SheetFormat, TextOptions};
use panoh_publication::Lang;

use crate::Problem;
use crate::parameters::Parameters;
use crate::problem::Kind;

/// How the answer is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) format: Format,
    pub(crate) lang: Lang,
    /// How CSV is written; of no other format.
    pub(crate) text: TextOptions,
}

/// Formats of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
    Xlsx,
    Parquet,
    Arrow,
    Sdmx,
    Html,
    Zip,
    Svg,
    Png,
}

/// Formats of figures, the one that is meant when nobody says first.
pub(crate) const FIGURES: &[Format] =
    &[Format::Json, Format::Csv, Format::Xlsx, Format::Parquet, Format::Arrow, Format::Sdmx];
/// Formats of lists.
pub(crate) const LISTS: &[Format] = &[Format::Json, Format::Csv, Format::Xlsx, Format::Parquet, Format::Arrow];

impl View {
    /// Settles format and language; `?format=` wins over `Accept`.
    pub(crate) fn of(parameters: &mut Parameters, accept: &str, offers: &[Format]) -> Result<Self, Problem> {
        let format = match parameters.take("format") {
            Some(name) => offers.iter().copied().find(|format| format.name() == name).ok_or_else(|| {
                let names = offers.iter().map(|format| format.name());
                Problem::new(Kind::BadValue, "this address has no such format").with_allowed(names)
            })?,
            None => negotiate(accept, offers).ok_or_else(|| {
                let types = offers.iter().map(|format| format.media_type());
                Problem::new(Kind::NotAcceptable, "Accept names none of the formats of this address")
                    .with_allowed(types)
            })?,
        };
        let lang = parameters.take_one_of("lang", &[("en", Lang::En), ("ru", Lang::Ru), ("tg", Lang::Tg)])?;
        let text = text_options(parameters, format)?;
        Ok(Self { format, lang: lang.unwrap_or(Lang::En), text })
    }

    /// The format of a sheet; none for JSON and pages, which are written elsewhere.
    pub(crate) fn sheet(self) -> Option<SheetFormat> {
        match self.format {
            Format::Csv => Some(SheetFormat::Csv(self.text)),
            Format::Xlsx => Some(SheetFormat::Xlsx),
            Format::Parquet => Some(SheetFormat::Parquet),
            Format::Arrow => Some(SheetFormat::Arrow),
            Format::Sdmx => Some(SheetFormat::Sdmx),
            Format::Json | Format::Html | Format::Zip | Format::Svg | Format::Png => None,
        }
    }

    /// What an address says to get it, in canonical words.
    pub(crate) fn pairs(self) -> Vec<(String, String)> {
        let mut pairs = vec![("format", self.format.name())];
        if self.lang != Lang::En {
            pairs.push(("lang", self.lang.name()));
        }
        if self.text.byte_order_mark {
            pairs.push(("bom", "1"));
        }
        match self.text.separator {
            Separator::Comma => {}
            Separator::Semicolon => pairs.push(("sep", ";")),
            Separator::Tab => pairs.push(("sep", "tab")),
        }
        if self.text.decimal == Decimal::Comma {
            pairs.push(("decimal", "comma"));
        }
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// What tells it from all others.
    pub(crate) fn canonical(self) -> String {
        format!("{} {} {:?}", self.format.name(), self.lang.name(), self.text)
    }
}

fn text_options(parameters: &mut Parameters, format: Format) -> Result<TextOptions, Problem> {
    const NAMES: [&str; 3] = ["bom", "sep", "decimal"];
    if format != Format::Csv {
        // None of them is passed over in silence.
        return if NAMES.iter().any(|name| parameters.take(name).is_some()) {
            Err(Problem::new(Kind::BadValue, "`bom`, `sep` and `decimal` belong to format=csv").with_allowed(["csv"]))
        } else {
            Ok(TextOptions::default())
        };
    }
    let separators = [(",", Separator::Comma), (";", Separator::Semicolon), ("tab", Separator::Tab)];
    Ok(TextOptions {
        byte_order_mark: parameters.take_one_of("bom", &[("0", false), ("1", true)])?.unwrap_or_default(),
        separator: parameters.take_one_of("sep", &separators)?.unwrap_or_default(),
        decimal: parameters
            .take_one_of("decimal", &[("point", Decimal::Point), ("comma", Decimal::Comma)])?
            .unwrap_or_default(),
    })
}

impl Format {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::Sdmx => "sdmx",
            Self::Html => "html",
            Self::Zip => "zip",
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Arrow => "application/vnd.apache.arrow.file",
            Self::Sdmx => "application/vnd.sdmx.data+csv",
            Self::Html => "text/html",
            Self::Zip => "application/zip",
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Sdmx => "application/vnd.sdmx.data+csv; version=2.1.0; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            other => other.media_type(),
        }
    }

    /// The end of a file name; none for what is read where it is.
    pub(crate) fn extension(self) -> Option<&'static str> {
        match self {
            Self::Json | Self::Html | Self::Svg | Self::Png => None,
            Self::Sdmx => Some("sdmx.csv"),
            other => Some(other.name()),
        }
    }

    /// Whether compressing an answer makes it smaller; the others are compressed in themselves.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Json | Self::Csv | Self::Sdmx | Self::Html | Self::Svg | Self::Arrow)
    }
}

/// The offer that `Accept` likes best (RFC 9110, 12.5.1); the first one when it has no opinion.
fn negotiate(accept: &str, offers: &[Format]) -> Option<Format> {
    if accept.trim().is_empty() {
        return offers.first().copied();
    }
    let liking = |format: Format| -> f32 {
        let media_type = format.media_type();
        let (group, _) = media_type.split_once('/').unwrap_or((media_type, ""));
        let rank = |range: &str| match range {
            range if range == media_type => 3,
            range if range.strip_suffix("/*") == Some(group) => 2,
            "*/*" => 1,
            _ => 0,
        };
        let ranges = accept.split(',').filter_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let rank = rank(&parts.next()?.to_ascii_lowercase());
            let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok())?;
            (rank > 0).then_some((rank, quality))
        });
        ranges.max_by_key(|(rank, _)| *rank).map_or(0.0, |(_, quality)| quality)
    };
    let best = offers.iter().map(|offer| liking(*offer)).fold(0.0, f32::max);
    offers.iter().copied().find(|offer| best > 0.0 && liking(*offer) >= best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_is_read_as_the_standard_says() {
        let offers = [Format::Json, Format::Csv];
        for (accept, format) in [
            ("", Some(Format::Json)),
            ("*/*", Some(Format::Json)),
            ("text/csv", Some(Format::Csv)),
            ("TEXT/CSV", Some(Format::Csv)),
            ("text/*", Some(Format::Csv)),
            ("text/csv;q=0.5, application/json;q=0.9", Some(Format::Json)),
            ("text/csv, application/json", Some(Format::Json)),
            ("*/*;q=0.1, text/csv", Some(Format::Csv)),
            ("*/*, application/json;q=0", Some(Format::Csv)),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Some(Format::Json)),
            ("text/html", None),
            ("application/json;q=0", None),
            ("application/xml", None),
        ] {
            assert_eq!(negotiate(accept, &offers), format, "{accept:?}");
        }
    }
}
