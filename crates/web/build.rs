//! Bundles scripts, styles and images with esbuild, in the versions of `package-lock.json`, and writes `files.rs`: a constant
//! for each file of the bundle.

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// Inputs of the bundle: a change in any of them runs this script again.
const SOURCES: [&str; 6] = ["scripts", "styles", "images", "bundle.mjs", "package.json", "package-lock.json"];
const MISSING: &str = "the dashboard's scripts need Node.js 18 or newer with npm: run `make setup`, or install them from your \
                       system's packages, then build again";

fn main() {
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    if let Err(error) = build() {
        println!("cargo::error={}", error.replace('\n', " "));
    }
}

fn build() -> Result<(), String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let files = out.join("files");
    let _ = fs::remove_dir_all(&files);
    if !is_installed() {
        run("npm", &["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"], &[])?;
    }
    run("node", &["bundle.mjs"], &[files.as_path()])?;
    let constants = constants(&files).map_err(|error| format!("cannot read the bundle: {error}"))?;
    fs::write(out.join("files.rs"), constants).map_err(|error| format!("cannot write files.rs: {error}"))
}

/// Whether `npm ci` has run since the lock file changed.
fn is_installed() -> bool {
    let modified = |path: &str| fs::metadata(path).and_then(|data| data.modified()).ok();
    match (modified("node_modules/.package-lock.json"), modified("package-lock.json")) {
        (Some(installed), Some(locked)) => installed >= locked,
        _ => false,
    }
}

fn run(program: &str, arguments: &[&str], paths: &[&Path]) -> Result<(), String> {
    let output =
        Command::new(program).args(arguments).args(paths).output().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => MISSING.to_owned(),
            _ => format!("{program}: {error}"),
        })?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{program} {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim()))
}

/// Rust source with a constant for each file `NAME-HASH.EXTENSION` (`app-1A2B3C4D.css` is `APP_CSS`) and a list of all.
fn constants(files: &Path) -> io::Result<String> {
    let mut found: Vec<_> =
        fs::read_dir(files)?.collect::<Result<Vec<_>, _>>()?.iter().map(fs::DirEntry::path).collect();
    found.retain(|path| !path.extension().is_some_and(|extension| extension == "gz" || extension == "br"));
    found.sort();
    let (mut text, mut all) = (String::new(), String::new());
    for path in &found {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
        let stem = stem.rsplit_once('-').map_or(stem, |(stem, _)| stem);
        let constant = format!("{stem}_{extension}").to_uppercase().replace(['-', '.'], "_");
        let (content_type, is_text) = match extension {
            "js" => ("text/javascript; charset=utf-8", true),
            "css" => ("text/css; charset=utf-8", true),
            "svg" => ("image/svg+xml", true),
            _ => return Err(io::Error::other(format!("no content type is known for {name}"))),
        };
        let bytes = |suffix: &str| format!("include_bytes!({:?})", format!("{}{suffix}", path.display()));
        let compressed = |suffix| if is_text { format!("Some({})", bytes(suffix)) } else { "None".to_owned() };
        let _ = writeln!(
            text,
            "/// `{stem}.{extension}`\npub static {constant}: File = File {{ path: \"/static/{name}\", content_type: \
             {content_type:?}, plain: {}, brotli: {}, gzip: {} }};",
            bytes(""),
            compressed(".br"),
            compressed(".gz"),
        );
        let _ = write!(all, "&{constant}, ");
    }
    let _ = writeln!(text, "static ALL: &[&File] = &[{all}];");
    Ok(text)
}
