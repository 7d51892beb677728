//! Bundles what browsers are sent, with the tools that `package-lock.json` names, and writes a table of the outcome.

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// What the bundle is made of: whatever changes here is bundled anew.
const SOURCES: [&str; 6] = ["scripts", "styles", "images", "bundle.mjs", "package.json", "package-lock.json"];
const MISSING: &str = "the dashboard's scripts need Node.js 18 or newer with npm: run `make setup`, or install them from your \
                       system's packages, then build again";

fn main() {
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    if let Err(problem) = build() {
        // A build without them would serve pages that do nothing.
        println!("cargo::error={}", problem.replace('\n', " "));
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
    let table = table(&files).map_err(|error| format!("cannot read the bundle: {error}"))?;
    fs::write(out.join("files.rs"), table).map_err(|error| format!("cannot write the table of files: {error}"))
}

/// Whether the packages that the lock file names are there.
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

/// A constant for each file `NAME-HASH.EXTENSION`, `APP_CSS` for one, and the list of all.
fn table(files: &Path) -> io::Result<String> {
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
