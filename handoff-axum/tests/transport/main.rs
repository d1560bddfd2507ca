//! The transport as clients meet it, on memory stores and without a network.

mod accounts;
mod bots;
mod embedding;
mod http;
mod matrix;
mod pages;
mod projection;
mod services;
mod support;
mod team_socket;
mod visitor_socket;
mod visitors;
