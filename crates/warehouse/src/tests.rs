//! Tests over a small warehouse whose answers were counted by hand.

mod fixture;
mod frames;
mod questions;
mod refusals;
mod storage;
