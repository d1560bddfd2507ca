//! Faults that are planted on purpose, to see that the history checker finds them. Without the feature `testing` none
//! of this exists, and every question below is answered at compile time.

/// A fault that can be planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[cfg_attr(
    not(feature = "testing"),
    expect(unreachable_pub, reason = "it is only exported for tests")
)]
pub enum Mutant {
    /// A reply is committed without a look at its ticket.
    NoTicketCheck,
    /// A takeover leaves the ticket valid.
    TicketKeptOnClaim,
    /// A second agent may take over from the holder.
    ClaimWithoutLook,
    /// A wake acts without looking again whether something is due.
    WakeWithoutLook,
    /// A closed or resolved conversation still takes replies.
    ReplyAfterClose,
    /// The fallback leaves the conversation waiting, so that it comes again.
    FallbackTwice,
    /// An agent's notes stand in the transcript that the assistant reads.
    NoteInBriefing,
    /// A change of control does not raise the epoch.
    EpochKept,
    /// A visitor's message is taken without asking anybody for an answer.
    NobodyAsked,
    /// A wait for a person has no end.
    WaitWithoutTimer,
    /// A cut reply is committed as whole.
    TruncatedAsWhole,
    /// A reply is said as it was written, also where it asks for what is known.
    GuardAsleep,
    /// A node that knows an older policy brings a conversation back to it.
    OldPolicyFollowed,
    /// An assistant's tool writes without a look at its ticket.
    ToolWithoutTicket,
}

#[cfg(feature = "testing")]
mod switch {
    use std::cell::Cell;

    use super::Mutant;

    thread_local! {
        static PLANTED: Cell<Option<Mutant>> = const { Cell::new(None) };
    }

    /// Plants a fault on this thread until the guard is dropped.
    #[derive(Debug)]
    pub struct Planted(());

    impl Mutant {
        /// Every fault.
        pub const ALL: [Self; 14] = [
            Self::NoTicketCheck,
            Self::TicketKeptOnClaim,
            Self::ClaimWithoutLook,
            Self::WakeWithoutLook,
            Self::ReplyAfterClose,
            Self::FallbackTwice,
            Self::NoteInBriefing,
            Self::EpochKept,
            Self::NobodyAsked,
            Self::WaitWithoutTimer,
            Self::TruncatedAsWhole,
            Self::GuardAsleep,
            Self::OldPolicyFollowed,
            Self::ToolWithoutTicket,
        ];

        /// Plants it on this thread until the guard is dropped.
        #[must_use]
        pub fn plant(self) -> Planted {
            PLANTED.set(Some(self));
            Planted(())
        }

        pub(crate) fn is_planted(self) -> bool {
            PLANTED.get() == Some(self)
        }
    }

    impl Drop for Planted {
        fn drop(&mut self) {
            PLANTED.set(None);
        }
    }
}

#[cfg(feature = "testing")]
pub use switch::Planted;

#[cfg(not(feature = "testing"))]
impl Mutant {
    #[expect(
        clippy::unused_self,
        reason = "it has the shape of the switch in `testing`"
    )]
    pub(crate) const fn is_planted(self) -> bool {
        false
    }
}
