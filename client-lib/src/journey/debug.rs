use std::fmt::{Debug, Formatter, Result};

use super::{Confirmed, Prepared, Signed, TokenHeld};

/// States hold secrets: they print their names and nothing else.
macro_rules! print_name_only {
    ($($state:ident),+) => {$(
        impl Debug for $state {
            fn fmt(&self, f: &mut Formatter<'_>) -> Result {
                f.write_str(concat!(stringify!($state), "(…)"))
            }
        }
    )+};
}

print_name_only!(Prepared, Confirmed, TokenHeld, Signed);
