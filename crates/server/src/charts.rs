//! Charts as SVG text: complete pictures with title, description, axes, error bands and source, that need no style
//! sheet and no script, so that a copied picture still says what it shows, how sure it is and where it comes from.

mod bars;
mod lines;
mod scale;

pub(crate) use bars::{Bar, BarChart, bar_chart};
pub(crate) use lines::{LineChart, Series, line_chart};

use std::fmt::Write as _;

/// Colours that people with any colour vision can tell apart (Okabe and Ito, 2008), darkest contrast on white first.
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#008060", "#a0507f", "#7a5c00", "#333333"];
const INK: &str = "#1a1a1a";
const QUIET: &str = "#595959";
const GRID: &str = "#d9d9d9";

/// Width of every chart in its own units; pages scale it.
const WIDTH: f64 = 760.0;

/// What stands on every chart.
#[derive(Debug, Clone)]
pub(crate) struct Caption {
    /// Prefix of the ids inside the picture, unique on a page.
    pub(crate) id: &'static str,
    /// What the picture shows.
    pub(crate) title: String,
    /// The picture in words, for those who cannot see it.
    pub(crate) description: String,
    /// Release, day, cost, and whether it is synthetic.
    pub(crate) source: String,
}

/// A count for people: whole, with thousands marked, a true minus sign, and no negative zero.
pub(crate) fn whole(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = if number < 0.0 && digits != "0" { "−".to_owned() } else { String::new() };
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An error for people: whole, rounded up so that it is never understated.
pub(crate) fn margin(half_width: f64) -> String {
    whole(half_width.ceil())
}

/// Text as SVG and HTML hold it.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// Opens a picture; the source stands in its last line.
fn begin(caption: &Caption, height: f64) -> String {
    let (id, title, description) = (caption.id, escaped(&caption.title), escaped(&caption.description));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-labelledby=\"{id}-title {id}-description\" font-family=\"system-ui, sans-serif\" font-size=\"14\" \
         fill=\"{INK}\">\
         <title id=\"{id}-title\">{title}</title><desc id=\"{id}-description\">{description}</desc>\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>"
    );
    text(&mut svg, (0.0, height - 6.0), &format!("font-size=\"11\" fill=\"{QUIET}\""), &caption.source);
    svg
}

/// A picture that stands alone: its title is written above it, and it has a size of its own.
pub(crate) fn standalone(svg: &str, title: &str) -> String {
    const HEAD: f64 = 40.0;
    let Some((begun, rest)) = svg.split_once(&format!("viewBox=\"0 0 {WIDTH} ")) else { return svg.to_owned() };
    let Some((height, rest)) = rest.split_once('"') else { return svg.to_owned() };
    let height = height.parse::<f64>().unwrap_or(WIDTH) + HEAD;
    let mut text_above = format!("<rect y=\"-{HEAD}\" width=\"{WIDTH}\" height=\"{HEAD}\" fill=\"#ffffff\"/>");
    text(&mut text_above, (0.0, -18.0), "font-size=\"17\" font-weight=\"600\"", title);
    let rest = rest.strip_suffix("</svg>").unwrap_or(rest);
    format!(
        "{begun}viewBox=\"0 -{HEAD} {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\"{rest}{text_above}</svg>\n"
    )
}

/// Adds text at a place, with attributes that the caller wrote.
fn text(svg: &mut String, (x, y): (f64, f64), attributes: &str, content: &str) {
    let _ = write!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" {attributes}>{}</text>", escaped(content));
}

/// Adds a straight line.
fn line(svg: &mut String, (x1, y1): (f64, f64), (x2, y2): (f64, f64), attributes: &str) {
    let _ = write!(svg, "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" {attributes}/>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        for (number, text) in [
            (0.4, "0"),
            (-0.4, "0"),
            (-1.6, "−2"),
            (999.6, "1,000"),
            (1_234_567.0, "1,234,567"),
            (-12_345.0, "−12,345"),
            (100.0, "100"),
        ] {
            assert_eq!(whole(number), text, "{number}");
        }
        assert_eq!(margin(6.01), "7");
    }

    #[test]
    fn labels_cannot_become_markup() {
        let caption =
            Caption { id: "x", title: "<script>".into(), description: "a & b".into(), source: "\"s\"".into() };
        let svg = begin(&caption, 10.0);
        assert!(!svg.contains("<script>") && svg.contains("&lt;script&gt;") && svg.contains("a &amp; b"), "{svg}");
    }
}
