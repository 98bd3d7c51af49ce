import Cryptography
import Hummingbird

/// The page that visitors see first.
enum FrontPage {
  /// Its mark-up: everything that runs or paints comes from the platform's own assets.
  static let html = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="description" content="What is on in town: concerts, talks and workshops, gathered from many calendars.">
      <title>Events in town</title>
      <link rel="icon" href="\(Asset.icon.path)" type="image/svg+xml">
      <link rel="stylesheet" href="\(Asset.style.path)">
      <script src="\(Asset.script.path)" defer></script>
    </head>
    <body>
      <header>
        <img src="\(Asset.icon.path)" alt="" width="32" height="32">
        <h1>Events in town</h1>
      </header>
      <main>
        <form role="search" action="/api/events/search" method="get">
          <input type="search" name="q" placeholder="jazz, parsers, sourdough" aria-label="Words to look for">
          <button type="submit">Search</button>
        </form>
        <ol aria-label="Events"></ol>
        <noscript><p>Without scripts: <a href="/api/events">the list of events as data</a>.</p></noscript>
      </main>
      <footer aria-live="polite"></footer>
    </body>
    </html>

    """

  private static let tag = "\"\(SHA256.hex(html.utf8).prefix(16))\""

  /// The answer to `GET /`: a new visitor gets a session.
  static func response(to request: Request, manner: APIManner) -> Response {
    let isKnown = (request.headers[.ifNoneMatch] ?? "").split(separator: ",").contains { candidate in
      let candidate = candidate.drop { $0 == " " }
      return (candidate.hasPrefix("W/") ? candidate.dropFirst(2) : candidate) == tag || candidate == "*"
    }
    var response =
      isKnown
      ? Response(status: .notModified)
      : Response(
        status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
        body: .init(byteBuffer: ByteBuffer(string: html)))
    response.headers[.eTag] = tag
    response.headers[.cacheControl] = manner.sharesFrontPage ? "public, max-age=300" : "private, no-cache"
    if !isKnown, request.headers[.cookie] == nil {
      response.headers[.setCookie] = manner.cookie.field(Accounts.newSession())
    }
    return response
  }
}
