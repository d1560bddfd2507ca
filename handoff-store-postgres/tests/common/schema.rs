//! A schema of a test's own.

use handoff_store_postgres::{PostgresOptions, PostgresStore};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::{server, unique};

/// Gone with everything in it when the test is over.
#[derive(Debug)]
pub(crate) struct Schema {
    /// What the schema is called, and the connections of its nodes.
    pub(crate) name: String,
    /// The database, with this schema as the one where tables are looked for.
    pub(crate) url: String,
}

impl Schema {
    pub(crate) async fn new() -> Self {
        let name = unique();
        let server = server::url();
        let mut connection = PgConnection::connect(server).await.unwrap();
        let create = AssertSqlSafe(format!("CREATE SCHEMA {name}"));
        connection.execute(create).await.unwrap();
        connection.close().await.unwrap();
        let sign = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{sign}options[search_path]={name}&application_name={name}");
        Self { name, url }
    }

    /// One more node.
    pub(crate) async fn node(&self) -> PostgresStore {
        PostgresStore::connect(&self.url, PostgresOptions::default().connections(4))
            .await
            .unwrap()
    }

    /// Somebody else's connection.
    pub(crate) async fn connection(&self) -> PgConnection {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        let rename = "SET application_name = 'somebody else'";
        connection.execute(rename).await.unwrap();
        connection
    }

    /// Does something as somebody else.
    pub(crate) async fn meddle(&self, sql: &str) {
        let mut connection = self.connection().await;
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
        connection.close().await.unwrap();
    }

    /// Cuts the connections of the nodes that wait for a lock, or all of them; says how many these were.
    pub(crate) async fn cut(&self, waiting_alone: bool) -> i64 {
        let mut connection = self.connection().await;
        sqlx::query_scalar(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
             WHERE application_name = $1 AND (wait_event_type = 'Lock' OR NOT $2)",
        )
        .bind(&self.name)
        .bind(waiting_alone)
        .fetch_one(&mut connection)
        .await
        .unwrap()
    }
}

impl Drop for Schema {
    /// In a thread of its own, as the test's has a runtime already.
    fn drop(&mut self) {
        let drop = format!("SET lock_timeout = 5000; DROP SCHEMA {} CASCADE", self.name);
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let mut connection = PgConnection::connect(server::url()).await.unwrap();
                connection.execute(AssertSqlSafe(drop)).await.unwrap();
            });
        });
        let dropped = dropping.join();
        assert!(
            dropped.is_ok() || std::thread::panicking(),
            "the test's schema could not be dropped"
        );
    }
}
