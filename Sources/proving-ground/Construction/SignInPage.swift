/// The page on which people sign in, served by the edge itself.
struct SignInPage: Sendable {
  /// Its path.
  static let path = "/sign-in"

  /// What else it brings in, as mark-up; nothing of that is needed.
  var extra = ""
  /// Where its form is sent.
  var action = "/api/login"
  /// Whether the plain port serves it too.
  var isOnPlainPort = false

  /// A script of another host, asked for without encryption.
  static let plainScript = #"<script src="http://scripts.example/counter.js"></script>"#
  /// A picture of another host, asked for without encryption.
  static let plainPicture = #"<img src="http://pictures.example/stage.jpg" alt="">"#

  /// The location that serves it.
  var location: String {
    let page =
      #"<!DOCTYPE html><html lang="en"><head><title>Sign in</title></head><body>"#
      + #"<form action="\#(action)" method="post"><input name="name" autocomplete="username">"#
      + #"<input type="password" name="password" autocomplete="current-password"><button>Sign in</button></form>"#
      + extra + "</body></html>"
    return """
      location = \(Self.path) {
            types {} default_type text/html; include fields.conf; add_header Cache-Control no-store always;
            return 200 '\(page)';
          }
      """
  }
}
