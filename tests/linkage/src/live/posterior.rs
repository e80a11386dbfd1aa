/// Most rounds of messages, and the change below which no more are needed.
const ROUNDS: usize = 200;
const ENOUGH: f64 = 1e-6;
/// What is subtracted from a sum that it is nearly all of is not lost in rounding.
const LEAST: f64 = 1e-12;

/// How likely it is that each person's token is one of those that came in each cell of time. Each token is one person's; a
/// person may have none.
#[derive(Debug, Clone, Default)]
pub struct Weights {
    /// How many tokens came in each cell, in the order of time. Which of them is whose cannot be told.
    pub cells: Vec<usize>,
    /// Of each person.
    pub people: Vec<Row>,
}

/// What is known of one person.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// The first cell that is possible.
    pub first: usize,
    /// How probable it was for their token to come in each of the cells from there on.
    pub values: Vec<f64>,
    /// How probable it was that none comes.
    pub none: f64,
}

/// What whoever has these weights knows of each person: for each cell the probability that one certain token of it is theirs.
///
/// A pairing is as likely as the product of its weights; what is wanted is, for each pair, the part of the likelihood of all
/// pairings in which it stands together. Exactly, that is a quotient of permanents, which nobody computes for more than some
/// thirty people. Here it comes from belief propagation on the same product (Huang and Jebara 2009; Vontobel, "The Bethe
/// Permanent of a Nonnegative Matrix", 2013, where it is shown that it converges, and to what). Each person tells each token
/// how much it is wanted, given what the other tokens have told; each token answers how little the others want it. Both are
/// ratios, so that one number a pair and direction is enough; tokens of one cell are told the same.
///
/// It is too sure where two people could be exchanged with each other alone: which of both pairings is likelier it knows, not
/// by how much.
pub fn posterior(weights: &Weights) -> Vec<Row> {
    let mut answers: Vec<Vec<f64>> = weights.people.iter().map(|row| vec![1.0; row.values.len()]).collect();
    let mut wants = answers.clone();
    for _ in 0..ROUNDS {
        let mut sums = vec![0.0; weights.cells.len()];
        for ((row, wants), answers) in weights.people.iter().zip(&mut wants).zip(&answers) {
            let all = total(weights, row, answers);
            for (place, want) in wants.iter_mut().enumerate() {
                let own = row.values[place] * answers[place];
                *want = row.values[place] / (all - own).max(all * LEAST).max(f64::MIN_POSITIVE);
                sums[row.first + place] += *want;
            }
        }
        let mut changed: f64 = 0.0;
        for ((row, wants), answers) in weights.people.iter().zip(&wants).zip(&mut answers) {
            for (place, answer) in answers.iter_mut().enumerate() {
                let sum = sums[row.first + place];
                let others = (sum - wants[place]).max(sum * LEAST).max(f64::MIN_POSITIVE);
                changed = changed.max(belief(wants[place] / others) - belief(wants[place] * *answer));
                changed = changed.max(belief(wants[place] * *answer) - belief(wants[place] / others));
                *answer = others.recip();
            }
        }
        if changed < ENOUGH {
            break;
        }
    }
    weights.people.iter().zip(&answers).map(|(row, answers)| beliefs(weights, row, answers)).collect()
}

/// A ratio as a probability.
fn belief(ratio: f64) -> f64 {
    if ratio.is_finite() { ratio / (1.0 + ratio) } else { 1.0 }
}

/// All that could be a person's token, as far as the tokens leave it to them.
fn total(weights: &Weights, row: &Row, answers: &[f64]) -> f64 {
    let cells = weights.cells[row.first..].iter();
    let each = cells.zip(&row.values).zip(answers).map(|((count, value), answer)| *count as f64 * value * answer);
    row.none + each.sum::<f64>()
}

