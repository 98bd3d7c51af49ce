import Facts
import FoundationEssentials
import Hummingbird
import Probing

/// Who is who on the platform: logging in, tokens, and what belongs to whom.
struct Accounts: Sendable {
  private let database: Database
  private let manner: APIManner
  private let key: [UInt8]
  /// How long a token holds, in seconds.
  static let tokenLife = 86_400
  /// The longest a request may wait for the database, in milliseconds.
  private static let patience = 3000

  /// Accounts in a database, with the key that tokens are signed with.
  init(_ database: Database, key: [UInt8], manner: APIManner) {
    self.database = database
    self.key = key
    self.manner = manner
  }

  /// Why somebody is not let in, as an answer.
  private struct Turned: Error {
    var response: Response
  }

  // MARK: Routes

  /// Adds the routes that know people apart.
  func serve(on router: Router<BasicRequestContext>) {
    router.resource("api/login", manner: manner, [.post: { request, _ in await logIn(request) }])
    router.resource("api/logout", manner: manner, [.post: { _, _ in logOut() }])
    router.resource(
      "api/me", manner: manner,
      [
        .get: { request, _ in
          await answer(to: request) { token in
            await one(
              "SELECT json_build_object('id', id, 'name', name, 'role', role) FROM accounts WHERE id = $1::bigint",
              token.account)
          }
        }
      ])
    router.resource(
      "api/users/:id/saved", manner: manner,
      [
        .get: { request, context in
          let wanted = context.parameters.get("id").flatMap { Int($0) }
          return await answer(to: request) { token in
            guard let wanted else { return Server.problem(.badRequest, "an account's id is a number") }
            guard wanted == token.account || manner.showsToEverybody else {
              return Server.problem(.forbidden, "this belongs to somebody else")
            }
            return await one(Queries.saved, wanted)
          }
        },
        .post: { request, context in
          var request = request
          let wanted = context.parameters.get("id").flatMap { Int($0) }
          let body = try? await request.collectBody(upTo: 4096)
          let words = body.flatMap { try? JSONText.parse(Array($0.readableBytesView))["words"]?.string }
          if manner.storesForAnybody { return await save(words ?? "", for: wanted) }
          return await answer(to: request) { token in
            guard wanted == token.account else { return Server.problem(.forbidden, "this belongs to somebody else") }
            guard let words, !words.isEmpty else { return Server.problem(.badRequest, "words are missing") }
            return await save(words, for: wanted)
          }
        },
      ])
    router.resource(
      "api/users/:id/saved/:search", manner: manner,
      [
        .delete: { request, context in
          let (wanted, search) = (context.parameters.get("id"), context.parameters.get("search"))
          return await answer(to: request) { token in
            guard wanted == String(token.account) else {
              return Server.problem(.forbidden, "this belongs to somebody else")
            }
            guard let search = search.flatMap({ Int($0) }) else {
              return Server.problem(.badRequest, "a search's id is a number")
            }
            return await one(Queries.forget, token.account, search)
          }
        }
      ])
    for (path, query) in [("jobs", Queries.jobs), ("accounts", Queries.accounts)] {
      router.resource(
        "api/admin/\(path)", manner: manner,
        [
          .get: { request, _ in
            let isOpen =
              !manner.guardsAdmin || manner.forgetsGuardBehindSlash && request.uri.path.hasSuffix("/")
              || manner.forgetsGuardForHead && request.method == .head
            if isOpen { return await one(query) }
            return await answer(to: request) { token in
              guard token.role == "admin" || !manner.asksForRole else {
                return Server.problem(.forbidden, "this is for administrators")
              }
              return await one(query)
            }
          }
        ])
    }
  }

  /// Nil where somebody proved who they are; else the answer that sends them away.
  func refusal(of request: Request) async -> Response? {
    do {
      _ = try await token(of: request)
      return nil
    } catch {
      return error.response
    }
  }

  // MARK: Who is there

  private func answer(to request: Request, _ body: (AccessToken) async -> Response) async -> Response {
    do {
      var response = await body(try await token(of: request))
      response.headers[.cacheControl] = manner.sharesPrivateAnswers ? "public, max-age=300" : "no-store"
      return response
    } catch {
      return error.response
    }
  }

  private func save(_ words: String, for account: Int?) async -> Response {
    let found = await database.firstValue(
      Queries.save, [account.map(String.init), words], before: Deadline(milliseconds: Self.patience))
    return switch found {
    case .success(let text?): Server.json(text, status: .created)
    case .success(nil): Server.problem(.notFound, "there is no such account")
    case .failure: Server.problem(.serviceUnavailable, "the database does not answer")
    }
  }

