//! Folding characters to the form in which words are compared.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Gives the characters that `c` is compared as: lower case, without diacritics, one form for each letter.
///
/// Arabic loses its vowel signs and the variants of alef, yeh and teh marbuta; Devanagari its nukta; full-width and
/// ornamental letters become plain ones. Kana, Han and Hangul stay.
pub(super) fn fold(c: char, emit: &mut impl FnMut(char)) {
    match c {
        '\0'..='\x7f' => emit(c.to_ascii_lowercase()),
        // Soft hyphen, zero-width characters, direction marks, variation selectors, combining accents, Arabic vowel
        // signs and tatweel, nukta: they change how a word looks, not which word it is.
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{300}'..='\u{36f}'
        | '\u{610}'..='\u{61a}'
        | '\u{640}'
        | '\u{64b}'..='\u{65f}'
        | '\u{670}'
        | '\u{93c}' => {}
        'ß' | 'ẞ' => "ss".chars().for_each(emit),
        'æ' | 'Æ' => "ae".chars().for_each(emit),
        'œ' | 'Œ' => "oe".chars().for_each(emit),
        'ø' | 'Ø' => emit('o'),
        'ł' | 'Ł' => emit('l'),
        'đ' | 'Đ' => emit('d'),
        'ı' | 'İ' => emit('i'),
        'ё' | 'Ё' => emit('е'),
        'й' | 'Й' => emit('й'),
        'آ' | 'أ' | 'إ' | 'ٱ' => emit('ا'),
        'ى' | 'ئ' | 'ی' => emit('ي'),
        'ؤ' => emit('و'),
        'ة' => emit('ه'),
        'ک' => emit('ك'),
        'ँ' => emit('ं'),
        '\u{400}'..='\u{4ff}' => c.to_lowercase().for_each(emit),
        // Kana, Han and Hangul are compared as they are.
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => emit(c),
        _ => decompose_compatible(c, |part| {
            if !is_combining_mark(part) || is_vowel_sign(part) {
                part.to_lowercase().for_each(&mut *emit);
            }
        }),
    }
}

/// Whether a mark is a letter of the word: the vowel signs of Indic scripts are marks to Unicode.
pub(super) fn is_vowel_sign(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{93b}' | '\u{93d}'..='\u{94f}')
}

/// Whether `c` is written without spaces between words.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{ff66}'..='\u{ff9d}' | '\u{20000}'..='\u{323af}')
}

/// Whether `c` is a picture with a feeling, or at least a symbol that can stand for a word.
pub(super) fn is_picture(c: char) -> bool {
    matches!(c, '\u{1f300}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b50}')
}

#[cfg(test)]
mod tests {
    use super::fold;

    fn folded(text: &str) -> String {
        let mut out = String::new();
        text.chars()
            .for_each(|c| fold(c, &mut |part| out.push(part)));
        out
    }

    #[test]
    fn letters_lose_case_and_accents() {
        assert_eq!(
            folded("ÇÃO Über Straße żółć İNSAN ısı"),
            "cao uber strasse zolc insan isi"
        );
        assert_eq!(folded("Человек ЕЩЁ Йод"), "человек еще йод");
        assert_eq!(folded("ＨＵＭＡＮ 𝐡𝐮𝐦𝐚𝐧"), "human human");
    }

    #[test]
    fn arabic_and_devanagari_have_one_form() {
        assert_eq!(folded("أُرِيدُ التَّحَدُّثَ"), "اريد التحدث");
        assert_eq!(folded("चाहिए बड़ा"), "चाहिए बडा");
        assert_eq!(folded("बड़ा"), folded("बड़ा"));
    }
}
