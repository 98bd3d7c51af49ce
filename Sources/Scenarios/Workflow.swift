package import AuditModel
package import Facts

/// A way through a system, step by step, with what must come of each.
package struct Workflow: Sendable {
  /// Its permanent name.
  package var id: String
  /// What it shows when it passes, in words.
  package var title: String
  /// The folder that its commands run in, absolute.
  package var folder: String
  /// Where relative URLs lead unless whoever runs it says otherwise.
  package var target: String?
  /// Where relative URLs lead that name one of these.
  package var targets: [String: String]
  /// The database that statements go to unless whoever runs it says otherwise.
  package var database: String?
  /// What random values depend on unless whoever runs it says otherwise.
  package var seed: Int?
  /// Values by name; whoever runs it may give others.
  package var variables: JSONObject
  /// Values that are made anew for each run.
  package var random: [RandomValue]
  /// The names of the secrets that whoever runs it has to give.
  package var secrets: [String]
  /// Lists of rows by name.
  package var tables: [(name: String, rows: [JSONValue])]
  /// The most the steps may take together, in milliseconds; nil for no such limit.
  package var within: Int?
  /// What is done, in order.
  package var steps: [WorkflowStep]
  /// What is done at the end, however it ends.
  package var cleanup: [WorkflowStep]

  /// The roughest class of its steps.
  package var safety: SafetyClass { (steps + cleanup).map(\.safety).max() ?? .observe }

  /// The names of targets that its steps use.
  package var usedTargets: Set<String> {
    Set(asked.compactMap { if case .http(let call) = $0 { call.target } else { nil } })
  }

  /// Whether a step asks the database.
  package var usesDatabase: Bool {
    asked.contains { if case .sql = $0 { true } else { false } }
  }

  /// Whether a step sends a request to the workflow's own target.
  package var usesTarget: Bool {
    asked.contains { if case .http(let call) = $0 { call.target == nil && call.url.isRelative } else { false } }
  }

  private var asked: [WorkflowAction] { (steps + cleanup).flatMap(\.questions) }

  /// A workflow as it was read.
  package init(
    id: String, title: String, folder: String, target: String?, targets: [String: String], database: String?,
    seed: Int?, variables: JSONObject, random: [RandomValue], secrets: [String],
    tables: [(name: String, rows: [JSONValue])], within: Int?, steps: [WorkflowStep], cleanup: [WorkflowStep]
  ) {
    self.id = id
    self.title = title
    self.folder = folder
    self.target = target
    self.targets = targets
    self.database = database
    self.seed = seed
    self.variables = variables
    self.random = random
    self.secrets = secrets
    self.tables = tables
    self.within = within
    self.steps = steps
    self.cleanup = cleanup
  }
}

/// One step of a workflow.
package struct WorkflowStep: Sendable {
  /// Its name among the steps beside it.
  package var name: String
  /// What it does, in words; nil where the name says it.
  package var title: String?
  /// What it does.
  package var action: WorkflowAction
  /// What must come of it; all are evaluated.
  package var expectations: [StepExpectation]
  /// What is kept of its answer.
  package var captures: [StepCapture]
  /// The most it may take, in milliseconds; nil for no such limit.
  package var within: Int?
  /// When it is given up, in milliseconds.
  package var timeout: Int
  /// How often it is tried.
  package var attempts: Int
  /// The pause between two tries, in milliseconds.
  package var pause: Int
  /// What it may do to the system.
  package var safety: SafetyClass
  /// Whether the steps behind it are done although it failed.
  package var continues: Bool

  /// A step as it was read.
  package init(
    name: String, title: String?, action: WorkflowAction, expectations: [StepExpectation], captures: [StepCapture],
    within: Int?, timeout: Int, attempts: Int, pause: Int, safety: SafetyClass, continues: Bool
  ) {
    self.name = name
    self.title = title
    self.action = action
    self.expectations = expectations
    self.captures = captures
    self.within = within
    self.timeout = timeout
    self.attempts = attempts
    self.pause = pause
    self.safety = safety
    self.continues = continues
  }

  /// What it asks, or the steps inside it.
  fileprivate var questions: [WorkflowAction] {
    switch action {
    case .parallel(let steps): steps.flatMap(\.questions)
    case .repeated(let repetition): repetition.steps.flatMap(\.questions)
    case .poll(let poll): [poll.action]
    default: [action]
    }
  }
}

