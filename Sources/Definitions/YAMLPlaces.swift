import Yams

extension Span {
  /// The place that the YAML parser names, the file's start where it names none.
  init(_ mark: Mark?, width: Int = 1) { self.init(line: mark?.line ?? 1, column: mark?.column ?? 1, width: width) }
}

extension Problems {
  /// Adds what the YAML parser could not read in `source`.
  mutating func addSyntaxError(_ error: any Error, in source: SourceText) {
    switch error {
    case YamlError.duplicatedKeysInMapping(let names, let context):
      add(
        "duplicate-key", "the key `\(names.first ?? "")` stands twice", at: Span(context.mark), fix: "keep one of them")
    case YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _),
      YamlError.composer(let context, let problem, let mark, _):
      // What is not closed ends with the file, but is mended where it begins.
      let isAtEnd = mark.line >= source.lineCount && source.scalar(at: Span(mark)) == nil
      var place = Span(isAtEnd ? context?.mark ?? mark : mark)
      if place.line > source.lineCount {
        place = Span(line: source.lineCount, column: source.scalars(ofLine: source.lineCount).count + 1)
      }
      if source.scalar(at: place) == "\t" {
        add("tab", "a tab cannot indent YAML", at: place, fix: "indent with spaces")
      } else {
        add("yaml-syntax", [problem, context?.text].compactMap { $0 }.joined(separator: " "), at: place)
      }
    default: add("yaml-syntax", "this is not YAML", at: .start)
    }
  }
}

/// How deep values nest and how much aliases repeat, so that a small file cannot become a large one.
struct YAMLBounds {
  /// What may stand inside one another at most, in levels.
  private static let deepest = 64

  /// How many values aliases may add.
  private let mostAliased: Int
  private var aliased = 0
  private var furthest = Span.start

  init(mostAliased: Int) { self.mostAliased = mostAliased }

  /// The conversion was given up; the reason is among the problems.
  struct Exceeded: Error {}

  /// Begins another document of the same file.
  mutating func begin() { furthest = .start }

  /// Takes note of a value. Throws where it is one too many or lies too deep, and says so in `problems`.
  mutating func enter(_ place: Span, depth: Int, _ problems: inout Problems) throws(Exceeded) {
    guard depth <= Self.deepest else {
      problems.add("too-deep", "nested deeper than \(Self.deepest) levels", at: place)
      throw Exceeded()
    }
    // Places only ever grow in a file: one that lies behind was reached through an alias.
    guard (place.line, place.column) < (furthest.line, furthest.column) else {
      furthest = place
      return
    }
    aliased += 1
    guard aliased <= mostAliased else {
      problems.add("too-many-aliases", "aliases add more than \(mostAliased) values", at: furthest)
      throw Exceeded()
    }
  }
}
