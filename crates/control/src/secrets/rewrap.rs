//! Key rotation: bringing every data key under the first key of the ring, a few at a time, while the server serves.

use coder_store::{data_keys, users};

use crate::{Control, Result};

/// Keys looked at in one go.
const BATCH: i64 = 100;

impl Control {
    /// Rewraps up to a hundred data keys that another key than the first one wraps. Says how many it looked at: none
    /// means that all are done. May be stopped at any time and goes on where it was.
    ///
    /// # Errors
    /// When a key does not unwrap, or the database fails.
    pub async fn rewrap_data_keys(&self) -> Result<usize> {
        let first = self.key_ring.primary().as_str();
        let stale = data_keys::list_not_wrapped_by(&mut self.database.read().await?, first, BATCH).await?;
        for (owner, _) in &stale {
            let mut write = self.database.write().await?;
            users::lock(&mut write, *owner).await?;
            // Read again under the lock: another server may have been here meanwhile.
            let Some(key) = self.existing_data_key(&mut write, *owner).await? else { continue };
            let wrapped = self.key_ring.wrap(*owner, &key)?;
            data_keys::replace(&mut write, *owner, &wrapped).await?;
            write.commit().await?;
        }
        Ok(stale.len())
    }
}
