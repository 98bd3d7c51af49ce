import Facts
import HTTPExchange

/// Recognises services that say in the content of a 200 what they should say by its status.
enum RefusalInContent {
  /// The most members a bare error has: one with more carries data too.
  private static let mostMembers = 8
  private static let phrases = [
    "unauthorized", "unauthorised", "unauthenticated", "forbidden", "access denied", "permission denied",
    "not authenticated", "not authorized", "authentication required", "authentication failed", "login required",
    "not logged in", "invalid token", "missing token", "token required", "invalid_token", "access_denied",
  ]

  /// Whether the content is a JSON object that carries nothing but a refusal.
  static func isIn(_ response: HTTPResponse) -> Bool {
    guard !response.isBodyTruncated, let object = (try? JSONText.parse(response.body))?.object,
      object.count <= mostMembers
    else { return false }
    if let data = object["data"], !data.isNull { return false }
    let error = object["error"] ?? object["errors"]?[0]
    let scopes = [object, error?.object, error?["extensions"]?.object].compactMap { $0 }
    let hasNumber = scopes.contains { scope in
      ["status", "statusCode", "status_code", "code"].contains { name in
        let number = scope[name]?.integer ?? scope[name]?.string.flatMap { Int($0) }
        return number == 401 || number == 403
      }
    }
    let saysWhy = error != nil || ["message", "detail", "title", "reason"].contains { object[$0] != nil }
    if hasNumber, saysWhy || object.count == 1 { return true }
    // A title of a film may hold these words too: only what calls itself an error, or says nothing else, counts.
    let isError = error != nil || object["success"] == false || object["ok"] == false || object.count <= 2
    return isError
      && scopes.contains { scope in
        ["error", "message", "detail", "code", "reason", "error_description"].contains { name in
          guard let text = scope[name]?.string?.lowercased(), text.utf8.count <= 200 else { return false }
          return phrases.contains { text.contains($0) }
        }
      }
  }
}
