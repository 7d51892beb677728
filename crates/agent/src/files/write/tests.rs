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

/// The system's temporary directory can be behind a symlink.
fn directory() -> (tempfile::TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().canonicalize().unwrap();
    (directory, path)
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn new_files_and_directories_are_private() {
    let (_guard, directory) = directory();
    let path = directory.join("a/b/key");
    assert_eq!(write(&path, b"one\n").unwrap(), WriteOutcome::Created);
    assert_eq!(fs::read(&path).unwrap(), b"one\n");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&directory.join("a")), 0o700);
    assert_eq!(mode(&directory.join("a/b")), 0o700);
}

#[test]
fn existing_files_and_directories_keep_their_modes() {
    let (_guard, directory) = directory();
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
    for wanted in [0o644, 0o440, 0o755, 0o200] {
        let path = directory.join(format!("file-{wanted:o}"));
        fs::write(&path, "a longer text than the new one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(wanted)).unwrap();
        assert_eq!(write(&path, b"new").unwrap(), WriteOutcome::Replaced);
        assert_eq!(mode(&path), wanted);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }
    assert_eq!(mode(&directory), 0o755);
    assert_eq!(names(&directory).len(), 4, "no temporary file is left");
}

#[test]
fn equal_contents_are_not_written_again() {
    let (_guard, directory) = directory();
    let path = directory.join("key");
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
    let (_guard, directory) = directory();
    let (one, other) = (directory.join("one"), directory.join("other"));
    fs::write(&one, "old").unwrap();
    fs::hard_link(&one, &other).unwrap();
    write(&one, b"a new and longer text").unwrap();
    assert_eq!(fs::read(&other).unwrap(), b"a new and longer text");
    write(&one, b"short").unwrap();
    assert_eq!(fs::read(&other).unwrap(), b"short");
}

#[test]
fn own_symlinks_are_followed() {
    let (_guard, directory) = directory();
    fs::create_dir(directory.join("real")).unwrap();
    symlink("real", directory.join("way")).unwrap();
    symlink("../real/target", directory.join("real/link")).unwrap();
    write(&directory.join("way/link"), b"v").unwrap();
    assert_eq!(fs::read(directory.join("real/target")).unwrap(), b"v");
    assert!(fs::symlink_metadata(directory.join("real/link")).unwrap().is_symlink());
    symlink(directory.join("real"), directory.join("absolute")).unwrap();
    write(&directory.join("absolute/x"), b"v").unwrap();
    assert_eq!(fs::read(directory.join("real/x")).unwrap(), b"v");
    symlink("loop", directory.join("loop")).unwrap();
    assert!(matches!(write(&directory.join("loop"), b"v"), Err(FileError::TooManySymlinks)));
}

#[test]
fn symlinks_of_other_users_are_not_followed() {
    if !geteuid().is_root() {
        // Only root can create a symlink that another user owns.
        return;
    }
    let (_guard, directory) = directory();
    for (link, target, path) in [("way", "real", "way/key"), ("key", "real/key", "key")] {
        symlink(target, directory.join(link)).unwrap();
        lchown(directory.join(link), Some(12345), None).unwrap();
        assert!(matches!(write(&directory.join(path), b"v"), Err(FileError::UntrustedSymlink(_))));
        assert!(!directory.join("real").exists());
    }
}

#[test]
fn special_files_are_rejected_without_blocking() {
    let (_guard, directory) = directory();
    fs::create_dir(directory.join("directory")).unwrap();
    mknodat(CWD, directory.join("fifo"), FileType::Fifo, Mode::RWXU, 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(directory.join("socket")).unwrap();
    fs::write(directory.join("file"), "").unwrap();
    for (path, message) in [
        ("directory", "it is a directory"),
        ("fifo", "it is not a regular file"),
        ("socket", "it is not a regular file"),
        ("file/key", "\"file\" in the path is not a directory"),
    ] {
        assert_eq!(write(&directory.join(path), b"v").unwrap_err().to_string(), message);
    }
    let error = write(&directory.join("n".repeat(256)), b"v").unwrap_err().to_string();
    assert!(error.contains("too long"), "{error}");
    assert!(write(Path::new("/dev/null"), b"v").is_err());
    assert!(write(Path::new("/proc/coder/key"), b"v").is_err());
}

/// A directory in the path is swapped for a symlink, over and over. By the same user, so the symlink is trusted, and the write
/// may follow it; but every file that exists is complete.
#[test]
fn a_directory_swapped_for_a_symlink_never_leaves_a_partial_file() {
    let (_guard, directory) = directory();
    fs::create_dir(directory.join("inside")).unwrap();
    fs::create_dir(directory.join("outside")).unwrap();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let _ = fs::rename(directory.join("inside"), directory.join("aside"));
                let _ = symlink("outside", directory.join("inside"));
                let _ = fs::remove_file(directory.join("inside"));
                let _ = fs::rename(directory.join("aside"), directory.join("inside"));
            }
        });
        for round in 0..300_u32 {
            let text = format!("round {round}");
            // May fail: the directory is missing at times.
            let _ = write(&directory.join("inside/key"), text.as_bytes());
            for place in ["inside/key", "outside/key", "aside/key"] {
                if let Ok(found) = fs::read_to_string(directory.join(place)) {
                    assert!(found.starts_with("round "), "{place} holds {found:?}");
                }
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
}
