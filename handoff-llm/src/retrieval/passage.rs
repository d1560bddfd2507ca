//! The words of a section that answer a question.

use super::question::Question;
use crate::knowledge::{Block, BlockKind, Section};
use crate::words::{is_stop, sentences, stem, words};

/// A section up to this length is given whole.
const SHORT: usize = 420;
/// A longer one is cut to about this length.
const BUDGET: usize = 480;
/// At most so many words of a block are looked at.
const MAX_BLOCK_WORDS: usize = 2_000;
/// What it counts that a block or sentence has the time or price that is asked for.
const ASKED_FOR: f32 = 1.5;

/// The words of the section that answer best: the whole of a short section, else the best blocks of it in their order.
pub(crate) fn passage(section: &Section, question: &Question) -> String {
    let blocks = &section.blocks;
    let whole: usize = blocks.iter().map(|block| block.text.chars().count()).sum();
    if whole <= SHORT {
        return joined(blocks.iter());
    }
    let chosen = chosen(blocks, question);
    let picked: Vec<&Block> = blocks
        .iter()
        .zip(&chosen)
        .filter(|(_, chosen)| **chosen)
        .map(|(block, _)| block)
        .collect();
    match picked.as_slice() {
        [one] if one.kind == BlockKind::Paragraph && one.text.chars().count() > SHORT => {
            best_sentences(&one.text, question)
        }
        more => joined(more.iter().copied()),
    }
}

fn joined<'a>(blocks: impl Iterator<Item = &'a Block>) -> String {
    blocks
        .map(|block| block.text.as_str())
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// Which blocks are given: the best, with what leads to it, then the next best while there is room.
fn chosen(blocks: &[Block], question: &Question) -> Vec<bool> {
    let mut order: Vec<(usize, f32)> = (0..)
        .zip(blocks)
        .map(|(at, block)| (at, fit(&block.text, question)))
        .collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut chosen = vec![false; blocks.len()];
    let mut left = BUDGET;
    for (rank, (at, fit)) in order.into_iter().enumerate() {
        let group = with_neighbours(blocks, at);
        let length: usize = group
            .clone()
            .filter_map(|at| blocks.get(at))
            .map(|block| block.text.chars().count())
            .sum();
        if rank > 0 && (length > left || fit <= 0.0) {
            continue;
        }
        left = left.saturating_sub(length);
        for at in group {
            if let Some(chosen) = chosen.get_mut(at) {
                *chosen = true;
            }
        }
    }
    chosen
}

/// The block with the one that leads to it, or that it leads to.
fn with_neighbours(blocks: &[Block], at: usize) -> std::ops::Range<usize> {
    let mut from = at;
    while from > 0 && blocks.get(from - 1).is_some_and(Block::leads_in) {
        from -= 1;
    }
    let mut to = at + 1;
    while blocks.get(to - 1).is_some_and(Block::leads_in) && to < blocks.len() {
        to += 1;
    }
    from..to
}

/// The best sentence of a long paragraph with the ones after it, or before it at the end, while there is room.
fn best_sentences(text: &str, question: &Question) -> String {
    let all = sentences(text);
    let mut best = 0;
    let mut best_fit = f32::MIN;
    for (at, sentence) in all.iter().enumerate() {
        let fit = fit(sentence, question);
        if fit > best_fit {
            (best, best_fit) = (at, fit);
        }
    }
    let (mut from, mut to) = (best, best + 1);
    let length = |from: usize, to: usize| {
        all.get(from..to)
            .unwrap_or_default()
            .iter()
            .map(|s| s.chars().count())
            .sum::<usize>()
    };
    while to < all.len() && to - from < 3 && length(from, to + 1) <= BUDGET {
        to += 1;
    }
    while from > 0 && to - from < 3 && length(from - 1, to) <= BUDGET {
        from -= 1;
    }
    shortened(&all.get(from..to).unwrap_or_default().join(" "))
}

/// No sentence is endless.
fn shortened(text: &str) -> String {
    if text.chars().count() <= 2 * BUDGET {
        return text.to_owned();
    }
    let cut: String = text.chars().take(2 * BUDGET).collect();
    format!(
        "{} …",
        cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head)
    )
}

/// How well a piece of text fits the question.
fn fit(text: &str, question: &Question) -> f32 {
    let words = words(text, MAX_BLOCK_WORDS);
    let stems: std::collections::HashSet<String> = words
        .iter()
        .filter(|word| !is_stop(word))
        .map(|word| stem(word))
        .collect();
    let matched: f32 = question
        .concepts
        .iter()
        .map(|concept| {
            let best = concept
                .stems
                .iter()
                .filter(|(stem, _)| stems.contains(stem))
                .map(|(_, weight)| *weight);
            best.fold(0.0, f32::max) * if concept.light { 0.25 } else { 1.0 }
        })
        .sum();
    let asked = matches!(question.asks, super::Asks::Time | super::Asks::Price)
        && question.asks.is_met_by(text, &words);
    let in_steps = question.asks == super::Asks::Steps && text.starts_with("1. ");
    matched + if asked || in_steps { ASKED_FOR } else { 0.0 }
}