/// What a step does.
package indirect enum WorkflowAction: Sendable {
  /// Sends one request.
  case http(HTTPCall)
  /// Runs one statement.
  case sql(Statement)
  /// Runs one program.
  case command(Command)
  /// Waits this long, in milliseconds.
  case wait(Int)
  /// Asks again and again until the answer is as wanted.
  case poll(Poll)
  /// Does its steps side by side.
  case parallel([WorkflowStep])
  /// Does its steps again and again.
  case repeated(Repetition)

  /// The word for it in the file.
  package var kind: String {
    switch self {
    case .http: "http"
    case .sql: "sql"
    case .command: "command"
    case .wait: "wait"
    case .poll: "poll"
    case .parallel: "parallel"
    case .repeated: "repeat"
    }
  }

  /// One request.
  package struct HTTPCall: Sendable {
    /// The method.
    package var method: String
    /// An absolute URL, or one relative to the target.
    package var url: TextTemplate
    /// The name of the target; nil for the workflow's own.
    package var target: String?
    /// Parameters put behind the URL.
    package var query: [(name: String, value: TextTemplate)]
    /// Header fields.
    package var headers: [(name: String, value: TextTemplate)]
    /// The content.
    package var content: Content
    /// How many redirections are followed.
    package var redirects: Int

    /// A request as it was read.
    package init(
      method: String, url: TextTemplate, target: String?, query: [(name: String, value: TextTemplate)],
      headers: [(name: String, value: TextTemplate)], content: Content, redirects: Int
    ) {
      self.method = method
      self.url = url
      self.target = target
      self.query = query
      self.headers = headers
      self.content = content
      self.redirects = redirects
    }
  }

  /// The content of a request.
  package enum Content: Sendable {
    /// No content.
    case none
    /// A JSON document.
    case json(ValueTemplate)
    /// A form.
    case form([(name: String, value: TextTemplate)])
    /// Text as it stands.
    case text(TextTemplate)
  }

  /// One statement.
  package struct Statement: Sendable {
    /// The statement; values stand in it as `$1`, `$2`, ….
    package var query: String
    /// What they are.
    package var arguments: [ValueTemplate]

    /// A statement as it was read.
    package init(query: String, arguments: [ValueTemplate]) {
      self.query = query
      self.arguments = arguments
    }
  }

  /// One program.
  package struct Command: Sendable {
    /// The program and its arguments; no shell reads them.
    package var words: [TextTemplate]
    /// What it gets on standard input.
    package var input: TextTemplate?
    /// Variables it sees besides the usual ones.
    package var environment: [(name: String, value: TextTemplate)]

    /// A program as it was read.
    package init(words: [TextTemplate], input: TextTemplate?, environment: [(name: String, value: TextTemplate)]) {
      self.words = words
      self.input = input
      self.environment = environment
    }
  }

  /// Asking until the answer is as wanted.
  package struct Poll: Sendable {
    /// What is asked: a request, a statement or a program.
    package var action: WorkflowAction
    /// What the answer must be.
    package var until: [StepExpectation]
    /// The pause between two questions, in milliseconds.
    package var every: Int

    /// A poll as it was read.
    package init(action: WorkflowAction, until: [StepExpectation], every: Int) {
      self.action = action
      self.until = until
      self.every = every
    }
  }

  /// Steps that are done again and again.
  package struct Repetition: Sendable {
    /// Once for each of these.
    package enum Over: Sendable {
      /// The numbers from 1 to this.
      case count(Int)
      /// The elements of a list.
      case list(ValueTemplate)
    }

    /// What it runs over.
    package var over: Over
    /// The variable that holds the number or the element.
    package var name: String
    /// Values that are made anew each time.
    package var random: [RandomValue]
    /// What is done.
    package var steps: [WorkflowStep]

    /// A repetition as it was read.
    package init(over: Over, name: String, random: [RandomValue], steps: [WorkflowStep]) {
      self.over = over
      self.name = name
      self.random = random
      self.steps = steps
    }
  }
}
