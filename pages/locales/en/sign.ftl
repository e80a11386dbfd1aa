# The sign section of the petition's page. Plain words; one thought a sentence; what to do next.

sign-section = Sign this petition
sign-title = Sign

sign-step-mail = You confirm an e-mail address, so that nobody signs twice.
sign-step-token = Your browser turns that into a signature without a name. Nobody can tell which address it came from, not even the server.
sign-step-count = The signature is counted in public. Anyone can recount.

bundle-sentence = So that nobody learns which petition you came for, your browser asks for all { $count } open ones at once. This address can then sign the others right after this one, on this device, or not at all.
bundle-run = Ask for all together (safer)
bundle-only = Only this one: whoever seizes the server can see that this address asked for this petition
bundle-alone = No other petition is open now. Whoever seizes the server and its keys can find out whether an address that they guess has asked here. Whether it signed, they cannot.

begin-button = Sign
begin-hint = It takes about two minutes. You need to be able to read your mail.

protects-summary = What is protected, and what is not
protects-link = Your address and your signature cannot be joined, even by someone who seizes the server with everything that is stored.
protects-mail = The mail names no petition and no organiser. The organiser never gets your address.
protects-not-asking = Not protected: that your address asked for something here. Until the petitions close, someone with the server and its keys can test addresses that they guess.
protects-not-asking-evaluator = Not protected: that your address asked for something here. But a seized server alone cannot test addresses that somebody guesses. A second machine elsewhere has to help, slowly, and it can be switched off.
protects-not-network = Not protected: your network sees that you visited this site. Use Tor Browser or a VPN if that is dangerous.
protects-not-mailbox = Not protected: whoever can read your mailbox sees the mail. Choose a mailbox that nobody else can read.

in-app-title = Open this page in your browser
in-app-why = This window belongs to another app. It may forget what you began while you look for the mail, and the app can see what you type. Copy the link and open it in your usual browser.
in-app-label = Link to this page
copy-button = Copy the link
continue-here = Go on here all the same

address-title = Your e-mail address
address-why = Your signature request is ready in this browser. One mail now shows that the address is yours.
address-label = E-mail address
address-hint = Not the mailbox of your work or university: they can read it. The mail names no petition. The address leaves the server with the mail, and your browser does not keep it.
mailbox-russia = The Russian state can have mailboxes of this provider read. It would see that somebody asked for a code, and not for what. If you have a mailbox elsewhere, use that one. You can also go on with this one.
mailbox-belarus = The Belarusian state can have mailboxes of this provider read. It would see that somebody asked for a code, and not for what. If you have a mailbox elsewhere, use that one. You can also go on with this one.
send-mail = Send the mail
keep-waiting = Go on waiting for the first mail
please-wait = Please wait: your device works for a moment, so that nobody can flood this site. You need not do anything.
stop-and-forget = Stop and forget

waiting-title = Look into your mail
code-label = Code from the mail
code-hint = Eight digits; with the last one they are sent. They are in the subject line: you need not leave this page, a glance at the notification is enough.
send-code = Confirm
link-title = Or open the link in the mail
link-text = In any browser, on any device. It asks for this number:
waiting-status = This page is waiting and goes on by itself.
later-choice = Finish later: safer, if you come back
later-hint = Whoever watches the server live can match mail and signature by their times. Waiting makes that much harder. Come back to this page once more, or you are not counted.
later-limit = How much harder
late-where = No mail yet? Look into the folders for spam and promotions too. Some providers take a few minutes.
one-more-text = Your device can also do a little work, and then one more mail is sent.
one-more = Ask for one more mail
late-why = Still nothing? It can be one of these:
late-typo = There is a typing error in the address.
late-provider = The provider holds back mail from senders that it does not know.
late-limit = Today's limit of mails for this address, its provider or your network is used up. Nobody is told which, so that nobody can find out who signs here. Tomorrow it works again.
another-address = Use another address
waiting-come-back = You can close this page and come back to it in this browser within a day. In a private window, keep it open: closing it loses what you began.
forget-what = What this browser keeps of your signing is wiped. If the address was not confirmed yet, nothing is used up and you can begin again at any time. If it was, this address may not get a second chance.
forget-button = Wipe it now

holding-title = Your signature is ready
holding-text = So that nobody can match it with the mail by its time, it is handed in later. Open this page again in this browser, or leave it open, at:
holding-hint = No address is involved any more.
holding-if-not = If you never come back, your signature does not count. After 14 days this browser wipes it.
reminder = Reminder for my calendar
reminder-hint = A file with a time and one word. It names neither the petition nor this site.
reminder-word = Reminder
finish-now = Hand it in now after all
kept-text = You kept it on this device. Nothing is handed in before you press the button.
forget-token = Your signature is wiped before it was handed in. It cannot be made again: this address then cannot sign this petition.

handing-in-title = Nearly done
handing-in-text = The address is confirmed. Your browser is handing in the signature, without the address …

relays-down-title = Not handed in yet
relays-down-what = Your browser hands this in through a relay that other people run. So the server does not see your network address. None of the relays answers now.
relays-down-waiting = Nothing is lost. This page tries again by itself every half minute.
relays-again = Try again now
relays-direct-summary = Send it without a relay
relays-direct-means = The server can then see which network address this comes from. It does not keep it. Whoever watches the server or your network at this moment can.
relays-direct = Yes, send it directly

