use super::with;
use crate::evil::{Lie, World};

/// Entry 0, and two batches of these tokens.
fn two_batches(world: &World, first: &[usize], second: &[usize]) -> Vec<Vec<u8>> {
    let batch = |tokens: &[usize]| world.batch(6, tokens.iter().map(|number| world.signature(*number)).collect());
    [vec![world.manifest.clone()], batch(first), batch(second)].concat()
}

/// The young log without one of its entries, grown.
pub fn dropped(world: &World) -> Vec<Vec<u8>> {
    two_batches(world, &[0, 1], &[3, 4])
}

/// The young log with another entry in the place of one, grown.
pub fn replaced(world: &World) -> Vec<Vec<u8>> {
    two_batches(world, &[0, 1, 4], &[3])
}

/// The entries of the young log in another order, and one more.
pub fn reordered(world: &World) -> Vec<Vec<u8>> {
    two_batches(world, &[0, 3], &[1, 2])
}

/// What the young log was at its beginning.
pub fn replayed(world: &World) -> Vec<Vec<u8>> {
    world.young()[..1].to_vec()
}

/// Another log of the young one's size.
pub fn fork(world: &World) -> Vec<Vec<u8>> {
    let batch = world.batch(3, [0, 1, 4].map(|number| world.signature(number)).to_vec());
    [vec![world.manifest.clone()], batch].concat()
}

/// The total of the young log beside another one of the same size.
pub fn total_of_another(world: &World) -> Lie {
    let path = format!("/v1/petitions/{}/total", world.petition.petition_id());
    let mut answers = world.operator.log(&fork(world));
    answers.insert(path.clone(), world.operator.log(&world.young()).remove(&path).expect("a total"));
    with(answers)
}
