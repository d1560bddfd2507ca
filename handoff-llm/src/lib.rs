//! handoff-llm
