//! `make bench`: what users wait for, each figure beside a baseline in the same run. Figures are medians; machines are noisy,
//! so the ratio is more reliable. Arguments select benchmarks: http, pages, processes, ssh, access.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod baseline;
mod http;
mod pages;
mod processes;
mod remote_access;
mod ssh;

use std::{path::PathBuf, time::Duration};

use coder_testkit::Machine;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(position) = arguments.iter().position(|argument| argument == "floor-http") {
        return baseline::serve_http(&PathBuf::from(&arguments[position + 1]));
    }
    let program = std::env::var("CODER_BENCH_PROGRAM").expect("CODER_BENCH_PROGRAM: a release build of coder");
    let machine = Machine::new(&program);
    println!("{:44} {:>14} {:>14} {:>8}", "", "coder", "floor", "ratio");
    let server = machine.serve_and_log_in();
    let named: Vec<&String> = arguments.iter().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_selected = |name: &str| named.is_empty() || named.iter().any(|argument| *argument == name);
    if is_selected("http") {
        http::run(&machine, &server);
    }
    if is_selected("pages") {
        pages::run(&machine, &server);
    }
    if is_selected("processes") {
        processes::run(&machine, &server);
    }
    if is_selected("ssh") {
        ssh::run(&machine);
    }
    if is_selected("access") {
        remote_access::run(&machine, &server);
    }
    server.stop();
}

/// The duration of a call.
fn timed(work: impl FnOnce()) -> Duration {
    let started = std::time::Instant::now();
    work();
    started.elapsed()
}

/// The median.
fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> T {
    values.sort_by(|one, other| one.partial_cmp(other).expect("values that compare"));
    values[values.len() / 2]
}

/// Prints a rate and its baseline.
fn rate(what: &str, own: f64, floor: Option<(&str, f64)>) {
    match floor {
        Some((name, floor)) => {
            println!("{what:44} {own:>12.0}/s {floor:>12.0}/s {:>7.2}x  {name}", own / floor);
        }
        None => println!("{what:44} {own:>12.0}/s"),
    }
}

/// Prints a time and its baseline.
fn time(what: &str, own: Duration, floor: Option<(&str, Duration)>) {
    let millis = |span: Duration| span.as_secs_f64() * 1000.0;
    match floor {
        Some((name, floor)) => println!(
            "{what:44} {:>11.1} ms {:>11.1} ms {:>7.2}x  {name}",
            millis(own),
            millis(floor),
            millis(own) / millis(floor)
        ),
        None => println!("{what:44} {:>11.1} ms", millis(own)),
    }
}

/// Prints memory in total, and the process's own if known.
fn memory(what: &str, (all, own): (u64, u64)) {
    let megabytes = |kilobytes: u64| kilobytes as f64 / 1024.0;
    match own {
        0 => println!("{what:44} {:>11.1} MB", megabytes(all)),
        own => println!("{what:44} {:>11.1} MB   of which its own {:.1} MB", megabytes(all), megabytes(own)),
    }
}
