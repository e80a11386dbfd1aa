use crate::piece::Piece;

/// A piece, and how far below the upper edge of the text it stands.
pub type Placed = (f32, Piece);

/// Pieces on pages. What keeps together does, unless it is higher than a page.
pub fn pages(pieces: Vec<Piece>, height: f32) -> Vec<Vec<Placed>> {
    let mut pages: Vec<Vec<Placed>> = vec![Vec::new()];
    let mut used = 0.0;
    for group in groups(pieces) {
        let needed: f32 = group.iter().map(|piece| piece.before + piece.height).sum();
        let is_too_high = needed - group.first().map_or(0.0, |first| first.before) > height;
        let mut must_turn = !is_too_high && used + needed > height;
        for piece in group {
            must_turn |= is_too_high && used + piece.before + piece.height > height;
            if must_turn && used > 0.0 {
                pages.push(Vec::new());
                used = 0.0;
            }
            must_turn = false;
            let top = if used > 0.0 { used + piece.before } else { 0.0 };
            used = top + piece.height;
            if let Some(page) = pages.last_mut() {
                page.push((top, piece));
            }
        }
    }
    pages
}

fn groups(pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    let mut groups: Vec<Vec<Piece>> = Vec::new();
    let mut keeps = false;
    for piece in pieces {
        let kept = keeps;
        keeps = piece.keeps;
        match groups.last_mut() {
            Some(group) if kept => group.push(piece),
            _ => groups.push(vec![piece]),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::pages;
    use crate::piece::Piece;

    fn shape(pieces: &[(f32, bool)], height: f32) -> Vec<Vec<f32>> {
        let pieces = pieces.iter().map(|(height, keeps)| Piece {
            before: 5.0,
            height: *height,
            keeps: *keeps,
            marks: Vec::new(),
        });
        let tops = |page: Vec<super::Placed>| page.into_iter().map(|(top, _)| top).collect();
        pages(pieces.collect(), height).into_iter().map(tops).collect()
    }

    #[test]
    fn a_page_begins_without_space_and_what_keeps_together_turns_together() {
        assert_eq!(shape(&[(10.0, false), (10.0, false)], 100.0), [[0.0, 15.0]]);
        assert_eq!(shape(&[(60.0, false), (20.0, true), (30.0, false)], 100.0), [vec![0.0], vec![0.0, 25.0]]);
        assert_eq!(shape(&[(60.0, false), (20.0, false), (30.0, false)], 100.0), [vec![0.0, 65.0], vec![0.0]]);
    }

    #[test]
    fn what_is_higher_than_a_page_is_torn_between_pieces() {
        assert_eq!(shape(&[(60.0, true), (60.0, true), (60.0, false)], 100.0), [[0.0], [0.0], [0.0]]);
    }
}
