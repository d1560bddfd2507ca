//! What a test of an adapter or of an application needs.

pub mod conformance;
