//! Who waits for deliveries is woken when one came to something.

use std::time::Duration;

use tokio::sync::watch;

/// Counts deliveries that were tried.
pub struct Settled(watch::Sender<u64>);

impl Default for Settled {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Settled {
    /// One more was tried, and what came of it is kept.
    pub fn note(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Asks `look` until it gives something, at first and after deliveries were tried, but no
    /// longer than `most`; nothing is held meanwhile. `None` when the time is over.
    ///
    /// # Errors
    /// The error of `look`.
    pub async fn wait<T, E, F>(
        &self,
        most: Duration,
        mut look: impl FnMut() -> F,
    ) -> Result<Option<T>, E>
    where
        F: Future<Output = Result<Option<T>, E>>,
    {
        let mut tried = self.0.subscribe();
        let until_found = async {
            loop {
                if let Some(found) = look().await? {
                    return Ok(Some(found));
                }
                if tried.changed().await.is_err() {
                    return Ok(None);
                }
            }
        };
        tokio::time::timeout(most, until_found).await.unwrap_or(Ok(None))
    }
}
