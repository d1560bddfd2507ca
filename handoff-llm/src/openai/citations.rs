//! [`Citations`]: takes the numbers of passages, like `[2]`, out of a text that comes in pieces.

/// `[` and so many digits may be a number of a passage.
const MAX_HELD: usize = 5;

/// Reads a text in pieces of any size.
#[derive(Debug, Default)]
pub(super) struct Citations {
    /// What may become a number: a space perhaps, a bracket, digits.
    held: String,
    cited: Vec<usize>,
}

impl Citations {
    /// Reads on; returns what is text for certain. Only numbers up to `passages` are taken out.
    pub(super) fn read(&mut self, piece: &str, passages: usize) -> String {
        if passages == 0 {
            return self.rest() + piece;
        }
        let mut text = String::new();
        for c in piece.chars() {
            let number = self.held.trim_start_matches(' ').strip_prefix('[');
            match (number, c) {
                (Some(digits), ']') if (1..=passages).contains(&digits.parse().unwrap_or(0)) => {
                    let number = digits.parse().unwrap_or(0);
                    if !self.cited.contains(&number) {
                        self.cited.push(number);
                    }
                    self.held.clear();
                }
                (Some(_), '0'..='9') if self.held.len() < MAX_HELD => self.held.push(c),
                (None, '[') => self.held.push(c),
                (_, ' ' | '[') => {
                    text.push_str(&std::mem::take(&mut self.held));
                    self.held.push(c);
                }
                _ => {
                    text.push_str(&std::mem::take(&mut self.held));
                    text.push(c);
                }
            }
        }
        text
    }

    /// What was held back at the end.
    pub(super) fn rest(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// The numbers, from 1, in the order in which they were cited.
    pub(super) fn cited(&self) -> &[usize] {
        &self.cited
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&str]) -> (String, Vec<usize>) {
        let mut citations = Citations::default();
        let mut text: String = pieces
            .iter()
            .map(|piece| citations.read(piece, 3))
            .collect();
        text += &citations.rest();
        (text, citations.cited().to_vec())
    }

    #[test]
    fn however_a_text_is_cut_the_numbers_are_taken_out() {
        let text = "Two days [2]. Free from 50 [1][2], see [a] [9] [ ] x[0]y [3";
        let whole = read(&[text]);
        assert_eq!(whole.0, "Two days. Free from 50, see [a] [9] [ ] x[0]y [3");
        assert_eq!(whole.1, [2, 1]);
        for at in 0..=text.len() {
            let (head, tail) = text.split_at(at);
            assert_eq!(read(&[head, tail]), whole, "cut at {at}");
        }
        let letters: Vec<String> = text.chars().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        assert_eq!(read(&letters), whole);
    }

    #[test]
    fn nothing_is_held_for_long() {
        let mut citations = Citations::default();
        assert_eq!(
            citations.read("[123456789", 3),
            "[1234567".to_owned() + "89"
        );
        assert_eq!(citations.rest(), "");
    }
}
