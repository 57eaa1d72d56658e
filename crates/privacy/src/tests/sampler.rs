//! OpenDP's noise, looked at from outside. It cannot be seeded, so each bound is five standard deviations or more wide:
//! a false alarm less than once in a million runs.

use crate::{PrivacyError, accuracy, half_width, opendp_noise};

const DRAWS: usize = 60_000;

/// Chi-square quantile at five standard deviations (Wilson and Hilferty).
fn limit(degrees: f64) -> f64 {
    degrees * (1.0 - 2.0 / (9.0 * degrees) + 5.0 * (2.0 / (9.0 * degrees)).sqrt()).powi(3)
}

/// exp(−x²/2σ²), normalised over the integers.
fn probability(x: i64, sigma: f64) -> f64 {
    let density = |x: i64| (-(x as f64 / sigma).powi(2) / 2.0).exp();
    let reach = (40.0 * sigma) as i64;
    density(x) / (-reach..=reach).map(density).sum::<f64>()
}

#[test]
fn noise_has_the_stated_mean_and_variance() {
    for sigma in [0.7, 3.2, 51.5, 40_000.25] {
        let noise = opendp_noise(&vec![1_000; DRAWS], sigma).unwrap();
        let n = DRAWS as f64;
        let errors: Vec<f64> = noise.iter().map(|value| (value - 1_000) as f64).collect();
        let mean = errors.iter().sum::<f64>() / n;
        let variance = errors.iter().map(|error| error * error).sum::<f64>() / n;
        assert!(mean.abs() < 5.5 * sigma / n.sqrt(), "{sigma}: mean {mean}");
        let exact: f64 = if sigma < 10.0 {
            (-100..=100).map(|x| (x * x) as f64 * probability(x, sigma)).sum()
        } else {
            sigma * sigma
        };
        assert!((variance / exact - 1.0).abs() < 5.5 * (2.0 / n).sqrt(), "{sigma}: variance {variance} {exact}");
        assert!(exact <= sigma * sigma, "stated variances are upper bounds");
    }
}

/// The chi-square statistic of so many draws, and its number of bins.
fn chi_square(noise: &[i64], sigma: f64) -> (f64, f64) {
    let draws = noise.len() as f64;
    let mut counts = std::collections::BTreeMap::new();
    for value in noise {
        *counts.entry(*value).or_insert(0.0) += 1.0;
    }
    // Bins of at least 20 expected draws; the two tails are the last one.
    let (mut statistic, mut bins, mut rest, mut rest_expected) = (0.0, 0.0, draws, draws);
    let norm = 1.0 / probability(0, sigma);
    for x in -200..=200_i64 {
        let expected = draws * (-(x as f64 / sigma).powi(2) / 2.0).exp() / norm;
        if expected >= 20.0 {
            let found = counts.get(&x).copied().unwrap_or(0.0);
            statistic += (found - expected).powi(2) / expected;
            bins += 1.0;
            rest -= found;
            rest_expected -= expected;
        }
    }
    if rest_expected >= 5.0 {
        statistic += (rest - rest_expected).powi(2) / rest_expected;
        bins += 1.0;
    }
    (statistic, bins)
}

#[test]
fn noise_follows_the_discrete_gaussian() {
    for sigma in [0.7, 2.0, 6.25] {
        let (statistic, bins) = chi_square(&opendp_noise(&vec![0; DRAWS], sigma).unwrap(), sigma);
        assert!(statistic < limit(bins - 1.0), "{sigma}: {statistic} with {bins} bins");
    }
}

/// The same statistic finds out a rounded Gaussian at a small scale, and a scale two percent off at a larger one.
#[test]
fn the_chi_square_test_can_fail() {
    let mut rng = <rand_chacha::ChaCha20Rng as rand::SeedableRng>::seed_from_u64(8);
    let mut rounded = super::seeded_noise(&mut rng);
    let (statistic, bins) = chi_square(&rounded(&vec![0; DRAWS], 0.7).unwrap(), 0.7);
    assert!(statistic > limit(bins - 1.0), "{statistic} with {bins} bins");
    let (statistic, bins) = chi_square(&opendp_noise(&vec![0; 4 * DRAWS], 2.04).unwrap(), 2.0);
    assert!(statistic > limit(bins - 1.0), "{statistic} with {bins} bins");
}

#[test]
#[ignore = "draws eight million numbers with OpenDP: about a minute"]
fn millions_of_draws_follow_the_discrete_gaussian() {
    for sigma in [0.7, 1.0 / 1.3, 3.1, 17.77] {
        let (statistic, bins) = chi_square(&opendp_noise(&vec![0; 2_000_000], sigma).unwrap(), sigma);
        println!(
            "sigma {sigma}: chi-square {statistic:.1} with {} degrees of freedom, limit {:.1}",
            bins - 1.0,
            limit(bins - 1.0)
        );
        assert!(statistic < limit(bins - 1.0), "{sigma}: {statistic} with {bins} bins");
    }
}

/// Pieces drawn by different threads, and neighbouring entries, are uncorrelated and different.
#[test]
fn pieces_are_drawn_independently() {
    let noise = opendp_noise(&vec![0; DRAWS], 30.0).unwrap();
    let correlation =
        |a: &[i64], b: &[i64]| a.iter().zip(b).map(|(x, y)| (x * y) as f64).sum::<f64>() / (900.0 * a.len() as f64);
    let (first, second) = noise.split_at(DRAWS / 2);
    assert_ne!(first, second);
    let bound = 5.5 / ((DRAWS / 2) as f64).sqrt();
    assert!(correlation(first, second).abs() < bound);
    assert!(correlation(&noise[1..], &noise[..DRAWS - 1]).abs() < bound);
    assert_ne!(opendp_noise(&[0; 64], 30.0).unwrap(), opendp_noise(&[0; 64], 30.0).unwrap());
}

#[test]
fn vectors_keep_their_length_and_bad_scales_are_refused() {
    for length in [0, 1, 31, 32, 63, 64, 65, 127, 1_001] {
        assert_eq!(opendp_noise(&vec![0; length], 2.0).unwrap().len(), length);
    }
    for sigma in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(opendp_noise(&[0; 300], sigma), Err(PrivacyError::OpenDp { .. })));
    }
}

#[test]
fn half_widths_are_quantiles() {
    assert!((half_width(1.0, 0.05).unwrap() - 1.959_964).abs() < 1e-6);
    assert!((half_width(10.0, 0.05 / 62_001.0).unwrap() - 49.34).abs() < 0.1);
    for sigma in [0.7, 5.6, 300.0] {
        let a = accuracy(sigma, 0.05).unwrap() as i64;
        let outside = |a: i64| 1.0 - (1 - a..a).map(|x| probability(x, sigma)).sum::<f64>();
        assert!(outside(a) <= 0.05 && outside(a - 1) > 0.05, "{sigma} {a}");
    }
    assert!((accuracy(1e6, 0.05).unwrap() - 1_959_965.0).abs() <= 1.0);
    assert!(half_width(1.0, 0.0).is_err() && half_width(f64::NAN, 0.05).is_err() && accuracy(0.0, 0.05).is_err());
    assert!(accuracy(1.0, 1.0).is_err());
}

/// Errors cross threads and task boundaries of callers.
#[test]
fn errors_can_be_sent() {
    fn sent<T: Send + Sync + std::error::Error + 'static>() {}
    sent::<PrivacyError>();
}
