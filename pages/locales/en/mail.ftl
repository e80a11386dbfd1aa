# The mail. It names no petition and no organiser.

mail-subject = { $code } is your code
mail-hello = Hello,
mail-you-asked = you asked for this code on a page where you entered your address:
mail-type-or-open =
    Type it on that page. Or open this link in any browser, and type the
    two-digit number from the page where you began:
mail-how-long = Code and link work for 24 hours. Give them to nobody.
mail-not-you =
    If you did not ask for this, do nothing: without the two-digit number
    nobody can go on. This mail was sent by a machine; answers are not read.
