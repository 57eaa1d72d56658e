//! Pages over a release.
