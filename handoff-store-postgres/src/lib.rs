//! Keeps conversations and the team's records in Postgres, for any number of nodes, and carries notices between them.
//!
//! Each [`PostgresStore`] has one writer, which groups the commits that wait together into one transaction with array
//! parameters: with many visitors the disk is asked to sync far less often than once a message. Several nodes write at
//! once: a batch locks the rows of its conversations in the order of their ids, looks at what is stored, and writes what
//! goes on from it. A commit is acknowledged when Postgres has acknowledged the transaction with `synchronous_commit`.
//!
//! [`PostgresBus`] tells the other nodes by `NOTIFY`, after the commit and many notices in one, never inside a message's
//! transaction, where it would hold a lock of the whole database until the disk has synced.
//!
//! ```no_run
//! use handoff_store_postgres::{BusOptions, PostgresBus, PostgresOptions, PostgresStore};
//!
//! # async fn open() -> Result<(), handoff_store_postgres::OpenError> {
//! let url = "postgres://handoff:secret@db.example/handoff";
//! let store = PostgresStore::connect(url, PostgresOptions::default()).await?;
//! let bus = PostgresBus::connect(url, BusOptions::default()).await?;
//! // … hand clones of them to the runtime: conversation store, directory, bus …
//! bus.close().await;
//! store.close().await;
//! # Ok(())
//! # }
//! ```
//!
//! # The database
//!
//! Postgres 13 or newer (tested on 15), encoded in UTF-8. Every table's name begins with `handoff_`, so that a host may
//! keep its own beside them; `?options[search_path]=name` at the end of the URL puts them into a schema of their own.
//! Tables are made and upgraded on [`PostgresStore::connect`], by one node at a time, or by [`PostgresStore::migrate`]
//! where nodes may not ([`PostgresOptions::migrate`]). Connections hold settings of their session and prepared statements:
//! a pooler between them and the server must keep sessions apart (`pool_mode = session` in `PgBouncer`).
//!
//! What is erased is out of the tables at once; its bytes leave the files with Postgres' own vacuum, and backups and
//! archives of the write-ahead log when these are thrown away.
//!
//! # Growing
//!
//! The log is what grows. Everything in `handoff_events` and `handoff_receipts` is looked up by its conversation, and
//! their primary keys begin with it, so that both may be partitioned by hash of `conversation`, or distributed by it with
//! Citus. While no node runs, rename the table, make a partitioned one under its name with the columns, primary key and
//! index of `migrations/0001_conversations.sql`, and move the rows there: no query changes. `handoff_conversations` holds
//! one row a conversation and stays whole, as its `open_key` must be unique over all of them.

mod archive;
mod board;
mod bus;
mod columns;
mod directory;
mod erase;
mod error;
mod options;
mod outbox;
mod read;
mod restore;
mod schema;
mod search;
mod session;
mod store;
mod writer;

pub use bus::PostgresBus;
pub use error::OpenError;
pub use options::{BusOptions, PostgresOptions};
pub use store::PostgresStore;
