//! What is told to an agent, and asked again.

/// So many conversations are held.
pub(super) const CASES: usize = 200;

/// What visitors are asked for, with a value.
const THINGS: [(&str, &str); 20] = [
    ("order number", "4711"),
    ("e-mail address", "sam@example.com"),
    ("phone number", "+44 20 7946 0958"),
    ("name", "Sam Field"),
    ("postcode", "LA9 4RD"),
    ("delivery address", "12 Mill Lane"),
    ("company name", "Acme Tools"),
    ("shoe size", "42"),
    ("booking reference", "LB-77-Q"),
    ("customer number", "C-90210"),
    ("invoice number", "2026-118"),
    ("tracking code", "JD0146000"),
    ("serial number", "SN88-1204"),
    ("budget", "5000 pounds"),
    ("colour", "Blue"),
    ("model", "Fell Boot 3"),
    ("favourite trail", "Ridge Walk 7"),
    ("membership level", "Gold"),
    ("account number", "11-204-9"),
    ("ticket number", "T-5512"),
];

/// How a model asks for it.
const QUESTIONS: [&str; 10] = [
    "What is your {}?",
    "Could you please tell me your {}?",
    "May I have your {}, please?",
    "Please provide your {}.",
    "To go on, I need your {}.",
    "Could you share your {} with me?",
    "And what was the {} again?",
    "Can you confirm your {} for me?",
    "Do you have your {} at hand?",
    "Would you mind giving me your {}?",
];

/// How the agent came to know it: what the agent says, and what the visitor says then.
const TOLD: [(&str, &str); 5] = [
    ("What is your {}?", "{}"),
    ("Could you give me your {}?", "Sure, it's {}."),
    ("How can I help?", "My lamp is broken. My {thing} is {}."),
    ("Let me see what I can do.", "{thing}: {}"),
    ("I found you: your {thing} is {}.", "Yes, that's right."),
];

/// One conversation.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) thing: &'static str,
    pub(super) agent: String,
    pub(super) visitor: String,
    /// What the scripted model asks, whatever it is told.
    pub(super) question: String,
}

/// All conversations: every thing is asked for in every way.
pub(super) fn cases() -> impl Iterator<Item = Case> {
    (0..CASES).map(|number| {
        let (thing, value) = nth(&THINGS, number);
        let (agent, visitor) = nth(&TOLD, number / 4 + number);
        let told = |text: &str| text.replace("{thing}", thing);
        // A question names the thing; what is not a question tells its value.
        let filled = |text: &str| {
            let with = if text.ends_with('?') { thing } else { value };
            told(text).replace("{}", with)
        };
        Case {
            thing,
            agent: filled(agent),
            visitor: filled(visitor),
            question: nth(&QUESTIONS, number / THINGS.len()).replace("{}", thing),
        }
    })
}

/// One of a list that begins anew at its end.
fn nth<T: Copy + Default>(list: &[T], number: usize) -> T {
    list.iter().copied().cycle().nth(number).unwrap_or_default()
}
