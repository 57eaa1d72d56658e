//! The paper that charts are drawn on: shapes and words as SVG text, in the few colours of a page.

use std::fmt::Write as _;

/// A colour by what it is for. Each is an attribute for pictures that stand alone and a class for pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    /// Words and axes.
    Ink,
    /// Words of less weight.
    Quiet,
    /// Lines behind the figures.
    Grid,
    /// The ground.
    Paper,
    /// Ground of another tone.
    Tone,
    /// What is added up or not known.
    Rest,
    /// One of the lines, bars or flows.
    Series(usize),
}

/// Colours that people with any colour vision can tell apart (after Okabe and Ito, 2008), dark enough for words on white.
const COLOURS: [&str; 6] = ["#0068a5", "#b84e00", "#007a5c", "#97467a", "#6f5400", "#333333"];

impl Paint {
    /// Class and colour; `kind` is `fill` or `stroke`.
    fn attributes(self, kind: &str) -> String {
        let (class, colour) = match self {
            Self::Ink => ("ink".to_owned(), "#1a1a1a"),
            Self::Quiet => ("quiet".to_owned(), "#575757"),
            Self::Grid => ("grid".to_owned(), "#dcdcdc"),
            Self::Paper => ("paper".to_owned(), "#ffffff"),
            Self::Tone => ("tone".to_owned(), "#f1f1ee"),
            Self::Rest => ("rest".to_owned(), "#8a8a8a"),
            Self::Series(at) => (format!("c{}", at % COLOURS.len()), COLOURS[at % COLOURS.len()]),
        };
        format!("class=\"{}-{class}\" {kind}=\"{colour}\"", &kind[..1])
    }

    pub(super) fn fill(self) -> String {
        self.attributes("fill")
    }

    pub(super) fn stroke(self) -> String {
        self.attributes("stroke")
    }
}

/// Where words stand from their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How words look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letters {
    pub(super) size: f64,
    pub(super) paint: Paint,
    pub(super) anchor: Anchor,
    pub(super) bold: bool,
    /// A border of the ground's colour, for words over a figure.
    pub(super) halo: bool,
}

impl Letters {
    /// Plain words.
    pub(super) const PLAIN: Self =
        Self { size: 14.0, paint: Paint::Ink, anchor: Anchor::Start, bold: false, halo: false };
    /// Words of axes and notes.
    pub(super) const QUIET: Self = Self { size: 13.0, paint: Paint::Quiet, ..Self::PLAIN };

    pub(super) fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(super) fn painted(self, paint: Paint) -> Self {
        Self { paint, ..self }
    }

    pub(super) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
}

/// A picture while it is drawn.
#[derive(Debug)]
pub(super) struct Canvas {
    svg: String,
    pub(super) width: f64,
    /// What is drawn reaches down to here.
    pub(super) height: f64,
}

impl Canvas {
    pub(super) fn new(width: f64) -> Self {
        Self { svg: String::new(), width, height: 0.0 }
    }

    pub(super) fn text(&mut self, (x, y): (f64, f64), letters: Letters, content: &str) {
        let Letters { size, paint, anchor, bold, halo } = letters;
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let bold = if bold { " font-weight=\"600\"" } else { "" };
        let (size, content) = (number(size), escaped(content));
        let place = format!("x=\"{}\" y=\"{}\" font-size=\"{size}\"{anchor}{bold}", number(x), number(y));
        if halo {
            // The border is drawn first and apart, because not every program knows `paint-order`.
            let stroke = Paint::Paper.stroke();
            let _ = write!(
                self.svg,
                "<text {place} {stroke} stroke-width=\"4\" stroke-linejoin=\"round\" fill=\"none\" \
                 aria-hidden=\"true\">{content}</text>"
            );
        }
        let _ = write!(self.svg, "<text {place} {}>{content}</text>", paint.fill());
    }

