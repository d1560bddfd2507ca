//! A connection that heals: commands that are cut off fail, later ones find the server again.

use std::time::Duration;

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::io::tcp::TcpSettings;
use redis::{Client, Cmd, ConnectionInfo, IntoConnectionInfo, Pipeline, RedisFuture, Value};

use crate::RedisOptions;
use crate::error::OpenError;

/// After a failed attempt to connect there is one more, after a pause between these two.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(500));
/// The oldest server whose commands and scripts suffice.
const OLDEST: u32 = 7;

/// One server, or a cluster of them. Clones share a connection.
#[derive(Clone)]
pub(crate) enum Link {
    One(ConnectionManager),
    Cluster(ClusterConnection),
}

impl ConnectionLike for Link {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::One(link) => link.req_packed_command(cmd),
            Self::Cluster(link) => link.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::One(link) => link.req_packed_commands(pipeline, offset, count),
            Self::Cluster(link) => link.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::One(link) => link.get_db(),
            Self::Cluster(link) => link.get_db(),
        }
    }
}

/// A server that was found to be fit.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    /// Host and port, without a password.
    pub(crate) name: String,
    info: ConnectionInfo,
    options: RedisOptions,
    is_cluster: bool,
}

impl Server {
    /// Connects, and looks whether this server can keep what it is given.
    pub(crate) async fn find(url: &str, options: &RedisOptions) -> Result<Self, OpenError> {
        let mut server = Self::at(url, options)?;
        let mut link = server.link().await?;
        let facts: String = redis::cmd("INFO")
            .query_async(&mut link)
            .await
            .map_err(|source| server.unreachable(source))?;
        server.is_cluster = fact(&facts, "cluster_enabled") == Some("1");
        server.judge(&facts)?;
        Ok(server)
    }

    /// The server at an address, which is taken for a single one.
    pub(crate) fn at(url: &str, options: &RedisOptions) -> Result<Self, OpenError> {
        let prefix = &options.prefix;
        let is_odd = |c: char| matches!(c, '{' | '}') || c.is_whitespace() || c.is_control();
        if prefix.is_empty() || prefix.contains(is_odd) {
            return Err(OpenError::Prefix {
                prefix: prefix.clone(),
            });
        }
        let info = url
            .into_connection_info()
            .map_err(|source| OpenError::Address { source })?;
        Ok(Self {
            name: info.addr().to_string(),
            info: info.set_tcp_settings(tcp(options)),
            options: options.clone(),
            is_cluster: false,
        })
    }

    /// A connection of its own.
    pub(crate) async fn link(&self) -> Result<Link, OpenError> {
        let linked = if self.is_cluster {
            self.link_cluster().await.map(Link::Cluster)
        } else {
            self.link_one().await.map(Link::One)
        };
        linked.map_err(|source| self.unreachable(source))
    }

    /// For connections that hear published messages: any node of a cluster tells all of them.
    pub(crate) fn client(&self) -> Result<Client, OpenError> {
        Client::open(self.info.clone()).map_err(|source| self.unreachable(source))
    }

    async fn link_one(&self) -> redis::RedisResult<ConnectionManager> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(self.options.connect_timeout))
            .set_response_timeout(Some(self.options.response_timeout))
            .set_number_of_retries(1)
            .set_min_delay(PAUSES.0)
            .set_max_delay(PAUSES.1);
        ConnectionManager::new_with_config(Client::open(self.info.clone())?, config).await
    }

    async fn link_cluster(&self) -> redis::RedisResult<ClusterConnection> {
        ClusterClient::builder([self.info.clone()])
            .connection_timeout(self.options.connect_timeout)
            .response_timeout(self.options.response_timeout)
            .tcp_settings(tcp(&self.options))
            .retries(2)
            .build()?
            .get_async_connection()
            .await
    }

    pub(crate) fn unreachable(&self, source: redis::RedisError) -> OpenError {
        OpenError::Unreachable {
            url: self.name.clone(),
            source,
        }
    }

    /// Refuses a server that would lose what it acknowledged by its own rules, and warns of one that keeps no log.
    fn judge(&self, facts: &str) -> Result<(), OpenError> {
        let found = fact(facts, "redis_version").unwrap_or_default();
        let major = found.split('.').next().and_then(|major| major.parse().ok());
        if major.is_none_or(|major: u32| major < OLDEST) {
            return Err(OpenError::Old {
                url: self.name.clone(),
                found: found.to_owned(),
            });
        }
        let policy = fact(facts, "maxmemory_policy").unwrap_or("noeviction");
        if policy != "noeviction" {
            if fact(facts, "maxmemory").is_some_and(|limit| limit != "0") {
                return Err(OpenError::Evicts {
                    url: self.name.clone(),
                    policy: policy.to_owned(),
                });
            }
            tracing::warn!(server = %self.name, policy, "this Redis server has no memory limit now; with one it would throw \
                conversations away: set maxmemory-policy noeviction");
        }
        if fact(facts, "aof_enabled") == Some("0") {
            tracing::warn!(server = %self.name, "this Redis server writes no append-only file: a restart loses what came \
                after its last snapshot, or everything; set appendonly yes");
        }
        Ok(())
    }
}

/// The value of a line of `INFO`.
fn fact<'f>(facts: &'f str, name: &str) -> Option<&'f str> {
    facts
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .map(str::trim)
}

/// Sends at once, and gives up a connection whose other end vanished without a word.
fn tcp(options: &RedisOptions) -> TcpSettings {
    let settings = TcpSettings::default().set_nodelay(true);
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    let settings = settings.set_user_timeout(options.response_timeout.saturating_mul(2));
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(facts: &str) -> Result<(), OpenError> {
        Server {
            name: "here:6379".to_owned(),
            info: "redis://here".into_connection_info().unwrap(),
            options: RedisOptions::default(),
            is_cluster: false,
        }
        .judge(facts)
    }

    #[test]
    fn a_server_that_evicts_or_is_too_old_is_refused() {
        let facts = |version, limit, policy| {
            format!(
                "# Server\r\nredis_version:{version}\r\nmaxmemory:{limit}\r\nmaxmemory_policy:{policy}\r\naof_enabled:1\r\n"
            )
        };
        assert!(judge(&facts("7.0.15", 0, "noeviction")).is_ok());
        assert!(judge(&facts("8.2.0", 1_000, "noeviction")).is_ok());
        assert!(
            judge(&facts("7.2.4", 0, "allkeys-lru")).is_ok(),
            "it can't evict without a limit"
        );
        let refused = judge(&facts("7.2.4", 1_000, "allkeys-lru")).unwrap_err();
        assert!(refused.to_string().contains("noeviction"), "{refused}");
        assert!(matches!(
            judge(&facts("6.2.1", 0, "noeviction")),
            Err(OpenError::Old { .. })
        ));
        assert!(matches!(judge(""), Err(OpenError::Old { .. })));
    }
}
