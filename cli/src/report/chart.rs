use undersign_client_lib::audit::BatchCounts;

/// Units of the drawing.
const WIDTH: u64 = 600;
const HEIGHT: u64 = 160;
/// Most points of the line: more cannot be told apart on paper.
const MAX_POINTS: usize = 200;
/// Most letters of a bar in a terminal.
const BAR: u64 = 30;

/// A line of growth: the total after each batch, from 0 on.
pub struct Chart {
    /// From the left and from above.
    points: Vec<(u64, u64)>,
    /// The attribute `points` of the line.
    pub line: String,
    /// The same, closed along the lower edge.
    pub area: String,
    /// The largest total.
    pub top: u64,
    pub width: u64,
    pub height: u64,
}

impl Chart {
    pub fn new(batches: &[BatchCounts]) -> Self {
        let totals: Vec<u64> = [0].into_iter().chain(batches.iter().map(|batch| batch.tally.total())).collect();
        let top = totals.iter().copied().max().unwrap_or(0);
        let last = totals.len() - 1;
        let count = totals.len().min(MAX_POINTS);
        let point = |point| {
            // The first and the last batch are always among them.
            let index = point * last / (count - 1).max(1);
            let x = WIDTH * index as u64 / (last as u64).max(1);
            (x, HEIGHT - HEIGHT * totals.get(index).copied().unwrap_or(0) / top.max(1))
        };
        let points: Vec<_> = (0..count).map(point).collect();
        let line = points.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ");
        Self { points, area: format!("0,{HEIGHT} {line} {WIDTH},{HEIGHT}"), line, top, width: WIDTH, height: HEIGHT }
    }

    /// From the left and from below, both from 0 to 1.
    pub fn fractions(&self) -> Vec<(f32, f32)> {
        let part = |length: u64, whole: u64| length as f32 / whole as f32;
        self.points.iter().map(|(x, y)| (part(*x, WIDTH), part(HEIGHT - y, HEIGHT))).collect()
    }
}

/// A bar for each number, the longest one for the largest.
pub fn bars(numbers: &[u64]) -> Vec<String> {
    let top = numbers.iter().copied().max().unwrap_or(0).max(1);
    let bar = |number: &u64| {
        let length = (number * BAR).div_ceil(top);
        "█".repeat(length as usize)
    };
    numbers.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use undersign_client_lib::audit::BatchCounts;
    use undersign_protocol::tally::Tally;

    use super::{Chart, bars};

    fn batches(totals: impl IntoIterator<Item = u64>) -> Vec<BatchCounts> {
        let batch = |signatures| BatchCounts {
            signatures,
            withdrawals: 0,
            tree_size: 1,
            tally: Tally { signatures, withdrawals: 0, issued: signatures },
        };
        totals.into_iter().map(batch).collect()
    }

    #[test]
    fn a_line_begins_at_nothing_and_ends_at_the_total() {
        let chart = Chart::new(&batches([50, 100]));
        assert_eq!((chart.line.as_str(), chart.top), ("0,160 300,80 600,0", 100));
        assert_eq!(Chart::new(&[]).line, "0,160");
    }

    #[test]
    fn a_long_line_keeps_its_ends_and_has_few_points() {
        let chart = Chart::new(&batches(1..=10_000));
        assert_eq!(chart.line.split(' ').count(), 200);
        assert!(chart.line.starts_with("0,160 ") && chart.line.ends_with(" 600,0"));
    }

    #[test]
    fn what_is_not_nothing_has_a_bar() {
        assert_eq!(bars(&[0, 1, 1_000]).iter().map(|bar| bar.chars().count()).collect::<Vec<_>>(), [0, 1, 30]);
    }
}
