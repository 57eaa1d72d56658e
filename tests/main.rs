//! One test binary for everything that needs the whole engine: linking it is what costs time.

mod architecture;
mod frames;
mod random_queries;
mod series;
mod sql;
mod undated;
