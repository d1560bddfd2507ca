//! The reference implementations keep the promises of their traits.

use handoff_core::memory::{LocalBus, MemoryDirectory, MemoryStore};

handoff_core::conversation_store_suite!(async { (MemoryStore::new(), ()) });
handoff_core::directory_suite!(async { (MemoryDirectory::new(), ()) });
handoff_core::bus_suite!(async { (LocalBus::default(), ()) });
handoff_core::archive_suite!(async { (MemoryStore::new(), ()) });
handoff_core::record_archive_suite!(async { (MemoryDirectory::new(), ()) });
