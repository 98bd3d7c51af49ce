import AuditModel
import ChildProcesses
import Facts
import Probing

/// What a plug-in's end and output say, as facts.
enum NagiosFacts {
  /// The shape of the facts.
  static let schema = Schema.object([
    Schema.Field(
      "exit", .nullable(.integer(minimum: 0, maximum: 255)), required: true,
      "its exit status; null where a signal ended it"),
    Schema.Field(
      "state", .nullable(.string(.word(PluginState.allCases.map(\.exitWord)))), required: true,
      "what the exit status says; null for UNKNOWN, for any other status and for a signal"),
    Schema.Field("text", .string(), required: true, "its first line, without performance data"),
    Schema.Field("longText", .string(), required: true, "the lines after it, without performance data"),
    Schema.Field("perfdata", .array(metric), required: true, "its performance data, in order"),
  ])

  private static let metric = Schema.object([
    Schema.Field("label", .string(.nonEmpty), required: true, "the metric's name"),
    Schema.Field("value", .nullable(.number()), required: true, "its value; null where the plug-in prints U"),
    Schema.Field("unit", .string(), required: true, "its unit as printed; empty for a plain number"),
    Schema.Field("warn", .nullable(.string()), required: true, "the range that calls for a warning; null for none"),
    Schema.Field(
      "critical", .nullable(.string()), required: true, "the range that calls for a critical alert; null for none"),
    Schema.Field("minimum", .nullable(.number()), required: true, "the least possible value; null for none"),
    Schema.Field("maximum", .nullable(.number()), required: true, "the greatest possible value; null for none"),
    Schema.Field(
      "state", .nullable(.string(.word(PluginState.allCases.map(\.word)))), required: true,
      "what the value says by its ranges; null without a value or without a range that can be read"),
    Schema.Field(
      "agrees", .nullable(.boolean), required: true,
      "the exit status is at least as bad as this metric; null where either has no state"),
  ])

  /// Facts of a plug-in that came to an end, with gaps for what it could not or did not say clearly.
  static func sighting(of outcome: ChildProcess.Outcome) -> Sighting {
    let output = PluginOutput(outcome.output)
    var gaps: [Gap] = []
    var exit: Int?
    var state: PluginState?
    switch outcome.ending {
    case .exited(let status):
      exit = status
      state = PluginState(rawValue: status)
      if state == nil { gaps.append(Gap(path: "state", reason: silence(status, output, outcome))) }
    default:
      gaps.append(
        Gap(path: "state", reason: outcome.withComplaint("the plug-in was ended by \(outcome.ending.words)")))
    }
    if let odd = output.unreadable.first {
      gaps.append(
        Gap(path: "perfdata", reason: "`\(ChildProcess.Outcome.bounded(odd))` is no performance data"))
    }
    let facts: JSONValue = [
      "exit": JSONValue(exit),
      "state": JSONValue(state?.exitWord),
      "text": .string(output.text),
      "longText": .string(output.longText),
      "perfdata": .array(output.metrics.map { self.facts(of: $0, besides: state) }),
    ]
    return .seen(facts, gaps: gaps)
  }

  private static func facts(of metric: Metric, besides exit: PluginState?) -> JSONValue {
    var agrees: Bool?
    if let exit, let state = metric.state { agrees = exit >= state }
    return [
      "label": .string(metric.label),
      "value": metric.value.map { .number($0) } ?? .null,
      "unit": .string(metric.unit),
      "warn": JSONValue(metric.warn),
      "critical": JSONValue(metric.critical),
      "minimum": metric.minimum.map { .number($0) } ?? .null,
      "maximum": metric.maximum.map { .number($0) } ?? .null,
      "state": JSONValue(metric.state?.word),
      "agrees": JSONValue(agrees),
    ]
  }

  /// Why a status other than 0, 1 and 2 leaves the state open.
  private static func silence(
    _ status: Int, _ output: PluginOutput, _ outcome: ChildProcess.Outcome
  ) -> String {
    let sentence =
      status == 3 ? "the plug-in says UNKNOWN" : "the plug-in ended with status \(status), which stands for no state"
    return output.text.isEmpty
      ? outcome.withComplaint(sentence) : "\(sentence): \(ChildProcess.Outcome.bounded(output.text))"
  }
}

extension PluginState {
  /// The word that plug-ins themselves use for it.
  fileprivate var exitWord: String { word.uppercased() }
}

extension JSONValue {
  /// A number, whole where it has no fraction.
  fileprivate static func number(_ value: Double) -> JSONValue {
    Int(exactly: value).map { .integer($0) } ?? .double(value)
  }
}
