//! What goes wrong, and how often.

use crate::testing::random::Random;

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The store can't be read.
    LoadFailed,
    /// A commit never reaches the store; the node does not know.
    CommitLost,
    /// A commit is stored, but the node never hears of it.
    OutcomeLost,
    /// A commit reaches the store long after the node gave it up.
    CommitLate,
    /// A client's command is sent to two nodes at once.
    CommandDoubled,
    /// A client uses a command's id for another command.
    CommandIdReused,
    /// A client is never told how its command went.
    AnswerLost,
    /// A notice never arrives.
    NoticeLost,
    /// A notice arrives twice.
    NoticeDoubled,
    /// A notice arrives after later ones.
    NoticeLate,
    /// A piece of a reply never arrives.
    PieceLost,
    /// A socket breaks with what is on its way.
    SocketCut,
    /// A reply is written long after its time.
    ReplyLate,
    /// A reply is committed twice.
    ReplyDoubled,
    /// A reply never comes to an end.
    ReplyHung,
    /// A stream ends without its end marker.
    StreamTruncated,
    /// The assistant's provider fails.
    ProviderFailed,
    /// A wake comes though nothing is due.
    WakeEarly,
    /// A wake comes long after it was due.
    WakeLate,
    /// A wake comes twice.
    WakeDoubled,
    /// A node is killed between two of its steps.
    NodeKilled,
    /// A node's clock jumps.
    ClockJump,
    /// A notification does not reach its receiver.
    NotifyFailed,
    /// A notification reaches its receiver, but the node never hears of it.
    NotifyUnheard,
}

impl Fault {
    pub(super) const ALL: [Self; 24] = [
        Self::LoadFailed,
        Self::CommitLost,
        Self::OutcomeLost,
        Self::CommitLate,
        Self::CommandDoubled,
        Self::CommandIdReused,
        Self::AnswerLost,
        Self::NoticeLost,
        Self::NoticeDoubled,
        Self::NoticeLate,
        Self::PieceLost,
        Self::SocketCut,
        Self::ReplyLate,
        Self::ReplyDoubled,
        Self::ReplyHung,
        Self::StreamTruncated,
        Self::ProviderFailed,
        Self::WakeEarly,
        Self::WakeLate,
        Self::WakeDoubled,
        Self::NodeKilled,
        Self::ClockJump,
        Self::NotifyFailed,
        Self::NotifyUnheard,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::LoadFailed => "load_failed",
            Self::CommitLost => "commit_lost",
            Self::OutcomeLost => "outcome_lost",
            Self::CommitLate => "commit_late",
            Self::CommandDoubled => "command_doubled",
            Self::CommandIdReused => "command_id_reused",
            Self::AnswerLost => "answer_lost",
            Self::NoticeLost => "notice_lost",
            Self::NoticeDoubled => "notice_doubled",
            Self::NoticeLate => "notice_late",
            Self::PieceLost => "piece_lost",
            Self::SocketCut => "socket_cut",
            Self::ReplyLate => "reply_late",
            Self::ReplyDoubled => "reply_doubled",
            Self::ReplyHung => "reply_hung",
            Self::StreamTruncated => "stream_truncated",
            Self::ProviderFailed => "provider_failed",
            Self::WakeEarly => "wake_early",
            Self::WakeLate => "wake_late",
            Self::WakeDoubled => "wake_doubled",
            Self::NodeKilled => "node_killed",
            Self::ClockJump => "clock_jump",
            Self::NotifyFailed => "notify_failed",
            Self::NotifyUnheard => "notify_unheard",
        }
    }

    /// The most of a thousand chances that it takes. Some are asked at every step, or undo what others would show.
    const fn most(self) -> u64 {
        match self {
            Self::NodeKilled => 25,
            Self::WakeEarly => 1_000,
            Self::SocketCut | Self::ClockJump => 80,
            Self::CommitLost | Self::OutcomeLost | Self::CommitLate | Self::LoadFailed => 150,
            _ => 400,
        }
    }
}

/// A step of a node before which it may be killed: after everything that came before, before everything that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It reads and decides.
    Decide,
    /// It hears how a commit ended.
    Outcome,
    /// It tells the other nodes.
    Publish,
    /// It starts or stops a reply.
    Effect,
    /// It answers a client.
    Answer,
    /// Its assistant writes on.
    Write,
}

impl Step {
    pub(super) const ALL: [Self; 6] = [
        Self::Decide,
        Self::Outcome,
        Self::Publish,
        Self::Effect,
        Self::Answer,
        Self::Write,
    ];

    /// The name of a kill before it.
    pub(super) const fn killed(self) -> &'static str {
        match self {
            Self::Decide => "killed_before_decide",
            Self::Outcome => "killed_before_outcome",
            Self::Publish => "killed_before_publish",
            Self::Effect => "killed_before_effect",
            Self::Answer => "killed_before_answer",
            Self::Write => "killed_before_write",
        }
    }
}

/// How often everything goes wrong under one seed: half of the faults never, the others each at a rate of its own,
/// because small rates for all of them average out to a healthy network.
#[derive(Debug)]
pub(super) struct Weather {
    rates: Vec<(u64, Random)>,
    calm: bool,
}

impl Weather {
    pub(super) fn draw(seed: u64) -> Self {
        let mut swarm = Random::stream(seed, 1);
        let rates = (Fault::ALL.iter().zip(1000..))
            .map(|(fault, consumer)| {
                let rate = match swarm.below(4) {
                    0 | 1 => 0,
                    2 => swarm.within(1, fault.most() / 8 + 1),
                    _ => swarm.within(1, fault.most()),
                };
                (rate, Random::stream(seed, consumer))
            })
            .collect();
        Self { rates, calm: false }
    }

    /// Whether it goes wrong this time.
    pub(super) fn strikes(&mut self, fault: Fault) -> bool {
        let calm = self.calm;
        self.rates
            .get_mut(fault as usize)
            .is_some_and(|(rate, dice)| !calm && *rate > 0 && dice.chance(*rate))
    }

    /// From now on nothing goes wrong any more.
    pub(super) fn calm_down(&mut self) {
        self.calm = true;
    }
}
