//! The only file that talks to OpenDP: its exact discrete Gaussian, its privacy maps, its conversions.

use std::num::NonZero;
use std::thread;

use opendp::accuracy::{discrete_gaussian_scale_to_accuracy, gaussian_scale_to_accuracy};
use opendp::combinators::{make_fix_delta, make_zCDP_to_approxDP};
use opendp::core::Measurement;
use opendp::domains::{AtomDomain, VectorDomain};
use opendp::measurements::make_gaussian;
use opendp::measures::ZeroConcentratedDivergence;
use opendp::metrics::L2Distance;
use opendp::traits::{InfAdd, InfDiv, InfMul};

use crate::{PrivacyError, Rho};

// Without its feature `use-openssl` OpenDP would quietly draw from a generator that is not meant for secrets. Cargo turns
// a feature on when any manifest asks for it, so this crate asks for it itself and does not compile when it no longer
// does. A test looks for OpenSSL's generator in the finished program as well.
const _: () = assert!(
    contains(include_bytes!("../Cargo.toml"), b"\nopendp = { workspace = true, features = [\"use-openssl\"] }"),
    "opendp must be asked for with its feature use-openssl"
);

/// Fewest values that are worth a thread: a third of a millisecond of work, ten times what its start costs.
const PIECE: usize = 32;
/// Scale over which OpenDP's exact search for a quantile becomes slow.
const LARGE_SIGMA: f64 = 65_536.0;

type Gaussian = Measurement<VectorDomain<AtomDomain<i64>>, L2Distance<f64>, ZeroConcentratedDivergence, Vec<i64>>;

/// Adds independent discrete Gaussian noise of scale `sigma` to each value: OpenDP's exact sampler (arXiv 2004.00010)
/// over OpenSSL's private generator, about ten microseconds a value and core.
///
/// Vectors are cut into pieces, one for each core; this thread draws the first. That changes nothing about the mechanism:
/// the noise of every entry is drawn independently from the same distribution, so the pieces together are one draw of the
/// whole vector and the cost of the whole is what [`crate::plan()`] counted. A `Measurement` cannot be sent to a thread;
/// each builds its own. If one piece fails, nothing is returned.
pub fn opendp_noise(values: &[i64], sigma: f64) -> Result<Vec<i64>, PrivacyError> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let pieces = cores.min(values.len() / PIECE).max(1);
    if pieces == 1 {
        return draw(values, sigma);
    }
    let (first, rest) = values.split_at(values.len().div_ceil(pieces));
    thread::scope(|scope| {
        let threads: Vec<_> = rest.chunks(first.len()).map(|piece| scope.spawn(move || draw(piece, sigma))).collect();
        let mut noisy = draw(first, sigma)?;
        noisy.reserve_exact(rest.len());
        for thread in threads {
            noisy.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(noisy)
    })
}

/// The least ε at this δ that a total loss of `rho` implies, by OpenDP's tight conversion, rounded up.
/// `delta` lies between 10⁻³⁰⁰ and 1.
pub fn epsilon(rho: Rho, delta: f64) -> Result<f64, PrivacyError> {
    const DOING: &str = "convert rho to epsilon";
    check_probability("delta", delta, 1e-300, "1e-9")?;
    if rho.nanos() == 0 {
        return Ok(0.0);
    }
    // The conversion starts from a measurement: a Gaussian of scale one, and the distance at which it loses this rho.
    let unit = gaussian(1.0)?;
    let loss = (rho.nanos() as f64).inf_div(&1e9).map_err(PrivacyError::opendp(DOING))?;
    let mut distance = (2.0 * loss).sqrt();
    while unit.map(&distance).map_err(PrivacyError::opendp(DOING))? < loss {
        distance = distance.next_up();
    }
    let approximate = make_zCDP_to_approxDP(unit).map_err(PrivacyError::opendp(DOING))?;
    let fixed = make_fix_delta(&approximate, delta).map_err(PrivacyError::opendp(DOING))?;
    let (epsilon, _) = fixed.map(&distance).map_err(PrivacyError::opendp(DOING))?;
    Ok(epsilon)
}

/// Half the width of the interval that holds the truth with probability 1 − `alpha`, in persons, for an estimate with
/// this standard error (1.96 standard errors at `alpha` 0.05). `alpha` lies between 10⁻¹² and 1.
pub fn half_width(standard_error: f64, alpha: f64) -> Result<f64, PrivacyError> {
    check_scale(standard_error)?;
    check_probability("alpha", alpha, 1e-12, "0.05")?;
    gaussian_scale_to_accuracy(standard_error, alpha).map_err(PrivacyError::opendp("find a quantile"))
}

/// For one measured integer (the total of a plan is one): the a for which P[|error| ≥ a] ≤ `alpha`, so that the truth is
/// within a − 1 with probability 1 − `alpha`. Exact up to scales of 65,536; above, the continuous quantile plus one, which
/// is never too small (arXiv 2004.00010). `alpha` lies between 10⁻¹² and 1.
pub fn accuracy(sigma: f64, alpha: f64) -> Result<f64, PrivacyError> {
    check_scale(sigma)?;
    if sigma > LARGE_SIGMA {
        return half_width(sigma, alpha).map(|continuous| continuous.ceil() + 1.0);
    }
    check_probability("alpha", alpha, 1e-12, "0.05")?;
    discrete_gaussian_scale_to_accuracy(sigma, alpha).map_err(PrivacyError::opendp("find a quantile"))
}

/// ρ of one measurement by OpenDP's own map, rounded up.
pub(crate) fn rho_of(sigma: f64, sensitivity: f64) -> Result<f64, PrivacyError> {
    gaussian(sigma)?.map(&sensitivity).map_err(PrivacyError::opendp("count the cost of a measurement"))
}

/// The sum of costs in whole nano-ρ, every step rounded up.
pub(crate) fn add_up(costs: &[f64]) -> Result<Rho, PrivacyError> {
    let sum = costs.iter().try_fold(0.0_f64, |sum, cost| sum.inf_add(cost));
    let nanos = sum.and_then(|sum| sum.inf_mul(&1e9)).map_err(PrivacyError::opendp("add up costs"))?;
    Ok(Rho::from_nanos(nanos.ceil() as u64))
}

fn gaussian(sigma: f64) -> Result<Gaussian, PrivacyError> {
    let domain = VectorDomain::new(AtomDomain::new_non_nan());
    make_gaussian(domain, L2Distance::default(), sigma, None).map_err(PrivacyError::opendp("build a measurement"))
}

fn draw(values: &[i64], sigma: f64) -> Result<Vec<i64>, PrivacyError> {
    gaussian(sigma)?.invoke(&values.to_vec()).map_err(PrivacyError::opendp("draw noise"))
}

fn check_scale(scale: f64) -> Result<(), PrivacyError> {
    if scale > 0.0 && scale.is_finite() { Ok(()) } else { Err(PrivacyError::BadScale(scale)) }
}

fn check_probability(name: &'static str, value: f64, least: f64, example: &'static str) -> Result<(), PrivacyError> {
    if (least..1.0).contains(&value) {
        Ok(())
    } else {
        Err(PrivacyError::BadProbability { name, value, least, example })
    }
}

/// Whether the text holds the words; usable while compiling.
const fn contains(text: &[u8], words: &[u8]) -> bool {
    let mut start = 0;
    while start + words.len() <= text.len() {
        let mut length = 0;
        while length < words.len() && text[start + length] == words[length] {
            length += 1;
        }
        if length == words.len() {
            return true;
        }
        start += 1;
    }
    false
}
