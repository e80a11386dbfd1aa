use std::fmt::Write as _;

/// Rows of one statement where there are many: with five values each it stays below the limits of both engines.
pub(crate) const ROWS: usize = 256;

/// As many items as the next power of two, the last one repeated: statements about many come in a few sizes, which are prepared once
/// for each connection. Only for statements to which the same row twice is the same as once.
pub(crate) fn padded<T>(items: &[T]) -> impl Iterator<Item = &T> {
    let missing = items.len().next_power_of_two() - items.len();
    items.iter().chain(items.last().into_iter().cycle().take(missing))
}

/// Placeholders for [`padded`] rows, `($3, $4), ($5, $6)`; for one column `$3, $4`.
///
/// # Arguments
/// * `items` – as many as there are before they are padded
/// * `columns` – placeholders of each row
/// * `first` – number of the first placeholder
pub(crate) fn placeholders(items: usize, columns: usize, first: usize) -> String {
    let mut text = String::new();
    for row in 0..items.next_power_of_two() {
        let numbers = first + row * columns..first + (row + 1) * columns;
        text += if row > 0 { ", " } else { "" };
        text += if columns > 1 { "(" } else { "" };
        for (place, number) in numbers.enumerate() {
            // Unwrap safety: writing to a string does not fail.
            write!(text, "{}${number}", if place > 0 { ", " } else { "" }).expect("a string takes everything");
        }
        text += if columns > 1 { ")" } else { "" };
    }
    text
}

/// A table of [`padded`] keys, `(VALUES ($2), ($3)) AS wanted`, its one column called `wanted.column1` by both engines. For subqueries that
/// look each key up in a table whose key begins with a petition: PostgreSQL has no statistics of such tables, for those keep values of rows,
/// so for `IN` or a join it takes a petition to have few rows, and reads all of them.
///
/// # Arguments
/// * `items` – as many as there are before they are padded
/// * `first` – number of the first placeholder
pub(crate) fn wanted(items: usize, first: usize) -> String {
    let rows: Vec<String> = (first..first + items.next_power_of_two()).map(|number| format!("(${number})")).collect();
    format!("(VALUES {}) AS wanted", rows.join(", "))
}

/// The items in parts whose sizes are powers of two, for statements to which a row twice is not the same as once.
pub(crate) fn in_powers<T>(mut items: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = items.len().checked_ilog2().map(|power| 1 << power)?;
        let (part, left) = items.split_at(size);
        items = left;
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_padded_to_a_power_of_two_and_have_as_many_placeholders() {
        assert_eq!(padded(&[1, 2, 3]).copied().collect::<Vec<_>>(), [1, 2, 3, 3]);
        assert_eq!(placeholders(3, 2, 2), "($2, $3), ($4, $5), ($6, $7), ($8, $9)");
        assert_eq!(padded(&[7]).count(), 1);
        assert_eq!(placeholders(1, 1, 1), "$1");
        assert_eq!(placeholders(2, 1, 3), "$3, $4");
        assert_eq!(wanted(3, 2), "(VALUES ($2), ($3), ($4), ($5)) AS wanted");
    }

    #[test]
    fn parts_are_powers_of_two_and_leave_nothing_out() {
        let parts: Vec<&[u8]> = in_powers(&[1, 2, 3, 4, 5, 6, 7]).collect();
        assert_eq!(parts, [&[1, 2, 3, 4][..], &[5, 6], &[7]]);
        assert_eq!(in_powers::<u8>(&[]).count(), 0);
    }
}
