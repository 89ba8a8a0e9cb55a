//! A bar chart of the bytes of each node, as SVG.

use crate::text::{count, size};
use std::fmt::Write;

/// One layout: its title, and keys and bytes of each node.
pub struct Group<'g> {
    pub title: &'g str,
    pub nodes: &'g [(u64, u64)],
}

const WIDTH: u64 = 720;
const ROW: u64 = 22;
const TITLE: u64 = 34;
const LABELS: u64 = 90;
const BAR: u64 = 360;

/// Draws one group below the other. In each group the longest bar is that of the largest node; a line marks the mean.
pub fn svg(groups: &[Group]) -> String {
    let height: u64 = groups.iter().map(|group| TITLE + ROW * group.nodes.len() as u64).sum::<u64>() + ROW;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    let mut y = 0;
    for group in groups {
        y += TITLE;
        let _ = writeln!(out, "<text x=\"10\" y=\"{}\" font-weight=\"bold\">{}</text>", y - 10, group.title);
        let largest = group.nodes.iter().map(|node| node.1).max().unwrap_or(0).max(1);
        let top = y;
        for (at, (keys, bytes)) in group.nodes.iter().enumerate() {
            let (length, text) = (bytes * BAR / largest, format!("{} keys, {}", count(*keys), size(*bytes)));
            let _ = writeln!(out, "<text x=\"10\" y=\"{}\">node_{}</text>", y + 14, at + 1);
            let _ = writeln!(out, "<rect x=\"{LABELS}\" y=\"{}\" width=\"{length}\" height=\"{}\" fill=\"#3b6ea5\"/>", y + 2, ROW - 5);
            let _ = writeln!(out, "<text x=\"{}\" y=\"{}\">{text}</text>", LABELS + length + 8, y + 14);
            y += ROW;
        }
        let mean = group.nodes.iter().map(|node| node.1).sum::<u64>() / (group.nodes.len() as u64).max(1);
        let x = LABELS + mean * BAR / largest;
        let _ = writeln!(out, "<line x1=\"{x}\" y1=\"{top}\" x2=\"{x}\" y2=\"{y}\" stroke=\"#c0392b\" stroke-dasharray=\"3 3\"/>");
    }
    out.push_str("</svg>\n");
    out
}
