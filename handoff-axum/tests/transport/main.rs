//! The transport as clients meet it, on memory stores and without a network.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod bots;
#[cfg(test)]
mod embedding;
#[cfg(test)]
mod http;
#[cfg(test)]
mod insight;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod projection;
#[cfg(test)]
mod services;
#[cfg(test)]
mod support;
#[cfg(test)]
mod team_socket;
#[cfg(test)]
mod visitor_refusals;
#[cfg(test)]
mod visitor_socket;
#[cfg(test)]
mod visitors;
