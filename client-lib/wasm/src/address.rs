use undersign_protocol::email_verification::{check_syntax, suggest_domain};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// What can be told about an address before anything is sent.
#[wasm_bindgen]
pub struct AddressCheck {
    is_valid: bool,
    suggestion: Option<String>,
}

#[wasm_bindgen]
impl AddressCheck {
    /// Whether it can be an address. The server looks again, and more closely at domains in other scripts.
    #[wasm_bindgen(getter, js_name = isValid)]
    pub fn is_valid(&self) -> bool {
        self.is_valid
    }

    /// The whole address that was perhaps meant: the same with a common domain that is one slip away. To be offered, never put in
    /// place: only its owner knows.
    #[wasm_bindgen(getter)]
    pub fn suggestion(&self) -> Option<String> {
        self.suggestion.clone()
    }
}

/// Looks an address over, here and now: nothing is sent.
///
/// @param email - as its owner typed it
#[wasm_bindgen(js_name = checkAddress)]
pub fn check_address(email: String) -> AddressCheck {
    let email = Zeroizing::new(email);
    let Ok((local, domain)) = check_syntax(&email) else {
        return AddressCheck { is_valid: false, suggestion: None };
    };
    let near = suggest_domain(&domain.to_ascii_lowercase());
    AddressCheck { is_valid: true, suggestion: near.map(|near| format!("{local}@{near}")) }
}
