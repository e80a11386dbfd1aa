use undersign_protocol::email_verification::{Code, check_syntax};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use super::Journey;
use super::state::{State, rejected};
use crate::answer::Answer;
use crate::arguments;
use crate::error::{ClientError, ErrorKind};
use crate::request::Outgoing;

#[wasm_bindgen]
impl Journey {
    /// Asks for a mail with a link and a code. May be repeated, also with another address: the first confirmation stands.
    ///
    /// @param email - as its owner typed it; the journey does not keep it
    /// @param locale - language of the mail: `en`, `ru`
    /// @throws ClientError `address-not-valid`, `argument`; `step` unless Prepared
    #[wasm_bindgen(js_name = verificationRequest)]
    pub fn verification_request(&self, email: String, locale: &str) -> Result<Outgoing, ClientError> {
        let email = Zeroizing::new(email);
        let State::Prepared(prepared) = self.state() else { return Err(ClientError::step()) };
        check_syntax(&email).map_err(|error| ClientError::new(ErrorKind::AddressNotValid, error.to_string()))?;
        Ok(prepared.verification_request(email.trim(), &arguments::language(locale)?).into())
    }

    /// Takes the answer. It is the same whether a mail goes out or a limit holds it back.
    ///
    /// @throws ClientError `address-not-valid`, `answer`; `step` unless Prepared
    #[wasm_bindgen(js_name = verificationAnswered)]
    pub fn verification_answered(&mut self, answer: Answer) -> Result<(), ClientError> {
        self.step_from(|state| match state {
            State::Prepared(prepared) => match prepared.verification_answered(answer.response()) {
                Ok(prepared) => (State::Prepared(prepared), Ok(())),
                Err(error) => rejected(error, State::Prepared),
            },
            other => other.without(),
        })
    }

    /// Sends the code from the newest mail.
    ///
    /// @param code - eight digits, with or without dashes and spaces
    /// @throws ClientError `code-form`; `step` unless Prepared, and where no mail was asked for from here
    #[wasm_bindgen(js_name = codeRequest)]
    pub fn code_request(&self, code: String) -> Result<Outgoing, ClientError> {
        let code = Zeroizing::new(code);
        let State::Prepared(prepared) = self.state() else { return Err(ClientError::step()) };
        let code: Code =
            code.trim().parse().map_err(|_| ClientError::new(ErrorKind::CodeForm, "a code is eight digits"))?;
        prepared.confirm_with_code(&code).map(Outgoing::from).ok_or_else(ClientError::step)
    }

    /// Takes the answer to a code: the address is confirmed, and the journey Confirmed.
    ///
    /// @throws ClientError `wrong-code`, `attempts-exhausted`, `verification-not-valid`, `use-the-link`, `confirmed-by-another`,
    /// `answer`; `step` unless Prepared
    #[wasm_bindgen(js_name = codeAnswered)]
    pub fn code_answered(&mut self, answer: Answer) -> Result<(), ClientError> {
        self.step_from(|state| match state {
            State::Prepared(prepared) => match prepared.code_answered(answer.response()) {
                Ok(confirmed) => (State::Confirmed(confirmed), Ok(())),
                Err(error) => rejected(error, State::Prepared),
            },
            other => other.without(),
        })
    }
}
