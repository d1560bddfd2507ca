//! The languages that the detectors read.

/// A language with phrase files of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::attention) enum Language {
    English,
    Spanish,
    Portuguese,
    French,
    German,
    Italian,
    Dutch,
    Polish,
    Russian,
    Turkish,
    Arabic,
    Hindi,
    Chinese,
    Japanese,
    Korean,
    Indonesian,
}

impl Language {
    /// How many there are; sets of them are bits of a `u16`.
    pub(in crate::attention) const COUNT: usize = 16;

    /// A phrase file of its everyday words, which tell in what language a text is; empty where the script tells.
    pub(super) fn common_words(self) -> &'static str {
        macro_rules! common {
            ($file:literal) => {
                include_str!(concat!("../phrases/common/", $file, ".txt"))
            };
        }
        match self {
            Self::English => common!("en"),
            Self::Spanish => common!("es"),
            Self::Portuguese => common!("pt"),
            Self::French => common!("fr"),
            Self::German => common!("de"),
            Self::Italian => common!("it"),
            Self::Dutch => common!("nl"),
            Self::Polish => common!("pl"),
            Self::Russian => common!("ru"),
            Self::Turkish => common!("tr"),
            Self::Arabic => common!("ar"),
            Self::Hindi => common!("hi"),
            Self::Indonesian => common!("id"),
            Self::Chinese | Self::Japanese | Self::Korean => "",
        }
    }

    /// Its place in tables by language.
    pub(super) fn index(self) -> usize {
        self as usize
    }

    /// Whether its words are found inside runs of letters, because it is written without spaces (or with loose ones).
    pub(super) fn is_unspaced(self) -> bool {
        matches!(self, Self::Chinese | Self::Japanese | Self::Korean)
    }
}
