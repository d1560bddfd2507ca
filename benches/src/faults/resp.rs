//! Parts what a Redis server sends into whole answers, and tells published messages from the rest.

/// One whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) bytes: Vec<u8>,
    /// It is a published message.
    pub(super) is_message: bool,
}

/// What came on one connection and is not whole yet.
#[derive(Debug, Default)]
pub(super) struct Messages {
    rest: Vec<u8>,
}

impl Messages {
    /// The answers that are whole with this chunk.
    pub(super) fn take(&mut self, chunk: &[u8]) -> Vec<Part> {
        self.rest.extend_from_slice(chunk);
        let mut parts = Vec::new();
        let mut start = 0;
        while let Some(end) = value(&self.rest, start) {
            let bytes = self.rest.get(start..end).unwrap_or_default().to_vec();
            let is_message = is_message(&bytes);
            parts.push(Part { bytes, is_message });
            start = end;
        }
        self.rest.drain(..start);
        parts
    }
}

fn is_message(bytes: &[u8]) -> bool {
    let kinds: [&[u8]; 2] = [b"\r\n$7\r\nmessage\r\n", b"\r\n$8\r\nsmessage\r\n"];
    matches!(bytes.first(), Some(b'*' | b'>'))
        && kinds
            .iter()
            .any(|kind| bytes.get(2..).is_some_and(|rest| rest.starts_with(kind)))
}

/// Where the value that begins here ends; none where it is not whole.
fn value(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = bytes.get(start..)?;
    let line = rest.windows(2).position(|end| end == b"\r\n")?;
    let after = start + line + 2;
    let number = || {
        let digits = std::str::from_utf8(rest.get(1..line)?).ok()?;
        digits.parse::<i64>().ok()
    };
    match rest.first()? {
        b'$' | b'=' | b'!' => match usize::try_from(number()?) {
            Ok(length) => Some(after + length + 2).filter(|end| *end <= bytes.len()),
            Err(_) => Some(after),
        },
        kind @ (b'*' | b'~' | b'>' | b'%' | b'|') => {
            let count = number()?.max(0) * if matches!(kind, b'%' | b'|') { 2 } else { 1 };
            let mut end = after;
            for _ in 0..count {
                end = value(bytes, end)?;
            }
            Some(end)
        }
        _ => Some(after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_parted_wherever_the_chunks_end() {
        let stream = b"+OK\r\n>3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$4\r\n\r\n\r\n\r\n%1\r\n$1\r\nk\r\n:7\r\n$-1\r\n*0\r\n";
        let whole = Messages::default().take(stream);
        let kinds: Vec<bool> = whole.iter().map(|part| part.is_message).collect();
        assert_eq!(kinds, [false, true, false, false, false]);
        for step in 1..7 {
            let mut messages = Messages::default();
            let parts: Vec<Part> = stream
                .chunks(step)
                .flat_map(|chunk| messages.take(chunk))
                .collect();
            assert_eq!(parts, whole, "{step}");
        }
    }
}
