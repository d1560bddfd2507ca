//! Numbers and ids as texts that Redis sorts and scripts compare. Scores of sorted sets and numbers of Lua are doubles,
//! which lose what is above 2⁵³; these texts keep all 64 bits, and their bytes sort like the numbers.

use handoff_core::error::StoreError;
use handoff_core::time::Timestamp;
use uuid::Uuid;

/// In place of a moment that there is not.
pub(crate) const NONE: &str = "----------------";
/// Characters of a number.
pub(crate) const NUMBER: usize = 16;
/// Characters of an id.
pub(crate) const ID: usize = 32;

/// A version or count.
pub(crate) fn unsigned(value: u64) -> String {
    format!("{value:016x}")
}

/// A moment or rank; negative ones sort first.
pub(crate) fn signed(value: i64) -> String {
    unsigned(value.cast_unsigned() ^ (1 << 63))
}

/// A moment, or the place that it would take.
pub(crate) fn moment(at: Option<Timestamp>) -> String {
    at.map_or_else(|| NONE.to_owned(), |at| signed(at.as_millis()))
}

/// An id.
pub(crate) fn id(id: Uuid) -> String {
    id.as_simple().to_string()
}

pub(crate) fn read_unsigned(text: &str) -> Result<u64, StoreError> {
    u64::from_str_radix(text, 16).map_err(StoreError::corrupt)
}

pub(crate) fn read_signed(text: &str) -> Result<i64, StoreError> {
    read_unsigned(text).map(|bits| (bits ^ (1 << 63)).cast_signed())
}

pub(crate) fn read_moment(text: &str) -> Result<Option<Timestamp>, StoreError> {
    if text == NONE {
        return Ok(None);
    }
    read_signed(text).map(|millis| Some(Timestamp::from_millis(millis)))
}

pub(crate) fn read_id(text: &str) -> Result<Uuid, StoreError> {
    Uuid::try_parse(text).map_err(StoreError::corrupt)
}

/// The parts of a text before and after so many bytes.
pub(crate) fn split(text: &str, bytes: usize) -> Result<(&str, &str), StoreError> {
    text.split_at_checked(bytes)
        .ok_or_else(|| StoreError::corrupt(format!("{text:?} is too short")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_sort_like_their_numbers_and_come_back() {
        let numbers = [i64::MIN, -1, 0, 1, 1 << 53, (1 << 53) + 1, i64::MAX];
        let texts = numbers.map(signed);
        assert!(texts.is_sorted_by(|one, next| one < next), "{texts:?}");
        for (number, text) in numbers.into_iter().zip(texts) {
            assert_eq!(text.len(), NUMBER);
            assert_eq!(read_signed(&text).unwrap(), number);
        }
        assert_eq!(read_moment(&moment(None)).unwrap(), None);
        assert_eq!(id(Uuid::from_u128(7)).len(), ID);
        assert!(split("äh", 1).is_err());
    }
}
