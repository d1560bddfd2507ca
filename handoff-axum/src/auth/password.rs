//! Passwords: what is accepted as one, and how it is kept.

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use axum::http::StatusCode;
use tokio::sync::Semaphore;

use crate::failure::Failure;

/// Shortest password that can be chosen, in characters.
pub(super) const MIN_CHARS: usize = 10;
/// Longest password, in bytes.
pub(super) const MAX_BYTES: usize = 1_024;
/// Each takes 19 MB and all of one core for a moment.
const AT_ONCE: usize = 2;
/// A sign-in waits so long for its turn.
const WAIT: Duration = Duration::from_secs(5);
/// What a password is compared with where there is no account, so that it takes as long.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Lower case, one a line: what people choose where nobody keeps them from it.
const COMMON: &str = include_str!("common_passwords.txt");

/// Hashes and compares passwords, a few at a time and off the async threads.
#[derive(Debug, Clone)]
pub(super) struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Passwords {
    /// What is stored of a password.
    pub(super) async fn hash(&self, password: String) -> Result<String, Failure> {
        let hash = self.blocking(move || {
            Argon2::default()
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
        });
        hash.await?.map_err(|error| Failure::internal(&error))
    }

    /// Whether a password is the one that was stored. Takes as long where none was.
    pub(super) async fn verify(
        &self,
        password: String,
        stored: Option<String>,
    ) -> Result<bool, Failure> {
        self.blocking(move || {
            let hash = stored.as_deref().unwrap_or(NOBODYS);
            let same = Argon2::default()
                .verify_password(password.as_bytes(), hash)
                .is_ok();
            same && stored.is_some()
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let busy = || {
            let title = "Too many people sign in just now. Try again in a moment.";
            Failure::new(StatusCode::SERVICE_UNAVAILABLE, "busy", title).retry_after(WAIT)
        };
        let permit = tokio::time::timeout(WAIT, self.0.clone().acquire_owned())
            .await
            .map_err(|_| busy())?;
        let permit = permit.map_err(|error| Failure::internal(&error))?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        done.await.map_err(|error| Failure::internal(&error))
    }
}

/// Refuses what can't be a password at all, before anything is computed.
pub(super) fn check_form(password: &str) -> Result<(), Failure> {
    if password.is_empty() || password.len() > MAX_BYTES || password.contains('\0') {
        return Err(Failure::malformed(format!(
            "A password has 1 to {MAX_BYTES} bytes and no NUL character."
        )));
    }
    Ok(())
}

/// Refuses what should not be chosen as a password.
pub(super) fn check_choice(password: &str, name: &str, email: &str) -> Result<(), Failure> {
    check_form(password)?;
    if password.chars().count() < MIN_CHARS {
        return Err(Failure::invalid(format!(
            "Choose a password of at least {MIN_CHARS} characters."
        )));
    }
    let folded = password.to_lowercase();
    let first = folded.chars().next();
    let monotonous = folded.chars().all(|char| Some(char) == first);
    let own = folded == name.to_lowercase() || folded == email.to_lowercase();
    if monotonous || own || COMMON.lines().any(|common| common == folded) {
        return Err(Failure::invalid(
            "That password is easy to guess. Choose another one, like a few words of your own.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_its_own_alone_byte_for_byte() {
        let passwords = Passwords::default();
        let stored = passwords.hash("caf\u{e9} by the sea".into()).await.unwrap();
        let verify = async |text: &str, hash: Option<&String>| {
            passwords.verify(text.into(), hash.cloned()).await.unwrap()
        };
        assert!(verify("caf\u{e9} by the sea", Some(&stored)).await);
        // The same letter, composed otherwise.
        assert!(!verify("cafe\u{301} by the sea", Some(&stored)).await);
        assert!(!verify("caf\u{e9} by the sea", None).await);
        assert!(!verify("", Some(&stored)).await);
    }

    #[test]
    fn nobodys_hash_is_computed_like_any_other() {
        use argon2::password_hash::phc::PasswordHash;
        let nobody = PasswordHash::new(NOBODYS).unwrap();
        let real = Argon2::default().hash_password(b"x").unwrap();
        assert_eq!(nobody.params, real.params);
    }

    #[test]
    fn weak_choices_are_refused() {
        for bad in [
            "",
            "short",
            "aaaaaaaaaaaa",
            "Password123",
            "ann@shop.example",
            "1234567890",
            "a\0aaaaaaaaaa",
        ] {
            assert!(
                check_choice(bad, "Ann", "ann@shop.example").is_err(),
                "{bad:?}"
            );
        }
        assert!(check_choice(&"x y ".repeat(400), "", "").is_err());
        assert!(check_choice("a brown bear in March", "Ann", "ann@shop.example").is_ok());
    }
}
