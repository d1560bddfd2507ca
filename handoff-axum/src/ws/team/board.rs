//! The board that a dashboard gets after its hello.

use handoff_core::conversation::Status;
use handoff_core::store::{BoardQuery, BoardSort, MAX_PAGE};

use crate::team::narrow;
use crate::transport::Transport;
use crate::ws::end::End;
use crate::ws::protocol::{Me, TeamFrame};
use crate::ws::wire::{Duplex, Wire};

/// A board has at most so many cards; search and filters ask the server for the others.
const MAX_CARDS: usize = 2_000;

/// A board that is being read, part by part.
#[derive(Debug)]
pub(super) struct Loading {
    query: BoardQuery,
    sent: usize,
    nothing_visible: bool,
}

impl Loading {
    pub(super) fn of(me: &Me) -> Self {
        let mut query = BoardQuery {
            statuses: Status::ALL
                .into_iter()
                .filter(|status| status.is_open())
                .collect(),
            sort: BoardSort::Attention,
            limit: MAX_PAGE,
            ..BoardQuery::default()
        };
        let nothing_visible = !narrow(&mut query, me);
        Self {
            query,
            sent: 0,
            nothing_visible,
        }
    }

    /// Whether nothing of it went out yet: then later cards are in it.
    pub(super) fn is_untouched(&self) -> bool {
        self.sent == 0
    }

    /// Sends the next part; says whether it was the last.
    pub(super) async fn send_part<S: Duplex>(
        &mut self,
        transport: &Transport,
        wire: &mut Wire<S>,
    ) -> Result<bool, End> {
        let (cards, next) = if self.nothing_visible {
            (Vec::new(), None)
        } else {
            let page = transport
                .handoff()
                .store()
                .board(&self.query)
                .await
                .map_err(|_| End::restarting())?;
            (page.cards, page.next)
        };
        let first = self.is_untouched();
        self.sent += cards.len();
        let full = self.sent >= MAX_CARDS;
        let last = next.is_none() || full;
        wire.send(&TeamFrame::Board {
            cards,
            first,
            last,
            truncated: full && next.is_some(),
        })?;
        self.query.cursor = next;
        Ok(last)
    }
}
