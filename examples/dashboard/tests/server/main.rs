//! The server as a process.

#[cfg(test)]
mod client;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod process;
