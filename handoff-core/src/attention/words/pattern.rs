//! Patterns over classes of words.

use super::text::Break;

/// A set of classes of one language, as bits.
pub(super) type Classes = u128;

/// A word of a text as one language sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) classes: Classes,
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) before: Break,
}

/// A phrase of several words that begins at an item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phrased {
    /// In items.
    pub(super) length: usize,
    pub(super) classes: Classes,
}

/// The words of a text as one language sees them, each by itself and as part of phrases.
#[derive(Debug)]
pub(super) struct Sequence {
    items: Vec<Item>,
    phrases: Vec<Phrased>,
    /// Where the phrases of each item begin; those of the next follow.
    starts: Vec<usize>,
}

impl Sequence {
    pub(super) fn with_capacity(items: usize) -> Self {
        Self {
            items: Vec::with_capacity(items),
            phrases: Vec::new(),
            starts: Vec::with_capacity(items),
        }
    }

    pub(super) fn push(&mut self, item: Item, phrases: impl Iterator<Item = Phrased>) {
        self.items.push(item);
        self.starts.push(self.phrases.len());
        self.phrases.extend(phrases);
    }

    /// The last item goes on to `token`.
    pub(super) fn extend_last(&mut self, token: usize) {
        self.items
            .iter_mut()
            .last()
            .into_iter()
            .for_each(|item| item.last = token);
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn item(&self, at: usize) -> Option<&Item> {
        self.items.get(at)
    }

    /// The phrases that begin at an item, longest first.
    pub(super) fn phrases(&self, at: usize) -> &[Phrased] {
        let start = self.starts.get(at).copied().unwrap_or_default();
        let end = self
            .starts
            .get(at + 1)
            .copied()
            .unwrap_or(self.phrases.len());
        self.phrases.get(start..end).unwrap_or_default()
    }

    /// All classes that occur.
    pub(super) fn seen(&self) -> Classes {
        let words = self.items.iter().map(|item| item.classes);
        words
            .chain(self.phrases.iter().map(|phrase| phrase.classes))
            .fold(0, |seen, classes| seen | classes)
    }

    /// Whether a word or a phrase of `classes` begins at `at`.
    fn begins(&self, at: usize, classes: Classes) -> bool {
        self.items
            .get(at)
            .is_some_and(|item| item.classes & classes != 0)
            || self
                .phrases(at)
                .iter()
                .any(|phrase| phrase.classes & classes != 0)
    }

    fn before(&self, at: usize) -> Break {
        self.items.get(at).map_or(Break::Strong, |item| item.before)
    }
}

/// The most repetitions of `class*`.
const MOST_REPEATED: u8 = 12;

#[derive(Debug, Clone, Copy)]
enum Element {
    /// From `least` to `most` words of these classes.
    Words {
        classes: Classes,
        least: u8,
        most: u8,
    },
    /// Up to so many words that are none of these.
    Gap {
        most: u8,
        except: Classes,
    },
    /// The next word is none of these.
    Not(Classes),
    SentenceStart,
    SentenceEnd,
    TextStart,
    TextEnd,
}

/// One compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    /// Which rule it belongs to.
    pub(super) rule: usize,
    /// Each must occur somewhere in a text that matches.
    pub(super) needs: Vec<Classes>,
    elements: Vec<Element>,
    crosses_sentences: bool,
}

impl Pattern {
    /// Compiles the elements; `class` gives the bit of a class or of a `'word`.
    pub(super) fn compile(
        rule: usize,
        elements: &[String],
        mut class: impl FnMut(&str) -> Result<Classes, String>,
    ) -> Result<Self, String> {
        let elements: Vec<Element> = elements
            .iter()
            .map(|element| compile_element(element, &mut class))
            .collect::<Result<_, _>>()?;
        let needs = elements
            .iter()
            .filter_map(|element| match element {
                Element::Words {
                    classes,
                    least: 1..,
                    ..
                } => Some(*classes),
                _ => None,
            })
            .collect::<Vec<_>>();
        if needs.is_empty() {
            return Err("a pattern needs at least one word".to_owned());
        }
        let crosses_sentences = matches!(elements.first(), Some(Element::TextStart));
        Ok(Self {
            rule,
            needs,
            elements,
            crosses_sentences,
        })
    }

    /// Where a match that starts at item `start` ends (exclusive); repetitions take as much as they can.
    pub(super) fn matched(&self, sequence: &Sequence, start: usize) -> Option<usize> {
        let mut walk = Walk {
            sequence,
            start,
            crosses_sentences: self.crosses_sentences,
            steps_left: MOST_STEPS,
        };
        walk.step(&self.elements, start).filter(|end| *end > start)
    }
}

