//! Tables without borders.

use std::io::{IsTerminal, stdout};

use anstream::println;
use anyhow::{Result, bail};
use comfy_table::{ContentArrangement, Table, presets};

use coder_model::display_safe;

pub struct Column<T> {
    pub name: &'static str,
    pub show: fn(&T) -> String,
}

/// The columns with these names, or the default ones.
pub fn choose<T>(
    all: &'static [Column<T>],
    names: &[String],
    default: &[&str],
) -> Result<Vec<&'static Column<T>>> {
    let wanted: Vec<&str> =
        if names.is_empty() { default.to_vec() } else { names.iter().map(String::as_str).collect() };
    let mut chosen = Vec::with_capacity(wanted.len());
    for name in wanted {
        match all.iter().find(|column| column.name.eq_ignore_ascii_case(name.trim())) {
            Some(column) => chosen.push(column),
            None => {
                let known: Vec<_> = all.iter().map(|column| column.name).collect();
                bail!("unknown column {name:?}; columns are: {}", known.join(", "));
            }
        }
    }
    Ok(chosen)
}

/// Prints rows. Cells are wrapped to the width of a terminal, and never otherwise.
pub fn print_table<T>(columns: &[&Column<T>], rows: &[T]) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if stdout().is_terminal() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    } else {
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    table.set_header(columns.iter().map(|column| column.name.to_uppercase()));
    for row in rows {
        table.add_row(columns.iter().map(|column| display_safe(&(column.show)(row)).replace('\n', " ")));
    }
    for line in table.lines() {
        // Without borders, the padding of the first column is not needed.
        println!("{}", line.strip_prefix(' ').unwrap_or(&line).trim_end());
    }
}
