import Cryptography
import Facts

/// A migration as its file has it.
struct MigrationScript: Sendable, Hashable {
  /// What the tool knows it by.
  var key: String
  /// The file, relative to the folder.
  var file: String
  /// Where it stands among the others.
  var order: MigrationOrder
  /// The checksums that the tool would take for its own; nil if it keeps none.
  var checksums: Set<String>?
  /// Whether it can be taken back; nil where its tool does not know such a thing.
  var isReversible: Bool?
  /// What runs on the way up, other lines left blank; nil where it is no SQL.
  var sql: String?
  /// What runs on the way down; nil where it is no SQL, or there is none.
  var down: String?
  /// Whether the tool opens a transaction around it.
  var isInTransaction = true
  /// The revisions it follows; for tools whose migrations form a graph.
  var parents: [String] = []

  /// The migrations of `tool` in a folder.
  static func all(of tool: MigrationTool, in folder: MigrationFolder) -> [MigrationScript] {
    let found: [MigrationScript]
    switch tool {
    case .ecto: found = numbered(folder, [".exs"]) { $0.isReversible = ecto($1) }
    case .rails: found = numbered(folder, [".rb"]) { $0.isReversible = rails($1) }
    case .dbmate: found = numbered(folder, [".sql"]) { $0.take($1.text, sections: .dbmate) }
    case .goose:
      found = numbered(folder, [".sql", ".go"]) { script, file in
        if file.path.hasSuffix(".sql") { script.take(file.text, sections: .goose) }
      }
    case .golangMigrate, .sqlx: found = paired(tool, folder)
    case .supabase, .atlas:
      found = numbered(folder, [".sql"]) { script, file in
        script.sql = file.text
        script.isInTransaction = !file.text.contains("atlas:txmode none")
      }
    case .prisma: found = prisma(folder)
    case .drizzle: found = drizzle(folder)
    case .flyway: found = flyway(folder)
    case .alembic: found = alembic(folder)
    case .django: found = django(folder)
    case .knex, .sequelize, .laravel, .typeorm: found = named(tool, folder)
    case .liquibase: found = []
    }
    return found.sorted { ($0.order, $0.file) < ($1.order, $1.file) }
  }

  /// The migrations of a folder that are SQL, of whichever tool its files look like.
  static func sql(in folder: MigrationFolder) -> (tool: MigrationTool, scripts: [MigrationScript])? {
    let looks: [(tool: MigrationTool, isMeant: (MigrationFolder.File) -> Bool)] = [
      (.drizzle, { $0.path.hasSuffix("meta/_journal.json") }), (.prisma, { $0.name == "migration.sql" }),
      (.flyway, { flywayName($0.name) != nil }), (.golangMigrate, { $0.path.hasSuffix(".up.sql") }),
      (.goose, { $0.path.hasSuffix(".sql") && $0.text.contains("+goose") }),
      (.dbmate, { $0.path.hasSuffix(".sql") && $0.text.contains("migrate:up") }), (.supabase, { _ in true }),
    ]
    for (tool, isMeant) in looks where folder.files.contains(where: isMeant) {
      let scripts = all(of: tool, in: folder).filter { $0.sql != nil }
      if !scripts.isEmpty { return (tool, scripts) }
    }
    return nil
  }

  // MARK: Names that begin with a number

  private static func numbered(
    _ folder: MigrationFolder, _ ends: [String], _ take: (inout MigrationScript, MigrationFolder.File) -> Void
  ) -> [MigrationScript] {
    folder.files.compactMap { file in
      guard ends.contains(where: file.path.hasSuffix), let number = number(of: file.name) else { return nil }
      var script = MigrationScript(key: number, file: file.path, order: MigrationOrder(number))
      take(&script, file)
      return script
    }
  }

  /// The digits before the first `_`, without leading zeroes, as the tools write them into their tables.
  private static func number(of name: String) -> String? {
    let digits = name.prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty, let next = name.dropFirst(digits.count).first, next == "_" || next == "." || next == "-"
    else {
      return nil
    }
    return normalized(String(digits))
  }

