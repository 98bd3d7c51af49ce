import Glibc

/// Somebody with an account on the platform.
struct Person: Sendable {
  /// The name to log in with.
  let name: String
  /// `user` or `admin`.
  let role: String
  /// The password, of letters and digits.
  let password: String

  /// Everybody, in the order of their accounts' numbers, which count from 1, with new passwords.
  static func everybody() -> [Person] {
    [("alice", "user"), ("bob", "user"), ("admin", "admin")].map {
      Person(name: $0.0, role: $0.1, password: Accounts.newSession())
    }
  }

  /// Leaves what an audit needs in `folder`: for each person a password and a token, and one token whose time is over.
  static func writeCredentials(of people: [Person], to folder: Folder) throws(GroundFailure) {
    let key = Accounts.newSession() + Accounts.newSession()
    try Files.write(key, to: folder.tokenKey, mode: 0o600)
    let now = time(nil)
    func write(_ account: Int, _ role: String, _ expiresAt: Int, _ name: String) throws(GroundFailure) {
      let token = AccessToken(account: account, role: role, expiresAt: expiresAt)
      try Files.write(token.signed(with: Array(key.utf8)), to: folder.token(of: name), mode: 0o600)
    }
    for (index, person) in people.enumerated() {
      try Files.write(person.password, to: folder.password(of: person.name), mode: 0o600)
      try write(index + 1, person.role, now + Accounts.tokenLife, person.name)
    }
    try write(1, "user", now - 3600, "expired")
  }
}
