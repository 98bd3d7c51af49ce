import Glibc
import Probing

/// How the platform's backups are kept.
struct RepositoryPlan: Sendable {
  var isEncrypted = true
  /// In how many places.
  var places = 2
  /// Whether old ones are removed by a rule.
  var hasRetention = true
  /// What was done to it behind its back.
  var damage: Damage?

  /// What can be done to a repository.
  enum Damage: Sendable {
    /// A part of the backup that the newest builds on is gone.
    case partLost
    /// A segment of the log between two backups is gone.
    case segmentLost
    /// The log that the newest backup needs is gone.
    case newestLogLost
    /// What the newest backup builds on is no longer listed.
    case parentUnlisted
    /// Nothing is left in the second place.
    case placeEmptied
  }

  /// Whether it is the one that comes with a cluster made for many platforms.
  var isLikeTemplate: Bool { isEncrypted && places == 2 }
}

/// A repository of pgBackRest with backups of a cluster: a full one in each place, the first of them nine days old by its ledger,
/// and one that builds on it.
struct BackupRepository: Sendable {
  let launcher: Launcher
  /// The folder of PostgreSQL's programs.
  let programs: String
  /// The folder that holds the cluster, `data`, and the repository.
  let place: String
  let plan: RepositoryPlan

  /// What the repository's folder is called.
  static let name = "repository"
  private static let stanza = "events"
  /// By how much the ledger of a new repository is dated back, in seconds: a platform has a past.
  private static let past = 9 * 86_400

  private var folder: String { "\(place)/\(Self.name)" }
  private var configuration: String { "\(folder)/pgbackrest.conf" }

  /// What the server runs for each segment of its log, as its file of settings has it between quotes.
  var archiveCommand: String {
    archiveWords.map { $0 == "'" ? "''" : $0 == "\\" ? "\\\\" : String($0) }.joined()
  }

  /// The same for a shell, whatever characters a folder's name has; a percent sign means something to the server.
  private var archiveWords: String {
    ["pgbackrest", "--config=\(configuration)", "--stanza=\(Self.stanza)", "archive-push"].map { word in
      let plain = word.map { "\"\\$`".contains($0) ? "\\\($0)" : $0 == "%" ? "%%" : String($0) }
      return "\"\(plain.joined())\""
    }.joined(separator: " ") + " \"%p\""
  }

  /// Has the repository ready: with the paths of where it is now, and filled unless it `isMade`.
  func settle(isMade: Bool, before deadline: Deadline) throws(GroundFailure) {
    if !isMade { try Files.remove(folder) }
    try Files.makeFolder(folder, mode: 0o700)
    for name in ["lock", "log", "spool"] { try Files.makeFolder("\(folder)/\(name)", mode: 0o700) }
    if !isMade {
      try Files.write(Self.newPassphrase(), to: "\(folder)/passphrase", mode: 0o600)
      let socket = try makeSocketFolder()
      try writeConfiguration(socket: socket)
      try launcher.account?.own(folder)
      try fill(socket: socket, before: deadline)
      try Files.remove(socket)
    }
    try writeConfiguration(socket: nil)
    try launcher.account?.own(folder)
  }