/// How many steps a pattern may take from one place, so that no text makes it go through very many combinations.
const MOST_STEPS: u32 = 600;

/// One pattern laid over a text, from one place on.
struct Walk<'s> {
    sequence: &'s Sequence,
    start: usize,
    crosses_sentences: bool,
    steps_left: u32,
}

impl Walk<'_> {
    fn step(&mut self, elements: &[Element], at: usize) -> Option<usize> {
        self.steps_left = self.steps_left.checked_sub(1)?;
        let Some((element, rest)) = elements.split_first() else {
            return Some(at);
        };
        let is_met = match *element {
            Element::Words {
                classes,
                least,
                most,
            } => return self.words(rest, at, classes, (least, most)),
            Element::Gap { most, except } => return self.gap(rest, at, except, most),
            Element::Not(classes) => !self.may_take(at) || !self.sequence.begins(at, classes),
            Element::SentenceStart => at == 0 || self.sequence.before(at) == Break::Strong,
            Element::SentenceEnd => self.sequence.before(at) == Break::Strong,
            Element::TextStart => at == 0,
            Element::TextEnd => at == self.sequence.len(),
        };
        if is_met { self.step(rest, at) } else { None }
    }

    /// Whether the item at `at` is of the same sentence.
    fn may_take(&self, at: usize) -> bool {
        let is_near =
            at == self.start || self.crosses_sentences || self.sequence.before(at) != Break::Strong;
        at < self.sequence.len() && is_near
    }

    /// Takes as many words or phrases of `classes` as it can, then fewer, and goes on with `rest` after each.
    fn words(
        &mut self,
        rest: &[Element],
        at: usize,
        classes: Classes,
        (least, most): (u8, u8),
    ) -> Option<usize> {
        if most > 0 && self.may_take(at) {
            let fewer = (least.saturating_sub(1), most - 1);
            let sequence = self.sequence;
            for phrase in sequence
                .phrases(at)
                .iter()
                .filter(|phrase| phrase.classes & classes != 0)
            {
                if let Some(end) = self.words(rest, at + phrase.length, classes, fewer) {
                    return Some(end);
                }
            }
            if sequence
                .item(at)
                .is_some_and(|item| item.classes & classes != 0)
                && let Some(end) = self.words(rest, at + 1, classes, fewer)
            {
                return Some(end);
            }
        }
        if least == 0 {
            self.step(rest, at)
        } else {
            None
        }
    }

    /// Leaves out as many words as it may, then fewer. What a comma separates is another thought.
    fn gap(&mut self, rest: &[Element], at: usize, except: Classes, most: u8) -> Option<usize> {
        let may_leave_out = most > 0
            && self.may_take(at)
            && self.sequence.before(at) != Break::Weak
            && !self.sequence.begins(at, except);
        if may_leave_out && let Some(end) = self.gap(rest, at + 1, except, most - 1) {
            return Some(end);
        }
        self.step(rest, at)
    }
}

fn compile_element(
    element: &str,
    class: &mut impl FnMut(&str) -> Result<Classes, String>,
) -> Result<Element, String> {
    let mut either = |names: &str| {
        let quoted = names.strip_prefix('\'');
        let names = quoted.unwrap_or(names).split('|');
        names.into_iter().try_fold(0, |bits, name| {
            let bit = if quoted.is_some() {
                class(&format!("'{name}"))?
            } else {
                class(name)?
            };
            Ok::<_, String>(bits | bit)
        })
    };
    match element {
        "^" => return Ok(Element::SentenceStart),
        "$" => return Ok(Element::SentenceEnd),
        "^^" => return Ok(Element::TextStart),
        "$$" => return Ok(Element::TextEnd),
        _ => {}
    }
    if let Some(gap) = element.strip_prefix("..") {
        let (most, except) = gap
            .split_once('-')
            .map_or((gap, None), |(most, except)| (most, Some(except)));
        let most = most.parse().map_err(|_| format!("`{element}` is no gap"))?;
        return Ok(Element::Gap {
            most,
            except: except.map_or(Ok(0), either)?,
        });
    }
    if let Some(names) = element.strip_prefix('!') {
        return either(names).map(Element::Not);
    }
    let (names, least, most) = match (element.strip_suffix('?'), element.strip_suffix('*')) {
        (Some(names), _) => (names, 0, 1),
        (_, Some(names)) => (names, 0, MOST_REPEATED),
        _ => (element, 1, 1),
    };
    Ok(Element::Words {
        classes: either(names)?,
        least,
        most,
    })
}
