import Facts
import LoadScripts

/// The flows of a script as one list of instructions, and what every request is made of.
struct FlowProgram {
  /// One instruction.
  enum Instruction {
    case request(Int)
    case think(TextTemplate, LoadStep.Jitter?)
    case log(TextTemplate)
    /// Begins a loop whose end stands at `end`.
    case loop(LoadStep.Loop, end: Int)
    /// Goes back to behind the loop's beginning, or on.
    case loopEnd(start: Int)
    /// Runs stretches of instructions side by side and goes on at `next`.
    case parallel([Range<Int>], limit: Int, next: Int)
  }

  /// A request made ready.
  final class Step {
    let request: LoadRequest
    /// Its place among the figures.
    let endpoint: Int
    /// The whole request where nothing in it varies; nil where something does.
    let constant: [UInt8]?
    /// Whether anybody looks at the content.
    let wantsContent: Bool
    /// Whether anybody looks at the fields.
    let wantsFields: Bool
    /// Whether anybody looks at any part of the answer.
    let isLookedAt: Bool
    let captures: [Capture]
    let isHead: Bool

    fileprivate init(_ request: LoadRequest, endpoint: Int, constant: [UInt8]?, expectsStatus200: Bool) {
      var request = request
      let namesStatus = request.expectations.contains {
        switch $0 {
        case .status, .otherStatus: true
        default: false
        }
      }
      if expectsStatus200, !namesStatus { request.expectations.append(.status([TextTemplate("200")])) }
      self.request = request
      self.endpoint = endpoint
      self.constant = constant
      isHead = request.method == "HEAD"
      captures = request.captures.map { Capture($0) }
      let needs = request.expectations.map { expectation -> (content: Bool, fields: Bool) in
        switch expectation {
        case .status, .otherStatus: (false, false)
        case .contentType, .hasHeader, .headerEquals: (false, true)
        case .hasProperty, .lacksProperty, .matches, .jsonEquals: (true, true)
        case .equal: (false, false)
        }
      }
      let looks = request.captures.map { capture -> Bool in
        if case .header = capture.source { false } else { true }
      }
      wantsContent = needs.contains { $0.content } || looks.contains(true)
      wantsFields = wantsContent || needs.contains { $0.fields } || !request.captures.isEmpty
      isLookedAt = wantsFields || !request.expectations.isEmpty
    }
  }

  /// A capture made ready.
  struct Capture {
    let capture: LoadRequest.Capture
    /// Its query where nothing in it varies.
    let path: JSONPath?
    let pattern: Regex<AnyRegexOutput>?

    fileprivate init(_ capture: LoadRequest.Capture) {
      self.capture = capture
      switch capture.source {
      case .json(let template):
        path = template.plain == nil ? nil : try? CaptureQuery.path(template.text)
        pattern = nil
      case .pattern(let text, _, let flags):
        path = nil
        pattern = CapturePattern.regex(text, flags: flags)
      case .header:
        path = nil
        pattern = nil
      }
    }
  }

  private(set) var code: [Instruction] = []
  private(set) var steps: [Step] = []
  /// The stretch of each scenario.
  private(set) var flows: [Range<Int>] = []
  private(set) var before: Range<Int> = 0..<0
  private(set) var after: Range<Int> = 0..<0
  /// Whether any template asks for variables at all.
  private let script: LoadScript
  private let endpoints: [LoadEndpoint]
  private let writer: RequestWriter

  /// Makes the flows of `script` ready; `endpoints` are those of `LoadEndpoint.all`.
  init(_ script: LoadScript, endpoints: [LoadEndpoint], writer: RequestWriter) {
    self.script = script
    self.endpoints = endpoints
    self.writer = writer
    for scenario in script.scenarios { flows.append(add(scenario.flow)) }
    before = add(script.before)
    after = add(script.after)
  }

  private mutating func add(_ steps: [LoadStep]) -> Range<Int> {
    let start = code.count
    for step in steps { add(step) }
    return start..<code.count
  }

  private mutating func add(_ step: LoadStep) {
    switch step {
    case .request(let request):
      let endpoint = endpoints.firstIndex { $0.isOf(request) } ?? 0
      code.append(.request(steps.count))
      steps.append(
        Step(
          request, endpoint: endpoint, constant: writer.constant(request),
          expectsStatus200: script.http.expectsStatus200))
    case .think(let seconds, let jitter): code.append(.think(seconds, jitter ?? script.http.thinkJitter))
    case .log(let text): code.append(.log(text))
    case .loop(let loop):
      let start = code.count
      code.append(.log(TextTemplate("")))
      _ = add(loop.steps)
      code.append(.loopEnd(start: start))
      code[start] = .loop(loop, end: code.count - 1)
    case .parallel(let steps, let limit):
      let start = code.count
      code.append(.log(TextTemplate("")))
      var branches: [Range<Int>] = []
      for step in steps { branches.append(add([step])) }
      code[start] = .parallel(branches, limit: limit, next: code.count)
    }
  }
}

/// What figures are kept of: requests with a name, or with method and URL as written.
package struct LoadEndpoint: Sendable, Hashable {
  /// The name, or method and URL.
  package var name: String
  /// In capitals.
  package var method: String
  /// As written.
  package var url: String

  /// The most that figures are kept of apart; the requests beyond count with the last.
  static let most = 1000

  /// Those of a script, in its order, each once.
  static func all(of script: LoadScript) -> [LoadEndpoint] {
    var found: [LoadEndpoint] = []
    var names: Set<String> = []
    func visit(_ steps: [LoadStep]) {
      for step in steps {
        switch step {
        case .request(let request):
          guard found.count < most, names.insert(request.label).inserted else { continue }
          found.append(LoadEndpoint(name: request.label, method: request.method, url: request.url.text))
        case .loop(let loop): visit(loop.steps)
        case .parallel(let steps, _): visit(steps)
        case .think, .log: break
        }
      }
    }
    for scenario in script.scenarios { visit(scenario.flow) }
    visit(script.before)
    visit(script.after)
    return found.isEmpty ? [LoadEndpoint(name: "none", method: "GET", url: "")] : found
  }

  func isOf(_ request: LoadRequest) -> Bool { name == request.label }
}
