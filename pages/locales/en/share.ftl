# Telling others. Nobody is pushed: to share is to show what one thinks.

share-title = Tell others
share-danger = Sharing shows that you support this petition. Whoever sees what you send can tell that it came from you. Your signature counts without it.
share-ways = Link, code to photograph, lines for your own site
share-link = The link
share-link-label = Link to this petition
share-copied = Copied.
share-services = These open another service, which then sees what you send. Nothing of theirs is loaded here.
share-mail = Mail
share-code = A code to photograph
share-code-what = The link as a code, for a poster or another phone.
share-embed = For your own site
share-embed-text = A link alone. It loads nothing:
share-embed-badge = A picture with the count. It is loaded from this server, which keeps nothing of who loads it:
share-badge-alt = The count as a picture
share-embed-number = The count as a number, for your own programs:
