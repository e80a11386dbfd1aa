//! Which function stands where in a module. For what it does that is all the same; but a compressor writes what it has just seen in
//! fewer bits, so functions that resemble each other stand side by side: 3 % less to fetch. Functions that are the same stand there once.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;

use anyhow::{Result, anyhow};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, CustomSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

/// Bytes of code that are compared at a time: about two instructions.
const PIECE: usize = 4;

/// A piece that stands in more functions than this says nothing about two of them.
const COMMON: usize = 1_000;

/// Puts a module's functions into another order, those that are the same only once, and leaves out what only tools read.
pub fn by_likeness(module: &[u8]) -> Result<Vec<u8>> {
    let mut module = module.to_vec();
    loop {
        let before = module.len();
        module = rewritten(&module)?;
        // Functions that call others which were the same may be the same now.
        if module.len() >= before {
            return Ok(module);
        }
    }
}

fn rewritten(module: &[u8]) -> Result<Vec<u8>> {
    let (mut imported, mut types, mut bodies) = (0, Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::FunctionSection(section) => types = section.into_iter().collect::<Result<_, _>>()?,
            Payload::CodeSectionEntry(body) => bodies.push(&module[body.range()]),
            _ => {}
        }
    }
    let mut first = HashMap::new();
    let firsts: Vec<usize> = (0..bodies.len())
        .map(|function| *first.entry((types[function], bodies[function])).or_insert(function))
        .collect();
    let mut order = order(&bodies);
    order.retain(|function| firsts[*function] == *function);
    let mut places = vec![0; bodies.len()];
    for (place, function) in order.iter().enumerate() {
        places[*function] = imported + place;
    }
    let places = firsts.iter().map(|first| places[*first]).collect();
    let mut ordered = Module::new();
    let mut reorder = Reorder { imported, order, places };
    reorder.parse_core_module(&mut ordered, Parser::new(0), module).map_err(|error| anyhow!("{error}"))?;
    Ok(ordered.finish())
}

/// Begins with the shortest; each is followed by the one that is most like it of those that are left.
fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let pieces: Vec<BTreeSet<&[u8]>> = bodies.iter().map(|body| body.windows(PIECE).collect()).collect();
    let mut found: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (function, pieces) in pieces.iter().enumerate() {
        for piece in pieces {
            found.entry(piece).or_default().push(function);
        }
    }
    let mut left: BTreeSet<(usize, usize)> =
        bodies.iter().enumerate().map(|(function, body)| (body.len(), function)).collect();
    let mut order: Vec<usize> = Vec::with_capacity(bodies.len());
    let mut shared = vec![0usize; bodies.len()];
    while let Some((_, shortest)) = left.first() {
        let mut alike = BTreeSet::new();
        if let Some(last) = order.last() {
            for function in pieces[*last].iter().map(|piece| &found[piece]).filter(|all| all.len() < COMMON).flatten() {
                shared[*function] += 1;
                alike.insert(*function);
            }
        }
        let pieces_of = |function: usize| pieces[function].len();
        let likeness = |function: usize| {
            let all = order.last().map_or(0, |last| pieces_of(*last)) + pieces_of(function);
            shared[function] as f64 / (all + 1 - shared[function]) as f64
        };
        let is_left = |function: &&usize| left.contains(&(bodies[**function].len(), **function));
        let most = alike
            .iter()
            .filter(is_left)
            .max_by(|one, other| likeness(**one).total_cmp(&likeness(**other)).then(Reverse(one).cmp(&Reverse(other))));
        let next = *most.unwrap_or(shortest);
        alike.iter().for_each(|function| shared[*function] = 0);
        left.remove(&(bodies[next].len(), next));
        order.push(next);
    }
    order
}

struct Reorder {
    imported: usize,
    /// Which function comes next, not counting those that are imported.
    order: Vec<usize>,
    /// The new index of each.
    places: Vec<usize>,
}

impl Reencode for Reorder {
    type Error = Infallible;

    fn parse_custom_section(&mut self, _: &mut Module, _: CustomSectionReader<'_>) -> Result<(), Error<Infallible>> {
        Ok(())
    }

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Infallible>> {
        let own = (function as usize).checked_sub(self.imported);
        Ok(own.map_or(function, |own| self.places[own] as u32))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for function in &self.order {
            functions.function(types[*function]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for function in self.order.clone() {
            self.parse_function_body(code, bodies[function].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, ExportKind, ExportSection, Function, FunctionSection, Module, TypeSection, ValType,
    };
    use wasmparser::{Operator, Parser, Payload};

    use super::{by_likeness, order};

    #[test]
    fn what_is_alike_stands_side_by_side() {
        let bodies = ["a first function", "something else entirely", "a second function", "it is something else"];
        assert_eq!(order(&bodies.map(str::as_bytes)), [0, 2, 3, 1]);
    }

    #[test]
    fn functions_that_are_the_same_stand_there_once_and_calls_still_arrive() {
        let module = by_likeness(&two_that_are_the_same_and_one_that_calls_the_second()).unwrap();
        let (mut exported, mut bodies) = (0, Vec::new());
        for payload in Parser::new(0).parse_all(&module) {
            match payload.unwrap() {
                Payload::ExportSection(section) => exported = section.into_iter().next().unwrap().unwrap().index,
                Payload::CodeSectionEntry(body) => bodies.push(body.get_operators_reader().unwrap().read().unwrap()),
                _ => {}
            }
        }
        assert_eq!(bodies.len(), 2);
        let Operator::Call { function_index } = bodies[exported as usize] else { panic!("the caller is exported") };
        assert_eq!(bodies[function_index as usize], Operator::I32Const { value: 7 });
    }

    fn two_that_are_the_same_and_one_that_calls_the_second() -> Vec<u8> {
        let (mut types, mut functions, mut code) = (TypeSection::new(), FunctionSection::new(), CodeSection::new());
        types.ty().function([], [ValType::I32]);
        for call in [None, None, Some(1)] {
            functions.function(0);
            let mut function = Function::new([]);
            match call {
                Some(callee) => function.instructions().call(callee).end(),
                None => function.instructions().i32_const(7).end(),
            };
            code.function(&function);
        }
        let mut exports = ExportSection::new();
        exports.export("calls", ExportKind::Func, 2);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&exports).section(&code);
        module.finish()
    }
}
