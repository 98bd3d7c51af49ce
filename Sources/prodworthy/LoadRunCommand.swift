import ArgumentParser
import Facts
import Foundation
import LoadGeneration
import LoadScripts
import Probing
import Reporting
import Transport

/// `prodworthy load run`.
struct LoadRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a script: arrivals at times fixed in advance, times told from when they were due.",
    discussion: """
      Ends with 0 where the run is valid and every threshold holds, with 1 where one does not, with 2 where the \
      generator could not keep up or a threshold cannot be told. Interrupted, it lets users finish for three seconds \
      and still reports.

      Targets on this machine need no consent; others are named with --allow.

      EXAMPLES:
        prodworthy load run artillery.yml --target http://localhost:3000
        prodworthy load run artillery.yml --allow staging.example --shard 1/3 --json > 1.json
      """)

  @Argument(help: "The script, YAML or JSON.", completion: .file(extensions: ["yml", "yaml", "json"]))
  var file: String

  @Option(help: "Where relative URLs lead, instead of where the script says.")
  var target: String?

  @Option(help: "One part of the arrivals, as in 2/3; the parts are put together by `load merge`.")
  var shard: String?

  @Option(name: [.customShort("e"), .long], help: "One of the script's own environments.")
  var environment: String?

  @Option(help: "A host beyond this machine that you may load. Repeatable.")
  var allow: [String] = []

  @Option(help: "Further roots to trust, a PEM file. Repeatable.", completion: .file())
  var trust: [String] = []

  @Option(help: "What random values depend on.")
  var seed: UInt64 = 1

  @Option(help: "Threads that send, each an event loop.")
  var threads = 1

  @Option(help: "Also draw response time over time into this file, as SVG.", completion: .file(extensions: ["svg"]))
  var svg: String?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...64).contains(threads) else { throw ValidationError("--threads runs from 1 to 64") }
    if let shard, Self.part(shard) == nil {
      throw ValidationError("\(shard) is no part: write NUMBER/COUNT, from 1/COUNT to COUNT/COUNT")
    }
    if let target, LoadURL(target) == nil { throw ValidationError("\(target) is no http or https URL") }
  }

  private static func part(_ text: String) -> LoadPlan.Shard? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }),
      let number = Int(parts[0]), let count = Int(parts[1])
    else { return nil }
    return LoadPlan.Shard(number, of: count)
  }

  func run() throws {
    let script = try LoadFile(file, chosen: environment)
    let plan = try plan(script, try script.runnable())
    let result: LoadResult
    do throws(LoadRun.Failure) {
      result = try LoadRun.run(plan, until: Self.forever) {
        Output.note(Untrusted.line($0) + "\n")
      }
    } catch {
      throw Failure(.undecided, Untrusted.line("\(file): \(error.reason)"))
    }
    if let svg { try Output.replace(svg, with: Array(LoadPlot(result).svg.utf8)) }
    try Output.print(json ? Output.line(of: result.document) + "\n" : LoadReadout(result).text)
    if let status = Interruption.shared.status { throw status }
    try LoadRunCommand.end(result)
  }

  /// A script ends by itself, or by a signal.
  private static let forever = Deadline(
    milliseconds: 365 * 86_400_000, cancellation: Interruption.shared.cancellation)

  /// Throws the status that a result ends in, unless that is 0.
  static func end(_ result: LoadResult) throws {
    switch result.status {
    case 0: return
    case 1: throw ExitStatus.failed
    default: throw ExitStatus.undecided
    }
  }

  private func plan(_ file: LoadFile, _ script: LoadScript) throws(Failure) -> LoadPlan {
    let files: PayloadFiles
    do throws(PayloadFiles.Failure) {
      files = try PayloadFiles(of: script, in: file.folder)
    } catch {
      throw Failure(error.isMissing ? .missingInput : .badData, "\(error.path): \(error.reason)")
    }
    let roots: TrustStore
    do throws(TrustStore.Failure) {
      roots = try TrustStore.including(trust.map(Input.absolute))
    } catch {
      throw Failure(.badData, error.sentence)
    }
    do throws(LoadPlan.Failure) {
      return try LoadPlan(
        script, target: target, hosts: allow.map { $0.lowercased() }, files: files, digest: file.digest, seed: seed,
        shard: shard.flatMap(Self.part) ?? .whole, threads: threads, environment: ProcessInfo.processInfo.environment,
        folder: file.folder, trust: roots,
        deadline: Deadline(milliseconds: 10_000, cancellation: Interruption.shared.cancellation))
    } catch {
      switch error {
      case .unusable(let reason): throw Failure(.badData, "\(self.file): \(reason)")
      case .unreachable(let reason): throw Failure(.unavailable, "\(self.file): \(reason)")
      case .notPermitted(let host):
        throw Failure(
          .notPermitted,
          "\(self.file): \(host) is not this machine: say --allow \(host) where you may put load on it")
      }
    }
  }
}

/// `prodworthy load merge`.
struct LoadMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Put the results of shards together, by their counts.",
    discussion: """
      Percentiles are those of all answers, not means of percentiles; thresholds are held against the whole. Ends as \
      `load run` does.

      EXAMPLE:
        prodworthy load merge 1.json 2.json 3.json --json
      """)

  @Argument(help: "What `load run --json` printed, a file for each shard.", completion: .file(extensions: ["json"]))
  var files: [String]

  @Option(help: "Also draw response time over time into this file, as SVG.", completion: .file(extensions: ["svg"]))
  var svg: String?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    var results: [LoadResult] = []
    for path in files { results.append(try Self.result(in: path)) }
    switch LoadResult.merged(results) {
    case .failure(let mismatch):
      let path = files.indices.contains(mismatch.index) ? files[mismatch.index] : "merge"
      throw Failure(.badData, "\(path): \(mismatch.reason)")
    case .success(let whole):
      if let svg { try Output.replace(svg, with: Array(LoadPlot(whole).svg.utf8)) }
      try Output.print(json ? Output.line(of: whole.document) + "\n" : LoadReadout(whole).text)
      try LoadRunCommand.end(whole)
    }
  }

  private static func result(in path: String) throws(Failure) -> LoadResult {
    let value: JSONValue
    let bytes = try Input.bytes(of: path)
    do throws(JSONText.SyntaxError) {
      value = try JSONText.parse(bytes)
    } catch {
      throw Failure(.badData, "\(path):\(error.line):\(error.column): \(error.message)")
    }
    guard let result = LoadResult(value) else {
      throw Failure(.badData, "\(path):1:1: this is no result of `load run --json`, or a damaged one")
    }
    return result
  }
}
