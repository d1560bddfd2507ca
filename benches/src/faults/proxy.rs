//! A TCP proxy that can delay, stall, cut, reset and half-close what goes through it.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::shim::{Shim, Verdict};

const BUFFER: usize = 16 * 1024;

/// What becomes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// It goes on.
    Flow,
    /// Nothing moves, and both ends stay open.
    Stall,
    /// Both ends are closed in order.
    Cut,
    /// Both ends are reset.
    Reset,
    /// The server hears no more, the client still does.
    HalfClose,
}

#[derive(Debug)]
struct Live {
    order: watch::Sender<Order>,
    upstream: usize,
    client: SocketAddr,
}

#[derive(Debug)]
struct Shared {
    upstreams: Vec<SocketAddr>,
    live: Mutex<BTreeMap<u64, Live>>,
    next: AtomicU64,
    /// New connections are refused.
    refusing: AtomicBool,
    /// New connections get no answer.
    stalling: AtomicBool,
    /// Every chunk is late by so many milliseconds.
    delay: AtomicU64,
    shim: Shim,
}

/// A proxy with one or more upstreams; a new connection goes to one that accepts it, in turn. Dropping it ends all.
#[derive(Debug)]
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

impl Proxy {
    /// In front of these.
    pub(super) async fn start(upstreams: Vec<SocketAddr>, shim: Shim) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            upstreams,
            live: Mutex::default(),
            next: AtomicU64::new(0),
            refusing: AtomicBool::new(false),
            stalling: AtomicBool::new(false),
            delay: AtomicU64::new(0),
            shim,
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, shared.clone()));
        Ok(Self {
            address,
            shared,
            _tasks: tasks,
        })
    }

    /// Gives an order to every connection.
    pub(super) fn order_all(&self, order: Order) -> u64 {
        let live = self.shared.live();
        for live in live.values() {
            live.order.send_replace(order);
        }
        live.len() as u64
    }

    /// Gives an order to one connection, which `draw` chooses among so many.
    pub(super) fn order_one(&self, order: Order, draw: impl FnOnce(usize) -> usize) -> u64 {
        let live = self.shared.live();
        let chosen = live.values().nth(draw(live.len()));
        u64::from(chosen.is_some_and(|live| live.order.send(order).is_ok()))
    }

    /// From now on new connections are refused, or no longer.
    pub(super) fn refuse(&self, refuse: bool) {
        self.shared.refusing.store(refuse, Ordering::Relaxed);
    }

    /// From now on nothing moves, on connections old and new, or all goes on.
    pub(super) fn stall(&self, stall: bool) {
        self.shared.stalling.store(stall, Ordering::Relaxed);
        self.order_all(if stall { Order::Stall } else { Order::Flow });
    }

    /// Every chunk is late by so much from now on.
    pub(super) fn delay(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.shared.delay.store(by, Ordering::Relaxed);
    }

    /// What meddles with the contents.
    pub(super) fn shim(&self) -> &Shim {
        &self.shared.shim
    }

    /// The upstream of the connection that comes from this port.
    pub(super) fn upstream_of(&self, client_port: u16) -> Option<usize> {
        let live = self.shared.live();
        live.values()
            .find(|live| live.client.port() == client_port)
            .map(|live| live.upstream)
    }
}

impl Shared {
    fn live(&self) -> MutexGuard<'_, BTreeMap<u64, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection to an upstream that accepts.
    async fn connect(&self, first: u64) -> Option<(usize, TcpStream)> {
        let count = self.upstreams.len();
        let first = usize::try_from(first).unwrap_or_default();
        for nth in 0..count {
            let index = (first + nth) % count;
            if let Some(address) = self.upstreams.get(index)
                && let Ok(stream) = TcpStream::connect(address).await
            {
                return Some((index, stream));
            }
        }
        None
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, client)) => { connections.spawn(carry(stream, client, shared.clone())); }
                // No more file handles: others get a moment to end.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn carry(mut client: TcpStream, from: SocketAddr, shared: Arc<Shared>) {
    let number = shared.next.fetch_add(1, Ordering::Relaxed);
    let upstream = if shared.refusing.load(Ordering::Relaxed) {
        None
    } else {
        shared.connect(number).await
    };
    let Some((index, mut server)) = upstream else {
        reset(&client);
        return;
    };
    client.set_nodelay(true).ok();
    server.set_nodelay(true).ok();
    let first = if shared.stalling.load(Ordering::Relaxed) {
        Order::Stall
    } else {
        Order::Flow
    };
    let (order, orders) = watch::channel(first);
    let live = Live {
        order,
        upstream: index,
        client: from,
    };
    shared.live().insert(number, live);
    let last = {
        let (client_read, client_write) = client.split();
        let (server_read, server_write) = server.split();
        let up = pump(client_read, server_write, orders.clone(), true, &shared);
        let down = pump(server_read, client_write, orders.clone(), false, &shared);
        let (mut up, mut down) = (std::pin::pin!(up), std::pin::pin!(down));
        // Where one end closes its side in order the other direction goes on.
        tokio::select! {
            end = up.as_mut() => match end {
                End::Closed => down.await,
                end => end,
            },
            end = down.as_mut() => match end {
                End::Closed => up.await,
                end => end,
            },
        }
    };
    shared.live().remove(&number);
    if last == End::Reset {
        reset(&client);
        reset(&server);
    }
}

