/// Values of `Authorization` that no server may take for credentials, and none may stumble over.
struct MadeUpCredential: Sendable {
  /// A stable word for it.
  var name: String
  /// The whole value.
  var value: String

  /// Malformed, empty, of an unknown scheme, over-long, and of the right form without any meaning.
  static let all = [
    MadeUpCredential(name: "shortBearer", value: "Bearer x"),
    MadeUpCredential(name: "malformedBasic", value: "Basic !!!"),
    MadeUpCredential(name: "emptyBearer", value: "Bearer "),
    MadeUpCredential(name: "unknownScheme", value: "Prodworthy x"),
    MadeUpCredential(name: "longBearer", value: "Bearer " + String(repeating: "a", count: 8192)),
    MadeUpCredential(name: "emptyBasic", value: "Basic Og=="),
    MadeUpCredential(name: "malformedToken", value: "Bearer e30.e30.e30"),
  ]
}
