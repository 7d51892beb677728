use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, lchown, symlink},
    sync::atomic::{AtomicBool, Ordering},
};

use rustix::{
    fs::{CWD, mknodat},
    process::geteuid,
};

use super::*;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

/// A folder by a path without links, which a system's temporary folder can have.
fn folder() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    (folder, path)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn new_files_and_folders_are_private() {
    let (_guard, folder) = folder();
    let path = folder.join("a/b/key");
    assert_eq!(write(&path, b"one\n").unwrap(), WriteOutcome::Created);
    assert_eq!(fs::read(&path).unwrap(), b"one\n");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&folder.join("a")), 0o700);
    assert_eq!(mode(&folder.join("a/b")), 0o700);
}

#[test]
fn existing_files_keep_their_mode_and_folders_theirs() {
    let (_guard, folder) = folder();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    for wanted in [0o644, 0o440, 0o755, 0o200] {
        let path = folder.join(format!("file-{wanted:o}"));
        fs::write(&path, "a longer text than the new one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(wanted)).unwrap();
        assert_eq!(write(&path, b"new").unwrap(), WriteOutcome::Replaced);
        assert_eq!(mode(&path), wanted);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }
    assert_eq!(mode(&folder), 0o755);
    assert_eq!(names(&folder).len(), 4, "nothing else is left behind");
}

#[test]
fn equal_contents_are_not_written_again() {
    let (_guard, folder) = folder();
    let path = folder.join("key");
    write(&path, b"same").unwrap();
    let before = fs::metadata(&path).unwrap();
    assert_eq!(write(&path, b"same").unwrap(), WriteOutcome::Unchanged);
    let after = fs::metadata(&path).unwrap();
    assert_eq!(
        (before.ino(), before.mtime_nsec(), before.ctime_nsec()),
        (after.ino(), after.mtime_nsec(), after.ctime_nsec())
    );
}

#[test]
fn a_file_with_several_names_keeps_them() {
    let (_guard, folder) = folder();
    let (one, other) = (folder.join("one"), folder.join("other"));
    fs::write(&one, "old").unwrap();
    fs::hard_link(&one, &other).unwrap();
    write(&one, b"a new and longer text").unwrap();
    assert_eq!(fs::read(&other).unwrap(), b"a new and longer text");
    write(&one, b"short").unwrap();
    assert_eq!(fs::read(&other).unwrap(), b"short");
}

#[test]
fn own_links_are_followed_at_the_end_and_on_the_way() {
    let (_guard, folder) = folder();
    fs::create_dir(folder.join("real")).unwrap();
    symlink("real", folder.join("way")).unwrap();
    symlink("../real/target", folder.join("real/link")).unwrap();
    write(&folder.join("way/link"), b"v").unwrap();
    assert_eq!(fs::read(folder.join("real/target")).unwrap(), b"v");
    assert!(fs::symlink_metadata(folder.join("real/link")).unwrap().is_symlink());
    symlink(folder.join("real"), folder.join("absolute")).unwrap();
    write(&folder.join("absolute/x"), b"v").unwrap();
    assert_eq!(fs::read(folder.join("real/x")).unwrap(), b"v");
    symlink("loop", folder.join("loop")).unwrap();
    assert!(matches!(write(&folder.join("loop"), b"v"), Err(FileError::TooManySymlinks)));
}

#[test]
fn links_of_others_are_not_followed() {
    if !geteuid().is_root() {
        // Only root can make a link that belongs to somebody else.
        return;
    }
    let (_guard, folder) = folder();
    for (link, target, path) in [("way", "real", "way/key"), ("key", "real/key", "key")] {
        symlink(target, folder.join(link)).unwrap();
        lchown(folder.join(link), Some(12345), None).unwrap();
        assert!(matches!(write(&folder.join(path), b"v"), Err(FileError::UntrustedSymlink(_))));
        assert!(!folder.join("real").exists());
    }
}

#[test]
fn what_is_no_file_is_refused_without_waiting() {
    let (_guard, folder) = folder();
    fs::create_dir(folder.join("folder")).unwrap();
    mknodat(CWD, folder.join("fifo"), FileType::Fifo, Mode::RWXU, 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket")).unwrap();
    fs::write(folder.join("file"), "").unwrap();
    for (path, said) in [
        ("folder", "it is a folder"),
        ("fifo", "it is not a regular file"),
        ("socket", "it is not a regular file"),
        ("file/key", "\"file\" on the way is not a folder"),
    ] {
        assert_eq!(write(&folder.join(path), b"v").unwrap_err().to_string(), said);
    }
    let error = write(&folder.join("n".repeat(256)), b"v").unwrap_err().to_string();
    assert!(error.contains("too long"), "{error}");
    assert!(write(Path::new("/dev/null"), b"v").is_err());
    assert!(write(Path::new("/proc/coder/key"), b"v").is_err());
}

/// Somebody swaps a folder on the way for a link, over and over: nothing is ever written outside, because the link is
/// theirs. As the same user, the swap can only lead where a link of ours may lead.
#[test]
fn a_folder_that_becomes_a_link_meanwhile_never_gives_a_partial_file() {
    let (_guard, folder) = folder();
    fs::create_dir(folder.join("inside")).unwrap();
    fs::create_dir(folder.join("outside")).unwrap();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let _ = fs::rename(folder.join("inside"), folder.join("aside"));
                let _ = symlink("outside", folder.join("inside"));
                let _ = fs::remove_file(folder.join("inside"));
                let _ = fs::rename(folder.join("aside"), folder.join("inside"));
            }
        });
        for round in 0..300_u32 {
            let text = format!("round {round}");
            // A folder that is not there at that moment is made, or becomes one a moment later: both are answers.
            let _ = write(&folder.join("inside/key"), text.as_bytes());
            for place in ["inside/key", "outside/key", "aside/key"] {
                if let Ok(found) = fs::read_to_string(folder.join(place)) {
                    assert!(found.starts_with("round "), "{place} holds {found:?}");
                }
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
}
