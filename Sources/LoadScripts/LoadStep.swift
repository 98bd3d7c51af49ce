package import Definitions
package import Facts

/// One step of a flow.
package indirect enum LoadStep: Sendable {
  /// Sends a request and waits for its answer.
  case request(LoadRequest)
  /// Waits.
  case think(seconds: TextTemplate, jitter: Jitter?)
  /// Says something on standard error.
  case log(TextTemplate)
  /// Does steps again and again.
  case loop(Loop)
  /// Does steps at the same time, at most `limit` of them at once.
  case parallel([LoadStep], limit: Int)

  /// How far a thinking time varies around its middle.
  package enum Jitter: Sendable, Hashable {
    /// By so many seconds.
    case seconds(Double)
    /// By a share of it.
    case share(Double)
  }

  /// Steps that are done again and again.
  package struct Loop: Sendable {
    /// How often.
    package enum Rounds: Sendable {
      /// From one number to below another.
      case range(Int, Int)
      /// As often as a variable says.
      case counted(TextTemplate)
      /// Once for each of these.
      case over([JSONValue])
      /// Once for each element of a variable.
      case overVariable(TextTemplate)
      /// Until the arrivals are over.
      case endless
    }

    /// What is done.
    package var steps: [LoadStep]
    /// How often.
    package var rounds: Rounds
    /// The variable that counts: `$loopCount`.
    package var countName: String
    /// The variable that holds the element: `$loopElement`.
    package var elementName: String
  }
}

/// One request of a flow.
package struct LoadRequest: Sendable {
  /// In capitals.
  package var method: String
  /// Relative to the target, or absolute.
  package var url: TextTemplate
  /// The name under which its figures are kept; nil for method and URL as written.
  package var name: String?
  /// Header fields of its own.
  package var headers: [LoadScript.NamedTemplate] = []
  /// Parameters for the query.
  package var query: [LoadScript.NamedTemplate] = []
  /// Cookies of its own.
  package var cookies: [LoadScript.NamedTemplate] = []
  /// What is sent along.
  package var content = Content.none
  /// User and password (RFC 7617).
  package var credentials: (user: TextTemplate, password: TextTemplate)?
  /// What is taken out of the answer.
  package var captures: [Capture] = []
  /// What the answer has to hold.
  package var expectations: [Expectation] = []
  /// Whether redirects are followed.
  package var followsRedirects = true
  /// Whether compressed answers are asked for.
  package var asksForCompression = true
  /// It is sent only where this holds.
  package var condition: LoadExpression?
  /// In how many of a hundred cases it is sent.
  package var probability: Double?
  /// Where the script has it.
  package var span: Span

  /// What it is called in figures.
  package var label: String { name ?? "\(method) \(url.text)" }

  /// What is sent along.
  package enum Content: Sendable {
    /// Nothing.
    case none
    /// Text as it is.
    case text(TextTemplate)
    /// A JSON document.
    case json(JSONTemplate)
    /// Names and values, percent-encoded.
    case form([LoadScript.NamedTemplate])
    /// Parts, perhaps with files (RFC 7578).
    case parts([Part])
  }

  /// One part of a form with files.
  package struct Part: Sendable {
    /// The field's name.
    package var name: TextTemplate
    /// What it holds, or the file that does.
    package var value: TextTemplate
    /// Whether `value` is a file's path, relative to the script.
    package var isFile: Bool
    /// The media type; nil for the usual one.
    package var contentType: TextTemplate?
  }

  /// A value taken out of an answer.
  package struct Capture: Sendable {
    /// Where it is looked for.
    package enum Source: Sendable {
      /// In a JSON document, by a query.
      case json(TextTemplate)
      /// In the text, by a regular expression, or a group of it.
      case pattern(String, group: Group?, flags: String)
      /// In a header field.
      case header(TextTemplate)
    }

    /// A group of a regular expression.
    package enum Group: Sendable {
      /// By its place, from 1; 0 is the whole match.
      case number(Int)
      /// By its name.
      case name(String)
    }

    /// Where it is looked for.
    package var source: Source
    /// The variable it becomes, or the place inside one.
    package var place: VariablePlace
    /// Whether finding nothing ends the user; nil for what the script says in general.
    package var isStrict: Bool?
    /// Whether one of several values is drawn, instead of keeping the list.
    package var drawsOne = true
    /// Where the script has it.
    package var span: Span
  }

  /// What an answer has to hold.
  package enum Expectation: Sendable {
    /// One of these statuses; templates, since they may be variables.
    case status([TextTemplate])
    /// None of these.
    case otherStatus([TextTemplate])
    /// This media type; `json` stands for all JSON types.
    case contentType(TextTemplate)
    /// A member at a dotted path.
    case hasProperty(TextTemplate)
    /// No member at a dotted path.
    case lacksProperty(TextTemplate)
    /// All the same.
    case equal([TextTemplate])
    /// A header field.
    case hasHeader(TextTemplate)
    /// A header field with this value.
    case headerEquals(TextTemplate, TextTemplate)
    /// Text that a regular expression finds.
    case matches(String)
    /// A value at a JSONPath; what `match` asks for.
    case jsonEquals(TextTemplate, JSONTemplate)
  }
}
