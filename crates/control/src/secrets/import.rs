//! Importing a file of secrets, all or none.

use coder_model::{
    FieldError,
    import::{self, Entry, Format},
    secret::{MAX_SECRETS, NewSecret, Secret, Usage},
};
use zeroize::Zeroizing;

use super::{SecretsPermit, rules};
use crate::{Control, Error, Result};

impl Control {
    /// Creates every secret of a file, in file order, or none. For the user themselves, by [`SecretsPermit`].
    ///
    /// # Errors
    /// [`Error::Invalid`] for a file that cannot be parsed, with every field error of every entry, or for an exceeded
    /// limit; [`Error::Conflict`] with every entry that collides with a stored secret.
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
        let mut created = Vec::with_capacity(new.len());
        for new in new {
            created.push(self.insert_secret(&mut write, permit, &key, new).await?);
        }
        write.commit().await?;
        Ok(created)
    }
}

/// Parses every entry; returns the field errors of all of them.
fn parse(entries: &[Entry]) -> Result<Vec<NewSecret>> {
    let mut errors = Vec::new();
    let mut parsed = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        match entry.to_secret() {
            Ok(new) => parsed.push(new),
            Err(field_errors) => errors.extend(field_errors.into_iter().map(|error| {
                FieldError::new(
                    format!("secrets[{index}].{}", error.field),
                    format!("{}: {}", entry.describe(), error.detail),
                )
            })),
        }
    }
    if errors.is_empty() { Ok(parsed) } else { Err(Error::invalid(errors)) }
}

/// Checks for collisions with stored secrets, all at once; then the number of secrets; then their size, naming the
/// first entry that exceeds it.
fn check(entries: &[Entry], new: &[NewSecret], existing: &[Secret]) -> Result<()> {
    let others: Vec<&Secret> = existing.iter().collect();
    let mut collisions = Vec::new();
    for (index, (entry, new)) in entries.iter().zip(new).enumerate() {
        let mut rows = Vec::new();
        for (field, detail, row) in rules::collisions(&others, Some(&new.name), &new.settings) {
            // A stored secret that collides in several fields is reported once.
            if !rows.contains(&row.id) {
                rows.push(row.id);
                collisions.push(FieldError::new(
                    format!("secrets[{index}].{field}"),
                    format!("{}: {detail}", entry.describe()),
                ));
            }
        }
    }
    if !collisions.is_empty() {
        return Err(Error::conflicting_fields("Some secrets already exist.", collisions));
    }
    let (stored, added) = (existing.len() as u64, new.len() as u64);
    if let Some(excess) = (stored + added).checked_sub(MAX_SECRETS).filter(|excess| *excess > 0) {
        return Err(Error::bad_request(
            "User secrets limit reached.",
            format!(
                "You have {stored} of {MAX_SECRETS} secrets and this file contains {added}, so remove at least \
                 {excess}."
            ),
        ));
    }
    let mut usage = Usage::of(existing);
    for (index, (entry, new)) in entries.iter().zip(new).enumerate() {
        usage = usage.with(new.value.len() as u64, new.settings.env_name.is_some());
        usage.check().map_err(|limit| {
            let line = entry.line.map(|line| format!(" on line {line}")).unwrap_or_default();
            Error::bad_request(
                limit.message(),
                format!("Entry secrets[{index}] (\"{}\"{line}): {}", entry.shown_key(), limit.detail()),
            )
        })?;
    }
    Ok(())
}
