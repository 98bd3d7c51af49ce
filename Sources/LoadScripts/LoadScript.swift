package import Definitions
package import Facts

/// A load test as an Artillery script describes it: what arrives when, and what each user does then.
package struct LoadScript: Sendable {
  /// Where relative URLs lead; nil where the script names none.
  package var target: String?
  /// What arrives, one phase after the other; never empty.
  package var phases: [LoadPhase]
  /// What users do, one of these each, drawn by weight.
  package var scenarios: [Scenario]
  /// Done once before the first arrival; what it captures is known to all users.
  package var before: [LoadStep]
  /// Done once after the last user is gone.
  package var after: [LoadStep]
  /// What every user starts with; of a list, each user draws one element.
  package var variables: JSONObject
  /// Files whose rows become variables.
  package var payloads: [Payload]
  /// How requests are sent.
  package var http: HTTPSettings
  /// What has to hold at the end.
  package var thresholds: [LoadThreshold]
  /// Whether `expect` is a part of the verdict: the plug-in is switched on.
  package var judgesExpectations: Bool
  /// Answers up to this many milliseconds satisfy (Apdex); nil where no score is asked for.
  package var apdexMilliseconds: Double?
  /// The environment chosen; nil for none.
  package var environmentName: String?
  /// Numbers that depend on environment variables which are not set.
  package var unresolved: [Refusal]

  /// A flow and how often it is drawn.
  package struct Scenario: Sendable {
    /// Its name, or `scenario 2` by its place.
    package var name: String
    /// At least 0, against the sum of all.
    package var weight: Double
    /// What is done in it.
    package var flow: [LoadStep]
  }

  /// How requests are sent.
  package struct HTTPSettings: Sendable {
    /// How long the first byte of an answer may take, in seconds.
    package var timeoutSeconds = 10.0
    /// How many kept connections all users share; nil where each user has its own.
    package var pool: Int?
    /// Sent with every request that does not say otherwise.
    package var headers: [NamedTemplate] = []
    /// Cookies that every user starts with.
    package var cookies: [NamedTemplate] = []
    /// Whether a capture that finds nothing ends the user, unless it says otherwise.
    package var isCaptureStrict = true
    /// How far thinking times vary, unless they say otherwise.
    package var thinkJitter: LoadStep.Jitter?
    /// Whether servers have to prove who they are.
    package var verifiesServer = true
    /// Whether every request without an expected status expects 200.
    package var expectsStatus200 = false
  }

  /// A name and a value, both with places for variables.
  package struct NamedTemplate: Sendable {
    /// The name.
    package var name: TextTemplate
    /// The value.
    package var value: TextTemplate
  }

  /// A CSV file whose rows become variables.
  package struct Payload: Sendable {
    /// As written, relative to the script.
    package var path: String
    /// The variables, column by column; empty where the first row names them.
    package var fields: [String]
    /// Whether users take the rows in turn instead of drawing one.
    package var isInOrder: Bool
    /// Whether the first row is left out.
    package var skipsHeader: Bool
    /// What stands between columns.
    package var delimiter: Character
    /// Whether numbers become numbers.
    package var casts: Bool
    /// Whether empty lines are left out.
    package var skipsEmptyLines: Bool
    /// The variable that holds all rows; nil where each user gets one row.
    package var allRowsName: String?
    /// Where the script names it.
    package var span: Span
  }

  /// A feature that is not run, or something that cannot be read, with its place.
  package struct Refusal: Sendable, Hashable {
    /// The key, the engine or the function as it stands there.
    package var feature: String
    /// Why, in one line of lower case.
    package var reason: String
    /// Where.
    package var span: Span
  }

  /// How many users arrive in all; nil where that depends on variables that are not set.
  package var arrivals: Int? {
    var sum = 0
    for phase in phases {
      guard let count = phase.arrivals else { return nil }
      sum += count
    }
    return sum
  }

  /// How long users arrive, in seconds; nil where that depends on variables that are not set.
  package var seconds: Double? {
    var sum = 0.0
    for phase in phases {
      guard let seconds = phase.seconds else { return nil }
      sum += seconds
    }
    return sum
  }
}
