import Facts
import HTTPExchange

/// What one question about a route came to.
struct Sight: Sendable {
  /// The nature of the answer.
  enum Verdict: String, Sendable, CaseIterable {
    /// 2xx with content of its own, or without any.
    case open
    /// 401, 403 or 407.
    case refused
    /// 2xx whose content says that the request was refused.
    case refusedInContent
    /// A redirect to where people log in.
    case redirectedToLogin
    /// A page with a field for a password.
    case loginPage
    /// A redirect to somewhere else.
    case redirected
    /// The same page that every made-up path gets.
    case catchAll
    /// 404 or 410.
    case notFound
    /// Looks as if there were no such thing to whoever lacks the credentials, while there is.
    case hidden
    /// 400, 405, 501 and others that say nothing about credentials.
    case rejected
    /// 5xx but 501 and 503.
    case failing
    /// 429 or 503: somebody else answered, a rate limiter or a proxy without a server.
    case limited
    /// No answer.
    case silent
    /// Nothing was asked: the server did not prove who it is.
    case withheld
  }

  var verdict: Verdict
  /// Nil without an answer.
  var status: Int?
  /// Where a redirect leads.
  var location: HTTPURL?
  /// Why there was no answer.
  var reason: String?
  /// The answer names an authentication scheme in `WWW-Authenticate`.
  var namesScheme = false
  /// What the content is like; nil without an answer.
  var likeness: Likeness?

  /// An answer in words: `302 to /login`.
  var statement: String {
    guard let status else { return reason ?? "no answer" }
    let place = location.map { " to \($0.path.bounded(200))" } ?? ""
    let nature =
      switch verdict {
      case .loginPage: " with a login form"
      case .refusedInContent: " with content that refuses"
      case .catchAll: " with the page for any path"
      default: ""
      }
    return "\(status)\(place)\(nature)"
  }

  /// Whether whoever asked was kept out; nil where the answer does not decide it.
  var refused: Bool? {
    switch verdict {
    case .refused, .refusedInContent, .redirectedToLogin, .loginPage, .hidden: true
    case .open: false
    default: nil
    }
  }

  /// Why the answer does not decide whether whoever asked was kept out.
  var doubt: String {
    switch verdict {
    case .redirected: "\(statement): it is not known whether that is a refusal"
    case .catchAll: "it is answered like any made-up path"
    case .notFound: "\(statement): nothing shows that there is such a route"
    case .rejected: "\(statement): the request was refused before, or for another reason than, its credentials"
    case .failing: "the server fails with \(statement)"
    case .limited: "a rate limiter or a proxy answered \(statement) instead of the service"
    case .withheld: "no token was sent: the server did not prove who it is"
    default: statement
    }
  }
}

extension Sight {
  /// Reads a reply. `isCatchAll` tells whether an answer is what made-up paths get.
  init(
    _ reply: Interview.Reply, to url: HTTPURL, login: LoginSigns, isCatchAll: (HTTPResponse) throws(CalledOff) -> Bool
  ) throws(CalledOff) {
    switch reply {
    case .withheld: self.init(verdict: .withheld)
    case .none(let reason): self.init(verdict: .silent, reason: reason)
    case .answered(let response, let from):
      let status = response.status ?? 0
      self.init(verdict: .rejected, status: status)
      namesScheme = !(response.fields?["www-authenticate"].allSatisfy { $0.trimmed.isEmpty } ?? true)
      likeness = Likeness(response, to: String(url.path))
      switch status {
      case 200..<300:
        if LoginSigns.hasPasswordField(response) {
          verdict = .loginPage
        } else if try isCatchAll(response) {
          verdict = .catchAll
        } else {
          verdict = RefusalInContent.isIn(response) ? .refusedInContent : .open
        }
      case 300..<400:
        location = Interview.redirect(of: response, from: from)
        guard let location else { return }
        verdict = login.isLogin(location, from: from) ? .redirectedToLogin : .redirected
      case 401, 403, 407: verdict = .refused
      case 404, 410: verdict = .notFound
      case 429, 503: verdict = .limited
      // A method that the server does not know is refused, not failed on.
      case 501: break
      case 500...: verdict = .failing
      default: break
      }
    }
  }
}
