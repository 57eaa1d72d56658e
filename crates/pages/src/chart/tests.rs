//! Pictures that stand for themselves: well formed, whole, nothing outside of the paper.

use super::*;

fn caption() -> Caption {
    Caption {
        id: "x".into(),
        title: "More men than women & others".into(),
        description: "One <line>.".into(),
        notes: vec!["a: a second source".into()],
        source: "Release trends-1 of 2026-11-22, ε 5.26".into(),
    }
}

fn plain(number: f64) -> String {
    format!("{number:.0}")
}

fn charts() -> Vec<Chart> {
    let points: Vec<Point> = (0..11).map(|at| Point { value: f64::from(at) * 9.0 - 4.0, half_width: 7.0 }).collect();
    let line = |label: &str, paint| Line { label: label.into(), points: points.clone(), paint, sure: true };
    let mark = Mark { at: 4, sign: "a".into() };
    let place = |at: usize| format!("A country with quite a long name {at}");
    let flow = |at: usize| Flow { ends: [place(at % 3), place(at)], value: 40.0 / (at + 1) as f64, rest: at == 5 };
    let bar = |at: usize| Bar {
        label: place(at),
        value: 900.0 - 100.0 * at as f64,
        interval: (880.0 - 100.0 * at as f64, 920.0 - 100.0 * at as f64),
        shown: "900 ± 20".into(),
        paint: Paint::Series(0),
        sure: true,
    };
    let years: Vec<String> = (2014..2025).map(|year| year.to_string()).collect();
    vec![
        Chart::Lines(Lines {
            x_title: "Year first registered".into(),
            y_title: "Registered persons; band: 95 % interval".into(),
            x: years.clone(),
            series: vec![line("Women", Paint::Series(0)), line("Men", Paint::Series(1))],
            marks: vec![mark.clone()],
            provisional: Some((9, "provisional".into())),
            tick: plain,
        }),
        Chart::Bars(Bars { x_title: "Registered persons".into(), rows: (0..9).map(bar).collect(), tick: plain }),
        Chart::Flows(Flows { heads: ["From".into(), "To".into()], flows: (0..6).map(flow).collect() }),
        Chart::Matrix(Matrix {
            heads: ["From".into(), "To".into()],
            rows: (0..4).map(place).collect(),
            columns: (0..5).map(place).collect(),
            cells: vec![vec![None, Some(Shade { value: 3.0, shown: "3".into() }), None, None, None]; 4],
        }),
        Chart::Multiples(Multiples {
            y_title: "Registered persons".into(),
            x: years,
            panels: (0..7).map(|at| Panel { label: place(at), points: points.clone() }).collect(),
            marks: vec![mark],
            provisional: Some(9),
            tick: plain,
        }),
        Chart::Bells(Bells {
            x_title: "Published number".into(),
            curves: vec![
                Bell { label: "With".into(), mean: 12.0, standard_error: 3.0, paint: Paint::Series(0), interval: true },
                Bell {
                    label: "Without".into(),
                    mean: 11.0,
                    standard_error: 3.0,
                    paint: Paint::Series(1),
                    interval: false,
                },
            ],
            tick: plain,
        }),
    ]
}

/// The values of an attribute.
fn attributes<'a>(svg: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    svg.split(&format!(" {name}=\""))
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap_or_default())
        .collect::<Vec<_>>()
        .into_iter()
}

#[test]
fn pictures_are_whole_and_keep_inside_the_paper() {
    for chart in charts() {
        for svg in [
            chart.inline(&caption(), Width::Wide),
            chart.inline(&caption(), Width::Narrow),
            chart.standalone(&caption()),
        ] {
            let box_of: Vec<f64> = attributes(&svg, "viewBox")
                .next()
                .expect("one")
                .split(' ')
                .map(|n| n.parse().expect("a number"))
                .collect();
            let (left, top, right, bottom) = (box_of[0], box_of[1], box_of[0] + box_of[2], box_of[1] + box_of[3]);
            for (name, low, high) in [
                ("x", left, right),
                ("x1", left, right),
                ("cx", left, right),
                ("y", top, bottom),
                ("y2", top, bottom),
                ("cy", top, bottom),
            ] {
                for value in attributes(&svg, name) {
                    let value: f64 = value.parse().expect("a number");
                    assert!((low - 0.1..=high + 0.1).contains(&value), "{name}={value} outside {low}..{high}\n{svg}");
                }
            }
            assert!(svg.contains("More men than women &amp; others") && svg.contains("One &lt;line&gt;."));
            assert!(svg.contains("trends-1") && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            for (opened, closed) in [("<text", "</text>"), ("<svg", "</svg>"), ("<title", "</title>")] {
                assert_eq!(svg.matches(opened).count(), svg.matches(closed).count(), "{opened}");
            }
            // A page's policy lets no style of a picture pass.
            assert!(!svg.contains("style="), "{svg}");
        }
    }
}

#[test]
fn words_end_inside_the_paper() {
    for chart in charts() {
        for width in [Width::Wide, Width::Narrow] {
            let svg = chart.inline(&caption(), width);
            for text in svg.split("<text ").skip(1) {
                let attribute =
                    |name: &str| text.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
                let number = |name: &str| attribute(name).and_then(|text| text.parse::<f64>().ok()).expect("a number");
                let content = text.split('>').nth(1).and_then(|rest| rest.split('<').next()).expect("words");
                // The widest usual font takes about six tenths of the size for a letter.
                let long = content.chars().count() as f64 * number("font-size") * 0.55;
                let (from, to) = match attribute("text-anchor") {
                    Some("end") => (number("x") - long, number("x")),
                    Some("middle") => (number("x") - long / 2.0, number("x") + long / 2.0),
                    _ => (number("x"), number("x") + long),
                };
                assert!(from >= -3.0 && to <= width.units() + 3.0, "{content:?} from {from} to {to}");
            }
        }
    }
}

#[test]
fn a_line_ends_at_a_break() {
    let Some(Chart::Lines(lines)) = charts().into_iter().next() else { panic!("the first is lines") };
    let svg = Chart::Lines(lines).inline(&caption(), Width::Wide);
    // Two lines in two pieces each.
    assert_eq!(svg.matches("<polyline").count(), 4);
}
