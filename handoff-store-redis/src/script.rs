//! The scripts. Each runs as one step: nobody sees half of it.

use std::sync::LazyLock;

use redis::{Cmd, Script};

macro_rules! scripts {
    ($($(#[$doc:meta])* $name:ident = $file:literal;)*) => {
        $(
            $(#[$doc])*
            pub(crate) static $name: LazyLock<Script> =
                LazyLock::new(|| Script::new(include_str!(concat!("../lua/", $file))));
        )*
    };
}

scripts! {
    COMMIT = "commit.lua";
    DEAD = "dead.lua";
    DELETE = "delete.lua";
    ERASE = "erase.lua";
    EVENTS_UNTIL = "events_until.lua";
    FIND = "find.lua";
    LIST = "list.lua";
    PAGE = "page.lua";
    PUT = "put.lua";
    SETTLE = "settle.lua";
    TAKE = "take.lua";
}

/// The call of a script that the server knows already, for a pipeline.
pub(crate) fn call(script: &Script, keys: &[String], args: &[Vec<u8>]) -> Cmd {
    let mut cmd = redis::cmd("EVALSHA");
    cmd.arg(script.get_hash())
        .arg(keys.len())
        .arg(keys)
        .arg(args);
    cmd
}
