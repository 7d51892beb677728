//! Key rotation: wraps every data key with the primary key, in batches, while the server serves requests.

use coder_store::{data_keys, users};

use crate::{Control, Result};

const BATCH: i64 = 100;

impl Control {
    /// Rewraps up to 100 data keys that are not wrapped by the primary key. Returns how many it found: zero when all
    /// are done. Can be interrupted at any time. For the server's own jobs.
    pub async fn rewrap_data_keys(&self) -> Result<usize> {
        let primary = self.key_ring.primary().as_str();
        let stale = data_keys::list_not_wrapped_by(&mut self.database.read().await?, primary, BATCH).await?;
        for (owner, _) in &stale {
            let mut write = self.database.write().await?;
            users::lock(&mut write, *owner).await?;
            // Read again under the lock: another server may have rewrapped or deleted it.
            let Some(key) = self.existing_data_key(&mut write, *owner).await? else { continue };
            let wrapped = self.key_ring.wrap(*owner, &key)?;
            data_keys::replace(&mut write, *owner, &wrapped).await?;
            write.commit().await?;
        }
        Ok(stale.len())
    }
}
