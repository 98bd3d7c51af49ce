import Glibc

/// The user that servers run as. PostgreSQL refuses to run as root, so root hands its servers to another account.
struct Account: Codable, Sendable {
  /// The login name.
  let name: String
  /// The user id.
  let user: uid_t
  /// The id of its primary group.
  let group: gid_t

  /// The account for servers; nil where the caller is not root and servers run as the caller.
  static func forServers() throws(GroundFailure) -> Account? {
    guard geteuid() == 0 else { return nil }
    guard let entry = getpwnam("postgres") else {
      throw GroundFailure(
        "there is no account called postgres to run the database as: run scripts/install-dependencies")
    }
    return Account(name: "postgres", user: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
  }

  /// Gives the file or folder at `path`, and all that is in it, to this account.
  func own(_ path: String) throws(GroundFailure) {
    guard lchown(path, user, group) == 0 else { throw Files.failure("cannot give \(path) to \(name)") }
    for name in Files.names(in: path) { try own("\(path)/\(name)") }
  }

  /// What `look` sees with this account's rights.
  ///
  /// Root without CAP_SYS_PTRACE, as in most containers, may not see where another user's processes live; the user may.
  func looking<Seen>(_ look: () -> Seen) -> Seen {
    let (formerUser, formerGroup) = (geteuid(), getegid())
    guard setegid(group) == 0, seteuid(user) == 0 else {
      setegid(formerGroup)
      return look()
    }
    defer {
      seteuid(formerUser)
      setegid(formerGroup)
    }
    return look()
  }
}
