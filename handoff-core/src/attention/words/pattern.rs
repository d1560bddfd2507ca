//! Patterns over classes of words.

use super::text::Break;

/// A set of classes of one language, as bits.
pub(super) type Classes = u128;

/// A word of a text as one language sees it: several tokens where a phrase of several words was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) classes: Classes,
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) before: Break,
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
    pub(super) fn matched(&self, items: &[Item], start: usize) -> Option<usize> {
        self.step(&self.elements, items, start, start)
            .filter(|end| *end > start)
    }

    fn step(&self, elements: &[Element], items: &[Item], start: usize, at: usize) -> Option<usize> {
        let Some((element, rest)) = elements.split_first() else {
            return Some(at);
        };
        let ends_here = |at: usize| {
            items
                .get(at)
                .is_none_or(|item| item.before == Break::Strong)
        };
        match *element {
            Element::Words {
                classes,
                least,
                most,
            } => {
                let fits = |item: &Item| item.classes & classes != 0;
                self.repeat(rest, items, start, at, (least, most), fits)
            }
            Element::Gap { most, except } => {
                // What a comma separates is another thought.
                let fits = |item: &Item| item.classes & except == 0 && item.before != Break::Weak;
                self.repeat(rest, items, start, at, (0, most), fits)
            }
            Element::Not(classes) => {
                let free = items.get(at).is_none_or(|item| {
                    item.classes & classes == 0
                        || (item.before == Break::Strong && !self.crosses_sentences)
                });
                free.then(|| self.step(rest, items, start, at)).flatten()
            }
            Element::SentenceStart => (at == 0 || ends_here(at))
                .then(|| self.step(rest, items, start, at))
                .flatten(),
            Element::SentenceEnd => ends_here(at)
                .then(|| self.step(rest, items, start, at))
                .flatten(),
            Element::TextStart => (at == 0)
                .then(|| self.step(rest, items, start, at))
                .flatten(),
            Element::TextEnd => (at == items.len())
                .then(|| self.step(rest, items, start, at))
                .flatten(),
        }
    }

    /// Takes as many fitting words as it can, then fewer, and goes on with `rest` after each.
    fn repeat(
        &self,
        rest: &[Element],
        items: &[Item],
        start: usize,
        at: usize,
        (least, most): (u8, u8),
        fits: impl Fn(&Item) -> bool,
    ) -> Option<usize> {
        let mut taken = 0;
        while taken < usize::from(most) {
            let next = at + taken;
            let Some(item) = items.get(next) else { break };
            let reachable = next == start || item.before != Break::Strong || self.crosses_sentences;
            if !reachable || !fits(item) {
                break;
            }
            taken += 1;
        }
        (usize::from(least)..=taken)
            .rev()
            .find_map(|taken| self.step(rest, items, start, at + taken))
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