done-title = Accepted
done-promised = Your signature will be in the public count by
done-counted = Your signature is in the public count. This page has checked that in the log.
done-too-long = Your signature should be in the public count now. The log is too long to be read on this page; the command-line program can check it.
done-promise-broken = By this device's clock your signature should be in the public log now, and it is not. The server promised it in writing. If the clock is right, please tell the organiser.
done-log = Your signature was accepted. But the public log is not what it was a moment ago, or not what the server has signed. This page goes on looking. If it stays so, please tell the organiser.
done-wiped = What this browser kept of your signing is wiped. The visit may still stand in your browser's history.
done-share = Tell others, if that is safe for you
others-title = Sign the others too?
others-text = Your browser has a signature ready for each. They are on this page alone: once you leave it, this address cannot sign them any more.
others-sign = Sign
others-sign-label = Sign: { $title }
keep-summary = Keep them on this device instead
keep-danger = Whoever opens this browser then sees that you signed, and which petitions you have not signed. They are wiped after 14 days.
keep-button = Keep them
others-signed = Signed
others-forget = No, wipe the rest

stopped-title = This did not work
try-again = Try again
begin-again = Begin again

no-client-text = On this page you can read the petition. To sign, use the command-line program.
unsupported-text = This browser is too old to sign, or WebAssembly is switched off in it. Use another browser, or the command-line program.
not-open-title = Signing
no-script = JavaScript is switched off, so this page cannot sign: the signature has to be made on your device. Use the command-line program:
other-ways = Sign from the command line
cli-text = The command-line program does the same as this page, over Tor if you like, and checks everything. With this link it also makes sure that you see the same petition as everyone:

message-network = There is no connection to the server. Nothing is lost. Check the network; you can try again at any time.
message-unavailable = The server cannot do this now. Nothing is lost. Try again in a minute.
message-read-only = Signing is paused for a while. Nothing is lost. You can read everything, and sign later.
message-internal = Something went wrong on the server. Nothing of yours is lost. Try again in a minute.
message-too-many-requests = The server is asked very much just now. Nothing is lost. Wait some minutes and try again.
message-unexpected = The server gave an answer that makes no sense here. Reload the page and try again; tell the organiser if it stays so.
message-storage-blocked = This browser keeps nothing for this page. You can sign, but keep the page open until the end. If you close or reload it, you have to begin again.
message-forgotten = Forgotten. Nothing of it is left on this page.
message-elsewhere = This signing was finished or forgotten in another tab of this browser.
message-copied = Copied. Now open your browser and paste the link there.
message-copy-by-hand = The link is selected. Copy it with your phone's menu.
message-check = Do not sign here. What this server shows of the petition does not fit together. The signature might not count or might not be safe. Nothing was sent. Tell the organiser.
message-not-open = This petition cannot be signed now. Nothing was sent.
message-not-yet-open = The petition is not open yet. Nothing was used up. Come back when it opens.
message-unknown-petition = There is no such petition on this server any more.
message-address-not-valid = This is not a complete e-mail address. Check it for typing errors.
message-mail-provider-refused = Addresses of this provider are not taken here. Use another address. Nothing is lost.
message-proof-required = Very many people ask just now, and your device could not finish its work. Nothing is lost. Wait some minutes and try again.
message-one-more = Type your address once more. Then your device works for some seconds.
message-code-form = The code has eight digits, for example 1234-5678.
message-wrong-code = This is not the code. Look at the newest mail. After five wrong tries you need a new mail.
message-attempts-exhausted = There were too many wrong tries. Ask for a new mail with “Use another address”; it may be the same one.
message-verification-not-valid = This code is no longer valid. Ask for a new mail with “Use another address”; it may be the same one.
message-use-the-link = Codes cannot be taken just now. Open the link in the mail instead; this page notices.
message-confirmed-by-another = This request was confirmed from another mailbox before. Nothing was used up. Begin again.
message-not-confirmed = The server keeps a confirmation for two days and has forgotten yours. Nothing is lost: enter the same address once more.
message-token-request-not-valid = One of the petitions has closed since you began. Nothing was used up. Begin again.
message-already-issued = This address was used for this petition before. Either it has signed, or a signing was begun on another device or in another browser. Go on there if you can. An address gets one chance, and no second one. If it was not you, somebody else can read this mailbox. Another address of yours can still sign.
message-spoiled = The server's answer was not a valid signature. Nothing was signed. It is not tried again, because a second answer could be used to recognise you. Please tell the organiser: the server is broken, or it tries to mark people.
message-too-early = It is too early to hand in the signature. Check this device's clock.
message-token-not-valid = The server does not take the signature. It is kept here: try again later, and tell the organiser if it stays so.
message-nonce-used = Another signature with the same number was handed in before. That does not happen by chance. Please tell the organiser.
message-withdrawn = This signature was withdrawn before. That is final.
message-closed = The petition is closed. Nothing more is taken.
message-promise = The signature was handed in, but the server's promise to count it is not valid. It is kept here. Check this device's clock, try again, and tell the organiser if it stays so.
message-damaged = What this browser kept of your signing is damaged and cannot be used. Begin again. If the address had been confirmed, it may not get a second chance.
message-version = What this browser kept of your signing was written by a newer version of this page. Reload the page.
message-other-under-way = You have begun to sign that petition in this browser already. Open its page to go on.
message-other-later = Ready. That petition takes signatures on another day: open its page again in this browser then.
message-others-kept = Kept. To sign one of them, open its page in this browser.
message-suggestion = Did you perhaps mean the address below? Press it to use it. If yours is right, press the button once more.
