//! What the server counts about itself, in the text form of Prometheus: addresses as they stand in the OpenAPI document,
//! methods and statuses. Nothing in it says who asked, or for which codes.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper ends of the times that answers are counted by, seconds.
const SECONDS: [f64; 9] = [0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 2.0, 20.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    address: String,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct At {
    address: String,
}

/// The measures of one server.
#[derive(Debug)]
pub(crate) struct Measures {
    registry: Registry,
    answers: Family<Answered, Counter>,
    seconds: Family<At, Histogram, fn() -> Histogram>,
    releases: Gauge,
    kept_bytes: Gauge,
    long_answers: Gauge,
}

/// What is so at the moment of asking.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// Releases that everybody may see.
    pub(crate) releases: usize,
    /// Bytes of answers that are kept.
    pub(crate) kept_bytes: u64,
    /// Long answers that are being written.
    pub(crate) long_answers: usize,
}

impl Measures {
    pub(crate) fn new() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(SECONDS);
        let (answers, seconds) = (Family::default(), Family::new_with_constructor(histogram));
        let (releases, kept_bytes, long_answers) = (Gauge::default(), Gauge::default(), Gauge::default());
        let mut registry = Registry::with_prefix("panoh");
        registry.register("answers", "Answers by address, method and status", Family::clone(&answers));
        registry.register("answer_seconds", "Time until an answer began, seconds", Family::clone(&seconds));
        registry.register("releases", "Public releases that are served", releases.clone());
        registry.register("kept_bytes", "Bytes of short answers that are kept", kept_bytes.clone());
        registry.register("long_answers", "Long answers that are being written", long_answers.clone());
        Self { registry, answers, seconds, releases, kept_bytes, long_answers }
    }

    /// Counts an answer.
    pub(crate) fn count(&self, address: &str, method: &'static str, status: u16, time: Duration) {
        let address = address.to_owned();
        self.seconds.get_or_create(&At { address: address.clone() }).observe(time.as_secs_f64());
        self.answers.get_or_create(&Answered { address, method, status }).inc();
    }

    /// All measures as text.
    pub(crate) fn text(&self, moment: Moment) -> String {
        self.releases.set(i64::try_from(moment.releases).unwrap_or(i64::MAX));
        self.kept_bytes.set(i64::try_from(moment.kept_bytes).unwrap_or(i64::MAX));
        self.long_answers.set(i64::try_from(moment.long_answers).unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("text takes all that is written to it");
        text
    }
}
