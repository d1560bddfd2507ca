//! handoff-store-sqlite
