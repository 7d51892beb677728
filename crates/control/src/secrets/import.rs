//! A file of secrets, all or nothing.

use coder_model::{
    FieldError,
    import::{self, Entry, Format},
    secret::{MAX_SECRETS, NewSecret, Secret, Usage},
};
use zeroize::Zeroizing;

use super::{SecretsPermit, rules};
use crate::{Control, Error, Result};

impl Control {
    /// Keeps every secret of a file, in file order, or none of them.
    ///
    /// # Errors
    /// What is wrong with the file; every broken rule of every entry; every entry that collides with a stored secret;
    /// an exceeded cap.
    pub async fn import_secrets(
        &self,
        permit: SecretsPermit<'_>,
        format: &str,
        content: Zeroizing<String>,
    ) -> Result<Vec<Secret>> {
        let entries = Format::parse(format)
            .and_then(|format| import::parse(format, &content))
            .map_err(|error| Error::bad_request("Failed to parse secrets file.", error.to_string()))?;
        let new = parse(&entries)?;
        let mut write = self.database.write().await?;
        let existing = self.lock_secrets(&mut write, permit).await?;
        check(&entries, &new, &existing)?;
        let key = self.data_key(&mut write, permit.owner()).await?;
        let mut made = Vec::with_capacity(new.len());
        for new in new {
            made.push(self.insert_secret(&mut write, permit, &key, new).await?);
        }
        write.commit().await?;
        Ok(made)
    }
}

/// Every entry as a secret, or the field errors of all of them.
fn parse(entries: &[Entry]) -> Result<Vec<NewSecret>> {
    let mut broken = Vec::new();
    let mut parsed = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        match entry.to_secret() {
            Ok(new) => parsed.push(new),
            Err(field_errors) => broken.extend(field_errors.into_iter().map(|error| {
                FieldError::new(
                    format!("secrets[{index}].{}", error.field),
                    format!("{}: {}", entry.describe(), error.detail),
                )
            })),
        }
    }
    if broken.is_empty() { Ok(parsed) } else { Err(Error::invalid(broken)) }
}

/// Collisions first, all of them; then the count; then the bytes, naming the entry that goes over.
fn check(entries: &[Entry], new: &[NewSecret], existing: &[Secret]) -> Result<()> {
    let others: Vec<&Secret> = existing.iter().collect();
    let mut taken = Vec::new();
    for (index, (entry, new)) in entries.iter().zip(new).enumerate() {
        let mut rows = Vec::new();
        for (field, detail, row) in rules::collisions(&others, Some(&new.name), &new.settings) {
            // One stored secret that holds several dimensions is one collision.
            if !rows.contains(&row.id) {
                rows.push(row.id);
                taken.push(FieldError::new(
                    format!("secrets[{index}].{field}"),
                    format!("{}: {detail}", entry.describe()),
                ));
            }
        }
    }
    if !taken.is_empty() {
        return Err(Error::conflicting_fields("Some secrets already exist.", taken));
    }
    let (have, more) = (existing.len() as u64, new.len() as u64);
    if let Some(over) = (have + more).checked_sub(MAX_SECRETS).filter(|over| *over > 0) {
        return Err(Error::bad_request(
            "User secrets limit reached.",
            format!(
                "You have {have} of {MAX_SECRETS} secrets and this file contains {more}, so remove at least {over}."
            ),
        ));
    }
    let mut usage = Usage::of(existing);
    for (index, (entry, new)) in entries.iter().zip(new).enumerate() {
        usage = usage.with(new.value.len() as u64, new.settings.env_name.is_some());
        usage.check().map_err(|limit| {
            let place = entry.line.map(|line| format!(" on line {line}")).unwrap_or_default();
            Error::bad_request(
                limit.message(),
                format!("Entry secrets[{index}] (\"{}\"{place}): {}", entry.shown_key(), limit.detail()),
            )
        })?;
    }
    Ok(())
}
