//! Random numbers by place: each person has streams of its own, so that a person does not change when another one is
//! drawn before it, and any person can be drawn again without the others.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What a stream is for.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    /// Names, birth date, document, phone.
    Identity = 0,
    /// What happened to the person.
    Story = 1,
    /// What each list knows and how it spells it.
    Entries = 2,
    /// One row of a file in the layout of the Counter-Trafficking Data Collaborative.
    Ctdc = 3,
    /// The order in which pairs of names are taken; the number is the kind of names.
    Names = 4,
    /// The answers in a file of the layout of the Counter-Trafficking Data Collaborative with identities.
    Wide = 5,
}

/// The stream of one part of one person (or row).
pub(crate) fn stream(seed: u64, number: u64, part: Part) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number * 8 + part as u64);
    rng
}
