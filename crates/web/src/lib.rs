//! What browsers are sent beside pages: scripts, styles and images, bundled by the build and embedded here.
//!
//! Each file's name has a hash of its contents in it, so it can be kept for ever by whoever has it. A page names a file by
//! its constant: one that does not exist does not compile.

/// A file as it is served.
#[derive(Debug)]
pub struct File {
    /// Where it is served, with the hash of its contents.
    pub path: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// Its contents.
    pub plain: &'static [u8],
    /// The same, compressed with Brotli, where that is worth it.
    pub brotli: Option<&'static [u8]>,
    /// The same, compressed with gzip, where that is worth it.
    pub gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The file that is served at this path.
#[must_use]
pub fn find(path: &str) -> Option<&'static File> {
    ALL.iter().copied().find(|file| file.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_path_and_carry_their_hash() {
        for file in ALL {
            assert!(find(file.path).is_some_and(|found| std::ptr::eq(found, *file)));
            assert!(file.path.starts_with("/static/") && file.path.contains('-'), "{}", file.path);
            assert!(!file.plain.is_empty());
        }
        assert!(find("/static/app.js").is_none());
    }

    /// The first page of the dashboard has a budget of 100 KB over the wire.
    #[test]
    fn what_every_page_needs_is_small() {
        let wire = |file: &File| file.brotli.map_or(file.plain.len(), <[u8]>::len);
        let every_page = wire(&APP_JS) + wire(&APP_CSS) + wire(&FAVICON_SVG);
        assert!(every_page < 60_000, "{every_page} bytes");
    }
}