fn beliefs(weights: &Weights, row: &Row, answers: &[f64]) -> Row {
    let all = total(weights, row, answers).max(f64::MIN_POSITIVE);
    let values = row.values.iter().zip(answers).map(|(value, answer)| value * answer / all).collect();
    Row { first: row.first, values, none: row.none / all }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lots::Lots;

    /// The same by going through every pairing: of each person and token.
    fn exact(weights: &Weights) -> Vec<Vec<f64>> {
        let tokens = weights.cells.len();
        let mut found = vec![vec![0.0; tokens]; weights.people.len()];
        let mut chosen = vec![None; weights.people.len()];
        let mut all = 0.0;
        pair(weights, 0, 1.0, &mut vec![false; tokens], &mut chosen, &mut |chosen, likelihood| {
            all += likelihood;
            for (person, token) in chosen.iter().enumerate().filter_map(|(person, token)| Some((person, (*token)?))) {
                found[person][token] += likelihood;
            }
        });
        for value in found.iter_mut().flatten() {
            *value /= all;
        }
        found
    }

    fn pair(
        weights: &Weights,
        person: usize,
        likelihood: f64,
        taken: &mut Vec<bool>,
        chosen: &mut Vec<Option<usize>>,
        found: &mut impl FnMut(&[Option<usize>], f64),
    ) {
        let Some(row) = weights.people.get(person) else {
            if taken.iter().all(|taken| *taken) {
                found(chosen, likelihood);
            }
            return;
        };
        chosen[person] = None;
        pair(weights, person + 1, likelihood * row.none, taken, chosen, found);
        for (place, value) in row.values.iter().enumerate() {
            let token = row.first + place;
            if !taken[token] && *value > 0.0 {
                taken[token] = true;
                chosen[person] = Some(token);
                pair(weights, person + 1, likelihood * value, taken, chosen, found);
                taken[token] = false;
            }
        }
        chosen[person] = None;
    }

    /// People and tokens whose weights are of any size, each person with a token of their own that is possible.
    fn any(seed: u64, people: usize) -> Weights {
        let mut lots = Lots::new(seed);
        let mut weights = Weights { cells: vec![1; people], people: Vec::new() };
        for person in 0..people {
            let first = person.saturating_sub(2);
            let values = (first..(person + 3).min(people)).map(|_| lots.waiting(1.0).powi(3) + 1e-9).collect();
            weights.people.push(Row { first, values, none: 0.05 });
        }
        weights
    }

    #[test]
    fn whoever_guesses_by_it_is_right_as_often_as_whoever_goes_through_all_pairings() {
        let (mut all, mut all_exact) = (0.0, 0.0);
        for seed in 0..400 {
            let weights = any(seed, 1 + seed as usize % 7);
            let (found, exact) = (posterior(&weights), exact(&weights));
            let (mut best, mut best_exact) = (0.0, 0.0);
            for (row, exact) in found.iter().zip(&exact) {
                let guess = (0..row.values.len()).max_by(|one, other| row.values[*one].total_cmp(&row.values[*other]));
                best += guess.map_or(0.0, |guess| exact[row.first + guess]);
                best_exact += exact.iter().copied().fold(0.0, f64::max);
            }
            assert!(best > 0.8 * best_exact, "{best} of {best_exact} with seed {seed}");
            (all, all_exact) = (all + best, all_exact + best_exact);
        }
        assert!(all > 0.99 * all_exact, "{all} of {all_exact}");
    }

    #[test]
    fn where_nothing_tells_everyone_is_as_likely_and_where_one_pairing_is_possible_it_is_certain() {
        let same = Row { first: 0, values: vec![0.3; 6], none: 0.0 };
        for row in posterior(&Weights { cells: vec![1; 6], people: vec![same; 6] }) {
            assert!(row.values.iter().all(|value| (value - 1.0 / 6.0).abs() < 1e-9));
        }
        // The second token can only be the first person's, and so the first one is the second person's.
        let people =
            vec![Row { first: 0, values: vec![0.5, 0.5], none: 0.0 }, Row { first: 0, values: vec![0.5], none: 0.0 }];
        let found = posterior(&Weights { cells: vec![1, 1], people });
        assert!(found[0].values[1] > 0.999 && found[1].values[0] > 0.999, "{found:?}");
    }

    #[test]
    fn tokens_of_one_cell_are_as_tokens_that_are_equally_likely() {
        let row = |values: &[f64]| Row { first: 0, values: values.to_vec(), none: 0.1 };
        let apart = Weights {
            cells: vec![1; 4],
            people: vec![
                row(&[0.4, 0.4, 0.4, 0.1]),
                row(&[0.1, 0.1, 0.1, 0.7]),
                row(&[0.2; 4]),
                row(&[0.3, 0.3, 0.3, 0.9]),
            ],
        };
        let together = Weights {
            cells: vec![3, 1],
            people: vec![row(&[0.4, 0.1]), row(&[0.1, 0.7]), row(&[0.2, 0.2]), row(&[0.3, 0.9])],
        };
        for (apart, together) in posterior(&apart).iter().zip(posterior(&together)) {
            assert!((apart.values[0] - together.values[0]).abs() < 1e-6);
            assert!((apart.values[3] - together.values[1]).abs() < 1e-6);
        }
    }
}
