import AuditModel
import Glibc
import Postgres
import Probing

/// Dumps of the platform's database beside its backups; a platform without defects keeps none.
struct DumpPlan: Sendable {
  /// Whether the roles are dumped too.
  var keepsGlobals = true
  /// Whether they have the format of the next release of pg_dump.
  var isTooNew = false
  /// Whether the newest ends in its middle.
  var isCut = false
}

/// Dumps a database with PostgreSQL's own programs.
struct Dumps: Sendable {
  let launcher: Launcher
  /// The folder of PostgreSQL's programs.
  let programs: String
  let port: Int
  /// How the set-up protects its sessions.
  let protection: Protection
  let plan: DumpPlan

  private var folder: Folder { launcher.folder }

  /// Writes two dumps, and the roles where they are kept.
  func write(before deadline: Deadline) throws(GroundFailure) {
    try Files.makeFolder(folder.dumps)
    let login = [
      "/usr/bin/env", "PGPASSWORD=\(Files.text(at: folder.superuserPassword) ?? "")",
      "PGSSLMODE=\(protection.mode.rawValue)",
      "PGSSLROOTCERT=\(folder.trust)", "PGHOSTADDR=127.0.0.1",
    ]
    let server = ["--host=localhost", "--port=\(port)", "--username=postgres"]
    for name in ["events-1.dump", "events-2.dump"] {
      // Dumps tell the second in which they began.
      if name != "events-1.dump" { usleep(1_100_000) }
      // Through a pipe, so that no place in the file is told in it.
      try launcher.run(
        login + ["/bin/sh", "-c", "file=$1; shift; \"$@\" | cat >\"$file\"", "sh", "\(folder.dumps)/\(name)"]
          + ["\(programs)/pg_dump"] + server + ["--format=custom", "events"], log: "pg_dump", before: deadline)
    }
    if plan.keepsGlobals {
      try launcher.run(
        login + ["\(programs)/pg_dumpall"] + server + ["--globals-only", "--file=\(folder.dumps)/globals.sql"],
        log: "pg_dump", before: deadline)
    }
    for name in ["events-1.dump", "events-2.dump"] {
      guard var bytes = Files.bytes(at: "\(folder.dumps)/\(name)"), bytes.count > 100 else {
        throw GroundFailure("\(name) was not written")
      }
      if plan.isTooNew {
        // After PGDMP the version of the format: major, minor, revision; after three further octets the level of compression,
        // which the next version (PostgreSQL 16) replaces by one octet for the method, 1 for zlib.
        bytes[6] += 1
        bytes.replaceSubrange(11..<(12 + Int(bytes[8])), with: [1])
      }
      if plan.isCut, name == "events-2.dump" { bytes.removeLast(bytes.count / 2) }
      try Files.write(bytes, to: "\(folder.dumps)/\(name)")
    }
  }
}

/// What lies in the bucket to which the platform's dumps are copied every night.
struct BucketPlan: Sendable {
  /// The newest copy's age, in hours.
  var newestHours = 3
  /// How many nights there are.
  var nights = 10
  /// The newest copy's size over that of the others.
  var newestShare = 1.0
  /// Whether one is dated in the future.
  var hasFuture = false
  /// Whether the listing can be read at all.
  var isReadable = true

  /// The listing, as ListObjectsV2 answers it.
  func listing(now: Int) -> String {
    guard isReadable else { return "<Error><Code>AccessDenied</Code></Error>\n" }
    var objects: [String] = []
    func add(_ name: String, _ seconds: Int, _ size: Int) {
      objects.append("{\"Key\":\"events/\(name).dump\",\"LastModified\":\"\(time(seconds))\",\"Size\":\(size)}")
    }
    for night in 0..<nights {
      let size = 52_428_800 - night * 4096
      add(
        "night-\(night)", now - 3600 * (newestHours + 24 * night), night == 0 ? Int(Double(size) * newestShare) : size)
    }
    if hasFuture { add("tomorrow", now + 86_400, 52_428_800) }
    return "{\"KeyCount\":\(objects.count),\"IsTruncated\":false,\"Contents\":[\(objects.joined(separator: ","))]}\n"
  }

  private func time(_ seconds: Int) -> String { Instant(seconds: seconds).description }
}
