//! Several statements in one trip to SQLite's thread.

use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, Encode, Sqlite, SqliteConnection, Type};

use crate::error::Failure;

/// Statements that are run one after the other. A trip costs more than a small statement.
#[derive(Default)]
pub(super) struct Script {
    sql: String,
    arguments: SqliteArguments,
}

impl Script {
    /// Adds statements, each ended by a semicolon. Their values follow, in order.
    pub(super) fn push(&mut self, sql: &'static str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// Adds a statement that the writer made once of static text.
    pub(super) fn push_made(&mut self, sql: &MadeSql) -> &mut Self {
        self.sql.push_str(&sql.0);
        self
    }

    /// Adds the value of the next question mark.
    pub(super) fn bind<'t>(
        &mut self,
        value: impl Encode<'t, Sqlite> + Type<Sqlite>,
    ) -> Result<&mut Self, Failure> {
        self.arguments.add(value).map_err(sqlx::Error::Encode)?;
        Ok(self)
    }

    /// Runs it to its end, or to the first statement that fails.
    pub(super) async fn run(self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        // Static text and question marks only, see `push`.
        sqlx::query_with(AssertSqlSafe(self.sql), self.arguments)
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// SQL that was put together from static text.
#[derive(Debug)]
pub(super) struct MadeSql(String);

/// An insert of many rows, made for a few numbers of rows. A run of another number is padded with empty rows, which are
/// left out, so that SQLite sees few different statements and keeps them prepared.
#[derive(Debug)]
pub(super) struct ManyRows {
    columns: usize,
    made: Vec<(usize, MadeSql)>,
}

/// For so many rows inserts are made.
const SIZES: [usize; 5] = [1, 4, 16, 64, 256];

impl ManyRows {
    /// `insert` is the statement up to its rows, `conflict` what follows them. The first column is never null.
    pub(super) fn new(insert: &'static str, columns: usize, conflict: &'static str) -> Self {
        let row = format!("({})", vec!["?"; columns].join(", "));
        let made = SIZES.map(|size| {
            let rows = vec![row.as_str(); size].join(", ");
            (
                size,
                MadeSql(format!(
                    "{insert} SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL {conflict};"
                )),
            )
        });
        Self {
            columns,
            made: made.into(),
        }
    }

    /// Adds an insert of these rows.
    pub(super) fn push<T>(
        &self,
        script: &mut Script,
        rows: &[T],
        bind: impl Fn(&mut Script, &T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let largest = SIZES.iter().copied().max().unwrap_or(1);
        for chunk in rows.chunks(largest) {
            let Some((size, sql)) = self.made.iter().find(|(size, _)| *size >= chunk.len()) else {
                continue;
            };
            script.push_made(sql);
            for row in chunk {
                bind(script, row)?;
            }
            for _ in 0..(size - chunk.len()) * self.columns {
                script.bind(None::<i64>)?;
            }
        }
        Ok(())
    }
}
