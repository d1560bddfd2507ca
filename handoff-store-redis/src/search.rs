//! The index of words: a sorted set of `word id`, in which the words that begin alike stand side by side.

use std::collections::HashSet;

use handoff_core::board::{MAX_SEARCH_WORDS, search_words};
use handoff_core::error::StoreError;
use handoff_core::id::ConversationId;

use crate::client::{Client, cmd};
use crate::keys::ServiceKeys;
use crate::sortable::{ID, read_id};

/// So many members of the index are read at once.
const CHUNK: usize = 10_000;

/// The words of a query; none where it does not filter.
pub(crate) fn words(text: Option<&str>) -> Vec<String> {
    text.into_iter()
        .flat_map(search_words)
        .take(MAX_SEARCH_WORDS)
        .collect()
}

/// The conversations of a service in which every one of these words is, or one that begins with it.
pub(crate) async fn conversations(
    client: &Client,
    keys: &ServiceKeys,
    words: &[String],
) -> Result<HashSet<ConversationId>, StoreError> {
    // The longest word is in the fewest conversations, most likely.
    let mut words: Vec<&String> = words.iter().collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut found: Option<HashSet<ConversationId>> = None;
    for word in words {
        let with_word = with(client, keys, word, found.as_ref()).await?;
        if with_word.is_empty() {
            return Ok(with_word);
        }
        found = Some(with_word);
    }
    Ok(found.unwrap_or_default())
}

/// The conversations with a word that begins like this one, of those that are still in question.
async fn with(
    client: &Client,
    keys: &ServiceKeys,
    word: &str,
    among: Option<&HashSet<ConversationId>>,
) -> Result<HashSet<ConversationId>, StoreError> {
    let mut found = HashSet::new();
    let mut first = format!("[{word}").into_bytes();
    let mut last = first.clone();
    // No text has this byte.
    last.push(0xff);
    loop {
        let mut range = cmd("ZRANGEBYLEX", &keys.words());
        range.arg(&first).arg(&last);
        range.arg("LIMIT").arg(0).arg(CHUNK);
        let members: Vec<String> = client.ask(&range).await?;
        for member in &members {
            let id = member.len().checked_sub(ID).and_then(|at| member.get(at..));
            let id = ConversationId::from_uuid(read_id(id.unwrap_or_default())?);
            if among.is_none_or(|among| among.contains(&id)) {
                found.insert(id);
            }
        }
        match members.last() {
            Some(member) if members.len() == CHUNK => first = format!("({member}").into_bytes(),
            _ => return Ok(found),
        }
    }
}
