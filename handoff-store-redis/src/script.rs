//! The scripts. Each runs as one step: nobody sees half of it.

use std::sync::LazyLock;

use redis::{Cmd, Script};

macro_rules! scripts {
    ($($name:ident = $($file:literal)+;)*) => {
        $(pub(crate) static $name: LazyLock<Script> = LazyLock::new(|| {
            Script::new(concat!($(include_str!(concat!("../lua/", $file))),+))
        });)*
    };
}

scripts! {
    COMMIT = "parts/write.lua" "parts/head.lua" "parts/keep.lua" "commit.lua";
    ERASE = "parts/write.lua" "parts/head.lua" "parts/remove.lua" "erase.lua";
    RESTORE = "parts/write.lua" "parts/head.lua" "parts/remove.lua" "parts/keep.lua" "restore.lua";
    BELONGINGS = "belongings.lua";
    EVENTS_UNTIL = "events_until.lua";
    PAGE = "page.lua";

    TAKE = "take.lua";
    SETTLE = "settle.lua";
    DEAD = "dead.lua";

    PUT = "parts/write.lua" "parts/record.lua" "put.lua";
    RESTORE_RECORD = "parts/write.lua" "parts/record.lua" "restore_record.lua";
    DELETE = "parts/write.lua" "parts/record.lua" "delete.lua";
    FIND = "find.lua";
    LIST = "list.lua";
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
