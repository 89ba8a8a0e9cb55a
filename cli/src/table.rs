//! A table of aligned columns, for people and for pipes alike.

use std::fmt;

/// Rows of cells. The first row is the header.
pub struct Table {
    rows: Vec<Vec<String>>,
}

/// Makes a table with a header.
pub fn table(header: &[&str]) -> Table {
    Table { rows: vec![header.iter().map(ToString::to_string).collect()] }
}

impl Table {
    pub fn add_row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl fmt::Display for Table {
    /// Two blanks between columns, none at the ends of lines.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let line: String = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}  ")).collect();
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