  /// A key without the zeroes that a number begins with: some tools keep them, some do not.
  static func normalized(_ key: String) -> String {
    guard key.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return key }
    let short = key.drop { $0 == "0" }
    return short.isEmpty ? "0" : String(short)
  }

  /// `1_name.up.sql` with `1_name.down.sql`; sqlx also knows files that cannot be taken back, `1_name.sql`.
  private static func paired(_ tool: MigrationTool, _ folder: MigrationFolder) -> [MigrationScript] {
    let files = Dictionary(folder.files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    return numbered(folder, [".sql"]) { _, _ in }.compactMap { script in
      guard !script.file.hasSuffix(".down.sql"), let file = files[script.file] else {
        return nil
      }
      let isPaired = file.path.hasSuffix(".up.sql")
      guard isPaired || tool == .sqlx else { return nil }
      var script = script
      let down = isPaired ? files[file.path.dropLast(".up.sql".count) + ".down.sql"]?.text : nil
      script.down = down.flatMap { SQLSections.holdsSQL($0) ? $0 : nil }
      script.isReversible = script.down != nil
      script.sql = file.text
      if tool == .sqlx {
        script.checksums = [SHA384.hex(file.bytes)]
        script.isInTransaction = !file.text.hasPrefix("-- no-transaction")
      }
      return script
    }
  }

  private mutating func take(_ text: String, sections: SQLSections.Marks) {
    let cut = SQLSections(text, marks: sections)
    (sql, isReversible, isInTransaction) = (cut.up, cut.hasDown, cut.isInTransaction)
    down = cut.hasDown ? cut.down : nil
  }

  // MARK: Tools with rules of their own

  private static func prisma(_ folder: MigrationFolder) -> [MigrationScript] {
    folder.files.compactMap { file in
      guard file.name == "migration.sql", let name = file.folder.split(separator: "/").last.map(String.init) else {
        return nil
      }
      let line = file.bytes.filter { $0 != UInt8(ascii: "\r") }
      let windows = line.flatMap { $0 == UInt8(ascii: "\n") ? [UInt8(ascii: "\r"), $0] : [$0] }
      return MigrationScript(
        key: name, file: file.path, order: MigrationOrder(name),
        checksums: [SHA256.hex(file.bytes), SHA256.hex(line), SHA256.hex(windows)], sql: file.text)
    }
  }

  /// The journal tells order and files; newer layouts have a folder for each migration instead.
  private static func drizzle(_ folder: MigrationFolder) -> [MigrationScript] {
    func script(_ file: MigrationFolder.File, when: String) -> MigrationScript {
      // The hash is over the text with line feeds only, or as it stands.
      let line = file.bytes.filter { $0 != UInt8(ascii: "\r") }
      let hash = SHA256.hex(line)
      return MigrationScript(
        key: when, file: file.path, order: MigrationOrder(when), checksums: [hash, SHA256.hex(file.bytes)],
        sql: file.text)
    }
    guard let journal = folder.files.first(where: { $0.path.hasSuffix("meta/_journal.json") }),
      let entries = (try? JSONText.parse(journal.bytes))?["entries"]?.array
    else {
      return folder.files.filter { $0.name == "migration.sql" }.map { script($0, when: $0.path) }
    }
    let root = String(journal.path.dropLast("meta/_journal.json".count))
    return entries.compactMap { entry in
      guard let tag = entry["tag"]?.string, let when = entry["when"]?.integer,
        let file = folder.files.first(where: { $0.path == "\(root)\(tag).sql" })
      else { return nil }
      return script(file, when: String(when))
    }
  }

  private static func flyway(_ folder: MigrationFolder) -> [MigrationScript] {
    let undos = Set(folder.files.compactMap { flywayName($0.name) }.filter { $0.prefix == "U" }.map(\.version))
    return folder.files.compactMap { file in
      guard let name = flywayName(file.name), name.prefix != "U", name.prefix != "B" else { return nil }
      let key = name.prefix == "R" ? "R:" + name.description : name.version
      return MigrationScript(
        key: key, file: file.path, order: MigrationOrder(name.prefix == "R" ? "~" + key : key),
        checksums: [String(FlywayChecksum.of(file.bytes))],
        // Undo scripts are for those who pay; where there is one, all are expected to have one.
        isReversible: undos.isEmpty ? nil : undos.contains(name.version), sql: file.text)
    }
  }

  private static func flywayName(_ name: String) -> (prefix: String, version: String, description: String)? {
    guard name.hasSuffix(".sql"), let middle = name.firstRange(of: "__") else { return nil }
    let prefix = String(name.prefix(1))
    guard ["V", "R", "U", "B"].contains(prefix) else { return nil }
    let version = name[name.index(after: name.startIndex)..<middle.lowerBound].replacing("_", with: ".")
    guard prefix == "R" ? version.isEmpty : version.first?.isNumber == true else { return nil }
    let description = name[middle.upperBound...].dropLast(".sql".count).replacing("_", with: " ")
    return (prefix, String(version), String(description))
  }

  private static func alembic(_ folder: MigrationFolder) -> [MigrationScript] {
    folder.files.compactMap { file in
      guard file.path.hasSuffix(".py") else { return nil }
      let code = CodeText(file.text, comment: "#")
      guard let revision = code.strings(assignedTo: "revision").first else { return nil }
      var script = MigrationScript(key: revision, file: file.path, order: MigrationOrder(revision))
      script.parents = code.strings(assignedTo: "down_revision") + code.strings(assignedTo: "depends_on")
      script.isReversible =
        code.body(ofFunction: "downgrade").map { body in
          body.contains { !["pass", "..."].contains($0) && !$0.hasPrefix("\"\"\"") && !$0.hasPrefix("raise") }
        } ?? false
      return script
    }
  }

  private static func django(_ folder: MigrationFolder) -> [MigrationScript] {
    folder.files.compactMap { file in
      let parts = file.path.split(separator: "/").map(String.init)
      guard file.path.hasSuffix(".py"), parts.count >= 3, parts[parts.count - 2] == "migrations",
        file.name != "__init__.py"
      else { return nil }
      let name = String(file.name.dropLast(3))
      let text = CodeText(file.text, comment: "#")
      // What runs Python or SQL can be taken back only if it says how.
      let isOneWay =
        (text.mentions("RunPython") && !text.mentions("reverse_code") && !text.mentions("RunPython.noop"))
        || (text.mentions("RunSQL") && !text.mentions("reverse_sql"))
      return MigrationScript(
        key: parts[parts.count - 3] + "." + name, file: file.path, order: MigrationOrder(name), isReversible: !isOneWay)
    }
  }

  /// Tools that know a migration by the name of its file.
  private static func named(_ tool: MigrationTool, _ folder: MigrationFolder) -> [MigrationScript] {
    let ends = tool == .laravel ? ["php"] : ["js", "ts", "cjs", "mjs"]
    return folder.files.compactMap { file in
      guard let dot = file.name.lastIndex(of: "."), ends.contains(String(file.name[file.name.index(after: dot)...])),
        !file.name.hasSuffix(".d.ts")
      else { return nil }
      let stem = String(file.name[..<dot])
      let digits = stem.prefix { $0.isASCII && $0.isNumber }
      guard digits.count >= 4 || tool == .knex && !digits.isEmpty else { return nil }
      let code = CodeText(file.text, comment: "//")
      var key = tool == .laravel ? stem : file.name
      if tool == .typeorm {
        let rest = stem.dropFirst(digits.count).drop { $0 == "-" || $0 == "_" }
        key = String(rest) + digits
      }
      let down = tool == .laravel ? ["function down"] : ["down(", "down =", "down:", ".down", "function down"]
      return MigrationScript(
        key: key, file: file.path, order: MigrationOrder(stem), isReversible: down.contains(where: code.mentions))
    }
  }

  private static func ecto(_ file: MigrationFolder.File) -> Bool {
    let code = CodeText(file.text, comment: "#")
    if code.mentions("def down") { return true }
    // `execute` with one argument has no way back.
    return code.mentions("def change") && !code.lines.contains(where: CodeText.executesOneWay)
  }

  private static func rails(_ file: MigrationFolder.File) -> Bool {
    let code = CodeText(file.text, comment: "#")
    if code.mentions("IrreversibleMigration") { return false }
    if code.mentions("def down") || code.mentions("def self.down") { return true }
    return code.mentions("def change") && (!code.mentions("execute") || code.mentions("reversible"))
  }
}
