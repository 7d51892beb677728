use std::{
    fs,
    os::{
        fd::AsRawFd,
        unix::fs::{MetadataExt, PermissionsExt, lchown, symlink},
    },
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use rustix::{
    fs::{CWD, RenameFlags, mknodat, renameat_with},
    process::geteuid,
};

use super::*;
use crate::files::resolve::resolve_as;

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

/// Creates a symlink that neither root owns nor the user that is returned. Root can change its owner; without root it is
/// the user who is another one.
fn foreign_symlink(target: &str, path: &Path) -> Uid {
    const OTHER: u32 = 12345;
    symlink(target, path).unwrap();
    if !geteuid().is_root() {
        return Uid::from_raw(OTHER);
    }
    lchown(path, Some(OTHER), None).unwrap();
    geteuid()
}

fn write_as(user: Uid, path: &Path, contents: &[u8]) -> Result<WriteOutcome, FileError> {
    write_at(&resolve_as(path, user)?, contents)
}

#[test]
fn symlinks_of_other_users_are_not_followed() {
    let (_guard, directory) = directory();
    for (link, target, path) in [("way", "real", "way/key"), ("key", "real/key", "key")] {
        let (link, path) = (directory.join(link), directory.join(path));
        let user = foreign_symlink(target, &link);
        assert!(matches!(write_as(user, &path, b"v"), Err(FileError::UntrustedSymlink(_))));
        assert!(!directory.join("real").exists());
        // Its owner follows the same one.
        let owner = Uid::from_raw(fs::symlink_metadata(&link).unwrap().uid());
        assert_eq!(write_as(owner, &path, b"v").unwrap(), WriteOutcome::Created);
        fs::remove_dir_all(directory.join("real")).unwrap();
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

/// Ends threads, also when the test that waits for them fails.
struct StopOnDrop<'s>(&'s AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A directory in the path is swapped for another user's symlink, over and over: nothing is written where that leads, and
/// every file in the directory is complete. Runs until swaps were hit between looking at the directory and opening it.
#[test]
fn a_directory_swapped_for_a_symlink_leads_nowhere_else() {
    const LENGTH: usize = 64 * 1024;
    let (_guard, directory) = directory();
    let (inside, outside, link) = (directory.join("inside"), directory.join("outside"), directory.join("link"));
    fs::create_dir(&inside).unwrap();
    fs::create_dir(&outside).unwrap();
    let user = foreign_symlink("outside", &link);
    // The directory itself, under either name.
    let held = File::open(&inside).unwrap();
    let real = Path::new("/proc/self/fd").join(held.as_raw_fd().to_string());
    let stop = AtomicBool::new(false);
    let (mut written, mut foreign, mut swapped) = (0, 0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                renameat_with(CWD, &inside, CWD, &link, RenameFlags::EXCHANGE).unwrap();
            }
        });
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !stop.load(Ordering::Relaxed) {
                if let Ok(found) = fs::read(real.join("key")) {
                    let is_whole = found.len() == LENGTH && found.iter().all(|byte| *byte == found[0]);
                    assert!(is_whole, "{} bytes", found.len());
                    reads += 1;
                }
            }
            reads
        });
        let _guard = StopOnDrop(&stop);
        let deadline = Instant::now() + Duration::from_secs(60);
        for letter in (b'a'..=b'z').cycle() {
            match write_as(user, &inside.join("key"), &[letter; LENGTH]) {
                Ok(_) => written += 1,
                Err(FileError::UntrustedSymlink(_)) => foreign += 1,
                // A directory when it was looked at and a symlink when it was opened, or the reverse.
                Err(FileError::NotADirectory(_)) => swapped += 1,
                Err(FileError::System { what: "cannot read a symlink in the path", .. }) => {}
                Err(other) => panic!("{other}"),
            }
            let is_over = outside.join("key").exists() || written >= 20 && foreign >= 20 && swapped >= 2;
            if is_over || reader.is_finished() || Instant::now() > deadline {
                break;
            }
        }
        stop.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
    assert_eq!(names(&outside), [""; 0]);
    assert!(
        written >= 20 && foreign >= 20 && swapped >= 2,
        "{written} written, {foreign} foreign, {swapped} swapped"
    );
    assert_eq!(names(&real), ["key"], "nothing else is left behind");
}
