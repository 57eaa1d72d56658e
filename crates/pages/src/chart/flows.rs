//! From where to where: ribbons between two columns of places, as wide as the number of persons (a Sankey diagram).

use std::fmt::Write as _;

use super::Width;
use super::canvas::{Anchor, Canvas, Letters, Paint, number, shortened, wrapped};

/// A flow picture.
#[derive(Debug, Clone)]
pub(crate) struct Flows {
    /// Heads of the two columns.
    pub(crate) heads: [String; 2],
    /// Largest first.
    pub(crate) flows: Vec<Flow>,
}

/// One ribbon.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    /// Where from and where to.
    pub(crate) ends: [String; 2],
    /// Persons; what is below zero is drawn as nothing.
    pub(crate) value: f64,
    /// Added up from what does not stand out; always last in its column.
    pub(crate) rest: bool,
}

/// A place of one column.
struct Place<'a> {
    name: &'a str,
    total: f64,
    rest: bool,
    /// Upper edge on the paper.
    top: f64,
    /// Where the next ribbon begins.
    next: f64,
}

/// Width of a place on the paper.
const BLOCK: f64 = 14.0;
/// Room between places, enough for their names.
const GAP: f64 = 14.0;
/// Least height of a place, so that its name has room.
const LEAST: f64 = 8.0;

impl Flows {
    pub(super) fn draw(&self, canvas: &mut Canvas, width: Width) {
        let narrow = width == Width::Narrow;
        let names = if narrow { 0.0 } else { 190.0 };
        let (left, right) = (names, canvas.width - names - BLOCK);
        let top = self.heads(canvas, narrow);
        let mut columns = [self.places(0), self.places(1)];
        let most = columns.iter().map(Vec::len).max().unwrap_or(1).max(1) as f64;
        let total: f64 = self.flows.iter().map(|flow| flow.value.max(0.0)).sum::<f64>().max(1.0);
        // The fuller column fills the height; both have one scale.
        let height = (most * (GAP + LEAST + 18.0)).max(if narrow { 300.0 } else { 320.0 });
        let scale = (height - most * GAP) / total;
        let mut bottom = top;
        for places in &mut columns {
            let mut y = top;
            for place in places.iter_mut() {
                (place.top, place.next) = (y, y);
                y += (place.total * scale).max(LEAST) + GAP;
            }
            bottom = f64::max(bottom, y - GAP);
        }
        for flow in &self.flows {
            let [from, to] = [0, 1].map(|side: usize| {
                let place = columns[side].iter_mut().find(|place| place.name == flow.ends[side]);
                place.map_or(0.0, |place| {
                    place.next += flow.value.max(0.0) * scale;
                    place.next - flow.value.max(0.0) * scale
                })
            });
            let thick = (flow.value * scale).max(if flow.value > 0.0 { 1.5 } else { 0.0 });
            let paint = if flow.rest { Paint::Rest } else { self.paint(&flow.ends[0]) };
            canvas.shape(&ribbon((left + BLOCK, from), (right, to), thick), paint, 0.42);
        }
        for (side, places) in columns.iter().enumerate() {
            let x = if side == 0 { left } else { right };
            for place in places {
                let high = (place.total * scale).max(1.5);
                let paint = if place.rest { Paint::Rest } else { Paint::Ink };
                canvas.rectangle((x, place.top), (BLOCK, high), paint, 1.0);
                Self::name(canvas, (side, x), place, high, narrow);
            }
        }
        canvas.height = bottom + 4.0;
    }

    fn heads(&self, canvas: &mut Canvas, narrow: bool) -> f64 {
        let room = if narrow { canvas.width / 2.0 - 8.0 } else { canvas.width / 2.0 };
        let mut lowest: f64 = 0.0;
        for (side, head) in self.heads.iter().enumerate() {
            let (x, anchor) = if side == 0 { (0.0, Anchor::Start) } else { (canvas.width, Anchor::End) };
            for (at, line) in wrapped(head, room, 13.0).iter().enumerate() {
                let y = 14.0 + 17.0 * at as f64;
                canvas.text((x, y), Letters::QUIET.anchored(anchor), line);
                lowest = lowest.max(y);
            }
        }
        lowest + 16.0
    }

    /// The places of a column with their totals, in the order of the flows, what is added up last.
    fn places(&self, side: usize) -> Vec<Place<'_>> {
        let mut places: Vec<Place<'_>> = Vec::new();
        for flow in &self.flows {
            let value = flow.value.max(0.0);
            match places.iter_mut().find(|place| place.name == flow.ends[side]) {
                Some(place) => place.total += value,
                None => {
                    places.push(Place { name: &flow.ends[side], total: value, rest: flow.rest, top: 0.0, next: 0.0 });
                }
            }
        }
        places.sort_by(|one, other| one.rest.cmp(&other.rest).then(other.total.total_cmp(&one.total)));
        places
    }

    /// Ribbons from one place have one colour.
    fn paint(&self, from: &str) -> Paint {
        let places = self.places(0);
        Paint::Series(places.iter().position(|place| place.name == from).unwrap_or(0))
    }

    fn name(canvas: &mut Canvas, (side, x): (usize, f64), place: &Place<'_>, high: f64, narrow: bool) {
        let y = place.top + high / 2.0 + 5.0;
        let paint = if place.rest { Paint::Quiet } else { Paint::Ink };
        let letters = Letters { halo: narrow, ..Letters::PLAIN }.painted(paint);
        let room = if narrow { canvas.width / 2.0 - 30.0 } else { 182.0 };
        let name = shortened(place.name, room, 14.0);
        let left = side == 0;
        // Beside the picture where there is room, over the ribbons where there is not.
        let (x, anchor) = match (left, narrow) {
            (true, false) => (x - 8.0, Anchor::End),
            (true, true) => (x + BLOCK + 6.0, Anchor::Start),
            (false, false) => (x + BLOCK + 8.0, Anchor::Start),
            (false, true) => (x - 6.0, Anchor::End),
        };
        canvas.text((x, y), letters.anchored(anchor), &name);
    }
}

/// The outline of a ribbon from one height to another.
fn ribbon((x1, y1): (f64, f64), (x2, y2): (f64, f64), thick: f64) -> String {
    let middle = number(f64::midpoint(x1, x2));
    let mut outline = String::new();
    let n = number;
    let _ = write!(outline, "M{} {}C{middle} {} {middle} {} {} {}", n(x1), n(y1), n(y1), n(y2), n(x2), n(y2));
    let (low1, low2) = (y1 + thick, y2 + thick);
    let _ = write!(outline, "L{} {}C{middle} {} {middle} {} {} {}Z", n(x2), n(low2), n(low2), n(low1), n(x1), n(low1));
    outline
}
