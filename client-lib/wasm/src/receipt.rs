use undersign_protocol::redemption::{RECEIPT_FILE_NAME, RECEIPT_MEDIA_TYPE, Receipt as Kept};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::bytes::Uint8Array;

/// What somebody keeps who asks for it: with it they can see later that their signature is counted, and take it back. Whoever finds it
/// sees that its holder signed, and can take the signature back too. Call `free()` when it was shown: that wipes it.
#[wasm_bindgen]
pub struct Receipt(Kept);

#[wasm_bindgen]
impl Receipt {
    /// All of it, as a small file of JSON.
    #[wasm_bindgen(getter)]
    pub fn file(&self) -> Uint8Array {
        Uint8Array::new(&self.0.encode())
    }

    /// A name for the file that says nothing of the petition: lists of downloads outlive the file.
    #[wasm_bindgen(getter, js_name = fileName)]
    pub fn file_name(&self) -> String {
        RECEIPT_FILE_NAME.to_owned()
    }

    /// The file's media type.
    #[wasm_bindgen(getter, js_name = mediaType)]
    pub fn media_type(&self) -> String {
        RECEIPT_MEDIA_TYPE.to_owned()
    }

    /// The part that takes the signature back, as a short text. It is no link.
    // Made of JavaScript's strings at once: a `String` would leave a copy behind that is not wiped.
    #[wasm_bindgen(getter, unchecked_return_type = "string")]
    pub fn code(&self) -> JsValue {
        JsValue::from_str(&self.0.withdrawal_code().to_text())
    }
}

impl From<Kept> for Receipt {
    fn from(receipt: Kept) -> Self {
        Self(receipt)
    }
}
