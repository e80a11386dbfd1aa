# What is protected and what is not; leaving at once; wiping. Every promise stands beside its limit.

exit = Leave quickly
forget-everything = Forget everything on this device

safety-protected = Protected
safety-link-limit = But what if somebody watches while you sign?
safety-loads = These pages load nothing from anybody else, and the server keeps no network addresses.
safety-count = Your signature is counted once. You can check that yourself, on the page of the petition.
safety-relays = Your signature is handed in through a relay that other people run. The relay does not see what is in it, and the server does not see where it comes from.
safety-relays-limit = The page itself is still loaded from the server directly.
safety-not = Not protected
safety-other-machine = Some petitions keep one of the keys on a second machine. A seized server alone cannot test addresses then, and the petition's page says so.
safety-watched = Whoever watches this server live sees when you confirm your address, and when a signature comes.
safety-watched-now = While a hundred people an hour sign at once, he guesses right for 99 of 100.
safety-watched-later = Where people hand in their signatures on another day, he guesses right for fewer than 1 of 100. While only ten people an hour sign, it is 5 of 100.
safety-watched-limit = These numbers come from a model and are no promise. Somebody who knows more about you guesses better. The first signatures of a petition are easier to guess.
safety-not-device = Whoever looks through your device can find this site in the browser's history.
safety-not-page = You trust this site's operator that the page is honest. The command-line program does not depend on it.
safety-not-forced = Somebody who forces you to keep a code can see with it that you signed. Keep none, and there is none.
safety-exit = The button “Leave quickly” is on every page. With JavaScript, pressing Escape three times does the same. The page goes blank at once, and another site opens in its place.
safety-exit-limit = Pages that you opened here before stay in the browser's history.

forget-site = This wipes what this site keeps in this browser: signings that were begun, and files that were loaded.
forget-begun = A signing that was begun and not finished is lost. Its address may not get a second chance.
forget-done = Forgotten
forget-done-text = This browser was told to wipe all that this site has kept in it.
forget-by-hand = What no page can wipe
forget-history = The history: open it in your browser, look for the name of this site, and delete it.
forget-mail = The mail with the code: delete it, and empty the bin.
forget-kept = A code, file or picture that you have kept of your signature.
forget-private = In a private window the browser forgets the history by itself, once you close it.
