//! One socket: frames in, and a bounded queue of frames out that are written together.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Error;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use futures::{Sink, SinkExt, Stream, StreamExt};
use serde::Serialize;
use tokio::time::{Instant, timeout, timeout_at};
use tungstenite::protocol::frame::coding::CloseCode as Standard;

use super::end::End;
use super::protocol::CloseCode;

/// A client that takes nothing for so long is too slow.
const STALL: Duration = Duration::from_secs(15);
/// A client has so long to answer a close.
const FAREWELL: Duration = Duration::from_secs(1);
/// While less than this waits, more may be read from the store for a client.
const LOW_WATER: usize = 64 * 1024;

/// A socket of text frames, or something that acts like one.
pub(crate) trait Duplex:
    Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin + Send
{
}

impl<S: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin + Send> Duplex
    for S
{
}

/// A frame as it goes out.
pub(crate) fn encode(frame: &impl Serialize) -> Utf8Bytes {
    // Frames are made of strings, numbers and lists: they can't fail to be JSON.
    serde_json::to_string(frame).unwrap_or_default().into()
}

/// One socket. Nothing here waits for a client that does not read, except [`make_room`](Self::make_room).
#[derive(Debug)]
pub(crate) struct Wire<S> {
    socket: S,
    queue: VecDeque<Utf8Bytes>,
    queued: usize,
    limit: usize,
    unflushed: bool,
    progress: Instant,
}

impl<S: Duplex> Wire<S> {
    /// At most `limit` bytes wait for a client that reads slowly.
    pub(crate) fn new(socket: S, limit: usize) -> Self {
        Self {
            socket,
            queue: VecDeque::new(),
            queued: 0,
            limit,
            unflushed: false,
            progress: Instant::now(),
        }
    }

    /// Adds a frame to those that go out.
    pub(crate) fn push(&mut self, frame: Utf8Bytes) -> Result<(), End> {
        if !self.has_backlog() {
            self.progress = Instant::now();
        }
        // One frame alone always fits: nothing larger is ever made.
        if self.queued > 0 && self.queued + frame.len() > self.limit {
            return Err(End::new(
                CloseCode::Slow,
                "too slow: come back with the last version",
            ));
        }
        self.queued += frame.len();
        self.queue.push_back(frame);
        Ok(())
    }

    /// Encodes a frame and adds it.
    pub(crate) fn send(&mut self, frame: &impl Serialize) -> Result<(), End> {
        self.push(encode(frame))
    }

    pub(crate) fn has_backlog(&self) -> bool {
        self.unflushed || !self.queue.is_empty()
    }

    /// Whether little enough waits to fetch more.
    pub(crate) fn has_room(&self) -> bool {
        self.queued < LOW_WATER
    }

    /// Writes what the client takes right now.
    pub(crate) async fn write_some(&mut self) -> Result<(), End> {
        poll_fn(|cx| match self.poll_write(cx) {
            Poll::Ready(Err(end)) => Poll::Ready(Err(end)),
            _ => Poll::Ready(Ok(())),
        })
        .await
    }

    /// Waits until little enough waits to fetch more.
    pub(crate) async fn make_room(&mut self) -> Result<(), End> {
        while !self.has_room() {
            let before = self.queued;
            let deadline = self.progress + STALL;
            let written = poll_fn(|cx| match self.poll_write(cx) {
                Poll::Pending if self.queued < before => Poll::Ready(Ok(())),
                other => other,
            });
            match timeout_at(deadline, written).await {
                Ok(done) => done?,
                Err(_) => return Err(stalled()),
            }
        }
        Ok(())
    }

    /// The next frame of the client. Where none is here yet, what waits is written, so that answers to frames that came
    /// together go together. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Result<Utf8Bytes, End> {
        loop {
            let deadline = self.has_backlog().then(|| self.progress + STALL);
            let next = poll_fn(|cx| {
                if self.has_room()
                    && let Poll::Ready(frame) = self.poll_read(cx)
                {
                    return Poll::Ready(frame);
                }
                match self.poll_write(cx) {
                    Poll::Ready(Err(end)) => Poll::Ready(Err(end)),
                    _ => self.poll_read(cx),
                }
            });
            let Some(deadline) = deadline else {
                return next.await;
            };
            match timeout_at(deadline, next).await {
                Ok(frame) => return frame,
                Err(_) if self.has_backlog() && self.progress + STALL <= deadline => {
                    return Err(stalled());
                }
                Err(_) => {}
            }
        }
    }

    /// Ends the socket, with what still waits where the client takes it.
    pub(crate) async fn finish(mut self, end: End) {
        let End::Close(code, reason) = end else {
            return;
        };
        if code == CloseCode::Slow as u16 {
            self.queue.clear();
        }
        let farewell = async {
            poll_fn(|cx| self.poll_write(cx)).await?;
            let frame = CloseFrame {
                code,
                reason: reason.as_ref().into(),
            };
            self.socket
                .send(Message::Close(Some(frame)))
                .await
                .map_err(End::of)?;
            // Closing at once could throw away what the client has not read yet.
            while let Some(Ok(_)) = self.socket.next().await {}
            Ok::<(), End>(())
        };
        // Whether the client hears the farewell or not, the socket ends.
        if timeout(FAREWELL, farewell).await.is_err() {
            tracing::debug!(code, "a client did not answer the close");
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        let before = self.queue.len();
        while !self.queue.is_empty() {
            let ready = self.socket.poll_ready_unpin(cx);
            if ready.is_pending() && self.queue.len() < before {
                self.progress = Instant::now();
            }
            ready!(ready).map_err(End::of)?;
            if let Some(frame) = self.queue.pop_front() {
                self.queued -= frame.len();
                self.unflushed = true;
                self.socket
                    .start_send_unpin(Message::Text(frame))
                    .map_err(End::of)?;
            }
        }
        if self.unflushed {
            ready!(self.socket.poll_flush_unpin(cx)).map_err(End::of)?;
            self.unflushed = false;
            self.progress = Instant::now();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<Utf8Bytes, End>> {
        loop {
            let end = match ready!(self.socket.poll_next_unpin(cx)) {
                Some(Ok(Message::Text(text))) => return Poll::Ready(Ok(text)),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Binary(_))) => {
                    End::Close(Standard::Unsupported.into(), "text frames only".into())
                }
                Some(Ok(Message::Close(_))) | None => End::Gone,
                Some(Err(error)) => End::of(error),
            };
            return Poll::Ready(Err(end));
        }
    }
}

fn stalled() -> End {
    End::new(CloseCode::Slow, "too slow: come back with the last version")
}