  /// Who asks, by a bearer token (RFC 6750) or the session's cookie.
  private func token(of request: Request) async throws(Turned) -> AccessToken {
    if let field = request.headers[.authorization] {
      guard let space = field.firstIndex(of: " "), field[..<space].lowercased() == "bearer" else {
        throw turned(away: "invalid_request")
      }
      if manner.refusesEveryToken { throw turned(away: "invalid_token") }
      do {
        return try AccessToken(
          field[space...].drop { $0 == " " }, key: key, manner: manner.tokens,
          now: Int(Date().timeIntervalSince1970))
      } catch {
        if case .garbled = error, manner.stumblesOverGarbage {
          throw Turned(response: Server.problem(.internalServerError, "something went wrong"))
        }
        throw turned(away: "invalid_token")
      }
    }
    for pair in (request.headers[.cookie] ?? "").split(separator: ";") {
      let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, ["__Host-session", "session"].contains(parts[0]) else { continue }
      let found = await database.firstValue(
        Queries.session, [String(parts[1])], before: Deadline(milliseconds: Self.patience))
      if case .success(let text?) = found, let session = try? JSONText.parse(Array(text.utf8)),
        let account = session["id"]?.integer, let role = session["role"]?.string
      {
        return AccessToken(account: account, role: role, expiresAt: .max)
      }
    }
    throw turned(away: nil)
  }

  private func turned(away error: String?) -> Turned {
    var response = Server.problem(.unauthorized, error == nil ? "log in first" : "the token is not accepted")
    if manner.challenges {
      response.headers[.wwwAuthenticate] = #"Bearer realm="events""# + (error.map { #", error="\#($0)""# } ?? "")
    }
    return Turned(response: response)
  }

  // MARK: Logging in and out

  private func logIn(_ request: Request) async -> Response {
    var request = request
    guard let body = try? await request.collectBody(upTo: 4096),
      let form = try? JSONText.parse(Array(body.readableBytesView)),
      let name = form["name"]?.string, let password = form["password"]?.string
    else { return Server.problem(.badRequest, "name and password are missing") }
    let session = Self.newSession()
    let found = await database.firstValue(
      Queries.logIn, [name, password, session], before: Deadline(milliseconds: Self.patience))
    switch found {
    case .failure: return Server.problem(.serviceUnavailable, "the database does not answer")
    case .success(nil): return turned(away: nil).response
    case .success(let text?):
      guard let account = try? JSONText.parse(Array(text.utf8)), let id = account["id"]?.integer,
        let role = account["role"]?.string
      else { return Server.problem(.internalServerError, "something went wrong") }
      let token = AccessToken(
        account: id, role: role, expiresAt: Int(Date().timeIntervalSince1970) + Self.tokenLife)
      var response = Server.json(
        JSONText.compact([
          "token": .string(token.signed(with: key)), "expiresIn": .integer(Self.tokenLife),
        ]))
      response.headers[.cacheControl] = "no-store"
      response.headers[.setCookie] = manner.cookie.field(session)
      return response
    }
  }

  private func logOut() -> Response {
    var response = Response(status: .noContent)
    response.headers[.cacheControl] = "no-store"
    response.headers[.setCookie] = manner.cookie.field("") + "; Max-Age=0"
    return response
  }

  /// 128 random bits in hexadecimal.
  static func newSession() -> String {
    (0..<2).map { _ in
      let digits = String(UInt64.random(in: .min ... .max), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  private func one(_ query: String, _ account: Int...) async -> Response {
    let found = await database.firstValue(
      query, account.map(String.init), before: Deadline(milliseconds: Self.patience))
    return switch found {
    case .success(let text?): Server.json(text)
    case .success(nil): Server.problem(.notFound, "there is no such account")
    case .failure: Server.problem(.serviceUnavailable, "the database does not answer")
    }
  }
}

/// The statements about accounts; each gives one JSON text or no row.
private enum Queries {
  static let saved = """
    SELECT json_build_object('account', a.id, 'searches', (
      SELECT coalesce(json_agg(s.words ORDER BY s.id), '[]') FROM saved_searches s WHERE s.account_id = a.id))
    FROM accounts a WHERE a.id = $1::bigint
    """
  static let save = """
    INSERT INTO saved_searches (account_id, words) SELECT id, $2 FROM accounts WHERE id = $1::bigint
    RETURNING json_build_object('id', id)
    """
  static let forget = """
    DELETE FROM saved_searches WHERE account_id = $1::bigint AND id = $2::bigint RETURNING json_build_object('id', id)
    """
  static let jobs = """
    SELECT json_build_object('jobs', coalesce(json_agg(found), '[]'))
    FROM (SELECT id, state, attempts FROM scrape_jobs ORDER BY id DESC LIMIT 50) found
    """
  static let accounts = """
    SELECT json_build_object('accounts', coalesce(json_agg(found), '[]'))
    FROM (SELECT id, name, role FROM accounts ORDER BY id LIMIT 50) found
    """
  static let session = """
    SELECT json_build_object('id', a.id, 'role', a.role) FROM sessions s JOIN accounts a ON a.id = s.account_id
    WHERE s.id = $1 AND s.expires_at > now()
    """
  static let logIn = """
    WITH known AS (
      SELECT id, role FROM accounts WHERE name = $1 AND digest = sha256(convert_to(salt || $2, 'UTF8'))),
    stored AS (
      INSERT INTO sessions (id, account_id, expires_at) SELECT $3, id, now() + interval '1 day' FROM known
      RETURNING account_id)
    SELECT json_build_object('id', id, 'role', role) FROM known JOIN stored ON stored.account_id = known.id
    """
}
