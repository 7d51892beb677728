//! Static files of the dashboard: scripts, styles and images, bundled by the build script and embedded here.
//!
//! File names contain a hash of the contents, so that browsers may cache them without limit. Templates name a file by its
//! constant: a missing file is a compile error.

/// A static file.
#[derive(Debug)]
pub struct File {
    /// URL path, with the hash of the contents.
    pub path: &'static str,
    /// Media type, with the charset for text.
    pub content_type: &'static str,
    /// The contents, not compressed.
    pub plain: &'static [u8],
    /// The contents compressed with Brotli, for text.
    pub brotli: Option<&'static [u8]>,
    /// The contents compressed with gzip, for text.
    pub gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// Returns the file with this URL path.
#[must_use]
pub fn find(path: &str) -> Option<&'static File> {
    ALL.iter().copied().find(|file| file.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_path_with_a_hash() {
        for file in ALL {
            assert!(find(file.path).is_some_and(|found| std::ptr::eq(found, *file)));
            assert!(file.path.starts_with("/static/") && file.path.contains('-'), "{}", file.path);
            assert!(!file.plain.is_empty());
        }
        assert!(find("/static/app.js").is_none());
    }

    /// A first visit loads these and a page, together at most 100 kB over the network.
    #[test]
    fn files_of_every_page_are_small() {
        let transferred = |file: &File| file.brotli.map_or(file.plain.len(), <[u8]>::len);
        let every_page = transferred(&APP_JS) + transferred(&APP_CSS) + transferred(&FAVICON_SVG);
        assert!(every_page < 60_000, "{every_page} bytes");
    }
}
