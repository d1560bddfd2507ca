//! The text of a measured message carries its number, so that every receipt can be matched to its send.

use memchr::memmem;

const MARK: &str = "#m";
const DIGITS: usize = 8;

/// A visitor's message of usual length with this number in it.
pub(crate) fn text(number: u32) -> String {
    format!(
        "{MARK}{number:0DIGITS$} Hello, the parcel of my order 4711-2231 has not come yet. Could you see where it is?"
    )
}

/// Adds the numbers of all messages in `frame`.
pub(super) fn numbers_in(frame: &str, numbers: &mut Vec<u32>) {
    numbers.extend(all_in(frame));
}

/// The number of the first message in `frame`.
pub(super) fn number_in(frame: &str) -> Option<u32> {
    all_in(frame).next()
}

fn all_in(frame: &str) -> impl Iterator<Item = u32> {
    // The load runs on the same cores as the servers: a plain search would cost it more than all the rest.
    memmem::find_iter(frame.as_bytes(), MARK)
        .filter_map(|at| frame.get(at + MARK.len()..at + MARK.len() + DIGITS))
        .filter_map(|digits| digits.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_gives_its_number_back() {
        let frame = format!("[{:?},{:?}]", text(7), text(12_345_678));
        let mut numbers = Vec::new();
        numbers_in(&frame, &mut numbers);
        assert_eq!(numbers, [7, 12_345_678]);
    }

    #[test]
    fn what_only_looks_like_a_message_has_no_number() {
        let mut numbers = Vec::new();
        numbers_in("#m #m1234567 #mabcdefgh #m", &mut numbers);
        assert!(numbers.is_empty());
    }
}
