//! The battery: whether the stated errors and the stated loss hold for the mechanism as a whole, looked at from outside,
//! and whether the same looks find out a mechanism that is wrong. A small form with a seeded noise always runs; the large
//! one draws from OpenDP and is asked for with `--ignored`.

mod canary;
mod coverage;

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::seeded_noise;
use crate::Noise;

/// A right noise with randomness of its own.
fn sound(seed: u64) -> Box<Noise<'static>> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    Box::new(move |values, sigma| seeded_noise(&mut rng)(values, sigma))
}

/// Wrong noises, each a slip that code could have. The total is the first vector of a run and the only one of one number.
fn mutants() -> Vec<(&'static str, Box<Noise<'static>>)> {
    let (mut small, mut large, mut bare) = (sound(1), sound(2), sound(3));
    let (mut within, mut always) = (0, sound(4));
    vec![
        ("a scale too small", Box::new(move |values, sigma| small(values, 0.8 * sigma))),
        ("a scale too large", Box::new(move |values, sigma| large(values, 1.25 * sigma))),
        (
            "a total without noise",
            Box::new(move |values, sigma| if values.len() == 1 { Ok(values.to_vec()) } else { bare(values, sigma) }),
        ),
        (
            "one draw for all vectors of a run",
            Box::new(move |values, sigma| {
                within += u64::from(values.len() == 1);
                sound(within)(values, sigma)
            }),
        ),
        (
            "the draw of the last run again",
            Box::new(move |values, sigma| {
                if values.len() == 1 {
                    always = sound(4);
                }
                always(values, sigma)
            }),
        ),
    ]
}
