//! Tests over a small warehouse whose answers were counted by hand.

mod buckets;
mod faulty;
mod fixture;
mod frames;
mod places;
mod questions;
mod rebuilds;
mod refusals;
mod storage;
mod upkeep;
