use anyhow::Result;
use wasm_encoder::{CustomSection, Module, RawSection};
use wasmparser::{Parser, Payload};

/// Where compilers say which features of WebAssembly a module may use; wasm-bindgen goes by it.
const SECTION: &str = "target_features";

/// The same module, announcing no features: a list of none. What Rust compiles has neither references nor functions with several
/// results; they come from wasm-bindgen, where the compiler says that they may be there.
pub fn unannounced(module: &[u8]) -> Result<Vec<u8>> {
    let mut out = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if matches!(&payload, Payload::CustomSection(section) if section.name() == SECTION) {
            out.section(&CustomSection { name: SECTION.into(), data: [0].as_slice().into() });
        } else if let Some((id, range)) = payload.as_section() {
            out.section(&RawSection { id, data: &module[range] });
        }
    }
    Ok(out.finish())
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{CustomSection, Module, TypeSection};

    use super::unannounced;

    #[test]
    fn only_the_announcement_is_another() {
        let module = |features: &[u8]| {
            let mut module = Module::new();
            let mut types = TypeSection::new();
            types.ty().function([], []);
            module.section(&types);
            for (name, data) in [("target_features", features), ("producers", b"\0")] {
                module.section(&CustomSection { name: name.into(), data: data.into() });
            }
            module.finish()
        };
        assert_eq!(unannounced(&module(b"\x01+\x0amultivalue")).unwrap(), module(b"\0"));
    }
}
