# The page behind the mailed link. It names no petition, no organiser and no service.

confirm-title = Confirm your address
confirm-label = The two-digit number on the page where you began
confirm-button = Confirm
confirm-not-you = If you did not begin anything, close this page: nothing will happen.
confirm-done-title = Your address is confirmed
confirm-done-text = Go back to the page where you began: it has been waiting and goes on by itself. You can close this one.
confirm-done-gone = Is that page gone, and does it not go on when you open it again in the same browser? Then begin again there: nothing was used up.
confirm-back = Back to the page where I began
confirm-went-on = The page where you began has gone on by itself and does not need you any more. What became of it stands there.
confirm-over-title = This does not work
confirm-wrong-number = This is not the number. It is shown on the page where you began. If you did not begin anything, close this page.
confirm-number-form = The number has two digits, for example 07.
confirm-exhausted = The number was wrong five times, so this link no longer works. Go back to the page where you began and ask for a new mail.
confirm-by-another = This was confirmed from another mailbox already. Nothing of yours was used up. Go back to the page where you began and start again.
confirm-not-valid = This link no longer works. Links live for 24 hours. Go back to the page where you began and ask for a new mail.
confirm-read-only = Nothing can be confirmed for a while. Nothing is lost: keep the mail and open its link again later.
confirm-not-understood = Your browser has sent something that this page does not understand. Open the link in the mail once more.