/// The other end hears of the end at once, and gets nothing that is still on its way.
fn reset(stream: &TcpStream) {
    stream.set_zero_linger().ok();
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// One side said that it is done.
    Closed,
    Cut,
    Reset,
}

async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    mut orders: watch::Receiver<Order>,
    is_up: bool,
    shared: &Shared,
) -> End {
    let mut buffer = vec![0; BUFFER];
    let mut pubsub = shared.shim.messages();
    loop {
        let order = *orders.borrow_and_update();
        match order {
            Order::Cut => return End::Cut,
            Order::Reset => return End::Reset,
            Order::HalfClose if is_up => {
                to.shutdown().await.ok();
                return End::Closed;
            }
            Order::Stall => {
                if orders.changed().await.is_err() {
                    return End::Cut;
                }
                continue;
            }
            Order::Flow | Order::HalfClose => {}
        }
        let read = tokio::select! {
            biased;
            changed = orders.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return End::Cut,
            },
            read = from.read(&mut buffer) => read,
        };
        let length = match read {
            Ok(0) => {
                to.shutdown().await.ok();
                return End::Closed;
            }
            Ok(length) => length,
            Err(_) => return End::Reset,
        };
        let delay = shared.delay.load(Ordering::Relaxed);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        let chunk = buffer.get(..length).unwrap_or_default();
        let verdict = shared.shim.look(chunk, is_up, &mut pubsub);
        let written = match &verdict {
            Verdict::Pass | Verdict::PassAndReset => write(&mut to, &mut orders, chunk).await,
            Verdict::Instead(bytes) => write(&mut to, &mut orders, bytes).await,
        };
        match written {
            Ok(()) if verdict == Verdict::PassAndReset => return End::Reset,
            Ok(()) => {}
            Err(end) => return end,
        }
    }
}

/// Writes a chunk, unless the connection is to end meanwhile.
async fn write(
    to: &mut WriteHalf<'_>,
    orders: &mut watch::Receiver<Order>,
    chunk: &[u8],
) -> Result<(), End> {
    let ended = async {
        let ends = |order: &Order| matches!(order, Order::Cut | Order::Reset);
        match orders.wait_for(ends).await.map(|order| *order) {
            Ok(Order::Cut) | Err(_) => End::Cut,
            Ok(_) => End::Reset,
        }
    };
    tokio::select! {
        written = to.write_all(chunk) => written.map_err(|_| End::Reset),
        end = ended => Err(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut served = JoinSet::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                served.spawn(async move {
                    let (mut read, mut write) = stream.split();
                    tokio::io::copy(&mut read, &mut write).await.ok();
                });
            }
        });
        tasks.detach_all();
        address
    }

    async fn through(proxy: &Proxy) -> TcpStream {
        let mut stream = TcpStream::connect(proxy.address).await.unwrap();
        say(&mut stream, b"hello").await;
        stream
    }

    async fn say(stream: &mut TcpStream, text: &[u8]) {
        stream.write_all(text).await.unwrap();
        let mut answer = vec![0; text.len()];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, text);
    }

    #[tokio::test]
    async fn each_order_does_what_it_says() {
        let proxy = Proxy::start(vec![echo().await], Shim::None).await.unwrap();
        let mut rest = [0; 1];

        let mut cut = through(&proxy).await;
        assert_eq!(proxy.order_one(Order::Cut, |_| 0), 1);
        assert_eq!(cut.read(&mut rest).await.unwrap(), 0);

        let mut broken = through(&proxy).await;
        assert_eq!(proxy.order_all(Order::Reset), 1);
        let error = broken.read(&mut rest).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);

        let mut half = through(&proxy).await;
        proxy.order_all(Order::HalfClose);
        assert_eq!(
            half.read(&mut rest).await.unwrap(),
            0,
            "the echo saw the end"
        );

        let mut stalled = through(&proxy).await;
        proxy.stall(true);
        stalled.write_all(b"?").await.unwrap();
        let silence = stalled.read(&mut rest);
        let waited = tokio::time::timeout(Duration::from_millis(50), silence).await;
        assert!(waited.is_err());
        proxy.stall(false);
        assert_eq!(stalled.read(&mut rest).await.unwrap(), 1);

        proxy.refuse(true);
        let mut refused = TcpStream::connect(proxy.address).await.unwrap();
        assert!(!matches!(refused.read(&mut rest).await, Ok(1..)));
        proxy.refuse(false);
        proxy.delay(Duration::from_millis(30));
        let started = tokio::time::Instant::now();
        through(&proxy).await;
        assert!(started.elapsed() >= Duration::from_millis(60));
    }
}