  /// A folder for the server's socket, whose path may have 107 bytes at most and stands in a list between commas.
  private func makeSocketFolder() throws(GroundFailure) -> String {
    var path = "\(place)/socket"
    if path.utf8.count <= 80, path.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "/_.-".contains($0)) }) {
      try Files.makeFolder(path, mode: 0o700)
    } else {
      var template = Array("/tmp/proving-ground-socket.XXXXXX".utf8CString)
      guard mkdtemp(&template) != nil else { throw Files.failure("cannot make a folder in /tmp") }
      path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    try launcher.account?.own(path)
    return path
  }

  private func writeConfiguration(socket: String?) throws(GroundFailure) {
    var lines = ["[global]"]
    for number in 1...max(1, plan.places) {
      lines += ["repo\(number)-path=\(folder)/place-\(number)", "repo\(number)-bundle=y"]
      if plan.isEncrypted {
        lines += [
          "repo\(number)-cipher-type=aes-256-cbc",
          "repo\(number)-cipher-pass=\(Files.text(at: "\(folder)/passphrase") ?? "")",
        ]
      }
      if plan.hasRetention { lines.append("repo\(number)-retention-full=4") }
    }
    lines += [
      "lock-path=\(folder)/lock", "log-path=\(folder)/log", "spool-path=\(folder)/spool", "compress-type=lz4",
      "start-fast=y",
      "archive-timeout=20", "log-level-console=off", "log-level-file=off", "log-level-stderr=error", "",
      "[\(Self.stanza)]", "pg1-path=\(place)/data", "pg1-user=postgres",
    ]
    if let socket { lines += ["pg1-socket-path=\(socket)", "pg1-port=5432"] }
    try Files.write(lines.joined(separator: "\n") + "\n", to: configuration, mode: 0o600)
  }

  // MARK: Backups

  /// Starts the cluster for itself alone, saves it and stops it.
  private func fill(socket: String, before deadline: Deadline) throws(GroundFailure) {
    try Files.write("local all all trust\n", to: "\(socket)/hba", mode: 0o644)
    let settings = [
      "hba_file=\(socket)/hba", "listen_addresses=", "unix_socket_directories=\(socket)", "port=5432",
      "archive_mode=on",
      "archive_command=\(archiveWords)", "fsync=off",
      "shared_buffers=16MB", "dynamic_shared_memory_type=mmap", "cluster_name=events-platform",
    ]
    let server = try launcher.start(
      ["\(programs)/postgres", "-D", "\(place)/data"] + settings.flatMap { ["-c", $0] }, log: "backup-server",
      asAccount: true)
    do {
      try launcher.wait(for: server, before: deadline) {
        (Files.text(at: "\(place)/data/postmaster.pid") ?? "").contains("ready")
      }
      try tool(["stanza-create"], before: deadline)
      for number in 1...max(1, plan.places) {
        try tool(["--repo=\(number)", "--type=full", "backup"], before: deadline)
      }
      try dateBack(before: deadline)
      try tool(["--repo=1", "--type=incr", "backup"], before: deadline)
    } catch {
      kill(server.pid, SIGQUIT)
      throw error
    }
    kill(server.pid, SIGINT)
    while waitpid(server.pid, nil, WNOHANG) == 0 {
      guard !deadline.hasPassed else { throw GroundFailure("the database did not stop in time") }
      usleep(5000)
    }
  }

  private func command(_ words: [String]) throws(GroundFailure) -> [String] {
    [try Launcher.path(of: "pgbackrest"), "--config=\(configuration)", "--stanza=\(Self.stanza)"] + words
  }

  private func tool(_ words: [String], before deadline: Deadline) throws(GroundFailure) {
    try launcher.run(command(words), log: "pgbackrest", asAccount: true, before: deadline)
  }

  // MARK: The ledger

  /// Dates the first backup back, in the ledger that pgBackRest keeps of its backups.
  private func dateBack(before deadline: Deadline) throws(GroundFailure) {
    try changeLedger(before: deadline) { line in
      guard line.contains("\"backup-timestamp-stop\"") else { return line }
      var line = line
      for name in ["start", "stop"] {
        let mark = "\"backup-timestamp-\(name)\":"
        guard let found = line.firstRange(of: mark) else { continue }
        let digits = line[found.upperBound...].prefix { $0.isNumber }
        guard let time = Int(digits) else { continue }
        line.replaceSubrange(digits.startIndex..<digits.endIndex, with: String(time - Self.past))
      }
      return line
    }
  }

  /// Changes the ledger of the first place line by line; nil removes a line.
  private func changeLedger(before deadline: Deadline, _ change: (String) -> String?) throws(GroundFailure) {
    let ledger = "backup/\(Self.stanza)/backup.info"
    let log = "ledger-\(UInt32.random(in: 0...UInt32.max))"
    try launcher.run(command(["--repo=1", "repo-get", ledger]), log: log, asAccount: true, before: deadline)
    let lines = (Files.text(at: launcher.folder.log(log)) ?? "").split(
      separator: "\n", omittingEmptySubsequences: false
    )
    .map(String.init)
    try Files.remove(launcher.folder.log(log))
    let changed = lines.compactMap { $0.hasPrefix("backrest-checksum=") ? $0 : change($0) }
    let checksum = SHA1.hex(Self.summary(of: changed))
    let text = changed.map { $0.hasPrefix("backrest-checksum=") ? "backrest-checksum=\"\(checksum)\"" : $0 }
    let file = "\(folder)/ledger"
    try Files.write(text.joined(separator: "\n"), to: file, mode: 0o600)
    try launcher.account?.own(file)
    for name in [ledger, "\(ledger).copy"] {
      try launcher.run(
        ["/bin/sh", "-c", "file=$1; shift; exec \"$@\" <\"$file\"", "sh", file]
          + command(["--repo=1", "repo-put", name]),
        log: "pgbackrest", asAccount: true, before: deadline)
    }
    try Files.remove(file)
  }

  /// What the checksum of a ledger is taken of: its sections as one line of JSON, without the checksum itself.
  private static func summary(of lines: [String]) -> [UInt8] {
    var sections: [(name: String, members: [String])] = []
    for line in lines {
      if line.hasPrefix("["), line.hasSuffix("]") {
        sections.append((String(line.dropFirst().dropLast()), []))
      } else if let equals = line.firstIndex(of: "="), !sections.isEmpty, !line.hasPrefix("backrest-checksum=") {
        sections[sections.count - 1].members.append("\"\(line[..<equals])\":\(line[line.index(after: equals)...])")
      }
    }
    let text = sections.filter { !$0.members.isEmpty }.map { "\"\($0.name)\":{\($0.members.joined(separator: ","))}" }
    return Array("{\(text.joined(separator: ","))}".utf8)
  }

  private static func newPassphrase() -> String {
    (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined()
  }

  // MARK: Damage

  /// Does what the plan says was done behind the repository's back.
  func damage(before deadline: Deadline) throws(GroundFailure) {
    switch plan.damage {
    case nil: break
    case .partLost:
      let parts = Files.tree(of: "\(folder)/place-1/backup").filter { $0.contains("F/bundle/") }
      if let part = parts.sorted().first { try Files.remove(part) }
    case .segmentLost:
      // The first backup ended before it, and the newest one begins behind it.
      if let segment = segments(in: 1).dropFirst(2).first { try Files.remove(segment) }
    case .newestLogLost:
      // What was archived from the newest backup on.
      for file in segments(in: 1).dropFirst(3) { try Files.remove(file) }
    case .parentUnlisted:
      var isFirst = true
      try changeLedger(before: deadline) { line in
        guard isFirst, line.contains("\"backup-type\":\"full\"") else { return line }
        isFirst = false
        return nil
      }
    case .placeEmptied:
      for name in Files.names(in: "\(folder)/place-2") { try Files.remove("\(folder)/place-2/\(name)") }
    }
  }

  /// The files of the log's segments in a place, oldest first.
  private func segments(in number: Int) -> [String] {
    Files.tree(of: "\(folder)/place-\(number)/archive").filter { file in
      (file.split(separator: "/").last ?? "").prefix { $0.isHexDigit }.count == 24
        && !file.contains(".backup")
    }.sorted()
  }
}
