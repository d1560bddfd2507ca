//! The promises of the traits that adapters implement, as cases that any implementation can be held to.
