//! The plan as one page: no script, no request to anybody, readable in print. Its chart shows how exact each table would be
//! for how much privacy.

use anyhow::Result;
use askama::Template;
use panoh_release::{Outlook, PlanReport};

use super::{paid, short};
use crate::output::thousands;

/// The chart in its own units.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 380.0;
/// Room for numbers and names around the lines.
const LEFT: f64 = 56.0;
const RIGHT: f64 = 190.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 44.0;
/// Least distance between two names.
const NAME_HEIGHT: f64 = 15.0;
/// Tables that are drawn; more lines cannot be told apart. The list below the chart has all.
const MOST_LINES: usize = 8;

#[derive(Template)]
#[template(path = "plan.html")]
struct Page<'a> {
    report: &'a PlanReport,
    epsilon: String,
    delta: String,
    tables: Vec<Row>,
    cohorts: Vec<Vec<String>>,
    over: Vec<String>,
    chart: Option<Chart>,
    undrawn: usize,
}

struct Row {
    title: String,
    dimensions: String,
    cells: String,
    half_width: String,
    shares: Vec<String>,
    quality: String,
    proposals: Vec<String>,
}

struct Chart {
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    across: Vec<Tick>,
    up: Vec<Tick>,
    lines: Vec<Line>,
    /// Where this plan stands.
    here: f64,
    /// Half of the smallest count of interest, when it is in the picture.
    enough: Option<f64>,
}

struct Tick {
    at: f64,
    text: String,
}

struct Line {
    points: String,
    name: String,
    name_at: f64,
}

/// The page of a plan.
pub(super) fn page(report: &PlanReport, outlooks: &[Outlook]) -> Result<String> {
    let page = Page {
        report,
        epsilon: format!("{:.2}", super::super::up(report.epsilon)),
        delta: format!("{:e}", report.delta),
        tables: report.tables.iter().map(row).collect(),
        cohorts: paid(&report.cohorts),
        over: short(&report.shortfalls),
        chart: chart(report, outlooks),
        undrawn: report.tables.len().saturating_sub(MOST_LINES),
    };
    Ok(page.render()?)
}

fn row(table: &panoh_release::TablePlan) -> Row {
    let share = |percent: f64| if percent < 100.0 { format!("±{percent:.1} %") } else { "—".to_owned() };
    Row {
        title: table.title.en.clone(),
        dimensions: table.dimensions.join(" × "),
        cells: thousands(table.cells),
        half_width: format!("±{:.1}", table.half_width),
        shares: table.of_counts.iter().map(|of| share(of.percent)).collect(),
        quality: table.quality.as_str().replace('_', " "),
        proposals: table.proposals.iter().map(ToString::to_string).collect(),
    }
}

/// Both axes are logarithmic: the lines are straight where errors fall with the square root of ρ.
fn chart(report: &PlanReport, outlooks: &[Outlook]) -> Option<Chart> {
    let (first, last) = (outlooks.first()?, outlooks.last()?);
    let shown = report.tables.len().min(MOST_LINES);
    let widths = || outlooks.iter().flat_map(|outlook| outlook.half_widths.iter().take(shown).copied());
    let (low, high) = widths().fold((f64::MAX, 0.0_f64), |(low, high), width| (low.min(width), high.max(width)));
    if outlooks.len() < 2 || !(low > 0.0 && high.is_finite()) {
        return None;
    }
    let scale = |value: f64, low: f64, high: f64| (value / low).ln() / (high / low).ln().max(f64::MIN_POSITIVE);
    let x = |epsilon: f64| LEFT + (WIDTH - LEFT - RIGHT) * scale(epsilon, first.epsilon, last.epsilon);
    let y = |width: f64| HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * scale(width, low, high);
    let ticks = |low: f64, high: f64, place: &dyn Fn(f64) -> f64| -> Vec<Tick> {
        rounds(low, high).into_iter().map(|value| Tick { at: place(value), text: value.to_string() }).collect()
    };
    let mut lines: Vec<Line> = (0..shown)
        .map(|table| {
            let point = |outlook: &Outlook| format!("{:.1},{:.1}", x(outlook.epsilon), y(outlook.half_widths[table]));
            let points: Vec<String> = outlooks.iter().map(point).collect();
            let name_at = y(last.half_widths[table]) + 4.0;
            Line { points: points.join(" "), name: report.tables[table].name.clone(), name_at }
        })
        .collect();
    lines.sort_by(|one, other| one.name_at.total_cmp(&other.name_at));
    part_names(&mut lines);
    let enough = f64::from(report.smallest_count_of_interest) / 2.0;
    Some(Chart {
        width: WIDTH,
        height: HEIGHT,
        left: LEFT,
        right: WIDTH - RIGHT,
        top: TOP,
        bottom: HEIGHT - BOTTOM,
        across: ticks(first.epsilon, last.epsilon, &x),
        up: ticks(low, high, &y),
        lines,
        here: x(report.epsilon),
        enough: (low..=high).contains(&enough).then(|| y(enough)),
    })
}

/// Moves names that would cover each other: down first, and all of them up again where the last would leave the chart.
fn part_names(lines: &mut [Line]) {
    for at in 1..lines.len() {
        lines[at].name_at = lines[at].name_at.max(lines[at - 1].name_at + NAME_HEIGHT);
    }
    let mut lowest = HEIGHT - BOTTOM + 4.0;
    for line in lines.iter_mut().rev() {
        line.name_at = line.name_at.min(lowest);
        lowest = line.name_at - NAME_HEIGHT;
    }
}

/// 1, 2 and 5 of each power of ten between two values.
fn rounds(low: f64, high: f64) -> Vec<f64> {
    let powers = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let values = powers.flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10.0_f64.powi(power)));
    // 0.30000000000000004 is not what people want to read.
    let neat = values.map(|value| (value * 1e6).round() / 1e6);
    neat.filter(|value| (low..=high).contains(value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_numbers_lie_between() {
        assert_eq!(rounds(0.3, 12.0), [0.5, 1.0, 2.0, 5.0, 10.0]);
        assert_eq!(rounds(90.0, 110.0), [100.0]);
    }

    #[test]
    fn names_do_not_cover_each_other() {
        let line = |name_at| Line { points: String::new(), name: String::new(), name_at };
        let mut lines: Vec<Line> = [20.0, 21.0, 22.0, 335.0, 336.0].map(line).into();
        part_names(&mut lines);
        assert!(lines.windows(2).all(|two| two[1].name_at - two[0].name_at >= NAME_HEIGHT - 1e-9));
        assert!(lines.iter().all(|line| line.name_at <= HEIGHT));
    }
}
