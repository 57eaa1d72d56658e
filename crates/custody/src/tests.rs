//! What the tests of loads, erasures and rotations share.

pub(crate) mod home;