    /// A straight line of this width.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), paint: Paint, width: f64) {
        self.dashed(from, to, paint, width, "");
    }

    pub(super) fn dashed(&mut self, from: (f64, f64), to: (f64, f64), paint: Paint, width: f64, dashes: &str) {
        let dashes = if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") };
        let (x1, y1, x2, y2) = (number(from.0), number(from.1), number(to.0), number(to.1));
        let _ = write!(
            self.svg,
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" {} stroke-width=\"{}\"{dashes}/>",
            paint.stroke(),
            number(width)
        );
    }

    /// Lines from point to point.
    pub(super) fn path(&mut self, points: &[(f64, f64)], paint: Paint, width: f64, dashes: &str) {
        let dashes = if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") };
        let _ = write!(
            self.svg,
            "<polyline points=\"{}\" {} stroke-width=\"{}\" fill=\"none\" stroke-linejoin=\"round\"{dashes}/>",
            joined(points),
            paint.stroke(),
            number(width)
        );
    }

    /// A filled shape with straight sides.
    pub(super) fn area(&mut self, points: &[(f64, f64)], paint: Paint, opacity: f64) {
        let (points, fill) = (joined(points), paint.fill());
        let _ = write!(self.svg, "<polygon points=\"{points}\" {fill} fill-opacity=\"{}\"/>", number(opacity));
    }

    /// A filled shape by its outline in the words of SVG.
    pub(super) fn shape(&mut self, outline: &str, paint: Paint, opacity: f64) {
        let _ = write!(self.svg, "<path d=\"{outline}\" {} fill-opacity=\"{}\"/>", paint.fill(), number(opacity));
    }

    pub(super) fn rectangle(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), paint: Paint, opacity: f64) {
        let _ = write!(
            self.svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {} fill-opacity=\"{}\"/>",
            number(x),
            number(y),
            number(width.max(0.0)),
            number(height.max(0.0)),
            paint.fill(),
            number(opacity)
        );
    }

    /// A dot; a hollow one is a ring.
    pub(super) fn dot(&mut self, (x, y): (f64, f64), radius: f64, paint: Paint, hollow: bool) {
        let (x, y, radius) = (number(x), number(y), number(radius));
        let look = if hollow {
            // Two classes in one attribute: a ring is filled with the ground.
            let (ring, ground) = (paint.stroke(), Paint::Paper.fill());
            merged(&ring, &ground) + " stroke-width=\"2\""
        } else {
            paint.fill()
        };
        let _ = write!(self.svg, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" {look}/>");
    }

    /// Notes and source in the last lines.
    pub(super) fn footer(&mut self, notes: &[String], source: &str) {
        self.height += 10.0;
        for (text, size) in notes.iter().map(|note| (note.as_str(), 12.0)).chain([(source, 11.0)]) {
            for line in wrapped(text, self.width, size) {
                self.height += size + 4.0;
                self.text((0.0, self.height - 4.0), Letters { size, ..Letters::QUIET }, &line);
            }
        }
        self.height += 2.0;
    }

    /// The whole picture. `prefix` tells pictures of one chart in one page apart.
    pub(super) fn into_svg(self, caption: &super::Caption, prefix: &str, alone: bool) -> String {
        const SIZE: f64 = 18.0;
        let id = format!("{prefix}-{}", caption.id);
        let (title, description) = (escaped(&caption.title), escaped(&caption.description));
        let lines = if alone { wrapped(&caption.title, self.width, SIZE) } else { Vec::new() };
        let head = if lines.is_empty() { 0.0 } else { lines.len() as f64 * (SIZE + 5.0) + 12.0 };
        // A picture of its own has a margin, so that it may be put anywhere.
        let margin = if alone { 16.0 } else { 0.0 };
        let (left, top) = (number(-margin), number(-head - margin));
        let (width, height) = (number(self.width + 2.0 * margin), number(self.height + head + 2.0 * margin));
        let size = if alone { format!(" width=\"{width}\" height=\"{height}\"") } else { String::new() };
        let mut heading = Self::new(self.width);
        for (at, line) in lines.iter().enumerate() {
            let y = SIZE - head + at as f64 * (SIZE + 5.0);
            heading.text((0.0, y), Letters { size: SIZE, ..Letters::PLAIN }.bold(), line);
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{left} {top} {width} {height}\"{size} role=\"img\" \
             aria-labelledby=\"{id}-t {id}-d\" font-family=\"system-ui, 'DejaVu Sans', 'Noto Sans', sans-serif\">\
             <title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{description}</desc>\
             <rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" {}/>{}{}</svg>",
            Paint::Paper.fill(),
            heading.svg,
            self.svg
        )
    }
}

/// Both sets of attributes, with their classes in one.
fn merged(one: &str, other: &str) -> String {
    let split = |text: &str| -> (String, String) {
        let inside = text.trim_start_matches("class=\"");
        inside.split_once("\" ").map_or_else(Default::default, |(a, b)| (a.to_owned(), b.to_owned()))
    };
    let ((class, rest), (other_class, other_rest)) = (split(one), split(other));
    format!("class=\"{class} {other_class}\" {rest} {other_rest}")
}

fn joined(points: &[(f64, f64)]) -> String {
    let mut text = String::new();
    for (at, (x, y)) in points.iter().enumerate() {
        let gap = if at == 0 { "" } else { " " };
        let _ = write!(text, "{gap}{},{}", number(*x), number(*y));
    }
    text
}

/// A number with one decimal where it needs one.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = if value.abs() < 1.0 && value != 0.0 { format!("{value:.2}") } else { text };
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" || short.is_empty() { "0".to_owned() } else { short.to_owned() }
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

/// How long words are, in units: measured at the widest of the usual fonts, so that nothing is cut off in any.
pub(super) fn length(text: &str, size: f64) -> f64 {
    text.chars()
        .map(|c| if matches!(c, 'i' | 'l' | 'I' | '.' | ',' | ' ' | '\u{a0}') { 0.38 } else { 0.65 })
        .sum::<f64>()
        * size
}

/// Words in lines that fit a width.
pub(super) fn wrapped(text: &str, width: f64, size: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if length(line, size) + length(word, size) + 0.38 * size <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Cuts words that would leave the picture; the table beside it has them whole.
pub(super) fn shortened(text: &str, width: f64, size: f64) -> String {
    if length(text, size) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        if length(&short, size) + 1.3 * size > width {
            break;
        }
        short.push(c);
    }
    format!("{}…", short.trim_end())
}
