//! The macros that make a test of each case.

/// Emits a test for each of the named cases of one suite.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_cases {
    ($suite:ident, $implementation:ty, $factory:expr, [$($case:ident),* $(,)?]) => {
        $(
            #[::tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                let (implementation, _kept) = $factory.await;
                let implementation: ::std::sync::Arc<$implementation> = ::std::sync::Arc::new(implementation);
                $crate::testing::conformance::$suite::$case(implementation).await;
            }
        )*
    };
}

/// Holds a [`ConversationStore`](crate::store::ConversationStore) to its promises, one test a case, in a module
/// `conversation_store`. The expression is a future of a pair: an empty store, and what must be kept while it is used.
#[macro_export]
macro_rules! conversation_store_suite {
    ($factory:expr) => {
        mod conversation_store {
            #[allow(unused_imports, reason = "whatever the expression needs")]
            use super::*;
            $crate::__conformance_cases!(
                store,
                dyn $crate::store::ConversationStore,
                $factory,
                [
                    // commits
                    what_is_unknown_is_absent,
                    a_commit_is_read_back_whole,
                    events_without_a_gap_or_nothing,
                    another_version_conflicts_and_stores_nothing,
                    an_id_is_taken_once,
                    a_repeated_command_gets_its_first_receipt,
                    checks_come_in_order,
                    receipts_are_kept_bit_for_bit,
                    what_is_acknowledged_is_seen_at_once,
                    // openings
                    a_visitor_has_one_open_conversation_in_a_service,
                    an_end_frees_the_open_key,
                    a_reopening_finds_the_key_taken,
                    current_is_the_open_one_or_the_latest,
                    // log
                    events_after_a_version_are_limited,
                    events_until_a_version_are_limited,
                    unknown_kinds_are_kept_byte_for_byte,
                    texts_are_kept_byte_for_byte,
                    a_megabyte_is_kept,
                    large_numbers_are_kept,
                    // races
                    one_of_fifty_commits_wins,
                    one_of_many_openings_wins,
                    a_raced_command_is_done_once,
                    many_conversations_grow_at_once,
                    commits_may_follow_without_waiting,
                    an_open_key_passes_from_hand_to_hand,
                    no_reader_sees_a_version_go_back,
                    a_dropped_commit_is_whole_or_absent,
                    // boards
                    every_order_is_total_and_pages_meet,
                    every_filter_admits_what_it_says,
                    filters_combine,
                    a_page_has_a_bound,
                    a_changed_card_moves_and_stays_one,
                    counters_count_every_service,
                    // search
                    a_search_finds_what_was_said,
                    a_search_folds_letters_and_takes_beginnings,
                    a_search_combines_with_filters,
                    a_long_text_is_found_by_its_beginning,
                    // wakes
                    what_is_due_comes_earliest_first,
                    a_wake_follows_its_conversation,
                    // outbox
                    a_taken_row_is_hidden_until_its_retry,
                    settled_rows_go_return_or_die,
                    two_takers_never_get_the_same_row,
                    // erasure
                    erasing_nobody_changes_nothing,
                    erasing_a_visitor_leaves_no_trace,
                    erasing_leaves_all_others_alone,
                ]
            );
        }
    };
}

/// Holds a [`Directory`](crate::directory::Directory) to its promises, one test a case, in a module `directory`. The
/// expression is a future of a pair: an empty directory, and what must be kept while it is used.
#[macro_export]
macro_rules! directory_suite {
    ($factory:expr) => {
        mod directory {
            #[allow(unused_imports, reason = "whatever the expression needs")]
            use super::*;
            $crate::__conformance_cases!(
                directory,
                dyn $crate::directory::Directory,
                $factory,
                [
                    a_record_is_read_back_whole,
                    each_write_counts_one_up,
                    another_version_is_refused_with_the_current_one,
                    a_second_key_is_unique_in_its_kind,
                    a_second_key_is_free_again,
                    keys_are_compared_byte_for_byte,
                    long_keys_are_kept,
                    what_has_expired_is_absent,
                    lists_come_in_the_order_of_keys,
                    a_list_is_paged,
                    a_deleted_record_is_gone,
                    one_of_fifty_writers_wins,
                    one_of_fifty_takers_of_a_second_key_wins,
                ]
            );
        }
    };
}

/// Holds a [`Bus`](crate::bus::Bus) to its promises, one test a case, in a module `bus`. The expression is a future of a
/// pair: a bus that nobody else uses, and what must be kept while it is used.
#[macro_export]
macro_rules! bus_suite {
    ($factory:expr) => {
        mod bus {
            #[allow(unused_imports, reason = "whatever the expression needs")]
            use super::*;
            $crate::__conformance_cases!(
                bus,
                dyn $crate::bus::Bus,
                $factory,
                [
                    every_subscriber_hears_every_notice,
                    notices_arrive_as_they_were_sent,
                    a_publisher_is_heard_in_order,
                    nobody_listening_is_no_error,
                    whoever_misses_something_is_told,
                    a_subscriber_who_left_holds_up_nobody,
                ]
            );
        }
    };
}

/// Holds an [`Archive`](crate::archive::Archive) to its promises, one test a case, in a module `archive`. The expression
/// is a future of a pair: an empty store, and what must be kept while it is used.
#[macro_export]
macro_rules! archive_suite {
    ($factory:expr) => {
        mod archive {
            #[allow(unused_imports, reason = "whatever the expression needs")]
            use super::*;
            $crate::__conformance_cases!(
                archive,
                dyn $crate::archive::Archive,
                $factory,
                [
                    conversations_are_listed_in_order,
                    a_conversation_is_read_whole,
                    what_is_restored_is_as_if_committed,
                    a_restored_conversation_goes_on,
                    a_restore_replaces_what_is_there,
                    a_restore_takes_the_open_key,
                    a_restore_with_a_gap_is_refused,
                    a_restore_is_seen_whole_or_not_at_all,
                ]
            );
        }
    };
}

/// Holds a [`RecordArchive`](crate::archive::RecordArchive) to its promises, one test a case, in a module
/// `record_archive`. The expression is a future of a pair: an empty directory, and what must be kept while it is used.
#[macro_export]
macro_rules! record_archive_suite {
    ($factory:expr) => {
        mod record_archive {
            #[allow(unused_imports, reason = "whatever the expression needs")]
            use super::*;
            $crate::__conformance_cases!(
                record_archive,
                dyn $crate::archive::RecordArchive,
                $factory,
                [
                    a_restored_record_keeps_its_version,
                    a_restored_record_replaces_what_is_there,
                    a_restored_record_takes_its_second_key,
                ]
            );
        }
    };
}
