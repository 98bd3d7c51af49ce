package import AuditModel

/// What the reader of a report can take.
package struct RenderingOptions: Sendable {
  /// Whose schema the JUnit follows.
  package var junitDialect: JUnitDialect
  /// Whether the console may use SGR colours (ECMA-48).
  package var usesColor: Bool
  /// The console's width, in columns.
  package var width: Int
  /// The most bytes a Markdown report may have; nil for no limit.
  package var byteBudget: Int?
  /// Whether the console shows the verdict alone.
  package var isQuiet: Bool
  /// How much a SARIF log holds.
  package var sarifProfile: SARIFProfile

  /// Options with the defaults of a log file.
  package init(
    junitDialect: JUnitDialect = .rich, usesColor: Bool = false, width: Int = 100, byteBudget: Int? = nil,
    isQuiet: Bool = false, sarifProfile: SARIFProfile = .full
  ) {
    self.junitDialect = junitDialect
    self.usesColor = usesColor
    self.width = width
    self.byteBudget = byteBudget
    self.isQuiet = isQuiet
    self.sarifProfile = sarifProfile
  }
}

/// One file of a report.
package struct ReportFile: Sendable, Hashable {
  /// A plain file name: `junit.xml`, `TEST-web.xml`.
  package var name: String
  /// Its content, UTF-8.
  package var bytes: [UInt8]

  init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  init(name: String, text: String) { self.init(name: name, bytes: Array(text.utf8)) }
}

/// A way of showing a report. Pure: the same report and options give the same bytes, everywhere.
package protocol ReportFormat: Sendable {
  /// The word after `--format`.
  var name: String { get }
  /// One line for people.
  var summary: String { get }
  /// Whether it makes one file with these options.
  func writesOneFile(_ options: RenderingOptions) -> Bool
  /// Whether, of several files, the first is what a place for one file gets; the others stand only in folders.
  func leadStandsAlone(_ options: RenderingOptions) -> Bool
  /// Whether a file of that name in a run's folder is this format's; a name is never two formats' own.
  func wrote(_ name: String) -> Bool
  /// The files of `report`.
  func render(_ report: AuditReport, _ options: RenderingOptions) throws -> [ReportFile]
}

extension ReportFormat {
  /// One, unless a format says otherwise.
  package func writesOneFile(_ options: RenderingOptions) -> Bool { true }
  /// No, unless a format says otherwise.
  package func leadStandsAlone(_ options: RenderingOptions) -> Bool { false }
}

/// Every format there is.
package enum ReportFormats {
  /// For people at a terminal and for logs.
  package static let console: any ReportFormat = ConsoleFormat()

  /// In the order of their names, in which help lists them.
  package static let all: [any ReportFormat] = EveryReportFormat.inThisRoom.sorted { $0.name < $1.name }

  /// The format called `name`.
  package static func named(_ name: String) -> (any ReportFormat)? { all.first { $0.name == name } }
}
